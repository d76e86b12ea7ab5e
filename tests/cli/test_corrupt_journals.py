"""Journals that cannot be understood any more: each stops its own run, and hides none of the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chromemctl.changes.journal import history, unreadable
from chromemctl.recovery import carry_out, propose
from pygob.chromem import name_hash
from tests.cli.test_advice import advised, follow
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAMES = ["contextd_memories", "contextd_remediations"]
METADATA = [Path(name_hash(name), "00000000.gob") for name in NAMES]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Metadata lost and recovered twice, once a collection: runs 0001 and 0002."""
    store = write_store(tmp_path / "vectorstore", NAMES, documents=2)
    for path, name in zip(METADATA, NAMES, strict=True):
        (store / path).unlink()
        carry_out(store, propose(store, names=[name]), force=True)
    return settled(store)


def journal(store: Path, number: int) -> Path:
    return store / ".chromemctl" / "journal" / f"{number:04d}.jsonl"


def damage(path: Path) -> None:
    """The first line, which holds the plan, is overwritten; the note of the end stays."""
    content = path.read_bytes()
    path.write_bytes(b"\0" * 200 + content[200:])


def cut_off_the_end(path: Path) -> None:
    damage(path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def report(*arguments: str | Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(inside(*arguments, "--json").stdout)
    return data


class TestOneOfMany:
    """The journal of run 0001 is damaged, which ended before run 0002 began."""

    @pytest.fixture
    def store(self, store: Path) -> Path:
        cut_off_the_end(journal(store, 1))
        return store

    def test_journal_lists_the_others_and_names_it(self, store: Path) -> None:
        told = report("journal", store)
        assert [(run["id"], run["state"]) for run in told["runs"]] == [("0002", "complete")]
        [corrupt] = told["unreadable"]
        assert (corrupt["id"], corrupt["path"], corrupt["is_over"]) == ("0001", str(journal(store, 1)), True)
        outcome = inside("journal", store)
        assert outcome.returncode == 1
        assert "0001.jsonl, entry 1 is not JSON. The run is over; it cannot be undone.\n" in outcome.stdout

    def test_the_others_can_be_undone_and_it_cannot(self, store: Path) -> None:
        outcome = inside("undo", "--yes", store, "0001")
        assert outcome.returncode == 2
        assert "run 0001 cannot be undone: " in outcome.stderr
        assert inside("undo", "--yes", "--last", store).returncode == 0
        assert [(store / path).exists() for path in METADATA] == [True, False]
        # Now a run before the last one that can be understood is all there is.
        outcome = inside("undo", "--yes", "--last", store)
        assert outcome.returncode == 2
        assert "which run is the last to undo is not known" in outcome.stderr

    def test_recover_goes_on(self, store: Path) -> None:
        (store / METADATA[0]).unlink()
        outcome = inside("recover", "--yes", "--name", NAMES[0], settled(store))
        assert outcome.returncode == 0, outcome.stderr
        assert (store / METADATA[0]).exists()
        assert "JOURNAL_CORRUPT" in outcome.stdout

    def test_verify_says_how_to_put_away_this_one_alone(self, store: Path) -> None:
        before = set(tree(store))
        outcome = inside("verify", store)
        assert outcome.returncode == 0
        assert "JOURNAL_CORRUPT" in outcome.stdout
        assert follow(advised(outcome.stdout, "mv -n ")).returncode == 0
        assert not unreadable(store)
        assert [run.id for run in history(store)] == ["0002"]
        assert set(tree(store)) ^ before == {
            ".chromemctl/journal/0001.jsonl",
            ".chromemctl/journal/0001.jsonl.unreadable",
        }
        assert "JOURNAL_CORRUPT" not in inside("verify", store).stdout


class TestTheLast:
    """The journal of run 0002 is damaged: was that run interrupted?"""

    def test_one_that_notes_its_end_stops_nothing(self, store: Path) -> None:
        damage(journal(store, 2))
        assert [item.is_over for item in unreadable(store)] == [True]
        assert inside("recover", "--yes", store).returncode == 0

    def test_one_that_does_not_stops_all_changes(self, store: Path) -> None:
        cut_off_the_end(journal(store, 2))
        before = tree(store)
        for arguments in (["recover", "--yes", store], ["undo", "--yes", store, "0001"]):
            outcome = inside(*arguments)
            assert outcome.returncode == 3
            assert "0002.jsonl, entry 1 is not JSON, so whether that run has ended" in outcome.stderr
            assert tree(store) == before
        verified = inside("verify", store)
        assert verified.returncode == 0
        for said in (outcome.stderr, verified.stdout, inside("journal", store).stdout):
            assert advised(said, "mv -n ") == f"mv -n {journal(store, 2)} {journal(store, 2)}.unreadable"
        assert follow(advised(verified.stdout, "mv -n ")).returncode == 0
        assert inside("undo", "--yes", store, "0001").returncode == 0
        assert journal(store, 3).exists(), "numbers are not given twice"

    def test_a_directory_under_the_name_of_a_journal(self, store: Path) -> None:
        journal(store, 7).mkdir()
        assert [(item.id, item.is_over) for item in unreadable(store)] == [("0007", False)]
        assert [run.id for run in history(store)] == ["0001", "0002"]

    def test_which_run_is_the_last_is_not_known(self, store: Path) -> None:
        damage(journal(store, 2))
        outcome = inside("undo", "--yes", "--last", store)
        assert outcome.returncode == 2
        assert "give the ID of a run instead of --last" in outcome.stderr
        assert inside("undo", "--yes", store, "0001").returncode == 0
        assert not (store / METADATA[0]).exists()
