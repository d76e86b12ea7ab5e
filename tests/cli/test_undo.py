"""`chromemctl undo`, `journal` and `quarantine list`: every byte, mode and time comes back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pygob.chromem import document_name, name_hash
from pygob.chromem.names import Format
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)


def document(store: Path, number: int) -> Path:
    return store / FOLDER / document_name(f"{NAME}-{number}", Format.PLAIN)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Metadata cut, one document cut, one misnamed, one missing its suffix; modes and times of its own."""
    store = write_store(tmp_path / "vectorstore", documents=4)
    os.truncate(store / FOLDER / "00000000.gob", 80)
    os.truncate(document(store, 0), 100)
    document(store, 1).rename(store / FOLDER / "copy.gob")
    document(store, 2).chmod(0o640)
    (store / FOLDER / "x.bak.gob").write_bytes(b"not a gob")
    settled(store)
    os.utime(store, ns=(1_600_000_000_000_000_000, 1_600_000_000_123_456_789))
    return store


def state(store: Path) -> dict[str, tuple[object, ...]]:
    """The whole tree but for our own journal."""
    return {path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


def report(*arguments: str | Path) -> dict[str, Any]:
    outcome = inside(*arguments, "--json")
    assert outcome.returncode in (0, 1), outcome.stdout + outcome.stderr
    data: dict[str, Any] = json.loads(outcome.stdout)
    return data


def test_everything_comes_back_modes_and_times_too(broken: Path) -> None:
    before = state(broken)
    assert inside("recover", "--yes", broken).returncode == 1
    assert state(broken) != before
    outcome = inside("undo", "--last", "--yes", broken)
    assert outcome.returncode == 0, outcome.stderr
    assert "Run 0001 is undone" in outcome.stdout
    assert state(broken) == before


def test_a_dry_run_changes_nothing(broken: Path) -> None:
    inside("recover", "--yes", broken)
    before = tree(broken)
    outcome = inside("undo", "--last", "--dry-run", broken)
    assert outcome.returncode == 0
    assert f"move    .quarantine/{FOLDER}/0001/" in outcome.stdout
    assert f"remove  {FOLDER}/00000000.gob" in outcome.stdout
    assert "Nothing was changed" in outcome.stdout
    assert tree(broken) == before


def test_recover_undo_recover_undo(broken: Path) -> None:
    before = state(broken)
    for _ in range(2):
        inside("recover", "--yes", broken)
        assert inside("undo", "--last", "--yes", broken).returncode == 0
        assert state(broken) == before
    runs = report("journal", broken)["runs"]
    assert [(run["command"], run["undoes"], run["undone_by"]) for run in runs] == [
        ("recover", None, "0002"), ("undo", "0001", None), ("recover", None, "0004"), ("undo", "0003", None),
    ]  # fmt: skip


def test_two_runs_are_undone_latest_first(broken: Path) -> None:
    states = [state(broken)]
    inside("recover", "--yes", broken)
    states.append(state(broken))
    document(broken, 3).write_bytes(b"")
    states.append(state(broken))
    inside("recover", "--yes", broken)
    assert inside("undo", "--yes", broken, "0002").returncode == 0
    assert state(broken) == states[2]


def test_undo_is_refused_when_something_has_changed_since(broken: Path) -> None:
    inside("recover", "--yes", broken)
    metadata = broken / FOLDER / "00000000.gob"
    metadata.write_bytes(metadata.read_bytes() + b"\0")
    before = tree(broken)
    outcome = inside("undo", "--last", "--yes", broken)
    assert outcome.returncode == 2
    assert "run 0001 cannot be undone, as the store has changed since" in outcome.stderr
    assert "later runs" not in outcome.stderr
    assert f"{FOLDER}/00000000.gob has changed" in outcome.stderr
    assert tree(broken) == before


def test_undo_never_overwrites_what_the_application_wrote(broken: Path) -> None:
    inside("recover", "--yes", broken)
    document(broken, 0).write_bytes(b"written anew")
    before = tree(broken)
    outcome = inside("undo", "--last", "--yes", broken)
    assert outcome.returncode == 2
    assert "exists by now" in outcome.stderr
    assert tree(broken) == before


@pytest.mark.parametrize("arguments", [[], ["--last", "0001"], ["0009"], ["0002"]])
def test_what_cannot_be_undone(broken: Path, arguments: list[str]) -> None:
    inside("recover", "--yes", broken)
    inside("undo", "--last", "--yes", broken)
    before = tree(broken)
    outcome = inside("undo", "--yes", broken, *arguments)
    assert outcome.returncode == 2
    assert outcome.stderr.startswith("Error: ")
    assert tree(broken) == before


def test_nothing_to_undo(broken: Path) -> None:
    outcome = inside("undo", "--last", "--yes", broken)
    assert outcome.returncode == 2
    assert "there is no run to undo" in outcome.stderr
    assert "has changed nothing" in inside("journal", broken).stdout
    assert "Nothing was set aside" in inside("quarantine", "list", broken).stdout


def test_undo_as_json(broken: Path) -> None:
    inside("recover", "--yes", broken)
    planned = report("undo", "--last", "--dry-run", broken)
    done = report("undo", "--last", "--yes", broken)
    assert planned["steps"] == done["steps"]
    assert (planned["applied"], done["applied"], done["undone"]) == (False, True, "0001")


def test_the_journal_in_words(broken: Path) -> None:
    inside("recover", "--yes", broken)
    inside("undo", "--last", "--yes", broken)
    lines = inside("journal", broken).stdout.splitlines()
    assert lines[1].split()[0] == "0001"
    assert "undone by 0002" in lines[1]
    assert "undo of 0001" in lines[2]


def test_the_quarantine_list_tells_where_each_file_was(broken: Path) -> None:
    inside("recover", "--yes", broken)
    before = tree(broken)
    items = report("quarantine", "list", broken)["files"]
    assert {(item["origin"], item["finding"], item["salvaged"]) for item in items} == {
        (f"{FOLDER}/{document(broken, 0).name}", "DOC_TRUNCATED", True),
        (f"{FOLDER}/x.bak.gob", "STRAY", True),
        (f"{FOLDER}/00000000.gob", "META_TRUNCATED", False),
    }
    shown = inside("quarantine", "list", broken).stdout
    assert all(item["path"] in shown for item in items)
    assert tree(broken) == before


def test_files_of_other_tools_in_the_quarantine_are_listed_too(broken: Path) -> None:
    folder = broken / ".quarantine" / "aaaaaaaa"
    folder.mkdir(parents=True)
    (folder / "00000000.gob").write_bytes(b"torn")
    [item] = report("quarantine", "list", broken)["files"]
    assert (item["path"], item["origin"]) == (".quarantine/aaaaaaaa/00000000.gob", None)


def test_what_a_later_run_changed_is_undone_after_it(broken: Path) -> None:
    inside("recover", "--yes", broken)
    assert inside("quarantine", "add", "--yes", broken, f"{FOLDER}/00000000.gob").returncode == 1
    outcome = inside("undo", "--dry-run", broken, "0001")
    assert outcome.returncode == 2, outcome.stdout
    assert "later runs must be undone first, latest first:" in outcome.stderr
    assert f"chromemctl undo --last {broken}" in outcome.stderr
    assert inside("undo", "--last", "--yes", broken).returncode == 0
    assert inside("undo", "--last", "--yes", broken).returncode == 0
