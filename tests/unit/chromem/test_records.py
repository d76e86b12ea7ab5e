"""Metadata and documents, as Go writes and reads them."""

import os
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gohelper
import pygob
from gohelper import Go, GoError
from pygob import GobDecodeError, GobTruncated, GobTypeError, types
from pygob.chromem import (
    Document,
    Format,
    Metadata,
    RecordIds,
    name_hash,
    read_document,
    read_metadata,
    write_document,
    write_metadata,
)
from pygob.chromem.records import DOCUMENT_TYPE, STRING_MAP, surviving_ids

FRESH = bytes.fromhex(
    "227f030102ff8000010201044e616d65010c0001084d6574616461746101ff8200000021ff81040101116d61705b737472696e675d"
    "737472696e6701ff8200010c010c0000"
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
maps = st.none() | st.dictionaries(texts, texts, max_size=4)
floats = st.lists(st.floats(width=32), max_size=40)


def test_metadata_of_a_fresh_process() -> None:
    value = b"\xff\x80\x01\x01c\x01\x00\x00"
    assert Metadata("c").to_bytes() == FRESH + bytes([len(value)]) + value


def test_go_writes_the_same_metadata(fresh_go: Go) -> None:
    for number, metadata in enumerate([{}, {"key": "value"}, None]):
        record = gohelper.Metadata(f"name {number}", metadata)
        assert Metadata(record.name, record.metadata).to_bytes() == fresh_go.gob_encode_metadata(record)


def test_go_writes_the_same_document(fresh_go: Go) -> None:
    fresh_go.gob_encode_metadata(gohelper.Metadata("first", {}))
    record = Document("id", {"key": "value"}, array("f", [0.6, -0.8]), "text")
    theirs = gohelper.Document(record.id, record.metadata, record.embedding, record.content)
    assert record.to_bytes() == fresh_go.gob_encode_document(theirs)


@given(texts, maps)
def test_metadata_round_trip(name: str, metadata: dict[str, str] | None) -> None:
    record = Metadata(name, metadata)
    assert Metadata.from_bytes(record.to_bytes()) == record


@given(texts, maps, floats, texts)
def test_document_round_trip(
    document_id: str, metadata: dict[str, str] | None, embedding: list[float], content: str
) -> None:
    record = Document(document_id, metadata, array("f", embedding), content)
    back = Document.from_bytes(record.to_bytes())
    assert (back.id, back.metadata, back.content) == (document_id, metadata, content)
    assert back.embedding.tobytes() == record.embedding.tobytes()


@given(texts, maps, st.integers(64, 5000), st.integers(1, 300), st.booleans())
def test_ids_are_those_asked_for(
    name: str, metadata: dict[str, str] | None, first: int, gap: int, map_first: bool
) -> None:
    ids = RecordIds(first + gap, first) if map_first else RecordIds(first, first + 1)
    reading = Metadata.examine(Metadata(name, metadata).to_bytes(ids))
    assert (reading.ids, reading.record) == (ids, Metadata(name, metadata))


@pytest.mark.parametrize(
    "ids",
    [RecordIds(64, 66), RecordIds(64, 64), RecordIds(64, 63), RecordIds(10, 11), RecordIds(1 << 30, 64)],
)
def test_ids_that_no_go_process_gives(ids: RecordIds) -> None:
    with pytest.raises(ValueError, match="no Go process numbers types like"):
        Metadata("c").to_bytes(ids)


def test_document_ids_are_those_asked_for() -> None:
    for ids in (RecordIds(64, 65, 66), RecordIds(66, 65, 67), RecordIds(90, 70, 80), RecordIds(70, 69, 71)):
        assert Document.examine(Document("x", {}, array("f", [1])).to_bytes(ids)).ids == ids


def test_bytes_that_are_not_utf8_survive() -> None:
    record = Metadata("caf\udce9", {"\udcff": "\udc80"})
    assert Metadata.from_bytes(record.to_bytes()) == record


def test_what_a_reading_tells() -> None:
    reading = Metadata.examine(Metadata("c").to_bytes() + b"12345")
    assert reading.fields == ("Name", "Metadata")
    assert reading.trailing == 5


FOREIGN = {
    "no field in common": pygob.dumps({"Title": "x"}, types.Struct("Other", {"Title": types.STRING})),
    "number for a name": pygob.dumps({"Name": 7}, types.Struct("", {"Name": types.INT})),
    "no struct": pygob.dumps("text"),
    "list for a map": pygob.dumps(
        {"Metadata": ["x"]}, types.Struct("", {"Metadata": types.Slice(types.STRING)})
    ),
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_foreign_types_are_refused_in_gos_words(go: Go, data: bytes) -> None:
    with pytest.raises(GoError) as refused:
        go.gob_decode_metadata(data)
    with pytest.raises(GobTypeError) as error:
        Metadata.from_bytes(data)
    assert error.value.message == str(refused.value)


EMBEDDINGS = {
    "[]int": (types.Slice(types.INT), [1]),
    "[2]float32": (types.Array(2, types.FLOAT32), (1.0, 0.0)),
    "float64 out of range": (types.Slice(types.FLOAT), [1e300]),
}


@pytest.mark.parametrize(("described", "value"), EMBEDDINGS.values(), ids=EMBEDDINGS)
def test_embeddings_that_go_refuses(go: Go, described: types.Type, value: object) -> None:
    fields = {**dict(DOCUMENT_TYPE.fields), "Embedding": described}
    data = pygob.dumps({"ID": "x", "Embedding": value}, types.Struct("Document", fields))
    with pytest.raises(GoError) as refused:
        go.gob_decode_document(data)
    with pytest.raises(GobDecodeError) as error:
        Document.from_bytes(data)
    assert error.value.message == str(refused.value)


def test_float64_embeddings_are_narrowed(go: Go) -> None:
    fields = {**dict(DOCUMENT_TYPE.fields), "Embedding": types.Slice(types.FLOAT)}
    data = pygob.dumps({"ID": "x", "Embedding": [0.1, float("inf")]}, types.Struct("Document", fields))
    theirs = go.gob_decode_document(data)
    assert theirs.embedding is not None
    assert Document.from_bytes(data).embedding == array("f", theirs.embedding)


def test_other_names_orders_and_fields_are_accepted() -> None:
    described = types.Struct("collection", {"Extra": types.INT, "Metadata": STRING_MAP, "Name": types.STRING})
    data = pygob.dumps({"Extra": 1, "Metadata": {"a": "b"}, "Name": "c"}, described)
    assert Metadata.from_bytes(data) == Metadata("c", {"a": "b"})


def test_a_document_read_as_metadata_has_no_name() -> None:
    assert Metadata.from_bytes(Document("x", {"a": "b"}).to_bytes()) == Metadata("", {"a": "b"})


@pytest.mark.parametrize("size", range(len(Metadata("contextd_memories", {"a": "b"}).to_bytes())))
def test_every_cut_is_an_error(size: int) -> None:
    with pytest.raises(GobTruncated):
        Metadata.from_bytes(Metadata("contextd_memories", {"a": "b"}).to_bytes()[:size])


@given(st.binary(max_size=200))
def test_nothing_else_is_ever_raised(data: bytes) -> None:
    for stream in (data, FRESH + data):
        for read in (Metadata.from_bytes, Document.from_bytes):
            try:
                read(stream)
            except GobDecodeError:
                continue


def test_ids_that_survive_a_cut() -> None:
    data = Metadata("contextd_memories").to_bytes(RecordIds(90, 91))
    found = [surviving_ids(data[:size]) for size in range(len(data))]
    first = found.index(RecordIds(90, 91))
    assert set(found[:first]) == {None}
    assert set(found[first:]) == {RecordIds(90, 91)}
    assert first <= 40, "the first of the two definitions tells both"


@pytest.mark.parametrize("form", Format)
def test_files(tmp_path: Path, form: Format) -> None:
    folder = tmp_path / name_hash("c")
    folder.mkdir()
    path = write_metadata(folder, Metadata("c", {"a": "b"}), form)
    assert path == folder / form.metadata_name
    assert read_metadata(path) == Metadata("c", {"a": "b"})
    document = Document("id", {}, array("f", [1.0]), "text")
    path = write_document(folder, document, form)
    assert path.name == name_hash("id") + form.suffix
    assert read_document(path) == document
    document.content = "newer"
    assert read_document(write_document(folder, document, form)) == document


@pytest.mark.parametrize("form", Format)
def test_chromem_opens_what_is_written(go: Go, tmp_path: Path, form: Format) -> None:
    folder = tmp_path / "store" / name_hash("c")
    folder.mkdir(parents=True)
    write_metadata(folder, Metadata("c"), form)
    write_document(folder, Document("id", {}, array("f", [1.0]), "text"), form)
    assert go.chromem_open(tmp_path / "store", compress=form is Format.GZ) == {"c": 1}


def test_metadata_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / name_hash("c")
    folder.mkdir()
    write_metadata(folder, Metadata("c"), Format.PLAIN)
    with pytest.raises(FileExistsError):
        write_metadata(folder, Metadata("c", {"other": "one"}), Format.PLAIN)
    assert read_metadata(folder / "00000000.gob") == Metadata("c")
    assert [path.name for path in folder.iterdir()] == ["00000000.gob"]


def test_metadata_goes_into_its_own_folder_only(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'c' belongs into 2e7d2c03"):
        write_metadata(tmp_path, Metadata("c"), Format.PLAIN)


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x07" + bytes(20)])
def test_files_that_are_no_gob(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.gob").write_bytes(content)
    with pytest.raises(GobDecodeError):
        read_metadata(tmp_path / "x.gob")


@pytest.mark.parametrize("read", [read_metadata, read_document])
def test_a_pipe_is_not_waited_for(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "pipe.gob")
    with pytest.raises(OSError, match="not a regular file"):
        read(tmp_path / "pipe.gob")
