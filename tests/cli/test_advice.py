"""What `verify` and `recover` advise is true, and works when it is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chromemctl.changes.lock import exclusive
from pygob.chromem import name_hash
from pygob.chromem.envelope import DEFAULT_LIMIT
from tests.stores import contents, settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
UNGUESSABLE = "Xq7 pt93 unguessable"


def document_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != "00000000.gob")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore"))


@pytest.fixture
def nameless(tmp_path: Path) -> Path:
    """A store whose one collection has lost a name that nobody can guess."""
    path = write_store(tmp_path / "vectorstore", [UNGUESSABLE])
    (path / name_hash(UNGUESSABLE) / "00000000.gob").unlink()
    return settled(path)


def advised(printed: str, beginning: str) -> str:
    """The command line that is advised and begins like this."""
    lines = [line.strip().removeprefix("Next:").removeprefix("→").strip() for line in printed.splitlines()]
    return next(line[line.index(beginning) :] for line in lines if beginning in line)


def follow(line: str) -> subprocess.CompletedProcess[str]:
    """Do what was advised, in a shell."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        ["bash", "-c", line], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


class TestFolderWithoutAHash:
    """No name can be checked against the name of such a folder."""

    @pytest.fixture
    def custom(self, nameless: Path) -> Path:
        (nameless / name_hash(UNGUESSABLE)).rename(nameless / "custom folder")
        return nameless

    def test_renamed_as_advised_it_takes_its_name(self, custom: Path) -> None:
        outcome = inside("recover", "--dry-run", custom)
        assert outcome.returncode == 1
        assert "--path" not in outcome.stdout
        assert "tried:" not in outcome.stdout
        assert follow(advised(outcome.stdout, "mv ").replace("NAME", UNGUESSABLE)).returncode == 0
        assert inside("recover", "--yes", custom, "--name", UNGUESSABLE).returncode == 0

    def test_where_the_folder_exists_it_is_neither_moved_into_it_nor_over_it(self, custom: Path) -> None:
        (custom / name_hash(UNGUESSABLE)).mkdir()
        (custom / name_hash(UNGUESSABLE) / "notes.txt").write_text("mine")
        before = tree(custom)
        outcome = inside("recover", "--dry-run", custom)
        follow(advised(outcome.stdout, "mv ").replace("NAME", UNGUESSABLE))
        assert tree(custom) == before
        assert "if that moves nothing, a folder is there already" in outcome.stdout

    def test_set_aside_as_advised_the_application_starts(self, custom: Path) -> None:
        line = advised(inside("recover", "--dry-run", custom).stdout, "chromemctl quarantine add")
        assert follow(f"{line} --yes").returncode == 0
        assert inside("verify", custom).returncode == 0


def test_a_document_too_large_to_be_read_is_set_aside_as_advised(store: Path) -> None:
    huge = document_files(store / FOLDER)[0]
    os.truncate(huge, DEFAULT_LIMIT + 1)
    outcome = inside("verify", settled(store))
    assert outcome.returncode == 1
    assert "DOC_TOO_LARGE" in outcome.stdout
    assert "Next:" not in outcome.stdout
    assert "Nothing can be repaired yet: DOC_TOO_LARGE" in inside("recover", "--dry-run", store).stdout
    assert "chromem stops with" not in outcome.stdout
    assert follow(advised(outcome.stdout, "chromemctl quarantine add") + " --yes").returncode == 0
    assert inside("verify", store).returncode == 0


def test_a_pipe_that_chromem_would_wait_for(store: Path) -> None:
    pipe = document_files(store / FOLDER)[0]
    pipe.unlink()
    os.mkfifo(pipe)
    outcome = inside("verify", store)
    assert "chromem stops with" not in outcome.stdout
    assert f"The application would not start: it would wait for ever: {pipe} is not" in outcome.stdout


def test_the_path_of_the_file_that_is_missing_names_its_collection(store: Path) -> None:
    metadata = store / FOLDER / "00000000.gob"
    metadata.unlink()
    assert inside("recover", "--yes", "--path", metadata).returncode == 0
    assert metadata.is_file()
    assert inside("recover", "--yes", "--path", store / "nothing" / "00000000.gob").returncode == 10


class TestUnknownName:
    """A name that nobody finds, and nobody knows."""

    def test_set_aside_as_advised_the_application_starts(self, nameless: Path) -> None:
        outcome = inside("recover", "--yes", nameless)
        assert "else set the folder aside, so that the application starts without it:" in outcome.stdout
        assert follow(advised(outcome.stdout, "chromemctl quarantine add") + " --yes").returncode == 0
        assert inside("verify", nameless).returncode == 0

    def test_what_was_left_out_is_not_forgotten(self, nameless: Path) -> None:
        outcome = inside("recover", "--yes", "--only", "DOC_CORRUPT", nameless)
        assert outcome.returncode == 1
        assert outcome.stdout.endswith(f"\nNext:  chromemctl recover {nameless}\n")


class TestNothingCanBeRepaired:
    """What is beyond chromemctl is not called nothing."""

    @pytest.mark.parametrize("options", [["--yes"], ["--dry-run"]])
    def test_a_link_in_the_place_of_a_collection(
        self, store: Path, tmp_path: Path, options: list[str]
    ) -> None:
        (store / FOLDER).rename(tmp_path / "elsewhere")
        (store / FOLDER).symlink_to(tmp_path / "elsewhere")
        outcome = inside("recover", *options, store)
        assert outcome.returncode == 1
        assert "Nothing to repair" not in outcome.stdout
        assert "Nothing can be repaired yet: SYMLINK_COLLECTION must be put right by hand" in outcome.stdout
        assert f"{FOLDER}  cannot be repaired yet: is a symbolic link to a folder" in outcome.stdout
        [left] = json.loads(inside("recover", "--json", *options, store).stdout)["plan"]["unresolved"]
        assert (left["dir"], left["finding"], left["path"]) == (FOLDER, "SYMLINK_COLLECTION", FOLDER)
        assert follow(advised(outcome.stdout, f"rm {store}")).returncode == 0
        assert inside("verify", store).returncode == 0

    def test_beside_what_can(self, store: Path) -> None:
        """Each file that is left is named, in the JSON too, with what to do about it."""
        (store / name_hash("contextd_checkpoints") / "00000000.gob").unlink()
        huge = document_files(store / FOLDER)[0]
        huge.write_bytes(b"")
        os.truncate(huge, DEFAULT_LIMIT + 1)
        outcome = inside("recover", "--yes", "--json", store)
        assert outcome.returncode == 1
        plan = json.loads(outcome.stdout)["plan"]
        assert [each["finding"] for each in plan["repairs"]] == ["META_MISSING"]
        [left] = plan["unresolved"]
        assert (left["finding"], left["path"]) == ("DOC_TOO_LARGE", f"{FOLDER}/{huge.name}")
        assert follow(advised(left["reason"], "chromemctl quarantine add") + " --yes").returncode == 0
        assert inside("verify", store).returncode == 0

    def test_a_sound_store(self, store: Path) -> None:
        assert "Nothing to repair.\n" in inside("recover", "--dry-run", store).stdout


class TestInterruptedOnAHealthyStore:
    """A run that was killed between its last step and the note of its end."""

    def test_the_next_command_finishes_it(self, store: Path) -> None:
        (store / FOLDER / "00000000.gob").unlink()
        assert inside("recover", "--yes", store).returncode == 0
        journal = store / ".chromemctl" / "journal" / "0001.jsonl"
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
        outcome = inside("verify", settled(store))
        assert outcome.returncode == 0
        assert "INTERRUPTED" in outcome.stdout
        for beginning in ("let it be finished: chromemctl recover", "Next:  chromemctl recover"):
            assert f"{beginning} {store}\n" in outcome.stdout
        assert follow(advised(outcome.stdout, "chromemctl recover") + " --yes").returncode == 0
        assert "INTERRUPTED" not in inside("verify", store).stdout


class TestCopiesThatCannotBeRead:
    """A leftover beside lost metadata may be the one file that tells the name."""

    @pytest.mark.parametrize("kind", ["FIFO", "symbolic link"])
    def test_they_are_pointed_at(self, nameless: Path, kind: str) -> None:
        copy = nameless / name_hash(UNGUESSABLE) / "00000000.gob.backup"
        if kind == "FIFO":
            os.mkfifo(copy)
        else:
            copy.symlink_to(nameless.parent / "elsewhere")
        before = tree(nameless)
        outcome = inside("verify", nameless)
        assert f"is a {kind}" in outcome.stdout
        assert "it may be a copy of the metadata" in outcome.stdout
        assert f"{copy} may tell the name, but is a {kind}" in inside("recover", "-n", nameless).stdout
        assert tree(nameless) == before

    def test_not_where_the_name_is_known(self, store: Path) -> None:
        (store / FOLDER / "00000000.gob.backup").symlink_to(store.parent / "elsewhere")
        assert "may be a copy" not in inside("verify", store).stdout


def test_what_was_tried_is_a_sum_and_a_list_on_request(nameless: Path) -> None:
    short = inside("recover", "--dry-run", nameless).stdout
    (line,) = [line for line in short.splitlines() if "tried:" in line]
    assert line.endswith("sources (--verbose lists them)")
    assert len(line) < 80
    long = inside("recover", "--dry-run", "--verbose", nameless).stdout
    assert "fixed names of contextd" in long
    assert "fixed names of contextd" not in short


class TestRunInProgress:
    """A run that is at work is not called interrupted."""

    @pytest.fixture
    def working(self, store: Path) -> Path:
        """A store in which the journal of a run has no end yet."""
        (store / FOLDER / "00000000.gob").unlink()
        assert inside("recover", "--yes", store).returncode == 0
        journal = store / ".chromemctl" / "journal" / "0001.jsonl"
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-2]))
        return settled(store)

    def test_while_its_lock_is_held(self, working: Path) -> None:
        before = contents(working, but=())
        with exclusive(working):
            verified = inside("verify", working)
            listed = inside("journal", working)
            dry_runs = [
                inside("recover", "--dry-run", working),
                inside("recover", "--dry-run", "--only", "META_MISSING", working),
                inside("undo", "--last", "--dry-run", working),
                inside("quarantine", "add", "--dry-run", working, FOLDER),
            ]
        assert "another chromemctl is changing the store at this moment (run 0001)" in verified.stdout
        assert "interrupted" not in (verified.stdout + listed.stdout).lower()
        assert "running" in listed.stdout
        for outcome in dry_runs:
            assert outcome.returncode == 11
            assert "another chromemctl is changing" in outcome.stderr
        assert contents(working, but=()) == before

    def test_once_it_is_gone(self, working: Path) -> None:
        assert "INTERRUPTED" in inside("verify", working).stdout
        assert "interrupted" in inside("journal", working).stdout
