"""Paths that do not answer."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from chromemctl.watching import answering
from chromemctl.watching.answering import Asker, identity
from tests.stores import write_store

ONE, TWO, THREE = Path("/one"), Path("/two"), Path("/three")


class Silence:
    """Answers with the name, but for some paths only when it is over."""

    def __init__(self, *paths: Path) -> None:
        self.paths = paths
        self.over = threading.Event()
        self.asked: list[Path] = []
        self._silent: set[threading.Thread] = set()
        self._others = set(threading.enumerate())
        self._now = 0.0

    def __call__(self, path: Path) -> str:
        self.asked.append(path)
        if path in self.paths:
            self._silent.add(threading.current_thread())
            self.over.wait(60)
            self._silent.remove(threading.current_thread())
        return path.name

    def monotonic(self) -> float:
        """A clock that stands still while anybody is about to answer, however long that takes."""
        if set(threading.enumerate()) - self._others <= self._silent:
            self._now += 1
        return self._now


def test_everybody_answers() -> None:
    assert Asker(Silence()).ask([ONE, TWO]) == ({ONE: "one", TWO: "two"}, frozenset())
    assert Asker(Silence()).ask([]) == ({}, frozenset())


def test_those_that_do_not_answer_keep_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = Silence(ONE, THREE)
    monkeypatch.setattr(answering, "time", silence)
    asker = Asker(silence, patience=0.02)
    assert asker.ask([ONE, TWO, THREE]) == ({TWO: "two"}, {ONE, THREE})
    assert asker.ask([ONE, TWO, THREE]) == ({TWO: "two"}, {ONE, THREE})
    assert asker.ask([TWO]) == ({TWO: "two"}, frozenset())
    assert silence.asked.count(ONE) == silence.asked.count(THREE) == 1, "it is asked once"
    silence.over.set()


def test_one_that_answers_again_is_asked_again() -> None:
    silence = Silence(ONE)
    asker = Asker(silence, patience=0.02)
    assert asker.ask([ONE])[1] == {ONE}
    silence.over.set()
    while asker.ask([ONE]) != ({ONE: "one"}, frozenset()):
        pass


def test_a_directory_that_was_replaced_is_another_one(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    first = identity(store)
    assert identity(tmp_path / "nowhere") is None
    store.rename(tmp_path / "old")
    write_store(store)
    assert identity(store) != first
    assert identity(tmp_path / "old") == first
