"""Real chromem-go through the typed operations."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
from array import array
from pathlib import Path

import pytest

from gohelper import Collection, Document, Go, GoError, GoTimeout, Metadata

DOCUMENTS = [
    Document("first", {"lang": "en", "": "empty key"}, array("f", [1.0, 0.0, 0.0]), "one"),
    Document("second", None, array("f", [0.0, 1.0, 0.0]), "two"),
    Document("caf\udce9", {}, array("f", [0.0, 0.0, 1.0]), "not \udcff UTF-8"),
]
COLLECTIONS = [
    Collection("contextd_memories", None, DOCUMENTS),
    Collection("b\udcfcro", {"owner": "\udcff"}, []),
]
KEY = bytes(range(32))


def hash8(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def files(store: Path) -> set[str]:
    return {str(path.relative_to(store)) for path in store.rglob("*") if path.is_file()}


@pytest.fixture(params=[False, True], ids=["plain", "gz"])
def compress(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def store(go: Go, tmp_path: Path, compress: bool) -> Path:
    path = tmp_path / "store"
    counts = go.chromem_create(path, COLLECTIONS, compress=compress)
    assert counts == {"contextd_memories": 3, "b\udcfcro": 0}
    return path


def test_create_writes_chromems_layout(store: Path, compress: bool) -> None:
    extension = ".gob.gz" if compress else ".gob"
    memories, office = hash8("contextd_memories"), hash8("b\udcfcro")
    names = ["00000000", *(hash8(document.id) for document in DOCUMENTS)]
    assert files(store) == {f"{memories}/{name}{extension}" for name in names} | {
        f"{office}/00000000{extension}"
    }


def test_open_counts_documents_and_the_other_flag_sees_nothing(go: Go, store: Path, compress: bool) -> None:
    assert go.chromem_open(store, compress=compress) == {"contextd_memories": 3, "b\udcfcro": 0}
    assert go.chromem_open(store, compress=not compress) == {}


def test_documents_come_back_as_they_were_given(go: Go, store: Path, compress: bool) -> None:
    memories = go.chromem_documents(store, "contextd_memories", compress=compress)
    assert memories.documents == sorted(DOCUMENTS, key=lambda document: os.fsencode(document.id))
    assert memories.metadata == {}, "chromem makes an empty map of nil"
    assert go.chromem_documents(store, "b\udcfcro", compress=compress) == COLLECTIONS[1]


def test_query_finds_the_nearest_first(go: Go, store: Path, compress: bool) -> None:
    nearest = go.chromem_query(store, "contextd_memories", [0.1, 2.0, 0.2], 2, compress=compress)
    assert [result.document for result in nearest] == [DOCUMENTS[1], DOCUMENTS[2]]
    norm = math.hypot(0.1, 2.0, 0.2)
    assert [result.similarity for result in nearest] == pytest.approx([2.0 / norm, 0.2 / norm], abs=1e-6)


def test_similarity_may_be_nan(go: Go, tmp_path: Path) -> None:
    broken = Document("a", None, [math.nan, 0.0])
    go.chromem_create(tmp_path / "store", [Collection("c", None, [broken])])
    [result] = go.chromem_query(tmp_path / "store", "c", [1.0, 0.0], 1)
    assert math.isnan(result.similarity)


def test_add_and_delete_change_an_existing_store(go: Go, store: Path, compress: bool) -> None:
    more = Collection("contextd_memories", None, [Document("third", None, [0.6, 0.8, 0.0], "three")])
    assert go.chromem_add(store, [more], compress=compress)["contextd_memories"] == 4
    counts = go.chromem_delete(
        store, "contextd_memories", ["first", "caf\udce9", "unknown"], compress=compress
    )
    assert counts["contextd_memories"] == 2
    left = go.chromem_documents(store, "contextd_memories", compress=compress).documents
    assert [document.id for document in left] == ["second", "third"]


@pytest.mark.parametrize("compress_file", [False, True], ids=["file-plain", "file-gz"])
@pytest.mark.parametrize("key", [b"", KEY], ids=["clear", "encrypted"])
def test_an_export_imports_to_an_equal_store(
    go: Go, store: Path, compress: bool, tmp_path: Path, compress_file: bool, key: bytes
) -> None:
    file, copy = tmp_path / "export", tmp_path / "copy"
    go.chromem_export(store, file, compress=compress, compress_file=compress_file, key=key)
    assert (file.read_bytes()[:2] == b"\x1f\x8b") == (compress_file and not key)
    go.chromem_import(copy, file, compress=compress, key=key)
    assert files(copy) == files(store)
    for name in ("contextd_memories", "b\udcfcro"):
        original = go.chromem_documents(store, name, compress=compress)
        assert go.chromem_documents(copy, name, compress=compress) == original


def test_errors_are_chromems_own(go: Go, store: Path, compress: bool, tmp_path: Path) -> None:
    folder = store / hash8("contextd_memories")
    metadata = next(folder.glob("00000000.*"))
    whole = metadata.read_bytes()
    query = [1.0, 0.0, 0.0]

    def error_of(file: bytes | None) -> str:
        metadata.unlink() if file is None else metadata.write_bytes(file)
        with pytest.raises(GoError) as caught:
            go.chromem_open(store, compress=compress)
        return str(caught.value)

    assert error_of(b"") == (
        "couldn't read collection metadata: couldn't read magic number to determine whether the stream is "
        "compressed: EOF"
    )
    assert error_of(whole[:60]) == "couldn't read collection metadata: couldn't decode object: unexpected EOF"
    assert error_of(None) == f"collection metadata file not found: {folder}"
    metadata.write_bytes(whole)
    with pytest.raises(GoError, match=r'^collection "nowhere" not found$'):
        go.chromem_query(store, "nowhere", query, 1, compress=compress)
    with pytest.raises(GoError, match="nResults must be <= the number of documents"):
        go.chromem_query(store, "contextd_memories", query, 4, compress=compress)
    with pytest.raises(GoError, match="encryption key must be 32 bytes long"):
        go.chromem_export(store, tmp_path / "export", compress=compress, key=b"short")
    with pytest.raises(GoError, match="couldn't create embedding of document: no embedding was given"):
        go.chromem_add(
            store, [Collection("contextd_memories", None, [Document("x", content="y")])], compress=compress
        )


@pytest.mark.usefixtures("go")
def test_chromem_hangs_on_a_fifo_and_we_do_not(tmp_path: Path) -> None:
    (tmp_path / "store" / "folder").mkdir(parents=True)
    os.mkfifo(tmp_path / "store" / "folder" / "x.gob")
    with Go(timeout=2) as go, pytest.raises(GoTimeout):
        go.chromem_open(tmp_path / "store")


def test_relative_paths_are_the_callers(go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    go.chromem_create("here", [Collection("c")])
    assert files(tmp_path) == {f"here/{hash8('c')}/00000000.gob"}


def test_a_fresh_process_counts_type_ids_from_64(fresh_go: Go, tmp_path: Path) -> None:
    """chromem-facts' 69 bytes: an anonymous struct (64) and its map (65)."""
    definitions = bytes.fromhex(
        "227f030102ff8000010201044e616d65010c0001084d6574616461746101ff8200000021ff81040101116d61705b737472696e"
        "675d737472696e6701ff8200010c010c0000"
    )
    fresh_go.chromem_create(tmp_path / "store", [Collection("c", None, DOCUMENTS[:1])])
    metadata = (tmp_path / "store" / hash8("c") / "00000000.gob").read_bytes()
    assert metadata == definitions + b"\x08\xff\x80\x01\x01c\x01\x00\x00"
    document = (tmp_path / "store" / hash8("c") / f"{hash8('first')}.gob").read_bytes()
    assert document[1:3] == b"\xff\x83", "the document's type is 66: the id after the metadata's two"


def test_in_a_process_that_wrote_a_document_first_the_ids_are_others(fresh_go: Go) -> None:
    document = fresh_go.gob_encode_document(DOCUMENTS[0])
    metadata = fresh_go.gob_encode_metadata(Metadata("c", {}))
    assert (document[1:2], metadata[1:3]) == (b"\x7f", b"\xff\x85"), "64 and 67"
    fresh_go.restart()
    fresh_go.gob_decode_document(document)
    assert fresh_go.gob_encode_metadata(Metadata("c", {}))[1:2] == b"\x7f", "decoding takes no ids"


def test_records_are_the_very_bytes_of_chromems_files(fresh_go: Go, tmp_path: Path) -> None:
    document = Document("first", {"k": "v"}, [1.0, 0.0], "one")
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    for path, compress in ((plain, False), (packed, True)):
        fresh_go.chromem_create(path, [Collection("c", {"k": "v"}, [document])], compress=compress)
    metadata_bytes = fresh_go.gob_encode_metadata(Metadata("c", {"k": "v"}))
    document_bytes = fresh_go.gob_encode_document(document)
    for stream, name in ((metadata_bytes, "00000000"), (document_bytes, hash8("first"))):
        assert (plain / hash8("c") / f"{name}.gob").read_bytes() == stream
        compressed = (packed / hash8("c") / f"{name}.gob.gz").read_bytes()
        assert compressed == fresh_go.gzip_compress(stream)
        assert gzip.decompress(compressed) == stream


@pytest.mark.parametrize("metadata", [None, {}, {"k": "v", "\udcff": ""}], ids=["nil", "empty", "two"])
def test_records_decode_to_what_was_encoded(go: Go, metadata: dict[str, str] | None) -> None:
    record = Metadata("n\udc80", metadata)
    assert go.gob_decode_metadata(go.gob_encode_metadata(record)) == record
    document = Document("n\udc80", metadata, array("f", [0.1, -0.0]), "c")
    assert go.gob_decode_document(go.gob_encode_document(document)) == document


def test_a_broken_record_is_gobs_error(go: Go) -> None:
    whole = go.gob_encode_metadata(Metadata("name", {}))
    with pytest.raises(GoError, match=r"^unexpected EOF$"):
        go.gob_decode_metadata(whole[:-1])
    with pytest.raises(GoError, match=r"^EOF$"):
        go.gob_decode_document(b"")
