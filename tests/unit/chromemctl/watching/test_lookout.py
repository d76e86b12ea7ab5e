"""What is learnt from what another process notices; here a list takes that one's place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chromemctl.watching import lookout
from chromemctl.watching.checker import CheckFailed
from chromemctl.watching.events import Hearing
from chromemctl.watching.looks import discover
from chromemctl.watching.roster import Item, News, Roster
from chromemctl.watching.sentry import Notice
from tests.stores import write_store

HERE = (1, 1)


class End(Exception):
    """Nothing more was prepared."""


class Prepared:
    """Answers as was prepared, and looks for stores itself."""

    def __init__(self, answers: Iterable[Notice | CheckFailed]) -> None:
        self.answers = iter(answers)
        self.places: list[Sequence[Path]] = []

    async def call(self, _: float, function: Callable[..., Any], *args: Any) -> Any:
        if function is discover:
            return function(*args)
        self.places.append(args[1])
        answer = next(self.answers, None)
        if answer is None:
            raise End
        if isinstance(answer, CheckFailed):
            raise answer
        return answer


def run(
    paths: Sequence[Path], *answers: Notice | CheckFailed, monkeypatch: pytest.MonkeyPatch
) -> tuple[Roster, list[Item], Prepared]:
    """What a lookout makes of it."""
    prepared, roster = Prepared(answers), Roster(paths, 300.0)
    return roster, run_with(roster, prepared, monkeypatch), prepared


def run_with(roster: Roster, prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """What is told while a roster is kept right."""
    told: list[Item] = []
    monkeypatch.setattr(lookout, "Checker", lambda: prepared)
    monkeypatch.setattr(lookout, "POLL_SECONDS", 0.0)

    def tell(items: Iterable[Item]) -> None:
        told.extend(items)

    with pytest.raises(End):
        asyncio.run(lookout.Lookout(roster.paths, roster, tell).run())
    return told


def notice(*answering: Path, stuck: Iterable[Path] = (), changed: Iterable[Path] = ()) -> Notice:
    return Notice(dict.fromkeys(answering, HERE), frozenset(stuck), Hearing(frozenset(changed)))


def test_one_that_does_not_answer_is_given_up_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = write_store(tmp_path / "one"), write_store(tmp_path / "two")
    silent = notice(one, stuck=[two])
    roster, told, _ = run([one, two], silent, silent, monkeypatch=monkeypatch)
    assert [(item.news, item.store) for item in told] == [(News.LOST, two)]
    assert not roster.stores[one].is_away
    assert roster.stores[two].is_away
    assert roster.stores[two].failures == 1
    roster, _, _ = run([one, two], silent, notice(one, two), monkeypatch=monkeypatch)
    assert not roster.stores[two].is_away


def test_a_store_below_a_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base").mkdir()
    one, two = write_store(tmp_path / "base" / "one"), write_store(tmp_path / "base" / "two")
    base = tmp_path / "base"
    roster, told, _ = run(
        [base], notice(base), notice(base, one, stuck=[two]), notice(base, one, stuck=[two]),
        monkeypatch=monkeypatch,
    )  # fmt: skip
    assert [(item.news, item.store) for item in told] == [(News.LOST, two)]
    roster, told, _ = run([base], notice(base), notice(stuck=[base, one, two]), monkeypatch=monkeypatch)
    assert {item.store for item in told} == {one, two}
    assert set(roster.stores) == {one, two}
    roster, _, _ = run(
        [base], notice(base), notice(stuck=[base, one, two]), notice(base, one, two), monkeypatch=monkeypatch
    )
    assert not any(watched.is_away for watched in roster.stores.values())


def test_stores_of_other_paths_stay_when_one_leads_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = write_store(tmp_path / "one"), write_store(tmp_path / "two")
    moved = Notice({one: HERE, two: (1, 2)}, frozenset(), Hearing())
    roster, told, _ = run([one, two], notice(one, two), moved, monkeypatch=monkeypatch)
    assert set(roster.stores) == {one, two}
    assert told == []


def test_a_change_is_noted_in_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = write_store(tmp_path / "one"), write_store(tmp_path / "two")
    heard = notice(one, two, changed=[one / "e9f85bf6"])
    roster, _, _ = run([one, two], notice(one, two), heard, monkeypatch=monkeypatch)
    assert roster.stores[one].touched is not None
    assert roster.stores[two].touched is None


def test_a_store_whose_look_began_before_changes_were_heard_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = write_store(tmp_path / "one"), write_store(tmp_path / "two")
    roster = Roster([one, two], 300.0)

    def answers() -> Iterator[Notice]:
        yield notice(one, two)
        roster.stores[one].begin_look(5.0)
        roster.stores[two].begin_look(7.0)
        yield Notice({one: HERE, two: HERE}, frozenset(), Hearing(unheard_until=6.0))

    told = run_with(roster, Prepared(answers()), monkeypatch)
    assert roster.stores[one].touched is not None
    assert roster.stores[two].touched is None
    assert told == []


def test_listening_that_never_ends_is_left_for_some_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = write_store(tmp_path / "one")
    failed = CheckFailed("it took longer than 40 seconds")
    answers = notice(store), failed, notice(store), notice(store)
    roster, _, prepared = run([store], *answers, monkeypatch=monkeypatch)
    assert set(roster.stores) == {store}
    assert prepared.places == [(), (store,), (), (), ()], "stores are looked for first"
    assert caplog.text.count("changes are seen only every 300 s: it took longer than") == 1
