"""Documents inside of files that are set aside for another reason: what is nowhere else is named as lost."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pygob.chromem import Document, Format, document_name, envelope, name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
PLACES = [document_name(f"{NAME}-{number}", Format.PLAIN) for number in range(3)]
METADATA = "00000000.gob"

# The file that is damaged, its content made of those of the sound files, which of these are gone then, and
# which documents are lost.
Made = Callable[[dict[str, bytes]], bytes]
DAMAGES: dict[str, tuple[str, Made, list[int], list[int]]] = {
    "documents behind metadata under a document's name": (
        PLACES[1],
        lambda sound: sound[METADATA] + b"".join(sound[place] for place in PLACES),
        [0, 2],
        [0, 1, 2],
    ),
    "cut, as metadata": (METADATA, lambda sound: sound[PLACES[1]][:225], [1], [1]),
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


@pytest.mark.parametrize("what", DAMAGES)
def test_every_document_inside_that_the_collection_does_not_have_is_named_with_its_place(
    tmp_path: Path, what: str
) -> None:
    name, content, gone, lost = DAMAGES[what]
    store = write_store(tmp_path / "vectorstore", [NAME, "other"], documents=3)
    sound = {path.name: path.read_bytes() for path in (store / FOLDER).iterdir()}
    for number in gone:
        (store / FOLDER / PLACES[number]).unlink()
    (store / FOLDER / name).write_bytes(content(sound))
    before = tree(settled(store))
    outcome = inside("recover", "--yes", "--json", store)
    assert outcome.returncode == 1
    kept = store / ".quarantine" / FOLDER / "0001" / f"{name}.salvaged.json"
    losses = [loss for loss in json.loads(outcome.stdout)["plan"]["losses"] if "inside of it" in loss]
    for number in lost:
        assert [str(kept.relative_to(store)) in loss for loss in losses if f"{NAME}-{number}'" in loss] == [
            True
        ]
    assert len(losses) == len(lost)
    texts = {found["id"]: found for found in json.loads(kept.read_bytes())["documents"] if "id" in found}
    whole = [number for number in lost if texts[f"{NAME}-{number}"]["complete"]]
    for number in whole:
        document = Document.from_bytes(sound[PLACES[number]])
        assert texts[document.id]["content"] == document.content
    assert whole == ([] if what.startswith("cut") else lost)
    inside("undo", "--last", "--yes", store)
    assert {
        path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")
    } == before


def test_what_the_collection_has_is_not_called_lost(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME], documents=3, form=Format.GZ)
    folder = store / FOLDER
    files = [folder / document_name(f"{NAME}-{number}", Format.GZ) for number in (0, 2)]
    gob = b"".join(envelope.unwrap(path.read_bytes()).data for path in (folder / f"{METADATA}.gz", *files))
    (folder / "aaaaaaaa.gob.gz").write_bytes(envelope.wrap(gob, compressed=True))
    outcome = inside("recover", "--yes", settled(store))
    assert (outcome.returncode, "lost:" in outcome.stdout) == (0, False)
