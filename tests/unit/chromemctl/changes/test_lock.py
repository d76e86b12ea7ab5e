"""One run at a time changes a store."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from chromemctl.changes.lock import exclusive, is_held, lock_path, require_free
from chromemctl.exits import Busy, Exit


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


@pytest.fixture
def no_directory_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system such as NFS, on which a directory cannot be locked."""
    flock = fcntl.flock

    def only_files(descriptor: int, operation: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").is_dir():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", only_files)


@pytest.mark.usefixtures("no_directory_locks")
def test_where_directories_cannot_be_locked_a_file_elsewhere_is(tmp_path: Path) -> None:
    with exclusive(tmp_path), pytest.raises(Busy), exclusive(tmp_path):
        pytest.fail("two at once")
    with exclusive(tmp_path):
        assert list(tmp_path.iterdir()) == []
    assert tmp_path not in lock_path(tmp_path).parents


@pytest.mark.parametrize("where", ["directory", "file"])
def test_whether_a_run_is_at_work_is_seen_without_a_change(
    tmp_path: Path, request: pytest.FixtureRequest, where: str
) -> None:
    if where == "file":
        request.getfixturevalue("no_directory_locks")
    assert not is_held(tmp_path)
    with exclusive(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(Busy, match="another chromemctl"):
            require_free(tmp_path)
    require_free(tmp_path)
    assert list(tmp_path.iterdir()) == []
