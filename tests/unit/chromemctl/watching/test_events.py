"""Changes of real directories."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chromemctl.watching.events import Ear

_SECONDS = 0.05


def first(place: Path, change: Callable[[int], object], wanted: Callable[[frozenset[Path]], bool]) -> None:
    """Change something again and again until what is wanted is told."""
    ear = Ear(_SECONDS)
    deadline = time.monotonic() + 60
    number = 0
    while not wanted(ear.listen({place: 1}).changed):
        assert time.monotonic() < deadline
        change(number)
        number += 1


def test_the_folder_of_a_change_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    first(tmp_path, lambda number: (folder / "x").write_text(f"{number}"), lambda found: found == {folder})


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_with_a_path_that_is_not_utf8_changes_may_not_be_heard(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    ear = Ear(_SECONDS)
    begun = until = ear.listen({tmp_path: 1}).unheard_until
    deadline, number = time.monotonic() + 60, 0
    while until == begun:
        assert time.monotonic() < deadline
        make(tmp_path / f"\udce9{number}")
        number, until = number + 1, ear.listen({tmp_path: 1}).unheard_until
    assert until > begun


def test_every_change_is_heard_from_some_moment_on(tmp_path: Path) -> None:
    ear = Ear(_SECONDS)
    before = time.monotonic()
    begun = ear.listen({tmp_path: 1}).unheard_until
    assert before < begun <= time.monotonic()
    assert ear.listen({tmp_path: 1}).unheard_until == begun
    anew = ear.listen({tmp_path: 2}).unheard_until
    assert anew > begun
    (tmp_path / "folder").mkdir()
    deadline = time.monotonic() + 60
    while not ear.listen({tmp_path: 2}).changed:
        assert time.monotonic() < deadline


def test_of_a_place_that_is_not_utf8_that_is_told_and_others_are_heard(tmp_path: Path) -> None:
    strange, folder = tmp_path / "\udce9", tmp_path / "folder"
    strange.mkdir()
    folder.mkdir()
    ear = Ear(_SECONDS)
    number, found = 0, ear.listen({strange: 1, folder: 1})
    deadline = time.monotonic() + 60
    while found.changed != {folder}:
        assert time.monotonic() < deadline
        assert list(found.deaf) == [strange]
        (folder / f"{number}").mkdir()
        number, found = number + 1, ear.listen({strange: 1, folder: 1})


def test_a_directory_in_the_place_of_another_is_heard(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    ear = Ear(_SECONDS)
    assert ear.listen({folder: 1}).changed == frozenset()
    folder.rename(tmp_path / "old")
    folder.mkdir()
    deadline, number = time.monotonic() + 60, 0
    while ear.listen({folder: 2}).changed != {folder}:
        assert time.monotonic() < deadline
        (folder / f"{number}").mkdir()
        number += 1


def test_without_watchfiles_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    ear = Ear(_SECONDS)
    for _ in range(2):
        [(place, reason)] = ear.listen({tmp_path: 1}).deaf.items()
        assert place is None
        assert "pip install" in reason


def test_a_place_that_is_gone_is_no_error(tmp_path: Path) -> None:
    assert Ear(_SECONDS).listen({tmp_path / "gone": 1}).deaf == {}
    assert Ear(_SECONDS).listen({}).deaf == {}
