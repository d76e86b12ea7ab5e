"""Walking over a store as chromem does."""

import os
from pathlib import Path

import pytest

from pygob.chromem import Format, Kind, Metadata, NotRegularFile, Store
from pygob.chromem.entries import entry_at, read_file, scan
from tests.stores import write_store


def test_collections_and_documents(tmp_path: Path) -> None:
    store = Store(write_store(tmp_path / "store", ["a", "b"], documents=2))
    found = {collection.metadata().name: collection for collection in store.collections()}
    assert set(found) == {"a", "b"}
    assert sorted(document.id for document in found["a"].documents()) == ["a-0", "a-1"]
    assert found["a"].formats() == {Format.PLAIN}
    assert found["a"].metadata() == Metadata("a")
    assert found["a"].metadata_path(Format.GZ).name == "00000000.gob.gz"


def test_a_collection_without_metadata(tmp_path: Path) -> None:
    store = Store(write_store(tmp_path / "store", ["a"]))
    [collection] = store.collections()
    collection.metadata_path(Format.PLAIN).unlink()
    with pytest.raises(FileNotFoundError):
        collection.metadata()


def test_what_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        Store(tmp_path / "file")
    with pytest.raises(FileNotFoundError):
        Store(tmp_path / "nowhere")


def test_kinds_of_entries_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.gob").write_text("x")
    (tmp_path / "Z.gob.gz").symlink_to("a.gob")
    os.mkfifo(tmp_path / "f.gob")
    (tmp_path / "\udce9").write_text("")
    entries = scan(tmp_path)
    assert [(entry.name, entry.kind) for entry in entries] == [
        ("Z.gob.gz", Kind.SYMLINK),
        ("a.gob", Kind.FILE),
        ("b", Kind.DIRECTORY),
        ("f.gob", Kind.SPECIAL),
        ("\udce9", Kind.FILE),
    ]
    assert [entry.format for entry in entries] == [Format.GZ, Format.PLAIN, None, Format.PLAIN, None]


def test_an_entry_shows_that_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    before = entry_at(path)
    assert entry_at(path) == before
    path.write_text("xy")
    assert entry_at(path) != before
    path.unlink()
    assert entry_at(path) is None


def test_what_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/null")):
        with pytest.raises(NotRegularFile):
            read_file(path)


def test_links_to_files_are_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert read_file(tmp_path / "link") == b"content"
