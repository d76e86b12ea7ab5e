"""One run at a time changes a store."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from chromemctl.exits import Busy, Exit
from chromemctl.lock import exclusive, lock_path


def test_a_second_run_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with exclusive(tmp_path):
        with pytest.raises(Busy, match="another chromemctl") as refused, exclusive(tmp_path):
            pytest.fail("two at once")
        assert refused.value.exit is Exit.BUSY
    with exclusive(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_another_path_to_the_same_store_is_the_same_lock(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (tmp_path / "link").symlink_to(store)
    with exclusive(store), pytest.raises(Busy), exclusive(tmp_path / "link"):
        pytest.fail("two at once")


def test_where_directories_cannot_be_locked_a_file_elsewhere_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def only_files(descriptor: int, operation: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").is_dir():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", only_files)
    with exclusive(tmp_path), pytest.raises(Busy), exclusive(tmp_path):
        pytest.fail("two at once")
    with exclusive(tmp_path):
        assert list(tmp_path.iterdir()) == []
    assert tmp_path not in lock_path(tmp_path).parents
