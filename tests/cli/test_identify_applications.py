"""`chromemctl identify` on stores on disk, named by each application's rules, from their documents alone."""

from __future__ import annotations

import json
import random
from array import array
from pathlib import Path

import pytest

from pygob.chromem import Document, Format, document_name, envelope, name_hash
from tests.support.applications import APPLICATIONS, unrelated
from tests.support.inside import inside

STORES = 200
FOUND_AT_LEAST = 0.95
# What is found at all is found among few: a search for the others is to end soon.
FEW = "20000"


def write_store(path: Path, application: str, rng: random.Random) -> set[str]:
    """A store of one to three collections without any metadata file; their names."""
    form = rng.choice(list(Format))
    names = set()
    for way in rng.choices(APPLICATIONS[application], k=rng.randint(1, 3)):
        name, parts = way(rng)
        folder = path / name_hash(name)
        folder.mkdir(parents=True, exist_ok=True)
        names.add(name)
        for number in range(rng.randint(1, 4)):
            document = Document(f"{name}-{number}", {**unrelated(rng), **parts}, array("f", [1.0]), "text")
            data = envelope.wrap(document.to_bytes(), compressed=form is Format.GZ)
            (folder / document_name(document.id, form)).write_bytes(data)
    return names


@pytest.mark.parametrize("application", APPLICATIONS)
def test_names_are_found_on_disk(application: str, tmp_path: Path) -> None:
    rng = random.Random(application)
    collections, found = 0, 0
    for number in range(STORES):
        store = tmp_path / f"store-{number}"
        names = write_store(store, application, rng)
        report = json.loads(inside("identify", "--json", "--max-candidates", FEW, store).stdout)
        for folder in report["folders"]:
            told = [each["name"] for each in folder["names"] if each["confidence"] == "certain"]
            assert set(told) <= names, f"{store}: wrong and called certain"
            found += bool(told)
        collections += len(names)
    assert found >= FOUND_AT_LEAST * collections, f"{found} of {collections}"
