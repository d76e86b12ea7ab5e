"""A disk that is really full: that is said with 3, nothing is lost, and once there is room all is done."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygob.chromem import Format
from tests.crash.test_crash import broken_store, copy_of
from tests.crash.test_crash_transfers import journalled
from tests.stores import contents, settled, write_store
from tests.support.inside import inside

NO_ROOM = "No space left on device"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=1m,nr_inodes=200", "tmpfs", folder],
            capture_output=True,
            check=False,
        ).returncode
    ):
        pytest.skip("this system lets nobody mount a tmpfs here; tests/crash/test_faults.py simulates it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(disk: Path, pages: int) -> Path:
    """Leave so many pages free."""
    room = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(bytes(room.f_bsize * max(0, room.f_bavail - pages)))
    return filler


def state(store: Path) -> dict[str, bytes | None]:
    return contents(store)


@pytest.mark.parametrize("pages", [0, 2, 3, 5, 9, 14, 24])
def test_recover_and_undo(disk: Path, tmp_path: Path, pages: int) -> None:
    store = settled(broken_store(disk / "vectorstore", Format.PLAIN))
    before = state(store)
    whole = tmp_path / "whole"
    copy_of(store, whole)
    assert inside("recover", "--yes", whole).returncode == 1
    expected = state(whole)
    kept = {data for data in before.values() if data is not None}
    for command, end, code in (("recover --yes", expected, 1), ("undo --yes --last", before, 0)):
        filler = fill(disk, pages)
        outcome = inside(*command.split(), store)
        filler.unlink()
        if outcome.returncode == 3:
            assert NO_ROOM in outcome.stderr
            assert "Traceback" not in outcome.stderr
        else:
            assert outcome.returncode == code, outcome.stdout + outcome.stderr
        assert kept <= set(contents(store, but=()).values()) | journalled(store)
        assert inside("verify", store).returncode in (0, 1)
        if state(store) != end:
            assert outcome.returncode == 3
            again = inside(*command.split(), store)
            assert again.returncode == code, again.stdout + again.stderr
        assert state(store) == end


@pytest.mark.parametrize(
    "words", [["backup", "create", "STORE", "--to", "OUT"], ["export", "STORE", "OUT"],
              ["convert", "STORE", "OUT", "--to", "gz"]],
)  # fmt: skip
def test_where_there_was_no_room_is_told(disk: Path, tmp_path: Path, words: list[str]) -> None:
    store, out = write_store(tmp_path / "vectorstore"), disk / "out"
    fill(disk, 0)
    outcome = inside(*({"STORE": store, "OUT": out}.get(word, word) for word in words))
    assert outcome.returncode == 3
    assert outcome.stderr.startswith(f"Error: {disk}/")
    assert outcome.stderr.endswith(f": {NO_ROOM}\n")
