"""`chromemctl recover` on what lies where chromem does not look: its place must be free and certain."""

from __future__ import annotations

import json
import os
import shutil
from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from pygob.chromem import Document, Format, Metadata, document_name, name_hash, read_document
from tests.stores import contents, settled, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write_store(tmp_path / "vectorstore")


def document(store: Path, number: int) -> Path:
    return store / FOLDER / document_name(f"{NAME}-{number}", Format.PLAIN)


def flatten(store: Path) -> None:
    for path in (store / FOLDER).iterdir():
        shutil.copy2(path, store / path.name)


def recovered(store: Path, *, exit_code: int = 0) -> str:
    outcome = inside("recover", "--yes", settled(store))
    assert outcome.returncode == exit_code, outcome.stdout + outcome.stderr
    return outcome.stdout


def test_of_several_copies_the_latest_comes_back(store: Path) -> None:
    path = document(store, 0)
    newer = replace(read_document(path), content="newer")
    for number, data in enumerate((path.read_bytes(), newer.to_bytes())):
        below = store / FOLDER / f"copy{number}"
        below.mkdir()
        (below / path.name).write_bytes(data)
    path.unlink()
    settled(store)
    os.utime(store / FOLDER / "copy0" / path.name, (1, 1))
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert read_document(path) == newer
    assert f"{FOLDER}/copy1/{path.name}  →  {FOLDER}/{path.name}" in outcome.stdout
    assert "1 document here, of which the collection has each in its place" in outcome.stdout


def test_one_with_a_vector_of_another_length_is_left(store: Path) -> None:
    below = store / FOLDER / "old"
    below.mkdir()
    other = Document("other", {}, array("f", [1.0, 0.0]), "text")
    (below / document_name("other", Format.PLAIN)).write_bytes(other.to_bytes())
    before = contents(settled(store))
    assert "its vector has length 2, not 8 as the others of the collection" in recovered(store, exit_code=1)
    assert contents(store) == before


def test_what_the_collection_has_is_only_told(store: Path) -> None:
    shutil.copytree(store / FOLDER, store / FOLDER / "old")
    verified = inside("verify", settled(store))
    assert "3 documents here, of which the collection has each in its place" in verified.stdout
    assert "Store " in verified.stdout, "the folder below is no store of its own"
    before = contents(store)
    recovered(store)
    assert contents(store) == before


def test_what_belongs_to_other_collections_is_not_brought_here(store: Path) -> None:
    elsewhere = shutil.copytree(store, store.with_name("copy"))
    whole = Path(shutil.move(elsewhere, store / FOLDER / "copy of all"))
    for path in whole.rglob("*.gob"):  # as if all of it had been deleted since
        (store / path.relative_to(whole)).unlink()
        (store / path.parent.name).mkdir(exist_ok=True)
    loose = write_store(store / FOLDER / "another", ["nodes"])
    shutil.move(loose / name_hash("nodes"), store / FOLDER / "nodes")
    loose.rmdir()
    verified = inside("verify", "--json", settled(store)).stdout
    assert "nodes-0" not in verified
    assert "contextd_checkpoints-0" not in verified


def test_a_collection_inside_of_another_one_is_told(store: Path) -> None:
    """With the command that brings it back; of a copy only that it is there."""
    other = name_hash("contextd_checkpoints")
    inner = store / FOLDER / other
    shutil.copytree(store / other, inner)
    verified = " ".join(inside("verify", settled(store)).stdout.split())
    assert "'contextd_checkpoints' with 3 documents lies in another one's folder" in verified
    assert "the store has files of all these names in their place" in verified
    path = next(path for path in inner.iterdir() if path.name != "00000000.gob")
    path.rename(inner / "aaaaaaaa.gob")
    verified = " ".join(inside("verify", settled(store)).stdout.split())
    assert f"the store has {other} as well: compare the two" in verified
    shutil.rmtree(store / other)
    before = contents(settled(store))
    recovered(store)
    assert contents(store) == before
    verified = " ".join(inside("verify", store).stdout.split())
    assert f"move it beside the others: mv {inner} {store / other}" in verified
    (inner / "00000000.gob").unlink()
    verified = " ".join(inside("verify", settled(store)).stdout.split())
    assert "a collection whose name is not known with 3 documents lies in another" in verified
    assert "only you know whose documents these are" in verified


def test_a_folder_below_without_metadata_here_or_there_is_left(store: Path) -> None:
    below = store / FOLDER / FOLDER
    below.mkdir()
    for path in (store / FOLDER).glob("*.gob"):
        path.rename(below / path.name)
    (below / "00000000.gob").unlink()
    before = contents(settled(store))
    assert "the collection has no metadata here or there" in recovered(store, exit_code=1)
    assert contents(store) == before


def test_no_document_is_brought_to_metadata_without_a_name(store: Path) -> None:
    """The application starts with it as it is; with a document beside it, it would not."""
    below = store / FOLDER / "old"
    below.mkdir()
    for path in (store / FOLDER).glob("*.gob"):
        path.rename(below / path.name)
    (store / FOLDER / "00000000.gob").write_bytes(Metadata("").to_bytes())
    before = contents(settled(store))
    told = recovered(store, exit_code=1)
    assert "its metadata does not tell the collection's name; set that aside" in told
    assert contents(store) == before
    inside("quarantine", "add", "--yes", store, store / FOLDER / "00000000.gob")
    recovered(store)
    assert len(list((store / FOLDER).glob("*.gob"))) == 4


@pytest.mark.parametrize("other", ["has its folder", "may be of folder"])
def test_a_collection_beside_the_folders_is_left_in_doubt(store: Path, other: str) -> None:
    flatten(store)
    if other == "has its folder":
        document(store, 0).unlink()  # by the application, after the copy
    else:
        shutil.rmtree(store / FOLDER)
        for path in (store / name_hash("contextd_checkpoints")).iterdir():
            path.unlink()
    before = contents(settled(store))
    outcome = inside("recover", "--yes", store)
    assert contents(store) == before
    verified = inside("verify", store).stdout
    assert (other in outcome.stdout) or "which only you know" in verified


def test_a_collection_taken_for_a_store_is_not_moved_into_itself(tmp_path: Path) -> None:
    folder = write_store(tmp_path / FOLDER)
    flatten(folder)
    shutil.rmtree(folder / FOLDER)
    before = contents(settled(folder))
    inside("recover", "--yes", folder)
    assert contents(folder) == before


def test_undo_takes_it_back(store: Path) -> None:
    flatten(store)
    shutil.rmtree(store / FOLDER)
    before = contents(settled(store))
    assert "collection 'contextd_memories'" in recovered(store)
    assert contents(store) != before
    assert inside("undo", "--last", "--yes", store).returncode == 0
    assert contents(store) == before


@pytest.mark.parametrize("name", ["6f74f071.gob", ".6f74f071.gob.Xa12Bc"])
def test_what_is_left_of_a_document_in_a_folder_below_is_told(store: Path, name: str) -> None:
    """A copy that was interrupted leaves it, and the collection does not have the document."""
    path = document(store, 0)
    below = store / FOLDER / ".~tmp~"
    below.mkdir()
    (below / name).write_bytes(path.read_bytes()[:100])
    assert f".~tmp~/{name}" not in inside("verify", settled(store)).stdout
    path.unlink()
    told = inside("verify", settled(store)).stdout
    assert f"LEFTOVER  {FOLDER}/.~tmp~/{name}" in told
    assert "the collection does not have" in told


@pytest.mark.parametrize("name", [".~tmp~", "old.gob", "00000000.gob.d"])
def test_a_folder_below_of_any_name_is_searched(store: Path, name: str) -> None:
    path = document(store, 0)
    whole = path.read_bytes()
    below = store / FOLDER / name
    below.mkdir()
    path.rename(below / path.name)
    recovered(store)
    assert path.read_bytes() == whole


def test_what_a_check_of_the_file_system_has_found_is_told_and_where_it_belongs(store: Path) -> None:
    found = store / "lost+found"
    found.mkdir(mode=0o700)
    (found / "#131").write_bytes(document(store, 0).read_bytes())
    (found / "#132").write_bytes(Metadata("gone").to_bytes())
    (found / "#133").write_bytes(b"something else")
    findings = json.loads(inside("verify", "--json", settled(store)).stdout)["findings"]
    assert {Path(each["path"]).name: each["severity"] for each in findings} == {
        "lost+found": "info",
        "#131": "info",
        "#132": "warning",
    }
    document(store, 0).write_bytes(b"")
    outcome = " ".join(inside("recover", "--yes", settled(store)).stdout.split())
    assert f"document '{NAME}-0' is whole in lost+found: mv" in outcome
    told = " ".join(inside("verify", store).stdout.split())
    assert f"document '{NAME}-0' lies where a check of the file system puts what it finds" in told
    assert f"which only you know, as {document(store, 0).name}" in told
    assert f"its place is {name_hash('gone')}/00000000.gob" in told
