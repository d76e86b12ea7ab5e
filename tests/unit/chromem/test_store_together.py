"""Other processes that write into the same store, at the worst moment."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pygob.chromem import (
    Collection,
    Format,
    Metadata,
    NameTaken,
    Store,
    durable,
    name_hash,
    read_metadata,
    write_metadata,
)
from tests.stores import contents

# Two names of one hash.
ONE, OTHER = "tenant_132842_memories", "tenant_169843_memories"

Act = Callable[[], object]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store")


@pytest.fixture
def notes(store: Store) -> Collection:
    return store.create_collection("notes", {"owner": "ops"})


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have another process do something just before or after the first call of a function of `durable`."""

    def arrange(function: str, act: Act, *, after: bool = False) -> None:
        real = getattr(durable, function)

        def changed(*arguments: Any, **options: Any) -> object:
            monkeypatch.setattr(durable, function, real)
            if not after:
                act()
            result = real(*arguments, **options)
            if after:
                act()
            return result

        monkeypatch.setattr(durable, function, changed)

    return arrange


Meanwhile = Callable[..., None]


def names(store: Store) -> list[str]:
    return sorted(found.metadata().name for found in store.collections())


def hidden(store: Store) -> list[str]:
    return [entry.name for entry in store.entries() if entry.name.startswith(".")]


class TestDocuments:
    def test_the_later_one_of_an_id_stays(self, notes: Collection, meanwhile: Meanwhile) -> None:
        meanwhile("create", lambda: notes.add("a", [1.0], content="theirs"))
        notes.add("a", [1.0], content="ours")
        assert [document.content for document in notes.documents()] == ["ours"]

    def test_another_id_of_the_same_hash_is_not_overwritten(
        self, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        meanwhile("create", lambda: notes.add(ONE, [1.0]))
        with pytest.raises(NameTaken, match="have the same hash"):
            notes.add(OTHER, [1.0])
        assert notes.get(ONE).id == ONE

    @pytest.mark.parametrize("step", ["create", "ownership_for"])
    def test_a_collection_that_is_deleted_gets_no_document(
        self, store: Store, notes: Collection, meanwhile: Meanwhile, step: str
    ) -> None:
        meanwhile(step, lambda: store.delete_collection("notes"))
        with pytest.raises(FileNotFoundError, match="the collection was deleted meanwhile"):
            notes.add("a", [1.0])
        assert store.entries() == []

    @pytest.mark.parametrize("held", [False, True])
    def test_nor_one_that_chromem_deletes_file_by_file(
        self, store: Store, notes: Collection, meanwhile: Meanwhile, held: bool
    ) -> None:
        if held:
            notes.add("a", [1.0])
        meanwhile("replace" if held else "create", lambda: (notes.path / "00000000.gob").unlink())
        with pytest.raises(FileNotFoundError, match="the collection was deleted meanwhile"):
            notes.add("a", [1.0])
        assert store.entries() == []

    def test_what_chromem_has_not_deleted_yet_stays_for_it(
        self, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        notes.add("b", [1.0])
        meanwhile("create", lambda: (notes.path / "00000000.gob").unlink())
        with pytest.raises(FileNotFoundError):
            notes.add("a", [1.0])
        assert [document.id for document in notes.documents()] == ["b"]

    def test_a_collection_that_was_made_anew(
        self, store: Store, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        def anew() -> None:
            store.delete_collection("notes")
            store.create_collection("notes")

        meanwhile("ownership_for", anew)
        notes.add("a", [1.0])
        assert [document.id for document in store.collection("notes").documents()] == ["a"]

    def test_a_document_that_another_process_deletes_is_not_counted(
        self, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        for name in "ab":
            notes.add(name, [1.0])
        meanwhile("remove", lambda: notes.delete("a"))
        assert notes.delete("a", "b") == 1

    def test_documents_that_are_deleted_while_they_are_read_are_passed_over(self, notes: Collection) -> None:
        for name in "abc":
            notes.add(name, [1.0])
        reading = notes.documents()
        first = next(reading)
        gone = next(name for name in "abc" if name != first.id)
        notes.delete(gone)
        assert {first.id, *(document.id for document in reading)} == set("abc") - {gone}

    def test_metadata_of_a_collection_that_is_deleted(
        self, store: Store, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        meanwhile("replace", lambda: store.delete_collection("notes"))
        with pytest.raises(FileNotFoundError, match="the collection was deleted meanwhile"):
            notes.set_metadata({})
        assert store.entries() == []


class TestCollections:
    @pytest.mark.parametrize("step", ["make_directory", "create"])
    def test_one_of_two_creates_it(self, store: Store, meanwhile: Meanwhile, step: str) -> None:
        meanwhile(step, lambda: store.create_collection("notes", {"by": "them"}, backup=True))
        with pytest.raises(NameTaken, match="the collection 'notes' exists"):
            store.create_collection("notes", {"by": "us"}, backup=True)
        for name in ("00000000.gob", "00000000.gob.backup"):
            assert read_metadata(store.collection("notes").path / name).metadata == {"by": "them"}

    @pytest.mark.parametrize("ours", Format)
    def test_one_of_two_creates_it_in_its_form(
        self, store: Store, meanwhile: Meanwhile, ours: Format
    ) -> None:
        (theirs,) = set(Format) - {ours}
        meanwhile("create", lambda: store.create_collection("notes", {"by": "them"}, form=theirs))
        with pytest.raises(NameTaken, match="the collection 'notes' exists"):
            store.create_collection("notes", {"by": "us"}, form=ours, backup=True)
        made = store.collection("notes")
        assert [entry.name for entry in made.entries()] == [theirs.metadata_name]
        assert made.metadata().metadata == {"by": "them"}

    def test_two_names_of_one_hash_in_two_forms(self, store: Store, meanwhile: Meanwhile) -> None:
        meanwhile("create", lambda: store.create_collection(ONE, form=Format.GZ))
        with pytest.raises(NameTaken, match="have the same hash"):
            store.create_collection(OTHER, form=Format.PLAIN)
        assert names(store) == [ONE]

    def test_both_see_the_other_one_and_begin_anew(self, store: Store, meanwhile: Meanwhile) -> None:
        def theirs_comes_and_goes() -> None:
            path = write_metadata(store.path / name_hash("notes"), Metadata("notes"), Format.GZ)
            meanwhile("remove", path.unlink)

        meanwhile("create", theirs_comes_and_goes)
        made = store.create_collection("notes", {"by": "us"}, form=Format.PLAIN)
        assert [entry.name for entry in made.entries()] == ["00000000.gob"]
        assert made.metadata().metadata == {"by": "us"}

    @pytest.mark.parametrize("step", ["create", "replace"])
    @pytest.mark.parametrize("after", [False, True])
    def test_the_copy_is_of_the_metadata_that_stays(
        self, store: Store, meanwhile: Meanwhile, step: str, after: bool
    ) -> None:
        """Whether another process replaces the metadata before the copy is written or after that."""

        def act() -> None:
            Collection(store.path / name_hash("notes")).set_metadata({"by": "them"})

        if step == "create":
            meanwhile("replace", act, after=after)
            made = store.create_collection("notes", backup=True)
        else:
            made = store.create_collection("notes", backup=True)
            meanwhile("replace", act, after=after)
            made.set_metadata({"by": "us"})
        copy = read_metadata(made.path / "00000000.gob.backup")
        assert copy == made.metadata()

    def test_both_get_it(self, store: Store, meanwhile: Meanwhile) -> None:
        meanwhile("create", lambda: store.create_collection("notes", {"by": "them"}))
        assert store.get_or_create_collection("notes", {"by": "us"}).metadata().metadata == {"by": "them"}

    @pytest.mark.parametrize("function", ["ownership_of", "make_directory", "create"])
    def test_one_is_created_while_its_neighbour_is_deleted(
        self, store: Store, notes: Collection, meanwhile: Meanwhile, function: str
    ) -> None:
        meanwhile(function, lambda: store.delete_collection("notes"))
        store.create_collection("new")
        assert names(store) == ["new"]
        assert hidden(store) == []

    def test_two_names_of_one_hash(self, store: Store, meanwhile: Meanwhile) -> None:
        meanwhile("create", lambda: store.create_collection(ONE))
        with pytest.raises(NameTaken, match="have the same hash"):
            store.create_collection(OTHER)
        assert names(store) == [ONE]

    def test_an_empty_folder_that_another_process_uses(self, store: Store, meanwhile: Meanwhile) -> None:
        (store.path / name_hash("notes")).mkdir()
        meanwhile("create", lambda: store.create_collection("notes"))
        with pytest.raises(NameTaken, match="exists"):
            store.create_collection("notes")

    def test_a_link_to_nothing_in_its_place(self, store: Store) -> None:
        (store.path / name_hash("notes")).symlink_to("nowhere")
        with pytest.raises(NameTaken, match="is no folder"):
            store.create_collection("notes")

    def test_a_folder_that_another_process_finds_empty(
        self, store: Store, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        """One that has added to a collection that was deleted, and takes back what it did."""
        store.delete_collection("notes")
        meanwhile("create", notes.path.rmdir)
        assert store.create_collection("notes").metadata().name == "notes"

    def test_one_that_exists(self, store: Store, notes: Collection) -> None:
        notes.add("a", [1.0])
        before = contents(store.path)
        assert store.get_or_create_collection("notes", {"other": "yes"}).path == notes.path
        assert contents(store.path) == before

    def test_one_of_two_deletes_it(self, store: Store, notes: Collection, meanwhile: Meanwhile) -> None:
        notes.add("a", [1.0])
        meanwhile("move_directory", lambda: store.delete_collection("notes"))
        with pytest.raises(LookupError, match="no collection has the name 'notes'"):
            store.delete_collection("notes")
        assert store.entries() == []

    def test_what_another_process_removes_as_well(
        self, store: Store, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        """It takes the hidden folder for one that an interrupted deletion has left, and rightly so."""
        for function in ("move_directory", "remove_with_files", "remove_directory"):
            store.get_or_create_collection("notes").add("a", [1.0])
            store.create_collection("other")
            meanwhile(function, lambda: store.delete_collection("other"))
            store.delete_collection("notes")
            assert store.entries() == [], function

    def test_what_an_interruption_has_left_is_removed(self, store: Store, notes: Collection) -> None:
        notes.add("a", [1.0])
        left = store.path / durable.deleted_name(notes.dir, durable.new_token())
        left.mkdir()
        notes.path.rename(left / notes.dir)
        assert store.get_or_create_collection("other").path.exists()
        store.delete_collection("other")
        assert store.entries() == []

    def test_an_empty_one_is_removed_when_nobody_can_be_at_it(self, store: Store) -> None:
        fresh, old = (store.path / durable.deleted_name("notes", durable.new_token()) for _ in range(2))
        for place in (fresh, old):
            place.mkdir()
        hour_ago = time.time_ns() - 3600 * 10**9
        os.utime(old, ns=(hour_ago, hour_ago))
        store.create_collection("notes")
        store.delete_collection("notes")
        assert hidden(store) == [fresh.name]

    def test_one_whose_hidden_folder_is_removed_makes_another(
        self, store: Store, notes: Collection, meanwhile: Meanwhile
    ) -> None:
        """As may happen to a process that was stopped for long."""

        def swept() -> None:
            (place,) = hidden(store)
            store.path.joinpath(place).rmdir()

        meanwhile("move_directory", swept)
        store.delete_collection("notes")
        assert store.entries() == []

    @pytest.mark.parametrize("after", [False, True])
    def test_an_interruption_is_told_as_one(
        self, store: Store, notes: Collection, meanwhile: Meanwhile, after: bool
    ) -> None:
        def interrupted() -> None:
            raise KeyboardInterrupt

        meanwhile("move_directory", interrupted, after=after)
        with pytest.raises(KeyboardInterrupt):
            store.delete_collection("notes")
        assert notes.path.exists() is not after
        assert len(store.entries()) == 1
        store.get_or_create_collection("notes")
        store.delete_collection("notes")
        assert store.entries() == []

    def test_folders_of_others_are_not_taken_for_leftovers(self, store: Store, notes: Collection) -> None:
        for name in (".deleted", ".notes.deleted", "x.0123456789abcdef.deleted", ".x.0123456789abcdef.tmp"):
            (store.path / name).mkdir()
        store.delete_collection("notes")
        assert len(store.entries()) == 4

    def test_a_collection_behind_a_link_is_not_deleted(self, store: Store, notes: Collection) -> None:
        elsewhere = notes.path.rename(store.path.parent / "elsewhere")
        notes.path.symlink_to(elsewhere)
        with pytest.raises(NotADirectoryError, match="no folder of the store's own"):
            store.delete_collection("notes")
        assert (elsewhere / "00000000.gob").exists()


class TestWhatIsNoText:
    """A wrong kind of value is a TypeError, one of the right kind that cannot be used a ValueError."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda store, notes: store.create_collection(b"name"),
            lambda store, notes: store.create_collection(None),
            lambda store, notes: store.get_or_create_collection(3),
            lambda store, notes: store.create_collection("new", [("k", "v")]),
            lambda store, notes: store.create_collection("new", {"k": 1}),
            lambda store, notes: store.create_collection("new", form="gz"),
            lambda store, notes: store.collection(None),
            lambda store, notes: store.delete_collection(b"notes"),
            lambda store, notes: notes.set_metadata(None),
            lambda store, notes: notes.set_metadata({"k": None}),
            lambda store, notes: notes.add(None, [1.0]),
            lambda store, notes: notes.add(3, [1.0]),
            lambda store, notes: notes.add("a", [1.0], content=None),
            lambda store, notes: notes.add("a", [1.0], content=b"text"),
            lambda store, notes: notes.add("a", [1.0], metadata={1: "v"}),
            lambda store, notes: notes.add("a", [1.0], metadata="kv"),
            lambda store, notes: notes.add("a", None),
            lambda store, notes: notes.add("a", 1.0),
            lambda store, notes: notes.add("a", ["1"]),
            lambda store, notes: notes.add("a", [[1.0]]),
            lambda store, notes: notes.add("a", "12"),
            lambda store, notes: notes.add("a", b"abcd"),
            lambda store, notes: notes.add("a", {1.0, 2.0}),
            lambda store, notes: notes.add("a", {1.0: 2}),
            lambda store, notes: notes.get(None),
            lambda store, notes: notes.delete("old", None),
            lambda store, notes: notes.delete(["old"]),
        ],
    )
    def test_it_is_a_type_error(
        self, store: Store, notes: Collection, change: Callable[[Store, Collection], object]
    ) -> None:
        notes.add("old", [1.0])
        before = contents(store.path)
        with pytest.raises(TypeError):
            change(store, notes)
        assert contents(store.path) == before
