"""The lines of the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from chromemctl import logs
from chromemctl.watching.looks import Damage
from chromemctl.watching.roster import Item, News
from chromemctl.watching.telling import tell

STORE = Path("/stores/one")


def damage(number: int) -> Damage:
    return Damage("DOC_TRUNCATED", "aa", STORE / "aa" / f"{number}.gob", 1, "it ends too soon", "")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(logs.logger, "propagate", True)
    caplog.set_level(logging.INFO, "chromemctl")
    return caplog


def test_damage_says_where_and_what_to_do(log: pytest.LogCaptureFixture) -> None:
    tell([Item(News.DAMAGED, STORE, damage(1))])
    assert log.messages == [
        "/stores/one: DOC_TRUNCATED aa/1.gob: it ends too soon",
        "/stores/one: what to do: chromemctl verify /stores/one",
    ]
    assert {record.levelname for record in log.records} == {"WARNING"}


def test_very_much_damage_is_counted(log: pytest.LogCaptureFixture) -> None:
    tell([Item(News.DAMAGED, STORE, damage(number)) for number in range(1_250)])
    assert len(log.messages) == 12
    assert log.messages[-2:] == [
        "/stores/one: and 1,240 more",
        "/stores/one: what to do: chromemctl verify /stores/one",
    ]


def test_good_news_is_no_warning(log: pytest.LogCaptureFixture) -> None:
    tell([Item(News.BACK, STORE), Item(News.HEALED, STORE, damage(1))])
    assert log.messages == [
        "/stores/one: the store can be looked at again",
        "/stores/one: DOC_TRUNCATED aa/1.gob: is gone",
    ]
    assert {record.levelname for record in log.records} == {"INFO"}


def test_a_store_that_is_lost_is_named_once(log: pytest.LogCaptureFixture) -> None:
    tell([Item(News.LOST, STORE, reason="/stores/one does not exist")])
    tell([Item(News.LOST, STORE, reason="it is gone")])
    assert log.messages == ["/stores/one does not exist", "/stores/one: it is gone"]
