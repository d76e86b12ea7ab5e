"""Writing files so that a crash at any moment leaves the old state or the new one, never half of it.

The only module of the project that opens files for writing or changes directories. A new file is written
beside its place under a name that chromem ignores, synced, given the owner and mode of its siblings, and
only then linked (which fails when the name is taken) or renamed into place; then the directory is synced.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pygob.chromem.names import NAME_BYTES

#: What `link` answers on file systems without hard links.
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.ENOTSUP})

_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{16}\.(tmp|deleted)", re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who a new file belongs to and who may read it.

    Attributes:
        mode: Permission bits.
        uid: Owner, or -1 to leave it as the system sets it.
        gid: Group, or -1.
        is_wish: Whether a file may stay with whoever writes it where it cannot be given away.
    """

    mode: int
    uid: int = -1
    gid: int = -1
    is_wish: bool = False


def ownership_of(path: Path) -> Ownership:
    """The ownership of an existing file or directory, links not followed."""
    status = path.lstat()
    return Ownership(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def ownership_for(directory: Path, *, like: Path | None = None) -> Ownership:
    """What a new file in `directory` should have if it can: as its siblings, else as the directory, no `x`.

    Args:
        directory: Where the file will lie.
        like: A sibling to imitate; the first regular file of the directory when None.
    """
    if like is None:
        with os.scandir(directory) as entries:
            names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        like = directory / names[0] if names else None
    found = ownership_of(directory if like is None else like)
    mode = found.mode & (0o666 if like is None else 0o777)
    return Ownership(mode, found.uid, found.gid, is_wish=True)


def private_to_owner_of(directory: Path, mode: int) -> Ownership:
    """What something new should have that is for the owner of its directory, if it can be given away."""
    found = directory.stat()
    return Ownership(mode, found.st_uid, found.st_gid, is_wish=True)


def create(
    path: Path, data: bytes, ownership: Ownership, *, token: str | None = None, mtime_ns: int | None = None
) -> None:
    """Create a file atomically and durably; an existing one is never touched.

    Args:
        path: The new file.
        data: Its whole content.
        ownership: Its mode and owner.
        token: Part of the temporary file's name. A caller that repeats a step after a crash gives the same
            token again, and the leftover of the first attempt is replaced.
        mtime_ns: Its modification time, in nanoseconds; that of the moment when None.

    Raises:
        FileExistsError: `path` exists.
        OSError: It could not be written; nothing is left behind.
    """
    create_from(path, (data,), ownership, token=token, mtime_ns=mtime_ns)


def create_from(
    path: Path,
    pieces: Iterable[bytes],
    ownership: Ownership,
    *,
    token: str | None = None,
    mtime_ns: int | None = None,
) -> None:
    """Create a file whose content comes in pieces; see `create`.

    Raises:
        FileExistsError: `path` exists; seen before any piece is asked for, and again at the end.
        OSError: It could not be written; nothing is left behind, nor where making a piece fails.
    """
    if os.path.lexists(path):
        if token is not None:  # a crash may have come between giving it its name and removing the other one
            path.with_name(temporary_name(path.name, token)).unlink(missing_ok=True)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    temporary = _write_beside(path, pieces, ownership, token, mtime_ns)
    try:
        _move_without_clobber(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def replace(path: Path, data: bytes, ownership: Ownership, *, token: str | None = None) -> None:
    """Write a file atomically and durably in the place of an existing one, or anew.

    Raises:
        OSError: It could not be written; the old file is as it was.
    """
    temporary = _write_beside(path, (data,), ownership, token)
    try:
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_into(path: Path, data: bytes) -> None:
    """Write to what is no regular file, such as a named pipe, as a shell does; it stays what it is.

    Raises:
        OSError: It could not be written, or not all of it.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        write_all(descriptor, data, path)
    finally:
        os.close(descriptor)


def append(path: Path, data: bytes) -> None:
    """Append to a file that exists, and sync it: the way journals grow."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        write_all(descriptor, data, path)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path, ownership: Ownership, *, keep_time: bool = False) -> None:
    """Make one directory, durably.

    Args:
        path: The new directory.
        ownership: Its mode and owner.
        keep_time: Give the directory that it lies in its modification time back at once, where allowed.

    Raises:
        FileExistsError: `path` exists.
        OSError: It could not be made, or not be given to its owner; nothing is left behind.
    """
    mtime_ns = path.parent.stat().st_mtime_ns if keep_time else None
    path.mkdir(mode=0o700)
    if mtime_ns is not None:
        with suppress(PermissionError):
            set_modification_time(path.parent, mtime_ns)
    try:
        own_directory(path, ownership)
    except BaseException:
        path.rmdir()
        raise
    sync_directory(path.parent)


def own_directory(path: Path, ownership: Ownership) -> None:
    """Give a directory its mode and owner, durably."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        _set_ownership(descriptor, ownership)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(source: Path, destination: Path) -> None:
    """Move a file within its file system, durably; an existing destination is never touched.

    Raises:
        FileExistsError: `destination` exists.
    """
    _move_without_clobber(source, destination)
    sync_directory(destination.parent)
    sync_directory(source.parent)


def move_directory(source: Path, destination: Path) -> None:
    """Move a directory within its file system, durably.

    Raises:
        FileExistsError: `destination` exists.
    """
    # No system call that Python knows refuses every destination; the system itself refuses all but an empty
    # directory, and with that nothing would be lost.
    taken = FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(destination))
    if os.path.lexists(destination):
        raise taken
    try:
        source.rename(destination)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.ENOTDIR):
            raise
        raise taken from None  # by another process, since we looked
    sync_directory(destination.parent)
    sync_directory(source.parent)


def remove_directory(path: Path) -> None:
    """Remove an empty directory, durably."""
    path.rmdir()
    sync_directory(path.parent)


def remove_with_files(path: Path) -> None:
    """Remove a directory with the files in it, durably; what another process has removed already is gone.

    Raises:
        OSError: A file cannot be removed, or there are directories in it, which stay.
    """
    with suppress(FileNotFoundError):
        while _remove_files(path):
            try:
                remove_directory(path)
            except OSError as error:
                if error.errno != errno.ENOTEMPTY:
                    raise  # else a process that was writing a file when the directory was moved got it in
            else:
                return
        remove_directory(path)


def _remove_files(directory: Path) -> bool:
    """Remove the files in a directory; whether there were any."""
    with os.scandir(directory) as entries:
        files = [entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)]
    for name in files:
        directory.joinpath(name).unlink(missing_ok=True)
    return bool(files)


def remove(path: Path) -> None:
    """Remove a file, durably."""
    path.unlink()
    sync_directory(path.parent)


def set_modification_time(path: Path, mtime_ns: int) -> None:
    """Give a file or directory a modification time, in nanoseconds; links are not followed."""
    os.utime(path, ns=(path.lstat().st_atime_ns, mtime_ns), follow_symlinks=False)


def write_new(path: Path, data: bytes, ownership: Ownership) -> None:
    """Write a new file in a directory that nobody else knows yet; `settled` makes it durable.

    Raises:
        FileExistsError: `path` exists.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        write_all(descriptor, data, path)
        _set_ownership(descriptor, ownership)
    finally:
        os.close(descriptor)


def settled(path: Path) -> bytes:
    """Make a file durable, and read it back."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return file.read()


def remove_tree(path: Path) -> None:
    """Remove a directory of our own making with all that is in it; what resists stays."""
    shutil.rmtree(path, ignore_errors=True)


def scratch_directory(prefix: str) -> Path:
    """A new directory of no lasting value, where the system keeps temporary files."""
    return Path(tempfile.mkdtemp(prefix=prefix))


def write_scratch(path: Path, data: bytes) -> None:
    """Write a file of no lasting value, and its directories: nothing is synced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def sync_directory(path: Path) -> None:
    """Make the entries of a directory survive a power loss, where the file system can promise that."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def temporary_name(name: str, token: str) -> str:
    """The name of the temporary file for `name`: hidden, and with a suffix that chromem does not read."""
    return _hidden(name, f".{token}.tmp")


def new_token() -> str:
    """What sets the temporary names of one change apart from those of all others."""
    return secrets.token_hex(8)


def deleted_name(name: str, token: str) -> str:
    """The name of the hidden folder in which the directory `name` lies while it is deleted."""
    return _hidden(name, f".{token}.deleted")


def _hidden(name: str, ending: str) -> str:
    """A hidden name that tells what it is for, or a digest of that where it would be too long."""
    whole = f".{name}{ending}"
    if len(os.fsencode(whole)) <= NAME_BYTES:
        return whole
    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()}{ending}"


def is_deleted(name: str) -> bool:
    """Whether what lies in a folder of this name is to be deleted."""
    found = _UNFINISHED(name)
    return found is not None and found[1] == "deleted"


def is_unfinished(name: str) -> bool:
    """Whether a folder of this name is one that is being made or deleted, or was when its process ended."""
    return _UNFINISHED(name) is not None


def _write_beside(
    path: Path,
    pieces: Iterable[bytes],
    ownership: Ownership,
    token: str | None,
    mtime_ns: int | None = None,
) -> Path:
    temporary = path.with_name(temporary_name(path.name, token or new_token()))
    if token is not None:
        temporary.unlink(missing_ok=True)
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    try:
        for piece in pieces:
            write_all(descriptor, piece, path)
        _set_ownership(descriptor, ownership)
        if mtime_ns is not None:
            os.utime(descriptor, ns=(mtime_ns, mtime_ns))
        os.fsync(descriptor)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return temporary


def write_all(descriptor: int, data: bytes, path: Path) -> None:
    """Write all of some bytes, however little the system takes at a time.

    Args:
        descriptor: Of the file that they are written to.
        data: The bytes.
        path: What the file is, or will be, for the error.

    Raises:
        OSError: The system refused, as where there is no room.
    """
    remaining = memoryview(data)
    try:
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]
    except OSError as error:
        error.filename = os.fspath(path)  # which the system does not tell
        raise


def _set_ownership(descriptor: int, ownership: Ownership) -> None:
    status = os.fstat(descriptor)
    wanted = (ownership.uid, ownership.gid)
    if wanted != (-1, -1) and wanted != (status.st_uid, status.st_gid):
        try:
            os.fchown(descriptor, *wanted)
        except PermissionError:
            if not ownership.is_wish and ownership.uid not in (-1, status.st_uid):
                raise
            # Its owner may read it all the same. The group alone often can be set.
            with suppress(PermissionError):
                os.fchown(descriptor, -1, ownership.gid)
    os.fchmod(descriptor, ownership.mode)


def _move_without_clobber(source: Path, destination: Path) -> None:
    try:
        os.link(source, destination, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # Without hard links there is no atomic refusal; a look before the rename is the best there is.
        if os.path.lexists(destination):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(destination)) from None
        source.rename(destination)
    else:
        source.unlink()
