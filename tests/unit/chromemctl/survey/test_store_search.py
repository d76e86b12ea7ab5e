"""The search for stores below a folder: its bounds are said."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chromemctl.survey import patience, store_search
from chromemctl.survey.patience import STUCK
from chromemctl.survey.store_search import search
from pygob.chromem import name_hash
from tests.stores import write_store


def test_where_the_most_folders_are_reached_the_nearest_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_search, "MOST_FOLDERS", 30)
    near = write_store(tmp_path / "acme", ["memories"])
    for number in range(40):
        (tmp_path / "many" / f"{number:02}").mkdir(parents=True)
    far = tmp_path / "many" / "39" / "far"
    write_store(far, ["memories"])
    found = search(tmp_path)
    assert found.stores == (near,)
    assert found.unsearched == ((tmp_path, "only 30 folders were looked at"),)
    monkeypatch.undo()
    assert search(tmp_path) == store_search.Found((near, far), ())


def test_gobs_of_other_programs_make_a_store_of_the_base_alone(tmp_path: Path) -> None:
    for folder in ("cache", "a/b/cache"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "index.gob").write_bytes(b"another program's")
    assert search(tmp_path).stores == (tmp_path,)
    assert search(tmp_path / "a").stores == ()
    store = write_store(tmp_path / "a" / "store", ["memories"])
    assert search(tmp_path / "a").stores == (store,)


def test_a_collection_is_no_store_and_what_holds_one_is(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", ["memories"])
    collection = next(store.iterdir())
    assert search(collection).stores == ()
    assert search(store).stores == (store,)


@pytest.mark.parametrize("own", [".quarantine", ".chromemctl"])
def test_a_collection_with_a_folder_of_ours_in_it_is_still_none(tmp_path: Path, own: str) -> None:
    store = write_store(tmp_path / "store", ["memories"])
    collection = next(store.iterdir())
    (collection / own).mkdir()
    assert search(store).stores == (store,)
    assert search(tmp_path).stores == (store,)


def test_what_is_being_made_or_deleted_is_no_store(tmp_path: Path) -> None:
    """As `pygob.chromem` leaves it for a moment, or for longer where it is killed."""
    base = tmp_path / "base"
    base.mkdir()
    store = write_store(base / "store", ["memories", "notes"])
    on_its_way = store / ".4ddc3ae2.0123456789abcdef.deleted"
    on_its_way.mkdir()
    (store / name_hash("notes")).rename(on_its_way / name_hash("notes"))
    write_store(base / ".new.0123456789abcdef.tmp", ["memories"])
    assert search(base) == store_search.Found((store,), ())
    assert search(store) == store_search.Found((store,), ())


class Silence:
    """A file system that answers no other thread than the test's own, below one path, until it is over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.over = threading.Event()
        self._waiting: set[threading.Thread] = set()
        self._scandir, self._stat = os.scandir, Path.stat

    def scandir(self, path: Path) -> Any:
        self._answer(Path(path))
        return self._scandir(path)

    def stat(self, path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        self._answer(Path(os.path.realpath(path)) if follow_symlinks else path)
        return self._stat(path, follow_symlinks=follow_symlinks)

    def _answer(self, path: Path) -> None:
        if path.is_relative_to(self.path) and threading.current_thread() is not threading.main_thread():
            self._waiting.add(threading.current_thread())
            assert self.over.wait(60)

    def forget(self) -> None:
        """Count from now on."""
        self._waiting.clear()

    @property
    def was_asked(self) -> bool:
        """Whether anybody has asked what does not answer."""
        return bool(self._waiting)

    def wait(self, worker: threading.Thread) -> None:
        """Patience that ends with the work, or when it asks what does not answer, and not before."""
        while worker.is_alive() and worker not in self._waiting:
            worker.join(0.01)


@pytest.fixture
def silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Silence]:
    before = threading.enumerate()
    found = Silence(tmp_path / "base" / "mounted")
    monkeypatch.setattr(store_search.os, "scandir", found.scandir)
    monkeypatch.setattr(Path, "stat", lambda path, **how: found.stat(path, **how))
    monkeypatch.setattr(patience, "_wait", found.wait)
    yield found
    found.over.set()
    for thread in set(threading.enumerate()) - set(before):
        thread.join()


def test_what_does_not_answer_is_passed_by_and_said(tmp_path: Path, silence: Silence) -> None:
    base = tmp_path / "base"
    base.mkdir()
    stores = tuple(write_store(base / name, ["memories"]) for name in ("before", "mounted", "then"))
    found = search(base)
    assert found.stores == (stores[0], stores[2])
    assert found.unsearched == ((stores[1], STUCK),)
    silence.forget()
    assert search(base, [stores[1]]) == found
    assert not silence.was_asked, "it is known"
    silence.over.set()
    assert search(base).stores == stores


def test_a_link_to_what_does_not_answer(tmp_path: Path, silence: Silence) -> None:
    (tmp_path / "base" / "mounted").mkdir(parents=True)
    other = tmp_path / "other"
    other.mkdir()
    store = write_store(other / "store", ["memories"])
    (other / "link").symlink_to(tmp_path / "base" / "mounted")
    assert search(other) == store_search.Found((store,), ((other / "link", STUCK),))


def test_a_base_that_does_not_answer(tmp_path: Path, silence: Silence) -> None:
    (tmp_path / "base").mkdir()
    write_store(tmp_path / "base" / "mounted", ["memories"])
    with pytest.raises(TimeoutError, match=STUCK):
        search(tmp_path / "base" / "mounted")
