"""Stores of other users: what is added belongs to them, and nothing in them is used against others."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pygob.chromem import document_name, name_hash
from pygob.chromem.names import Format
from tests.stores import chromemctl, contents, settled, write_store

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
OWNER = 1000
only_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, setpriv"
)


def run_as(*prefix: str, store: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["setpriv", *prefix, sys.executable, "-m", "chromemctl", "recover", "--yes", store],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def give(store: Path, uid: int, gid: int) -> None:
    for path in (store, *store.rglob("*")):
        os.chown(path, uid, gid)


@pytest.fixture
def foreign() -> Iterator[Path]:
    """A store of another user, with one collection's metadata lost and one document cut."""
    # Not in pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as folder:
        store = write_store(Path(folder, "vectorstore"))
        (store / FOLDER / "00000000.gob").unlink()
        os.truncate(store / FOLDER / document_name(f"{NAME}-0", Format.PLAIN), 100)
        give(store, OWNER, OWNER)
        Path(folder).chmod(0o755)
        yield settled(store)


@only_root
class TestOwner:
    def test_root_gives_everything_to_the_owner(self, foreign: Path) -> None:
        assert chromemctl("recover", "--yes", foreign).returncode == 1
        assert {(path.stat().st_uid, path.stat().st_gid) for path in foreign.rglob("*")} == {(OWNER, OWNER)}

    def test_root_who_may_not_give_files_away_changes_nothing(self, foreign: Path) -> None:
        before = contents(foreign, but=())
        outcome = run_as("--bounding-set=-chown", "--inh-caps=-chown", store=foreign)
        assert outcome.returncode == 3
        assert "belongs to" in outcome.stderr
        assert "uid 1000" in outcome.stderr
        assert "nothing was changed" in outcome.stderr
        assert f"sudo -u '#{OWNER}' {sys.executable} -m chromemctl ..." in outcome.stderr
        assert contents(foreign, but=()) == before

    def test_a_member_of_the_stores_group_changes_nothing(self, foreign: Path) -> None:
        for path in (foreign, *foreign.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IRWXG)
        before = contents(foreign, but=())
        member = ("--reuid=1001", "--regid=1001", f"--groups={OWNER}", "--inh-caps=-all")
        if subprocess.run(["setpriv", *member, sys.executable, "-c", ""], check=False).returncode:
            pytest.skip("other users cannot run this Python")
        outcome = run_as(*member, store=foreign)
        assert outcome.returncode == 3
        assert "who runs this, cannot give files away" in outcome.stderr
        assert contents(foreign, but=()) == before


def planted(store: Path, *steps: dict[str, Any]) -> Path:
    """A store in which somebody has laid a journal."""
    journal = store / ".chromemctl" / "journal"
    journal.mkdir(parents=True)
    begin = {"event": "begin", "schema_version": 1, "command": "recover", "time": "t", "steps": steps}
    (journal / "0001.jsonl").write_text(json.dumps(begin) + "\n")
    return store


class TestPlantedJournals:
    def test_a_link_leads_nowhere(self, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.mkdir()
        store = write_store(tmp_path / "vectorstore")
        (store / FOLDER / "link").symlink_to(victim)
        data = base64.b64encode(b"x\n").decode()
        step = {"action": "create_file", "path": f"{FOLDER}/link/job", "data_b64": data, "mode": "4755"}
        outcome = chromemctl("recover", "--yes", planted(store, {**step, "uid": 0, "gid": 0}))
        assert "was given up" in outcome.stdout
        assert f"{FOLDER}/link is a symbolic link" in outcome.stdout
        assert list(victim.iterdir()) == []

    def test_nothing_is_taken_in_through_a_link(self, tmp_path: Path) -> None:
        secret = tmp_path / "elsewhere" / "passwd"
        secret.parent.mkdir()
        secret.write_bytes(b"secret")
        store = write_store(tmp_path / "vectorstore")
        (store / FOLDER / "link").symlink_to(secret.parent)
        digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
        step = {"action": "move_file", "source": f"{FOLDER}/link/passwd", "destination": f"{FOLDER}/x",
                "size": 6, "sha256": digest}  # fmt: skip
        chromemctl("recover", "--yes", planted(store, step))
        assert secret.read_bytes() == b"secret"

    def test_no_file_runs_as_somebody_else(self, tmp_path: Path) -> None:
        data = base64.b64encode(b"x\n").decode()
        step = {"action": "create_file", "path": f"{FOLDER}/job", "data_b64": data, "mode": "4755",
                "uid": os.geteuid(), "gid": os.getegid()}  # fmt: skip
        store = planted(write_store(tmp_path / "vectorstore"), step)
        chromemctl("recover", "--yes", store)
        assert stat.S_IMODE((store / FOLDER / "job").stat().st_mode) == 0o755


@pytest.mark.parametrize(
    "place", [".quarantine", f".quarantine/{FOLDER}", ".chromemctl", ".chromemctl/journal"]
)
@pytest.mark.parametrize("kind", ["link", "file"])
@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_nothing_is_set_aside_outside_of_the_store(
    tmp_path: Path, place: str, kind: str, option: str
) -> None:
    store = write_store(tmp_path / "vectorstore")
    os.truncate(store / FOLDER / "00000000.gob", 50)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (store / place).parent.mkdir(exist_ok=True)
    if kind == "link":
        (store / place).symlink_to(elsewhere)
    else:
        (store / place).write_bytes(b"")
    before = contents(settled(store), but=())
    outcome = chromemctl("recover", option, store)
    assert outcome.returncode == 3
    assert f"{place} is a {'symlink' if kind == 'link' else 'file'}, where chromemctl needs a directory" in (
        outcome.stderr
    )
    assert list(elsewhere.iterdir()) == []
    assert contents(store, but=()) == before


def test_a_rebuilt_file_is_no_program_whatever_its_siblings_are(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    metadata = store / FOLDER / "00000000.gob"
    metadata.unlink()
    for document in (store / FOLDER).iterdir():
        document.chmod(0o4755)
    assert chromemctl("recover", "--yes", settled(store)).returncode == 0
    assert stat.S_IMODE(metadata.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    "lines",
    [
        ['{"event": "begin", "schema_version": 1, "steps": []}'],
        ['{"event": "begin", "schema_version": 1, "command": "recover", "time": "t", "steps": 7}'],
        ['{"event": "begin", "schema_version": 1, "command": "recover", "time": "t", "steps": []}',
         '{"event": "end"}'],
        ['{"event": "begin", "schema_version": 1, "command": "recover", "time": "t", "steps": []}',
         '{"event": "step", "state": "done"}'],
        ['{"event": "begin", "schema_version": 1, "command": "recover", "time": "t", "steps": [[]]}'],
        [],
    ],
    ids=["no command", "steps", "end", "step", "no step", "directory"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["journal", "recover --yes", "undo --yes --last"])
def test_a_journal_that_cannot_be_understood(tmp_path: Path, lines: list[str], command: str) -> None:
    store = write_store(tmp_path / "vectorstore")
    journal = store / ".chromemctl" / "journal" / "0001.jsonl"
    journal.parent.mkdir(parents=True)
    if lines:
        journal.write_text("".join(f"{line}\n" for line in lines))
    else:
        journal.mkdir()
    before = contents(store, but=())
    outcome = chromemctl(*command.split(), store)
    # To list runs is possible beside it; to begin one is not while this one may not have ended.
    assert outcome.returncode == (1 if command == "journal" else 3)
    assert f"mv -n {journal} {journal}.unreadable" in outcome.stdout + outcome.stderr
    assert contents(store, but=()) == before
    assert chromemctl("verify", store).returncode == 0
