"""Collections and documents created, replaced and deleted."""

import stat
from array import array
from pathlib import Path

import pytest

from pygob import GobDecodeError, GobEncodeError
from pygob.chromem import Document, Format, Metadata, NameTaken, RecordIds, Store, name_hash, read_metadata
from tests.stores import contents, write_store

# Two names of one hash, and an id whose hash is the name of metadata files.
ONE, OTHER = "tenant_132842_memories", "tenant_169843_memories"
ZERO = "chunk_3650075649"
# Python's text that no UTF-8 is, and that stands for no byte either.
LONE = "\ud800"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store")


class TestCollections:
    def test_a_new_store_is_private_and_empty(self, store: Store) -> None:
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o700
        assert store.collections() == []
        with pytest.raises(FileExistsError):
            Store.create(store.path)

    def test_a_new_collection(self, store: Store) -> None:
        made = store.create_collection("notes", {"owner": "ops"})
        assert made.path == store.path / name_hash("notes")
        assert made.metadata() == Metadata("notes", {"owner": "ops"})
        assert [entry.name for entry in made.entries()] == ["00000000.gob"]
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
        assert store.collection("notes").path == made.path

    def test_a_collection_without_metadata_of_its_own_has_an_empty_map(self, store: Store) -> None:
        assert store.create_collection("notes").metadata() == Metadata("notes", {})

    def test_a_backup_beside(self, store: Store) -> None:
        made = store.create_collection("notes", backup=True)
        files = {entry.name: entry.path.read_bytes() for entry in made.entries()}
        assert set(files) == {"00000000.gob", "00000000.gob.backup"}
        assert len(set(files.values())) == 1

    @pytest.mark.parametrize("form", Format)
    def test_metadata_is_replaced_under_the_same_name_and_type_ids(
        self, tmp_path: Path, form: Format
    ) -> None:
        ids = RecordIds(70, 71)
        store = Store(write_store(tmp_path / "store", ["notes"], form=form, ids=ids))
        notes = store.collection("notes")
        notes.path.joinpath(form.metadata_name).chmod(0o640)
        assert notes.set_metadata({"owner": "ops"}) == Metadata("notes", {"owner": "ops"})
        assert notes.metadata() == Metadata("notes", {"owner": "ops"})
        assert Metadata.examine(unpacked(notes.metadata_path(form))).ids == ids
        assert stat.S_IMODE(notes.metadata_path(form).stat().st_mode) == 0o640
        assert len(list(notes.documents())) == 3

    def test_a_backup_follows_the_metadata(self, store: Store) -> None:
        made = store.create_collection("notes", backup=True)
        made.set_metadata({"owner": "ops"})
        assert read_metadata(made.path / "00000000.gob.backup") == Metadata("notes", {"owner": "ops"})

    def test_metadata_that_gob_cannot_hold_changes_nothing(self, store: Store) -> None:
        made = store.create_collection("notes", {"owner": "ops"})
        before = contents(store.path)
        with pytest.raises(GobEncodeError, match="'owner' in the metadata of a collection has a lone"):
            made.set_metadata({"owner": LONE})
        assert contents(store.path) == before

    @pytest.mark.parametrize("form", Format)
    def test_like_the_other_collections(self, tmp_path: Path, form: Format) -> None:
        ids = RecordIds(70, 71)
        store = Store(write_store(tmp_path / "store", ["a"], form=form, ids=ids))
        sibling = store.collection("a")
        sibling.path.chmod(0o750)
        made = store.create_collection("b")
        assert made.format is form
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o750
        assert Metadata.examine(unpacked(made.metadata_path(form))).ids == ids

    def test_not_like_hidden_folders(self, tmp_path: Path) -> None:
        store = Store(write_store(tmp_path / "store", ["a"]))
        store.path.joinpath(".quarantine").mkdir(mode=0o700)
        store.collection("a").path.chmod(0o750)
        assert stat.S_IMODE(store.create_collection("b").path.stat().st_mode) == 0o750

    def test_the_form_that_is_asked_for(self, store: Store) -> None:
        assert store.create_collection("a", form=Format.GZ).format is Format.GZ
        assert store.create_collection("b").format is Format.GZ
        assert store.create_collection("c", form=Format.PLAIN).format is Format.PLAIN
        with pytest.raises(ValueError, match="say which form is meant"):
            store.create_collection("d")

    def test_an_empty_folder_is_used(self, store: Store) -> None:
        (store.path / name_hash("notes")).mkdir()
        assert store.create_collection("notes").metadata().name == "notes"

    def test_a_name_that_is_taken(self, store: Store) -> None:
        store.create_collection("notes", {"first": "yes"})
        with pytest.raises(NameTaken, match="the collection 'notes' exists"):
            store.create_collection("notes")
        assert store.collection("notes").metadata().metadata == {"first": "yes"}

    def test_a_name_that_is_taken_by_a_folder_elsewhere(self, store: Store) -> None:
        store.create_collection("notes").path.rename(store.path / "elsewhere")
        with pytest.raises(NameTaken, match="elsewhere"):
            store.create_collection("notes")
        assert store.collection("notes").dir == "elsewhere"

    def test_two_names_of_one_hash(self, store: Store) -> None:
        store.create_collection(ONE)
        before = contents(store.path)
        with pytest.raises(NameTaken, match="have the same hash"):
            store.create_collection(OTHER)
        assert contents(store.path) == before

    @pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"")])
    def test_documents_without_metadata(self, tmp_path: Path, damage: object) -> None:
        store = Store(write_store(tmp_path / "store", ["notes"]))
        damage(store.collection("notes").metadata_path(Format.PLAIN))
        before = contents(store.path)
        with pytest.raises(NameTaken, match="chromemctl recover brings them back"):
            store.create_collection("notes")
        assert contents(store.path) == before

    def test_a_file_in_the_place(self, store: Store) -> None:
        (store.path / name_hash("notes")).write_text("")
        with pytest.raises(NameTaken, match="is no folder"):
            store.create_collection("notes")

    @pytest.mark.parametrize("form", Format)
    def test_a_folder_in_the_place_of_the_metadata(self, store: Store, form: Format) -> None:
        (store.path / name_hash("notes") / form.metadata_name).mkdir(parents=True)
        with pytest.raises(NameTaken, match="chromemctl recover sets it aside"):
            store.create_collection("notes")

    def test_what_cannot_be_a_collection(self, store: Store) -> None:
        with pytest.raises(ValueError, match="needs a name"):
            store.create_collection("")
        with pytest.raises(GobEncodeError, match="a lone surrogate at index 1"):
            store.create_collection("n" + LONE)
        assert contents(store.path) == {}

    def test_no_such_collection(self, store: Store) -> None:
        with pytest.raises(LookupError, match="no collection has the name 'notes'"):
            store.collection("notes")
        with pytest.raises(LookupError):
            store.delete_collection("notes")

    def test_a_collection_is_deleted(self, store: Store) -> None:
        store.create_collection("kept").add("a", [1.0])
        store.create_collection("gone", backup=True).add("a", [1.0])
        before = contents(store.collection("kept").path)
        store.delete_collection("gone")
        assert [found.metadata().name for found in store.collections()] == ["kept"]
        assert contents(store.collection("kept").path) == before

    def test_a_collection_with_a_folder_in_it_is_not(self, store: Store) -> None:
        made = store.create_collection("notes")
        (made.path / "folder").mkdir()
        before = contents(store.path)
        with pytest.raises(OSError, match="not chromem's"):
            store.delete_collection("notes")
        assert contents(store.path) == before


class TestDocuments:
    def test_a_new_document(self, store: Store) -> None:
        notes = store.create_collection("notes")
        added = notes.add("a", [0.6, 0.8], metadata={"k": "v"}, content="text")
        assert added == Document("a", {"k": "v"}, array("f", [0.6, 0.8]), "text")
        assert notes.get("a") == added
        assert list(notes.documents()) == [added]
        assert [entry.name for entry in notes.document_entries()] == [f"{name_hash('a')}.gob"]

    def test_a_nil_map_stays_one(self, store: Store) -> None:
        notes = store.create_collection("notes")
        assert notes.add("a", [1.0]).metadata is None
        assert notes.add("b", [1.0], metadata={}).metadata == {}
        assert (notes.get("a").metadata, notes.get("b").metadata) == (None, {})

    def test_a_vector_gets_length_one(self, store: Store) -> None:
        notes = store.create_collection("notes")
        assert notes.add("a", [3.0, 4.0]).embedding == array("f", [0.6, 0.8])

    def test_a_document_is_replaced(self, store: Store) -> None:
        notes = store.create_collection("notes")
        notes.add("a", [1.0], content="old")
        notes.add("a", [1.0], content="new")
        assert [document.content for document in notes.documents()] == ["new"]

    @pytest.mark.parametrize("form", Format)
    def test_like_the_other_documents(self, tmp_path: Path, form: Format) -> None:
        store = Store(write_store(tmp_path / "store", ["notes"], form=form))
        notes = store.collection("notes")
        ids = RecordIds(90, 91, 92)
        for entry in notes.document_entries():
            entry.path.unlink()
        path = notes.path / f"{name_hash('x')}{form.suffix}"
        path.write_bytes(Document("x", {}, array("f", [1.0])).to_bytes(ids))
        notes.metadata_path(form).chmod(0o640)
        notes.add("y", [1.0])
        notes.add("x", [1.0], content="new")
        for name in "xy":
            file = notes.path / f"{name_hash(name)}{form.suffix}"
            assert Document.examine(unpacked(file)).ids == ids
            assert stat.S_IMODE(file.stat().st_mode) == 0o640

    def test_two_ids_of_one_hash(self, store: Store) -> None:
        notes = store.create_collection("notes")
        notes.add(ONE, [1.0])
        before = contents(store.path)
        for change in (
            lambda: notes.add(OTHER, [1.0]),
            lambda: notes.delete(ONE, OTHER),
            lambda: notes.get(OTHER),
        ):
            with pytest.raises(NameTaken, match="have the same hash, so chromem has one file for both"):
                change()
        assert contents(store.path) == before

    def test_an_id_with_the_hash_of_metadata_files(self, store: Store) -> None:
        """chromem would write the document over the collection's metadata, and not start again."""
        notes = store.create_collection("notes")
        assert name_hash(ZERO) == "00000000"
        with pytest.raises(NameTaken, match="would be the metadata's"):
            notes.add(ZERO, [1.0])
        assert read_metadata(notes.metadata_path(Format.PLAIN)).name == "notes"

    def test_a_damaged_file_is_not_replaced(self, store: Store) -> None:
        notes = store.create_collection("notes")
        notes.add("a", [1.0])
        path = notes.path / f"{name_hash('a')}.gob"
        path.write_bytes(path.read_bytes()[:-5])
        for change in (lambda: notes.add("a", [1.0]), lambda: notes.delete("a")):
            with pytest.raises(NameTaken, match="chromemctl recover sets it aside"):
                change()
        with pytest.raises(GobDecodeError):
            list(notes.documents())

    def test_a_link_to_nothing_in_its_place(self, store: Store) -> None:
        notes = store.create_collection("notes")
        (notes.path / f"{name_hash('a')}.gob").symlink_to("nowhere")
        for change in (lambda: notes.add("a", [1.0]), lambda: notes.delete("a")):
            with pytest.raises(NameTaken, match="a symbolic link to nothing"):
                change()

    def test_what_cannot_be_a_document(self, store: Store) -> None:
        notes = store.create_collection("notes")
        with pytest.raises(ValueError, match="needs an id"):
            notes.add("", [1.0])
        with pytest.raises(ValueError, match="a model make one"):
            notes.add("a", [], content="text")
        with pytest.raises(GobEncodeError, match="the content of a document has a lone surrogate"):
            notes.add("a", [1.0], content=LONE)
        assert notes.document_entries() == []

    def test_documents_are_deleted(self, store: Store) -> None:
        notes = store.create_collection("notes")
        for name in "abc":
            notes.add(name, [1.0])
        assert notes.delete("a", "c", "c", "unknown") == 2
        assert [document.id for document in notes.documents()] == ["b"]
        assert notes.delete() == 0

    def test_no_such_document(self, store: Store) -> None:
        with pytest.raises(LookupError, match="no document has the id 'a'"):
            store.create_collection("notes").get("a")

    def test_a_collection_without_metadata(self, tmp_path: Path) -> None:
        store = Store(write_store(tmp_path / "store", ["notes"]))
        notes = store.collection("notes")
        notes.metadata_path(Format.PLAIN).unlink()
        with pytest.raises(FileNotFoundError, match="00000000"):
            notes.add("a", [1.0])

    def test_names_that_are_not_utf8(self, store: Store) -> None:
        notes = store.create_collection("\udcff", {"\udcfe": "\udcfd"})
        notes.add("\udcfc", [1.0], content="\udcfb")
        assert store.collection("\udcff").get("\udcfc").content == "\udcfb"


def unpacked(path: Path) -> bytes:
    from pygob.chromem.records import unwrapped

    return unwrapped(path.read_bytes())
