"""Documents inside of files that are set aside: what is nowhere else comes back, or is named as lost."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gohelper import Go
from pygob.chromem import Document, Format, document_name, envelope, name_hash, read_document
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
PLACES = [document_name(f"{NAME}-{number}", Format.PLAIN) for number in range(3)]
METADATA = "00000000.gob"

# The file that is damaged, its content made of those of the sound files, which documents have no file of
# their own then, and which of these are whole in that one.
Made = Callable[[dict[str, bytes]], bytes]
DAMAGES: dict[str, tuple[str, Made, list[int], list[int]]] = {
    "documents behind metadata under a document's name": (
        PLACES[1],
        lambda sound: sound[METADATA] + b"".join(sound[place] for place in PLACES),
        [0, 1, 2],
        [0, 1, 2],
    ),
    "cut, as metadata": (METADATA, lambda sound: sound[PLACES[1]][:225], [1], []),
    "behind zeros, as metadata": (METADATA, lambda sound: bytes(512) + sound[PLACES[1]], [1], [1]),
    "behind torn metadata": (METADATA, lambda sound: sound[METADATA][:40] + sound[PLACES[1]], [1], [1]),
    "compressed twice, as metadata": (
        METADATA,
        lambda sound: gzip.compress(gzip.compress(sound[PLACES[1]])),
        [1],
        [1],
    ),
    "behind a copy in the place of the metadata": (
        METADATA,
        lambda sound: sound[PLACES[1]] + sound[PLACES[2]],
        [2],
        [2],
    ),
    "behind a stale twin": ("aaaaaaaa.gob", lambda sound: sound[PLACES[1]] + sound[PLACES[2]], [2], [2]),
    "behind a document without an id": (
        document_name("", Format.PLAIN),
        lambda sound: replace(Document.from_bytes(sound[PLACES[1]]), id="").to_bytes() + sound[PLACES[2]],
        [2],
        [2],
    ),
    "behind what is left of another one": (
        PLACES[1],
        lambda sound: sound[PLACES[1]][:60] + sound[PLACES[2]] + sound[PLACES[0]],
        [0, 2],
        [0, 2],
    ),
}


def state(store: Path) -> dict[str, tuple[object, ...]]:
    return {path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


@pytest.mark.parametrize("what", DAMAGES)
def test_every_document_inside_that_the_collection_misses_comes_back_or_is_named_with_its_place(
    tmp_path: Path, what: str, go: Go
) -> None:
    name, content, gone, whole = DAMAGES[what]
    store = write_store(tmp_path / "vectorstore", [NAME, "other"], documents=3)
    sound = {path.name: path.read_bytes() for path in (store / FOLDER).iterdir()}
    for number in gone:
        (store / FOLDER / PLACES[number]).unlink()
    (store / FOLDER / name).write_bytes(content(sound))
    before = state(settled(store))
    outcome = inside("recover", "--yes", "--json", store)
    lost = {f"{NAME}-{number}" for number in gone if number not in whole}
    told = json.loads(outcome.stdout)["plan"]["losses"]
    assert outcome.returncode == (1 if told else 0)
    losses = [loss for loss in told if "inside of it" in loss]
    kept = f".quarantine/{FOLDER}/0001/{name}.salvaged.json"
    assert {identifier for identifier in lost for loss in losses if repr(identifier) in loss} == lost
    assert all(kept in loss for loss in losses)
    assert len(losses) == len(lost)
    texts = {found.get("id") for found in json.loads((store / kept).read_bytes())["documents"]}
    assert texts >= {f"{NAME}-{number}" for number in gone}
    now = {path.name: path.read_bytes() for path in (store / FOLDER).iterdir()}
    untouched = {number for number in (0, 1, 2) if number not in gone and PLACES[number] != name}
    there = {METADATA, *(PLACES[number] for number in {*untouched, *whole})}
    assert now == {place: sound[place] for place in there}
    assert go.chromem_open(store) == {NAME: len(there) - 1, "other": 3}
    inside("undo", "--last", "--yes", store)
    assert state(store) == before


def behind(store: Path, form: Format, rest: bytes) -> Path:
    """Damage the file of document 1, and let bytes follow what is left of it; the file."""
    path = store / FOLDER / document_name(f"{NAME}-1", form)
    path.write_bytes(path.read_bytes()[:60] + rest)
    return path


@pytest.mark.parametrize("form", Format)
def test_a_document_is_brought_back_from_its_own_file_behind_what_overwrote_its_beginning(
    tmp_path: Path, form: Format, go: Go
) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME], documents=3, form=form)
    path = store / FOLDER / document_name(f"{NAME}-1", form)
    own = path.read_bytes()
    path.write_bytes(bytes(4096) + own)
    outcome = inside("recover", "--yes", settled(store))
    assert (outcome.returncode, "could not be brought back" in outcome.stdout) == (0, False), outcome.stdout
    assert envelope.unwrap(path.read_bytes()).data == envelope.unwrap(own).data
    assert go.chromem_open(store, compress=form is Format.GZ) == {NAME: 3}


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize(
    "why", ["another length of vector", "in another collection", "an overwritten id", "one bit changed"]
)
def test_what_is_in_doubt_is_named_and_kept(tmp_path: Path, form: Format, why: str) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME, "other"], documents=3, form=form)
    one = read_document(store / FOLDER / document_name(f"{NAME}-1", form))
    inner = {
        "another length of vector": replace(one, id="inner", embedding=one.embedding[:3]),
        "in another collection": replace(one, id="other-1"),
        "an overwritten id": replace(one, id="in\0\0\0"),
        "one bit changed": replace(one, id=f"{NAME}-3"),
    }[why]
    behind(store, form, envelope.wrap(inner.to_bytes(), compressed=form is Format.GZ))
    outcome = inside("recover", "--yes", "--json", settled(store))
    assert outcome.returncode == 1
    losses = json.loads(outcome.stdout)["plan"]["losses"]
    assert [repr(inner.id) in loss and "kept whole" in loss for loss in losses].count(True) == 1, losses
    assert not (store / FOLDER / document_name(inner.id, form)).exists()


def test_documents_in_base64_that_have_each_others_files_come_back(tmp_path: Path, go: Go) -> None:
    """Their ids are one bit apart, and each file's name is the hash of the other one's."""
    store = write_store(tmp_path / "vectorstore", [NAME], documents=3)
    one, other = (store / FOLDER / PLACES[number] for number in (0, 1))
    sound = one.read_bytes(), other.read_bytes()
    for path, data in zip((other, one), sound, strict=True):
        path.write_bytes(base64.encodebytes(data))
    outcome = inside("recover", "--yes", settled(store))
    assert (outcome.returncode, "could not be brought back" in outcome.stdout) == (0, False)
    assert (one.read_bytes(), other.read_bytes()) == sound
    assert go.chromem_open(store) == {NAME: 3}


@pytest.mark.parametrize("form", Format)
def test_a_changed_byte_inside_is_not_brought_back_as_sound(tmp_path: Path, form: Format) -> None:
    """Of a compressed document the checksum tells; of a plain one its form, for what has one."""
    store = write_store(tmp_path / "vectorstore", [NAME], documents=3, form=form)
    inner = bytearray(Document("inner", {}, read_document(next_document(store, form)).embedding).to_bytes())
    if form is Format.GZ:
        inner = bytearray(envelope.wrap(bytes(inner), compressed=True))
        inner[-6] ^= 1  # in the checksum
    else:
        inner[-1] = 7  # where the value ends
    behind(store, form, bytes(inner))
    inside("recover", "--yes", settled(store))
    assert not (store / FOLDER / document_name("inner", form)).exists()


def next_document(store: Path, form: Format) -> Path:
    return store / FOLDER / document_name(f"{NAME}-2", form)


def test_part_of_a_store_is_left_as_it_is_and_undo_takes_all_of_it_back(tmp_path: Path) -> None:
    """Both folders hold one; only the wanted one is repaired."""
    store = write_store(tmp_path / "vectorstore", [NAME, "other"], documents=3)
    lost = read_document(next_document(store, Format.PLAIN))
    behind(store, Format.PLAIN, lost.to_bytes())
    next_document(store, Format.PLAIN).unlink()
    torn = store / name_hash("other") / document_name("other-1", Format.PLAIN)
    torn.write_bytes(bytes(64) + torn.read_bytes())
    before = state(settled(store))
    assert (
        inside("recover", "--yes", "--collection", "other", store).returncode == 1
    )  # of damage that is left
    assert (next_document(store, Format.PLAIN).exists(), read_document(torn).id) == (False, "other-1")
    inside("recover", "--yes", store)
    assert read_document(next_document(store, Format.PLAIN)) == lost
    for _ in range(2):
        inside("undo", "--last", "--yes", store)
    assert state(store) == before


def test_a_preflight_leaves_what_the_application_may_have_deleted(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME], documents=3)
    path = next_document(store, Format.PLAIN)
    lost = read_document(path)
    behind(store, Format.PLAIN, lost.to_bytes())
    path.unlink()
    assert inside("preflight", settled(store)).returncode == 0
    assert not path.exists()
    inside("undo", "--last", "--yes", store)
    inside("recover", "--yes", store)
    assert read_document(path) == lost


def test_what_the_collection_has_is_not_called_lost(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME], documents=3, form=Format.GZ)
    folder = store / FOLDER
    files = [folder / document_name(f"{NAME}-{number}", Format.GZ) for number in (0, 2)]
    gob = b"".join(envelope.unwrap(path.read_bytes()).data for path in (folder / f"{METADATA}.gz", *files))
    (folder / "aaaaaaaa.gob.gz").write_bytes(envelope.wrap(gob, compressed=True))
    outcome = inside("recover", "--yes", settled(store))
    assert (outcome.returncode, "lost:" in outcome.stdout) == (0, False)
