"""A new store that appears when it is whole."""

import errno
import os
import stat
from array import array
from pathlib import Path

import pytest

from pygob.chromem import Document, Format, Metadata, NewStore, Store, durable
from tests.support.crash import run_and_die

# Two names of one hash, and an id whose hash is the name of metadata files.
ONE, OTHER = "tenant_132842_memories", "tenant_169843_memories"
ZERO = "chunk_3650075649"
DOCUMENTS = [Document(name, {"k": "v"}, array("f", [0.6, 0.8]), f"text {name}") for name in "abc"]
# So many documents are synced one by one, or by threads.
FEW_AND_MANY = (3, 300)


def build(path: Path, form: Format = Format.PLAIN) -> None:
    with NewStore(path, form) as new:
        for name in ("one", "two"):
            with new.collection(Metadata(name, {"name": name})) as folder:
                for document in DOCUMENTS:
                    folder.add_document(document)
        new.finish()


@pytest.mark.parametrize("form", Format)
def test_what_is_built(tmp_path: Path, form: Format) -> None:
    build(tmp_path / "store", form)
    store = Store(tmp_path / "store")
    assert sorted(collection.metadata().name for collection in store.collections()) == ["one", "two"]
    assert sorted(store.collection("one").documents(), key=lambda document: document.id) == DOCUMENTS
    assert store.collection("one").formats() == {form}
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o700
    assert os.listdir(tmp_path) == ["store"]


def test_nothing_is_there_before_the_end(tmp_path: Path) -> None:
    with NewStore(tmp_path / "store", Format.PLAIN) as new:
        with new.collection(Metadata("one")):
            pass
        assert not new.path.exists()
    assert os.listdir(tmp_path) == []


def test_nothing_is_left_after_an_error(tmp_path: Path) -> None:
    def stopped() -> None:
        with NewStore(tmp_path / "store", Format.PLAIN) as new, new.collection(Metadata("one")) as folder:
            folder.add_document(DOCUMENTS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert os.listdir(tmp_path) == []


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with pytest.raises(FileExistsError):
        build(tmp_path / "store")
    assert os.listdir(tmp_path) == ["store"]


def test_what_comes_meanwhile_is_kept(tmp_path: Path) -> None:
    with NewStore(tmp_path / "store", Format.PLAIN) as new:
        (tmp_path / "store").write_text("mine")
        with pytest.raises(FileExistsError):
            new.finish()
    assert (tmp_path / "store").read_text() == "mine"
    assert os.listdir(tmp_path) == ["store"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([ONE, OTHER], f"'{OTHER}' and '{ONE}' have the same hash"),
        (["a", "a"], "two documents with the id 'a'"),
        ([ZERO], "its file would be the metadata's"),
        ([""], "a document without an id"),
    ],
)
def test_documents_that_chromem_would_lose(tmp_path: Path, ids: list[str], message: str) -> None:
    with NewStore(tmp_path / "store", Format.GZ) as new, new.collection(Metadata("one")) as folder:
        *first, last = ids
        for name in first:
            folder.add_document(Document(name))
        with pytest.raises(ValueError, match=message):
            folder.add_document(Document(last))


def test_collections_that_chromem_would_lose(tmp_path: Path) -> None:
    with NewStore(tmp_path / "store", Format.PLAIN) as new:
        with new.collection(Metadata(ONE)):
            pass
        with pytest.raises(FileExistsError), new.collection(Metadata(OTHER)):
            pass
        with pytest.raises(ValueError, match="without a name"), new.collection(Metadata("")):
            pass


@pytest.mark.parametrize("documents", FEW_AND_MANY)
def test_a_file_that_is_not_what_was_written(tmp_path: Path, documents: int) -> None:
    def altered() -> None:
        with NewStore(tmp_path / "store", Format.PLAIN) as new, new.collection(Metadata("one")) as folder:
            for number in range(documents):
                folder.add_document(Document(str(number), content="text"))
            *_, path = [path for path in folder.path.iterdir() if not path.name.startswith("0000")]
            path.write_bytes(path.read_bytes().replace(b"text", b"TEXT"))

    with pytest.raises(OSError, match="not what was written"):
        altered()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("documents", FEW_AND_MANY)
def test_every_file_and_folder_is_synced_before_the_store_appears(
    tmp_path: Path, documents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    with NewStore(tmp_path / "store", Format.GZ) as new:
        with new.collection(Metadata("one")) as folder:
            for number in range(documents):
                folder.add_document(Document(str(number)))
        written = {path.stat().st_ino for path in folder.path.parent.rglob("*")}
        assert len(written) == documents + 2
        assert written <= synced
        new.finish()


@pytest.mark.parametrize("documents", FEW_AND_MANY)
def test_a_disk_that_fails_leaves_nothing(
    tmp_path: Path, documents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: Path) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    def build_many() -> None:
        with NewStore(tmp_path / "store", Format.PLAIN) as new, new.collection(Metadata("one")) as folder:
            for number in range(documents):
                folder.add_document(Document(str(number)))

    monkeypatch.setattr(durable, "settled", failing)
    with pytest.raises(OSError, match="Input/output error"):
        build_many()
    assert os.listdir(tmp_path) == []


def test_ownership_that_is_asked_for(tmp_path: Path) -> None:
    with NewStore(tmp_path / "store", Format.PLAIN, durable.Ownership(0o750)) as new:
        with new.folder("00aa00aa", durable.Ownership(0o710)) as folder:
            folder.add("00000000", Metadata("x").to_bytes(), durable.Ownership(0o640))
        new.finish()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in [new.path, *sorted(new.path.rglob("*"))]]
    assert modes == [0o750, 0o710, 0o640]


def test_killed_anywhere_it_is_whole_or_not_there(tmp_path: Path) -> None:
    for at in range(200):
        folder = tmp_path / f"at-{at}"
        folder.mkdir()
        ended = run_and_die(lambda folder=folder: build(folder / "store"), at)
        if (folder / "store").exists():
            found = Store(folder / "store")
            assert [len(list(each.documents())) for each in found.collections()] == [3, 3]
        if ended == 0:
            break
    assert os.listdir(folder) == ["store"]
    assert at > 10
