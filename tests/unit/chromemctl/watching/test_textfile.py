"""The file for node_exporter."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chromemctl.exits import UsageFailure
from chromemctl.watching.textfile import require_place, write
from tests.stores import write_store


def test_it_is_replaced_as_a_whole_and_anybody_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "chromem.prom"
    write(file, b"first 1\n")
    inode = file.stat().st_ino
    write(file, b"second 2\n")
    assert file.read_bytes() == b"second 2\n"
    assert file.stat().st_ino != inode
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["chromem.prom"]


def test_places_that_are_refused(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    require_place(tmp_path / "chromem.prom", [store])
    for file in (store / "chromem.prom", tmp_path / "chromem.txt", tmp_path / "nowhere" / "chromem.prom"):
        with pytest.raises(UsageFailure):
            require_place(file, [store])
    (tmp_path / "link").symlink_to(store)
    with pytest.raises(UsageFailure, match="where nothing is written"):
        require_place(tmp_path / "link" / "chromem.prom", [store])
