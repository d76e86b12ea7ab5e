"""Folders that are not named by a hash get the name of their collection's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gohelper import Go
from pygob.chromem import Format, document_name, name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    store = settled(write_store(tmp_path / "vectorstore", [NAME], documents=3))
    (store / FOLDER).rename(store / "moved by hand")
    return store


def state(store: Path) -> dict[str, tuple[object, ...]]:
    return {path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


def test_it_is_renamed_with_everything_in_it_and_back(store: Path, go: Go) -> None:
    (store / "moved by hand" / "notes.txt").write_text("mine")
    before = state(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert f"move    moved by hand/  →  {FOLDER}/  (5 entries)" in outcome.stdout
    assert (store / FOLDER / "notes.txt").exists()
    assert go.chromem_open(store) == {NAME: 3}
    assert inside("undo", "--last", "--yes", store).returncode == 0
    assert state(store) == before


def test_after_the_repairs_of_its_documents(store: Path, go: Go) -> None:
    os.truncate(store / "moved by hand" / document_name(f"{NAME}-1", Format.PLAIN), 50)
    (store / "moved by hand" / document_name(f"{NAME}-2", Format.PLAIN)).rename(
        store / "moved by hand" / "x.gob"
    )
    settled(store)
    before = state(store)
    assert inside("recover", "--yes", store).returncode == 1
    assert go.chromem_open(store) == {NAME: 2}
    assert (store / FOLDER / document_name(f"{NAME}-2", Format.PLAIN)).exists()
    assert inside("undo", "--last", "--yes", store).returncode == 0
    assert state(store) == before


def test_not_when_the_name_is_taken(store: Path) -> None:
    (store / FOLDER).write_bytes(b"a file")
    before = tree(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert f"{FOLDER}, which would be its name, exists" in outcome.stdout
    assert tree(store) == before


def test_an_empty_folder_of_that_name_gives_way(store: Path, go: Go) -> None:
    (store / FOLDER).mkdir(mode=0o710)
    os.utime(store / FOLDER, (1_000_000_000, 1_000_000_000))
    before = {path: facts[:-1] for path, facts in state(store).items()}
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert go.chromem_open(store) == {NAME: 3}
    assert inside("undo", "--last", "--yes", store).returncode == 0
    assert {path: facts[:-1] for path, facts in state(store).items()} == before


def test_two_of_one_name_are_brought_together_first(store: Path, go: Go) -> None:
    other = write_store(store.parent / "other", [NAME], documents=5) / FOLDER
    settled(store.parent / "other")
    other.rename(store / "another")
    before = state(store)
    alone = inside("recover", "--yes", "--only", "DIRNAME_NONCANONICAL", store)
    assert alone.returncode == 1
    assert "must be brought together first" in alone.stdout
    assert "run this again" not in alone.stdout
    assert state(store) == before
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert "cannot be repaired yet" not in outcome.stdout
    assert go.chromem_open(store) == {NAME: 5}
    assert (store / FOLDER).is_dir()
    assert inside("undo", "--last", "--yes", store).returncode == 0
    assert state(store) == before


@pytest.mark.parametrize("scope", [(), ("--collection", NAME)])
def test_one_that_is_brought_into_the_folder_of_the_hash_needs_no_name(
    store: Path, go: Go, scope: tuple[str, ...]
) -> None:
    other = write_store(store.parent / "other", [NAME], documents=5) / FOLDER
    settled(store.parent / "other")
    other.rename(store / FOLDER)
    outcome = inside("recover", "--yes", *scope, store)
    assert outcome.returncode == 0, outcome.stdout
    assert "cannot be repaired yet" not in outcome.stdout
    assert go.chromem_open(store) == {NAME: 5}
    assert inside("recover", "--dry-run", store).returncode == 0


def test_names_in_capitals_are_not_called_healthy(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    files = [path for path in store.rglob("*.gob") if path.parent.name == name_hash("contextd_memories")]
    for path in files:
        path.rename(path.with_name(path.name.upper()))
    looked = inside("verify", "--json", settled(store))
    assert looked.returncode == 1
    report = json.loads(looked.stdout)
    assert [(found["id"], found["severity"]) for found in report["findings"]] == [("EXT_MISMATCH", "error")]
    assert "contextd_memories" not in report["chromem"]["plain"]["collections"]
    outcome = inside("recover", "--yes", "--json", store)
    assert outcome.returncode == 1
    assert "small letters" in json.loads(outcome.stdout)["plan"]["unresolved"][0]["reason"]
    for path in files:
        path.with_name(path.name.upper()).rename(path)
    assert inside("verify", settled(store)).returncode == 0
