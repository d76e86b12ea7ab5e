"""Names and metadata from copies that lie elsewhere in the store, in folders of any name."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from gohelper import Go
from pygob.chromem import Format, Metadata, document_name, name_hash, read_metadata
from tests.stores import settled, write_store
from tests.support.inside import inside

NAME = "nobody could guess this 7f3a"
FOLDER = name_hash(NAME)
ENTRIES = {"owner": "ada"}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A collection whose metadata is empty, beside a sound one."""
    store = write_store(tmp_path / "vectorstore", [NAME, "contextd_memories"])
    (store / FOLDER / "00000000.gob").write_bytes(b"")
    return store


def lay(path: Path, name: str = NAME) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(Metadata(name, ENTRIES).to_bytes())


@pytest.mark.parametrize(
    "place",
    [
        "backup-of-x/00000000.gob",
        "backup-of-x/00000000.gob.backup",
        f"old/{FOLDER}/00000000.gob",
        f"old/2026-01-22/{FOLDER}/00000000.gob",
        f"{FOLDER}/old/00000000.gob",
        f".quarantine/{FOLDER}/0001/00000000.gob",
        f".backup/{FOLDER}/00000000.gob",
    ],
)
def test_a_copy_in_any_folder_tells_name_and_metadata(store: Path, go: Go, place: str) -> None:
    lay(store / place)
    settled(store)
    found = json.loads(inside("identify", "--json", store, FOLDER).stdout)["folders"][0]["names"]
    assert [(name["name"], name["confidence"]) for name in found] == [(NAME, "certain")]
    assert found[0]["source"] == place
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert f"collection metadata: whole copy in {place}" in outcome.stdout
    assert read_metadata(store / FOLDER / "00000000.gob") == Metadata(NAME, ENTRIES)
    assert go.chromem_open(store) == {NAME: 3, "contextd_memories": 3}
    assert "Nothing to repair." in inside("recover", "--dry-run", store).stdout


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("old/00000000.gob.backup", "another name"),
        (f"old/{name_hash('contextd_memories')}/00000000.gob", NAME),
        ("one/two/three/four/five/00000000.gob", NAME),
    ],
    ids=["its name has another hash", "in the folder of another hash", "deeper than is looked"],
)
def test_what_is_no_copy_of_it(store: Path, place: str, name: str) -> None:
    lay(store / place, name)
    outcome = inside("identify", "--json", "--max-candidates", "1000", store, FOLDER)
    assert json.loads(outcome.stdout)["folders"][0]["names"] == []


def test_of_several_copies_the_latest_tells_the_metadata(store: Path) -> None:
    for number, place in enumerate(("old", "older", "oldest")):
        lay(store / place / FOLDER / "00000000.gob")
        (store / place / FOLDER / "00000000.gob").write_bytes(Metadata(NAME, {"of": place}).to_bytes())
        os.utime(store / place / FOLDER / "00000000.gob", (2_000_000 - number,) * 2)
    shown = inside("recover", "--dry-run", store).stdout
    assert f"collection metadata: whole copy in old/{FOLDER}/00000000.gob" in shown


def test_links_are_not_followed(store: Path) -> None:
    lay(store.parent / "elsewhere" / FOLDER / "00000000.gob")
    (store / "old").symlink_to(store.parent / "elsewhere")
    (store / "linked").mkdir()
    (store / "linked" / "00000000.gob.backup").symlink_to(
        store.parent / "elsewhere" / FOLDER / "00000000.gob"
    )
    outcome = inside("identify", "--json", "--max-candidates", "1000", store, FOLDER)
    assert json.loads(outcome.stdout)["folders"][0]["names"] == []


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_document_that_was_set_aside_with_its_collection_is_told_how_to_come_back(
    store: Path, go: Go, by_hand: bool
) -> None:
    """The application has made the collection again meanwhile, and one of its documents is torn."""
    other = name_hash("contextd_memories")
    again = shutil.copytree(store / other, store.parent / "again")
    if by_hand:
        inside("quarantine", "add", "--yes", store, other)
    else:
        (store / ".quarantine").mkdir()
        (store / other).rename(store / ".quarantine" / other)
    again.rename(store / other)
    shutil.rmtree(store / FOLDER)
    torn = store / other / document_name("contextd_memories-1", Format.PLAIN)
    torn.write_bytes(b"")
    settled(store)
    outcome = inside("recover", "--yes", "--json", store)
    assert outcome.returncode == 1
    [loss] = json.loads(outcome.stdout)["plan"]["losses"]
    command = re.search(r"it is whole in \.quarantine/.*: chromemctl (.*)", loss)
    assert command is not None, loss
    assert inside(*shlex.split(command[1]), "--yes").returncode == 0
    assert go.chromem_open(store) == {"contextd_memories": 3}


def test_a_lost_document_that_a_backup_has_is_told_with_the_command(tmp_path: Path) -> None:
    store, backups = write_store(tmp_path / "vectorstore"), tmp_path / "backups"
    folder = store / name_hash("contextd_memories")
    path = folder / document_name("contextd_memories-0", Format.PLAIN)
    whole = path.read_bytes()
    assert inside("backup", "create", settled(store), "--to", backups).returncode == 0
    path.write_bytes(whole[:-9])
    outcome = inside("recover", "--yes", "--json", settled(store), "--backups", backups)
    [loss] = json.loads(outcome.stdout)["plan"]["losses"]
    assert "; it is whole in backup 2" in loss
    words = shlex.split(loss.rpartition(": ")[2])
    assert words[-1] == str(backups)
    restored = inside(*words[1:], "--yes")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert path.read_bytes() == whole
