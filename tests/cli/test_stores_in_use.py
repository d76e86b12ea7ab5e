"""Stores that another process has open for writing: said by verify, left alone by what changes a store."""

from __future__ import annotations

import json
import mmap
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chromemctl.changes import holders
from pygob.chromem import name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system has no /proc")

OPEN = "import sys; file = open(sys.argv[1], sys.argv[2])"
MAP = "import sys, mmap; file = open(sys.argv[1], 'r+b'); view = mmap.mmap(file.fileno(), 0); file.close()"
WORK = "import os, sys; os.chdir(sys.argv[1])"


@contextmanager
def running(program: str, *arguments: str | Path) -> Iterator[int]:
    """A process, a service of its own session, that does something and then stays; its number."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{program}; print('ready', flush=True); sys.stdin.read()",
         *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that lost the metadata of a collection."""
    path = write_store(tmp_path / "vectorstore")
    (path / FOLDER / "00000000.gob").unlink()
    return settled(path)


@pytest.fixture
def document(store: Path) -> Path:
    return min((store / FOLDER).iterdir())


def busy(store: Path) -> list[tuple[str, str]]:
    findings = json.loads(inside("verify", "--json", store).stdout)["findings"]
    return [(item["path"], item["message"]) for item in findings if item["id"] == "STORE_BUSY"]


@pytest.mark.parametrize(("program", "words"), [(OPEN, ("ab",)), (OPEN, ("r+b",)), (MAP, ())])
def test_open_for_writing(store: Path, document: Path, program: str, words: tuple[str, ...]) -> None:
    before = tree(store)
    with running(program, document, *words) as pid:
        [(path, message)] = busy(store)
        assert path == str(document)
        assert message.startswith(f"process {pid} (")
        assert message.endswith(f") has {document} open for writing")
        assert inside("recover", "--dry-run", store).returncode == 1
        for command in ("recover", "quarantine add"):
            target = [store] if command == "recover" else [store, FOLDER]
            outcome = inside(*command.split(), "--yes", *target)
            assert outcome.returncode == 11
            assert f"the store is in use: process {pid} (" in outcome.stderr
            assert "--force goes ahead all the same" in outcome.stderr
        assert tree(store) == before
        assert inside("recover", "--yes", "--force", store).returncode == 0
        assert inside("undo", "--yes", "--last", store).returncode == 11
    assert busy(store) == []
    assert inside("undo", "--yes", "--last", store).returncode == 0


def test_a_service_that_works_in_the_store(store: Path) -> None:
    with running(WORK, store / FOLDER) as pid:
        [(_, message)] = busy(store)
        assert message.startswith(f"process {pid} (")
        assert message.endswith(f") works in {store / FOLDER}")
        assert inside("recover", "--yes", store).returncode == 11
    assert inside("recover", "--yes", store).returncode == 0


def test_who_reads_is_no_matter_nor_who_writes_elsewhere(store: Path, document: Path) -> None:
    other = write_store(store / "other")
    elsewhere = next(other.glob("*/00000000.gob"))
    with (
        running(OPEN, document, "rb"),
        running(OPEN, elsewhere, "ab"),
        running(OPEN, store / "recover.log", "ab"),
    ):
        assert busy(store) == []
        assert inside("recover", "--yes", store).returncode == 0


def test_through_a_link_to_the_store(store: Path, document: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(store)
    with running(OPEN, document, "ab"):
        assert busy(tmp_path / "link") != []


def test_this_process_itself_is_left_out(store: Path, document: Path) -> None:
    with document.open("r+b") as file, mmap.mmap(file.fileno(), 0):
        assert busy(store) == []


def test_where_proc_cannot_be_read_nothing_is_said(
    store: Path, document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "_PROC", tmp_path / "nothing")
    with running(OPEN, document, "ab"):
        assert busy(store) == []
