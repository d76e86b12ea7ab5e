"""Stores that the system does not let us read or change: exit code 3 and a sentence, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygob.chromem import name_hash
from tests.stores import contents, settled, write_store

NAME = "contextd_memories"
NAMES = (NAME, "contextd_checkpoints", "contextd_remediations")
# Root may read everything; without these capabilities it is a user like any other.
WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
pytestmark = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root, and no setpriv to lay it down"
)


def as_a_user(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run chromemctl as somebody whom permissions bind."""
    prefix = WITHOUT_PRIVILEGE if os.geteuid() == 0 else ()
    return subprocess.run(
        [*prefix, sys.executable, "-m", "chromemctl", *map(str, arguments)],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A store with one collection's metadata lost; readable again at the end, so that it can be removed."""
    path = write_store(tmp_path / "vectorstore")
    (path / name_hash(NAME) / "00000000.gob").unlink()
    yield settled(path)
    path.chmod(0o755)
    for entry in path.rglob("*"):
        entry.chmod(0o755)


@pytest.mark.parametrize(
    "command", [["verify"], ["identify"], ["recover", "--dry-run"], ["recover", "--yes"]]
)
def test_a_store_that_cannot_be_listed(store: Path, command: list[str]) -> None:
    store.chmod(0)
    outcome = as_a_user(*command, store)
    assert (outcome.returncode, outcome.stdout) == (3, "")
    assert "cannot be listed: Permission denied" in outcome.stderr
    assert "run as the user that owns the store" in outcome.stderr


@pytest.mark.parametrize("part", [".chromemctl", ".chromemctl/journal"])
def test_a_journal_that_cannot_be_read_does_not_hide_the_rest(store: Path, part: str) -> None:
    (store / ".chromemctl" / "journal").mkdir(parents=True)
    (store / part).chmod(0)
    outcome = as_a_user("verify", store)
    (store / part).chmod(0o755)
    assert outcome.returncode == 1, outcome.stderr
    assert "META_MISSING" in outcome.stdout
    assert "whether a run was interrupted is not known" in " ".join(outcome.stdout.split())
    errors = outcome.stdout.split("Warnings")[0]
    assert ("PERMISSION" in errors) is (part == ".chromemctl")  # chromem lists the one and not the other


@pytest.mark.parametrize("own", [".chromemctl", ".quarantine"])
def test_a_folder_of_chromemctl_that_cannot_be_read_is_no_collection(tmp_path: Path, own: str) -> None:
    store = settled(write_store(tmp_path / "vectorstore"))
    (store / own).mkdir()
    (store / own).chmod(0)
    outcome, report = as_a_user("verify", store), json.loads(as_a_user("verify", "--json", store).stdout)
    (store / own).chmod(0o755)
    assert outcome.returncode == 1  # chromem lists every folder, and refuses the store when it may not
    assert f"  PERMISSION  {own}\n" in outcome.stdout
    assert "Damaged.\nThe application would not start." in outcome.stdout
    assert report["summary"]["collections_total"] == report["summary"]["collections_healthy"] == 3
    assert {item["name"] for item in report["collections"]} == set(NAMES)


def test_folders_that_cannot_be_read_are_not_nothing(store: Path) -> None:
    for folder in store.iterdir():
        folder.chmod(0)
    outcome = as_a_user("recover", "--dry-run", store)
    assert outcome.returncode == 1
    assert "Nothing can be repaired yet: PERMISSION (3) must be put right by hand" in outcome.stdout


def test_a_copy_of_the_metadata_that_cannot_be_read_is_pointed_at(tmp_path: Path) -> None:
    path = write_store(tmp_path / "vectorstore", ["Xq7 pt93 unguessable"])
    metadata = next(path.glob("*/00000000.gob"))
    copy = metadata.rename(f"{metadata}.backup")
    copy.chmod(0)
    outcome = as_a_user("recover", "--dry-run", settled(path))
    assert outcome.returncode == 1
    assert f"{copy} may tell the name, but cannot be read: Permission denied" in outcome.stdout
    copy.chmod(0o644)
    assert as_a_user("recover", "--yes", path).returncode == 0


def test_a_file_that_cannot_be_read_is_damage_with_a_name(store: Path) -> None:
    unreadable = next(iter((store / name_hash(NAME)).iterdir()))
    unreadable.chmod(0)
    outcome = as_a_user("verify", store)
    assert outcome.returncode == 1
    assert unreadable.name in outcome.stdout
    assert "permission denied" in outcome.stdout.lower()


def test_a_store_that_cannot_be_written_is_left_as_it_is(store: Path) -> None:
    before = contents(store)
    store.chmod(0o555)
    outcome = as_a_user("recover", "--yes", store)
    assert outcome.returncode == 3
    assert "Permission denied" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert contents(store) == before


def test_a_folder_that_cannot_be_written_once_it_can_the_run_is_finished(store: Path) -> None:
    folder = store / name_hash(NAME)
    folder.chmod(0o555)
    outcome = as_a_user("recover", "--yes", store)
    assert outcome.returncode == 3
    assert "once the cause is gone, run this again to finish" in outcome.stderr
    folder.chmod(0o755)
    outcome = as_a_user("recover", "--yes", store)
    assert (outcome.returncode, "Run 0001 is finished." in outcome.stdout) == (0, True)
    assert as_a_user("verify", store).returncode == 0


def test_a_tenant_that_cannot_be_searched_hides_no_other(tmp_path: Path) -> None:
    for tenant in ("acme", "beta"):
        (tmp_path / tenant).mkdir()
        write_store(tmp_path / tenant / "project")
    (tmp_path / "acme").chmod(0)
    outcome = as_a_user("verify", tmp_path)
    report = json.loads(as_a_user("verify", "--json", tmp_path).stdout)
    only_that = as_a_user("recover", tmp_path)
    (tmp_path / "beta").chmod(0)
    nothing = as_a_user("verify", tmp_path)
    for tenant in ("acme", "beta"):
        (tmp_path / tenant).chmod(0o755)
    assert outcome.returncode == 3
    assert "Not looked at: acme: Permission denied" in outcome.stdout
    assert "Healthy: 1 store." in outcome.stdout
    assert [item["path"] for item in report["unknown"]] == [str(tmp_path / "acme")]
    assert [item["store"] for item in report["stores"]] == [str(tmp_path / "beta" / "project")]
    assert only_that.returncode == 2
    assert nothing.returncode == 3
    assert "acme cannot be searched for stores: Permission denied" in nothing.stderr


def test_a_preflight_names_its_user_and_moves_nothing_that_may_be_healthy(
    store: Path, tmp_path: Path
) -> None:
    (store / name_hash(NAME)).chmod(0)
    before = sorted(path.name for path in store.iterdir())
    outcome = as_a_user("preflight", "--state", tmp_path / "state", store)
    assert outcome.returncode == 1
    assert f"PERMISSION {name_hash(NAME)}: cannot be read" in outcome.stderr
    assert f"(uid {os.geteuid()})" in outcome.stderr
    assert sorted(path.name for path in store.iterdir()) == before
