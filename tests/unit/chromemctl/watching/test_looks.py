"""One look at a real store."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

from chromemctl.watching.looks import Depth, Outcome, discover, look_at
from pygob.chromem import name_hash
from tests.stores import chromemctl, settled, tree, write_store

MEMORIES = name_hash("contextd_memories")


def test_a_sound_store(tmp_path: Path) -> None:
    store = settled(write_store(tmp_path / "store"))
    before = tree(store)
    look = look_at(store, Depth.FULL)
    assert (look.outcome, look.opens, look.damages) == (Outcome.SEEN, True, ())
    assert (len(look.real), look.documents) == (3, 9)
    assert look.seconds > 0
    assert pickle.loads(pickle.dumps(look)) == look
    assert tree(store) == before


def test_documents_are_only_read_in_full(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    document = next(path for path in (store / MEMORIES).iterdir() if path.name != "00000000.gob")
    os.truncate(document, 30)
    settled(store)
    assert look_at(store, Depth.QUICK).opens
    look = look_at(store, Depth.FULL)
    assert not look.opens
    assert look.refusal is not None
    [damage] = look.damages
    assert (damage.finding, damage.dir, damage.path) == ("DOC_TRUNCATED", MEMORIES, document)
    assert [item.dir for item in look.damaged] == [MEMORIES]


def test_damage_is_recognised_until_the_file_changes(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    metadata = store / MEMORIES / "00000000.gob"
    os.truncate(metadata, 30)
    settled(store)
    first, second = (look_at(store, Depth.QUICK).damages for _ in range(2))
    assert first == second
    os.truncate(metadata, 29)
    settled(store)
    assert look_at(store, Depth.QUICK).damages != first


def test_very_many_errors_are_counted_and_not_all_kept(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", ["many"], documents=50)
    for file in (store / name_hash("many")).iterdir():
        if file.name != "00000000.gob":
            os.truncate(file, 20)
    look = look_at(settled(store), Depth.FULL)
    assert look.findings["DOC_TRUNCATED", "error"] == 50
    assert len(look.damages) == 20


def test_what_was_done_to_the_store_is_counted(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    metadata = store / MEMORIES / "00000000.gob"
    os.truncate(metadata, 40)
    assert chromemctl("recover", "--yes", settled(store)).returncode == 0
    look = look_at(store, Depth.QUICK)
    assert (look.past.recoveries, look.past.set_aside, look.quarantined) == (1, 1, 1)
    assert chromemctl("undo", "--last", "--yes", store).returncode == 0
    look = look_at(store, Depth.QUICK)
    assert (look.past.recoveries, look.past.set_aside, look.quarantined) == (1, 1, 0)


def test_a_store_that_is_gone_or_a_file(tmp_path: Path) -> None:
    assert look_at(tmp_path / "nowhere", Depth.FULL).outcome is Outcome.ABSENT
    (tmp_path / "file").write_text("")
    assert look_at(tmp_path / "file", Depth.QUICK).outcome is Outcome.ABSENT


class TestDiscover:
    """From paths to stores."""

    def test_a_store_and_the_base_of_others(self, tmp_path: Path) -> None:
        (tmp_path / "base" / "tenant").mkdir(parents=True)
        stores = [
            write_store(tmp_path / "one"),
            write_store(tmp_path / "base" / "tenant" / "a"),
            write_store(tmp_path / "base" / "tenant" / "b"),
        ]
        found = discover([tmp_path / "one", tmp_path / "base"], ())
        assert found.stores == tuple(stores)
        assert found.failures == ()

    def test_what_is_no_store_is_a_failure(self, tmp_path: Path) -> None:
        found = discover([tmp_path / "nowhere"], ())
        assert found.stores == ()
        assert [look.outcome for look in found.failures] == [Outcome.ABSENT]

    def test_a_known_store_whose_collections_are_gone_is_a_store_still(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("left")
        assert discover([tmp_path], ()).stores == ()
        assert discover([tmp_path], [tmp_path]).stores == (tmp_path,)
