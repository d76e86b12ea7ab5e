"""Bytes after the first value of a file: chromem's value stays to the byte, the rest is kept and listed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gohelper import Go
from pygob.chromem import Document, Format, Metadata, document_name, envelope, name_hash, read_document
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
FORMATS = pytest.mark.parametrize("form", Format)


@pytest.fixture
def store(tmp_path: Path, form: Format) -> Path:
    return settled(write_store(tmp_path / "vectorstore", [NAME], documents=3, form=form))


def document(store: Path, number: int, form: Format) -> Path:
    return store / FOLDER / document_name(f"{NAME}-{number}", form)


def append(path: Path, rest: bytes, form: Format) -> bytes:
    """Let bytes follow the first value of a file; its gob bytes before."""
    gob = envelope.unwrap(path.read_bytes()).data
    path.write_bytes(envelope.wrap(gob + rest, compressed=form is Format.GZ))
    return gob


def gob(path: Path) -> bytes:
    return envelope.unwrap(path.read_bytes()).data


def salvaged(store: Path, path: Path) -> Any:
    report = store / ".quarantine" / FOLDER / "0001" / f"{path.name}.salvaged.json"
    return json.loads(report.read_bytes())


def state(store: Path) -> dict[str, tuple[object, ...]]:
    return {path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


@FORMATS
def test_whole_documents_that_no_file_holds_are_put_into_their_places(
    store: Path, form: Format, go: Go
) -> None:
    path = document(store, 1, form)
    lost = [replace(read_document(path), id=f"lost {n}", content=f"stream {n}") for n in range(3)]
    first = append(path, b"".join(item.to_bytes() for item in lost), form)
    os.utime(path, ns=(1, 1_000_000_001))
    before = state(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    for item in lost:
        place = store / FOLDER / document_name(item.id, form)
        assert f"document '{item.id}' is put into its own place, {place.name}" in outcome.stdout
        assert (gob(place), place.stat().st_mtime_ns) == (item.to_bytes(), 1_000_000_001)
    assert gob(path) == first
    served = go.chromem_documents(store, NAME, compress=form is Format.GZ).documents
    assert {item.id: item.content for item in lost}.items() <= {d.id: d.content for d in served}.items()
    assert inside("verify", store).returncode == 0
    inside("undo", "--last", "--yes", store)
    assert state(store) == before


@FORMATS
@pytest.mark.parametrize(
    "identifier", ["lost", "chunk_3650075649"], ids=["another length of vector", "the place of the metadata"]
)
def test_a_document_that_cannot_be_put_into_its_place_is_lost_to_the_application_and_kept(
    store: Path, form: Format, go: Go, identifier: str
) -> None:
    path = document(store, 1, form)
    embedding = read_document(path).embedding[: 3 if identifier == "lost" else None]
    lost = Document(identifier, {}, embedding, "in the second stream")
    first = append(path, lost.to_bytes(), form)
    whole, before = path.read_bytes(), state(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert f"document '{identifier}', which no file of the collection holds; kept whole" in outcome.stdout
    assert gob(path) == first
    report = salvaged(store, path)
    assert report["after"] == len(first)
    [found] = report["documents"]
    assert (found["id"], found["content"], found["complete"]) == (identifier, "in the second stream", True)
    assert (store / ".quarantine" / FOLDER / "0001" / path.name).read_bytes() == whole
    assert go.chromem_open(store, compress=form is Format.GZ) == {NAME: 3}
    assert inside("verify", store).returncode == 0
    inside("undo", "--last", "--yes", store)
    assert state(store) == before


@FORMATS
def test_what_is_no_loss(store: Path, form: Format) -> None:
    """Another version of a document that has its file, and another collection's metadata."""
    version = replace(read_document(document(store, 0, form)), content="another version")
    append(document(store, 1, form), version.to_bytes(), form)
    append(store / FOLDER / form.metadata_name, Metadata("other").to_bytes(), form)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert f"another version of document '{version.id}', which has a file of its own" in outcome.stdout
    assert outcome.stdout.count("no document is in these bytes") == 1
    assert json.loads(inside("recover", "--dry-run", "--json", store).stdout)["plan"]["files"] == []


@pytest.mark.parametrize("form", [Format.PLAIN])
def test_a_second_value_of_the_same_stream_needs_the_first_ones_definitions(
    store: Path, form: Format
) -> None:
    path = document(store, 1, form)
    # The definitions are the same in both; the length of the value's message is another.
    second = Document("second", {}, read_document(path).embedding).to_bytes()
    shorter = Document("").to_bytes()
    value = next(at for at, byte in enumerate(shorter) if byte != second[at])
    append(path, second[value:], form)
    assert inside("recover", "--yes", store).returncode == 0
    [found] = salvaged(store, path)["documents"]
    assert found["id"] == "second"
    assert (store / FOLDER / document_name("second", form)).read_bytes() == second


@pytest.mark.parametrize("form", [Format.PLAIN])
def test_a_document_that_is_renamed_is_cut_under_its_new_name(store: Path, form: Format) -> None:
    path = document(store, 1, form)
    append(path, Metadata("other").to_bytes(), form)
    path.rename(path.with_name("copy.gob"))
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert "Nothing to repair." in inside("recover", "--dry-run", store).stdout


@FORMATS
@pytest.mark.parametrize("rest", [b"noise", bytes(64), b"\x05\xff"])
def test_bytes_that_are_no_value_are_left_where_they_are(store: Path, form: Format, rest: bytes) -> None:
    """A changed length in the file's own record leaves such bytes, and they are the only sign of it."""
    append(document(store, 1, form), rest, form)
    before = tree(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert "TRAILING" in outcome.stdout
    assert tree(store) == before


@FORMATS
@pytest.mark.parametrize("is_metadata", [False, True])
def test_a_document_behind_zeros_is_put_into_its_place(
    store: Path, form: Format, is_metadata: bool, go: Go
) -> None:
    """Behind gzip data nobody who reads gzip sees it, chromem no more than gunzip."""
    path, lost = document(store, 1, form), document(store, 2, form)
    path = path.with_name(form.metadata_name) if is_metadata else path
    first, rest = path.read_bytes(), bytes(512) + lost.read_bytes()
    held = read_document(lost)
    path.write_bytes(first + rest)
    lost.unlink()
    before = state(settled(store))
    assert go.chromem_open(store, compress=form is Format.GZ) == {NAME: 2}
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert f"{len(rest)} bytes after its" in " ".join(outcome.stdout.split())
    assert (path.read_bytes(), read_document(lost)) == (first, held)
    assert go.chromem_open(store, compress=form is Format.GZ) == {NAME: 3}
    assert inside("verify", store).returncode == 0
    inside("undo", "--last", "--yes", store)
    assert state(store) == before


@pytest.mark.parametrize("form", [Format.GZ])
@pytest.mark.parametrize("is_metadata", [False, True])
def test_other_bytes_behind_the_gzip_data_are_told_of_and_left(
    store: Path, form: Format, is_metadata: bool
) -> None:
    path = document(store, 1, form)
    path = path.with_name(form.metadata_name) if is_metadata else path
    path.write_bytes(path.read_bytes() + bytes(512))
    before = tree(settled(store))
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert "512 bytes follow the gzip data" in " ".join(outcome.stdout.split())
    assert "tail -c 512 " in outcome.stdout
    assert tree(store) == before
