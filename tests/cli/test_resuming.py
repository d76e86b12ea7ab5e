"""A run that was killed comes first: shown step by step, asked for, and only on a store at rest."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chromemctl.changes import runs
from chromemctl.changes.undoing import undo, undoable
from chromemctl.recovery import carry_out, propose
from chromemctl.repair.scope import Scope
from pygob.chromem import document_name, name_hash
from pygob.chromem.names import Format
from tests.stores import settled, tree, write_store
from tests.support.crash import KILLED, run_and_die
from tests.support.inside import being_written, inside
from tests.support.terminal import on_a_terminal

LOST, DAMAGED = "contextd_memories", "contextd_checkpoints"
FOLDER, OTHER = name_hash(LOST), name_hash(DAMAGED)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return broken_store(tmp_path)


def broken_store(folder: Path) -> Path:
    """One collection without metadata; another with a document cut."""
    store = write_store(folder / "vectorstore", [LOST, DAMAGED], documents=2)
    (store / FOLDER / "00000000.gob").unlink()
    os.truncate(store / OTHER / document_name(f"{DAMAGED}-0", Format.PLAIN), 100)
    return settled(store)


def killed_when(store: Path, action: Callable[[Path], object], reached: Callable[[Path], bool]) -> Path:
    """The store as it is when a run dies at the first moment at which so much is reached."""
    for at in range(200):
        copy = store.with_name(f"{store.name}-{at}")
        shutil.copytree(store, copy, symlinks=True)
        assert run_and_die(lambda copy=copy: action(copy), at) == KILLED, "it never came so far"
        if reached(copy):
            return settled(copy)
        shutil.rmtree(copy)
    raise AssertionError("it never came so far")


def recover(store: Path) -> None:
    carry_out(store, propose(store), force=True)


def is_planned(store: Path) -> bool:
    """Whether the plan is on the disk, and no step of it done."""
    interrupted = runs.interrupted(store)
    return bool(interrupted and interrupted[0].left)


@pytest.fixture(scope="module")
def killed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return killed_when(broken_store(tmp_path_factory.mktemp("killed")), recover, is_planned)


@pytest.fixture
def killed(killed_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(killed_once, tmp_path / "killed", symlinks=True)


def report(*arguments: str | Path) -> dict[str, Any]:
    outcome = inside(*arguments, "--json")
    assert outcome.returncode in (0, 1), outcome.stdout + outcome.stderr
    data: dict[str, Any] = json.loads(outcome.stdout)
    return data


class TestDryRun:
    def test_it_shows_every_step_that_is_left_and_changes_nothing(self, killed: Path) -> None:
        before = tree(killed)
        outcome = inside("recover", "--dry-run", killed)
        assert outcome.returncode == 1
        assert "Run 0001 (recover, " in outcome.stdout
        assert "was interrupted. This is left of it, and comes first:" in outcome.stdout
        assert f"create  {FOLDER}/00000000.gob" in outcome.stdout
        assert f"move    {OTHER}/" in outcome.stdout
        assert "Nothing was changed: this was a dry run." in outcome.stdout
        assert f"chromemctl recover {killed}" in outcome.stdout
        assert tree(killed) == before

    def test_as_json_what_is_left_is_there_and_the_plan_is_not(self, killed: Path) -> None:
        left = report("recover", "--dry-run", killed)
        [run] = left["interrupted_runs"]
        assert (run["id"], run["command"], left["plan"]) == ("0001", "recover", None)
        created = [step["path"] for step in run["steps"] if step["action"] == "create_file"]
        assert f"{FOLDER}/00000000.gob" in created
        finished = report("recover", "--yes", killed)
        assert [step["action"] for step in finished["interrupted_runs"][0]["steps"]] == [
            step["action"] for step in run["steps"]
        ]

    def test_of_an_undoing(self, killed: Path) -> None:
        before = tree(killed)
        outcome = inside("undo", "--last", "--dry-run", killed)
        assert outcome.returncode == 2
        assert f"create  {FOLDER}/00000000.gob" in outcome.stdout
        assert "run 0001 was interrupted" in outcome.stderr
        assert f"chromemctl recover {killed}" in outcome.stderr
        assert tree(killed) == before


class TestConsent:
    def test_no_means_no(self, killed: Path) -> None:
        before = tree(killed)
        code, printed = on_a_terminal("recover", killed, answer="n\n")
        assert code == 1
        assert f"create  {FOLDER}/00000000.gob" in printed
        assert "Finish this? [y/N]" in printed
        assert "Nothing was changed." in printed
        assert tree(killed) == before

    def test_yes_finishes_it_and_the_rest_is_asked_for_again(self, killed: Path) -> None:
        (killed / OTHER / document_name(f"{DAMAGED}-1", Format.PLAIN)).write_bytes(b"")
        settled(killed)
        code, printed = on_a_terminal("recover", killed, answer="y\nn\n")
        assert code == 1
        assert "Run 0001 is finished." in printed
        assert "Carry out this plan? [y/N]" in printed
        assert "Nothing else was changed." in printed
        assert runs.interrupted(killed) == []
        assert [run.id for run in runs.past(killed)] == ["0001"]

    def test_nobody_to_ask(self, killed: Path) -> None:
        before = tree(killed)
        assert inside("recover", killed).returncode == 2
        assert tree(killed) == before

    def test_a_run_with_nothing_left_is_closed_without_a_question(self, broken: Path) -> None:
        def is_done(store: Path) -> bool:
            return any(not run.left for run in runs.interrupted(store))

        store = killed_when(broken, recover, is_done)
        code, printed = on_a_terminal("recover", store, answer="n\n")
        assert code == 1, "a document is lost"
        assert "was interrupted, with nothing left to do." in printed
        assert "Finish this?" not in printed


class TestLosses:
    """Whoever began the run may have died before saying what it could not bring back."""

    def test_what_is_lost_is_named_by_the_run_that_finishes(self, killed: Path) -> None:
        outcome = inside("recover", "--yes", killed)
        assert outcome.returncode == 1
        assert "What could not be brought back (1)" in outcome.stdout
        lost = document_name(f"{DAMAGED}-0", Format.PLAIN)
        assert lost in outcome.stdout.split("What could not be brought back")[1]
        assert inside("recover", "--yes", killed).returncode == 0

    def test_as_json(self, killed: Path) -> None:
        planned = report("recover", "--dry-run", killed)["interrupted_runs"][0]["losses"]
        done = report("recover", "--yes", killed)
        assert len(planned) == 1
        assert done["interrupted_runs"][0]["losses"] == planned
        assert (done["applied"], done["plan"]["losses"]) == (True, [])

    def test_what_is_lost_is_named_by_whatever_command_finishes_the_run(self, killed: Path) -> None:
        aside = killed / OTHER / document_name(f"{DAMAGED}-1", Format.PLAIN)
        lost = document_name(f"{DAMAGED}-0", Format.PLAIN)
        copy = shutil.copytree(killed, killed.with_name("copy"))
        outcome = inside("quarantine", "add", "--yes", killed, aside)
        assert outcome.returncode == 1
        assert lost in outcome.stdout.split("What could not be brought back (1)")[1]
        done = report("quarantine", "add", "--yes", copy, copy / OTHER / aside.name)
        [run] = done["interrupted_runs"]
        assert [lost in loss for loss in run["losses"]] == [True]

    def test_the_same_command_again_with_a_name(self, tmp_path: Path) -> None:
        name = "nobody knows this 7f3a"
        store = write_store(tmp_path / "vectorstore", [name])
        (store / name_hash(name) / "00000000.gob").unlink()
        settled(store)
        stopped = killed_when(
            store, lambda copy: carry_out(copy, propose(copy, names=[name]), force=True), is_planned
        )
        for _ in range(2):
            outcome = inside("recover", "--yes", "--name", name, stopped)
            assert (outcome.returncode, outcome.stderr) == (0, "")


class TestPath:
    def test_it_refuses_to_go_beyond_the_one_folder(self, killed: Path) -> None:
        before = tree(killed)
        for option in ("--yes", "--dry-run"):
            outcome = inside("recover", option, "--path", killed / FOLDER)
            assert outcome.returncode == 2
            assert f"what is left of it concerns also {OTHER}" in outcome.stderr
            assert f"chromemctl recover {killed}" in outcome.stderr
            assert tree(killed) == before

    @pytest.mark.parametrize(
        "narrowed",
        [("--only", "META_MISSING"), ("--collection", LOST), ("--collection", LOST, "--only", "DUP_ID")],
    )
    def test_neither_do_other_ways_to_ask_for_a_part(self, killed: Path, narrowed: tuple[str, ...]) -> None:
        before = tree(killed)
        for option in ("--yes", "--dry-run"):
            outcome = inside("recover", option, *narrowed, killed)
            assert outcome.returncode == 2
            assert "run 0001 was interrupted" in outcome.stderr
            assert f"chromemctl recover {killed}" in outcome.stderr
            assert tree(killed) == before

    def test_a_part_by_findings_is_taken_once_the_run_is_finished(self, killed: Path) -> None:
        assert inside("recover", "--yes", killed).returncode == 1, "a document is lost"
        assert inside("recover", "--yes", "--only", "META_MISSING", killed).returncode == 0

    def test_what_concerns_this_folder_only_is_finished(self, broken: Path) -> None:
        def recover_one(store: Path) -> None:
            carry_out(store, propose(store, scope=Scope(frozenset({FOLDER}))), force=True)

        store = killed_when(broken, recover_one, is_planned)
        outcome = inside("recover", "--yes", "--path", store / FOLDER)
        assert outcome.returncode == 1, "the other collection is damaged still"
        assert "Run 0001 is finished." in outcome.stdout
        assert (store / FOLDER / "00000000.gob").is_file()


class TestSafety:
    def test_a_store_that_is_being_written_is_left_alone(self, killed: Path) -> None:
        with being_written(killed / OTHER / "notes.txt"):
            outcome = inside("recover", "--yes", killed)
        assert outcome.returncode == 11
        assert "is being written" in outcome.stderr
        assert len(runs.interrupted(killed)[0].left) > 1

    def test_force_goes_ahead_all_the_same(self, killed: Path) -> None:
        with being_written(killed / OTHER / "notes.txt"):
            outcome = inside("recover", "--yes", "--force", killed)
        assert outcome.returncode == 1, "a document is lost"
        assert runs.interrupted(killed) == []

    def test_a_store_of_a_later_chromem_is_left_alone(self, killed: Path) -> None:
        (killed / "wal-000001").write_bytes(b"?")
        settled(killed)
        before = tree(killed)
        outcome = inside("recover", "--yes", killed)
        assert outcome.returncode == 3
        assert "written by a later chromem; it is left alone" in outcome.stderr
        assert tree(killed) == before

    def test_why_a_run_was_given_up_is_told(self, killed: Path) -> None:
        (killed / FOLDER / "00000000.gob").write_bytes(b"the application was quicker")
        settled(killed)
        outcome = inside("recover", "--yes", killed)
        assert outcome.returncode == 1
        assert "Run 0001 was given up, as the store has changed since it was planned" in outcome.stdout
        assert f"{FOLDER}/00000000.gob exists by now, with other content" in outcome.stdout
        given_up = [run.state.value for run in runs.past(killed)]
        assert given_up[0] == "abandoned"


class TestUndo:
    @pytest.fixture
    def half_undone(self, broken: Path) -> Path:
        recover(broken)
        return killed_when(broken, lambda store: undo(store, undoable(store, None), force=True), is_planned)

    def test_an_interrupted_undoing_is_finished_and_not_repeated(self, half_undone: Path) -> None:
        outcome = inside("undo", "--last", "--yes", half_undone)
        assert outcome.returncode == 0
        assert f"remove  {FOLDER}/00000000.gob" in outcome.stdout
        assert "Run 0001 is undone" in outcome.stdout
        assert [run.command for run in runs.past(half_undone)] == ["recover", "undo"]

    def test_no_means_no(self, half_undone: Path) -> None:
        before = tree(half_undone)
        code, printed = on_a_terminal("undo", "--last", half_undone, answer="n\n")
        assert (code, "Finish this? [y/N]" in printed) == (1, True)
        assert tree(half_undone) == before

    def test_an_interrupted_recovery_is_finished_and_then_taken_back(self, killed: Path) -> None:
        outcome = inside("undo", "--last", "--yes", killed)
        assert outcome.returncode == 0
        assert outcome.stdout.index("Run 0001 is finished.") < outcome.stdout.index("Run 0001 is undone")
        assert not (killed / FOLDER / "00000000.gob").exists()
