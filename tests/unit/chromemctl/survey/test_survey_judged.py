"""That ordinary documents are only counted makes no difference to what is found or predicted."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from chromemctl.judgement.verdict import judge
from chromemctl.survey import Survey, looking, survey_store
from pygob.chromem import Document, Format, Metadata, RecordIds, document_name, envelope, name_hash
from tests.stores import settled


def keep_every_file(documents: Sequence[bytes]) -> list[None]:
    """Measure nothing: then no document is ordinary."""
    return [None] * len(documents)


def random_store(path: Path, numbers: random.Random) -> Path:
    """A few small collections, most documents alike, some with one oddity or more."""
    path.mkdir()
    usual = numbers.choice([1.0, 1.0, 2.0])  # the length of most vectors
    for number in range(3):
        name = f"collection {number}"
        folder = path / name_hash(name)
        folder.mkdir()
        form = numbers.choice([Format.PLAIN, Format.PLAIN, Format.GZ])
        if numbers.random() < 0.8:
            gob = Metadata(name).to_bytes()
            (folder / form.metadata_name).write_bytes(envelope.wrap(gob, compressed=form is Format.GZ))
        for index in range(numbers.randrange(9)):
            put_document(folder, f"document {index}", form, usual, numbers)
    return settled(path)


def put_document(folder: Path, document_id: str, form: Format, length: float, numbers: random.Random) -> None:
    odd = {kind for kind in ODDITIES if numbers.random() < 0.12}
    if "other length" in odd:
        length = numbers.choice([0.0, 3.0, 1.0 + 1e-4])
    vector = array("f", [0.0, length] + [0.0] * ("other dimension" in odd))
    if "no number" in odd:
        vector[0] = math.nan
    if "empty vector" in odd:
        vector = array("f")
    if "no id" in odd:
        document_id = ""
    if "of another" in odd:
        document_id = f"document {numbers.randrange(9)}"
    ids = RecordIds(64, 65, 66) if "other ids" in odd else None
    data = Document(document_id, {}, vector, "text").to_bytes(ids)
    if "trailing" in odd:
        data += b"\1"
    if "cut" in odd:
        data = data[: numbers.randrange(len(data))]
    if "other suffix" in odd:
        form = Format.GZ if form is Format.PLAIN else Format.PLAIN
    data = envelope.wrap(data, compressed=(form is Format.GZ) is not ("other content" in odd))
    name = document_name(document_id, form)
    if "misnamed" in odd:
        name = numbers.choice([f"{numbers.getrandbits(32):08x}", "other"]) + form.suffix
    (folder / name).write_bytes(data)


ODDITIES = [
    "other length", "other dimension", "no number", "empty vector", "no id", "of another", "other ids",
    "trailing", "cut", "other suffix", "other content", "misnamed",
]  # fmt: skip


def kept(survey: Survey) -> int:
    return sum(len(folder.documents) for folder in survey.folders)


@pytest.mark.parametrize("seed", range(60))
def test_the_verdict_is_that_of_a_survey_that_keeps_every_file(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = random_store(tmp_path / "store", random.Random(seed))
    survey = survey_store(store)
    monkeypatch.setattr(looking, "measure_one_by_one", keep_every_file)
    whole = survey_store(store)
    assert kept(whole) == sum(folder.document_count() for folder in survey.folders) >= kept(survey)
    assert judge(survey) == judge(whole)
