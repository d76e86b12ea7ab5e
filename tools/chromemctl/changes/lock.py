"""One chromemctl at a time changes a store.

The lock is an advisory one on the store's directory itself: it writes nothing, holds across users and
paths to the same directory, and goes away with the process. File systems that cannot lock a directory
(NFS) get a lock file outside the store instead.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chromemctl.exits import Busy
from chromemctl.wording import readable

_CANNOT_LOCK_DIRECTORIES = frozenset(
    {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}
)


@contextmanager
def exclusive(store: Path) -> Iterator[None]:
    """Hold the store against other runs of chromemctl.

    Raises:
        Busy: Another run holds it.
    """
    with _locked_directory(store, fcntl.LOCK_EX) as is_locked:
        if is_locked:
            yield
        else:
            with _lock_file(store):
                yield


@contextmanager
def shared(directory: Path) -> Iterator[None]:
    """Hold a directory together with others against whoever wants it alone, as `exclusive` does.

    Where a directory cannot be locked, nothing is held.

    Raises:
        Busy: Somebody has it alone.
    """
    with _locked_directory(directory, fcntl.LOCK_SH):
        yield


@contextmanager
def _locked_directory(directory: Path, operation: int) -> Iterator[bool]:
    """Lock a directory itself; whether its file system can."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield _locks(directory, descriptor, operation)
    finally:
        os.close(descriptor)


def _locks(directory: Path, descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _held(directory) from None
    except OSError as error:
        if error.errno not in _CANNOT_LOCK_DIRECTORIES:
            raise
        return False
    return True


def is_held(store: Path) -> bool:
    """Whether a run of chromemctl holds the store at this moment, this one included. Writes nothing."""
    try:
        return _is_locked(store)
    except OSError as error:
        if error.errno not in _CANNOT_LOCK_DIRECTORIES:
            raise
    try:
        return _is_locked(lock_path(store))
    except OSError:
        return False  # nobody has made it, or it cannot be known


def require_free(store: Path) -> None:
    """Check that no run of chromemctl holds the store.

    Raises:
        Busy: One does.
    """
    if is_held(store):
        raise _held(store)


def _is_locked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _lock_file(store: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(lock_path(store), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise _held(store) from None
    try:
        yield
    finally:
        lock.release()


def lock_path(store: Path) -> Path:
    """Where the lock file of a store is, for file systems that need one; never inside the store."""
    key = hashlib.sha256(os.fsencode(os.path.realpath(store))).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"chromemctl-{os.getuid()}-{key}.lock"


def _held(store: Path) -> Busy:
    return Busy(
        f"another chromemctl is changing {readable(str(store))}", "wait until it is done, then run this again"
    )
