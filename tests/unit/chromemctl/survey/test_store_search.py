"""The search for stores below a folder: its bounds are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from chromemctl.survey import store_search
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
