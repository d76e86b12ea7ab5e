"""Type ids for a rebuilt metadata file, from what the application's other files use."""

from array import array
from pathlib import Path

import pytest

from chromemctl.repair.likeness import Likeness
from chromemctl.survey import survey_store
from pygob.chromem import Document, Metadata, RecordIds, name_hash

LOST, SIBLING = "lost", "sibling"


def ids_for(path: Path, documents: list[RecordIds], siblings: list[RecordIds]) -> RecordIds:
    lost = path / name_hash(LOST)
    lost.mkdir()
    for number, ids in enumerate(documents):
        document = Document(f"id {number}", {}, array("f", [1.0]))
        (lost / f"{name_hash(document.id)}.gob").write_bytes(document.to_bytes(ids))
    for number, ids in enumerate(siblings):
        name = f"{SIBLING} {number}"
        (path / name_hash(name)).mkdir()
        (path / name_hash(name) / "00000000.gob").write_bytes(Metadata(name).to_bytes(ids))
    survey = survey_store(path)
    folder = survey.folder(lost.name)
    assert folder is not None
    return Likeness(survey).ids(folder)


FRESH = RecordIds(64, 65)


@pytest.mark.parametrize(
    ("documents", "siblings", "expected"),
    [
        pytest.param([], [], FRESH, id="nothing is known: a fresh process"),
        pytest.param([], [RecordIds(90, 91)], RecordIds(90, 91), id="a sibling's"),
        pytest.param([], [FRESH, RecordIds(67, 65), RecordIds(67, 65)], RecordIds(67, 65), id="of most"),
        pytest.param([RecordIds(92, 91, 93)], [], RecordIds(90, 91), id="before the documents'"),
        pytest.param([RecordIds(64, 65, 66)], [], RecordIds(67, 65), id="after documents that came first"),
        pytest.param(
            [RecordIds(64, 65, 66)], [FRESH, FRESH, RecordIds(67, 65)], RecordIds(67, 65),
            id="of several siblings' the one that the documents fit",
        ),
        pytest.param([RecordIds(64, 65, 66)], [FRESH], FRESH, id="a sibling's before the documents'"),
    ],
)  # fmt: skip
def test_likely_ids(
    tmp_path: Path, documents: list[RecordIds], siblings: list[RecordIds], expected: RecordIds
) -> None:
    assert ids_for(tmp_path, documents, siblings) == expected
