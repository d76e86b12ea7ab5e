"""`chromemctl identify` as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path

from pygob.chromem import name_hash
from tests.stores import chromemctl, write_store

NAME = "contextd_memories"
UNGUESSABLE = "nobody could guess this 7f3a"


def test_store_with_and_without_metadata(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME, "contextd_checkpoints"])
    (store / name_hash(NAME) / "00000000.gob").unlink()
    outcome = chromemctl("identify", "--json", store)
    assert outcome.returncode == 0, outcome.stderr
    report = json.loads(outcome.stdout)
    assert report["schema_version"] == 1
    assert report["candidates"] > 0
    best = {folder["dir"]: folder["names"][0] for folder in report["folders"]}
    assert {folder: name["name"] for folder, name in best.items()} == {
        name_hash(name): name for name in (NAME, "contextd_checkpoints")
    }
    assert all(set(name) == {"name", "source", "confidence", "expected_accidental"} for name in best.values())
    assert {name["confidence"] for name in best.values()} <= {"certain", "likely"}


def test_hash_alone() -> None:
    outcome = chromemctl("identify", name_hash(NAME).upper())
    assert outcome.returncode == 0
    assert NAME in outcome.stdout


def test_one_folder_of_a_store(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", [NAME, "contextd_checkpoints"])
    report = json.loads(chromemctl("identify", "--json", store, name_hash(NAME)).stdout)
    assert [folder["dir"] for folder in report["folders"]] == [name_hash(NAME)]


def test_name_that_is_not_found(tmp_path: Path) -> None:
    outcome = chromemctl("identify", name_hash(UNGUESSABLE))
    assert outcome.returncode == 1
    assert "not found" in outcome.stdout


def test_names_file_and_texts(tmp_path: Path) -> None:
    names = tmp_path / "names"
    names.write_text(f"one\n{UNGUESSABLE}\n")
    assert UNGUESSABLE in chromemctl("identify", "--names-file", names, name_hash(UNGUESSABLE)).stdout
    log = tmp_path / "app.log"
    log.write_text('level=info msg="collection ready" collection=xyzzy_plugh_memories\n')
    assert (
        "xyzzy_plugh_memories"
        in chromemctl("identify", "--from", log, name_hash("xyzzy_plugh_memories")).stdout
    )


def test_wrong_use(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    for arguments, code in (
        ([], 2),
        ([store, store], 2),
        ([store, "00112233"], 2),
        ([tmp_path / "nowhere"], 10),
    ):
        outcome = chromemctl("identify", *arguments)
        assert outcome.returncode == code, outcome.stderr
        assert "Traceback" not in outcome.stderr
