"""What lies in a directory, and files read without ever waiting for a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pygob.chromem.names import Format, format_of

_READ_BYTES = 1 << 20
_METADATA_NAMES = frozenset(form.metadata_name for form in Format)


class Kind(StrEnum):
    """What a directory entry is, symbolic links not followed."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    SPECIAL = "special"  # FIFO, socket, device: opening one may wait for ever


class Entry(NamedTuple):
    """One entry of a directory, with what tells whether it has changed since.

    Attributes:
        folder: The directory.
        name: The file name; bytes that are not UTF-8 through surrogateescape.
        kind: What it is; a symbolic link is one, whatever it points to.
        size: Its length in bytes.
        mtime_ns: Time of its last change, in nanoseconds.
        inode: Its inode number.
    """

    folder: Path
    name: str
    kind: Kind
    size: int
    mtime_ns: int
    inode: int

    @property
    def path(self) -> Path:
        """Where it is; made when asked for, as a store has very many entries."""
        return self.folder / self.name

    @property
    def format(self) -> Format | None:
        """The format under which chromem reads this file, None when it passes it over."""
        return None if self.kind is Kind.DIRECTORY else format_of(self.name)

    @property
    def is_metadata(self) -> bool:
        """Whether chromem reads this file as the metadata of a collection."""
        return self.name in _METADATA_NAMES and self.kind is not Kind.DIRECTORY


class Nature(NamedTuple):
    """What something that is no file and no directory is, as its directory entry alone tells.

    Attributes:
        kind: `symbolic link`, `named pipe`, `socket`, `character device` or `block device`.
        target: What a link says, byte for byte; the numbers of a device, such as `1:3`; else empty.
    """

    kind: str
    target: str = ""

    def __str__(self) -> str:
        """In words: `symbolic link to ../elsewhere`."""
        between = " to " if self.kind == _LINK else " "
        return f"{self.kind}{between}{self.target}" if self.target else self.kind


_LINK = "symbolic link"
_SPECIAL = {
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}
_DEVICES = frozenset({stat.S_IFCHR, stat.S_IFBLK})


def nature_of(path: Path, *, follow: bool = False) -> Nature | None:
    """What something is that is neither a file nor a directory, without opening it; None for these two.

    Args:
        path: Where it is.
        follow: Tell of a symbolic link what it leads to.

    Raises:
        OSError: It is not there, or leads to nothing.
    """
    status = path.stat() if follow else path.lstat()
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFLNK:
        return Nature(_LINK, os.readlink(path))  # noqa: PTH115 - a Path would not keep every byte of it
    if kind not in _SPECIAL:
        return None
    device = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}" if kind in _DEVICES else ""
    return Nature(_SPECIAL[kind], device)


class NotRegularFile(OSError):
    """The path is a FIFO, a socket, a device or a directory: reading it could hang, so it is not opened."""


def scan(directory: Path) -> list[Entry]:
    """List a directory in chromem's order, without opening anything in it.

    Raises:
        OSError: The directory cannot be read.
    """
    return in_order(listing(directory))


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Entries of one directory in chromem's order: that of the bytes of their names."""
    return sorted(entries, key=lambda entry: os.fsencode(entry.name))


def listing(directory: Path) -> Iterator[Entry]:
    """The entries of a directory one at a time, in no order; see `scan`."""
    with os.scandir(directory) as found:
        for item in found:
            try:
                status = item.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # removed while we looked
            yield entry_of(directory, item.name, status)


def entry_at(path: Path) -> Entry | None:
    """One directory entry, None when there is nothing of that name."""
    try:
        return entry_of(path.parent, path.name, path.lstat())
    except FileNotFoundError:
        return None


def is_empty_directory(entry: Entry) -> bool:
    """Whether an entry is a directory, no link to one, with nothing in it.

    Raises:
        OSError: It cannot be listed.
    """
    return entry.kind is Kind.DIRECTORY and next(listing(entry.path), None) is None


def read_file(path: Path) -> bytes:
    """Read a regular file; symbolic links to one are followed, as chromem does.

    Raises:
        NotRegularFile: The path is something else.
        OSError: It cannot be read.
    """
    _require_regular(path, path.stat().st_mode)
    return _read_regular(path)


def read_entry(entry: Entry) -> bytes:
    """Read a file that was listed; see `read_file`."""
    if entry.kind is not Kind.FILE:
        return read_file(entry.path)
    return _read_regular(os.path.join(entry.folder, entry.name))  # noqa: PTH118 - a Path costs as much as reading


def read_regular(name: str, directory: int, limit: int) -> tuple[bytes, os.stat_result]:
    """Read a file of an open directory, in the few system calls that reading very many of them can afford.

    Args:
        name: The file; symbolic links are not followed.
        directory: The directory's descriptor.
        limit: The most bytes that are read.

    Returns:
        Its bytes, and its status as of before.

    Raises:
        NotRegularFile: It is something else.
        OSError: It cannot be read, is larger, or changed its length meanwhile.
    """
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            _require_regular(name, status.st_mode)
        size = status.st_size
        data = os.read(descriptor, (size if size < limit else limit) + 1)
    finally:
        os.close(descriptor)
    if len(data) != size:
        raise OSError(errno.EFBIG, "not as long as it was, or too long", name)
    return data, status


def pieces(path: Path) -> Iterator[bytes]:
    """Read a regular file of any size piece by piece; see `read_file`.

    Raises:
        NotRegularFile: The path is something else.
        OSError: It cannot be read.
    """
    _require_regular(path, path.stat().st_mode)
    with _opened(path) as (descriptor, _):
        while piece := os.read(descriptor, _READ_BYTES):
            yield piece


def _read_regular(path: Path | str) -> bytes:
    with _opened(path) as (descriptor, size):
        data = os.read(descriptor, size + 1)
        if len(data) == size:  # nearly always; else it grows, or the system gives it in pieces
            return data
        parts = [data]
        while data:
            data = os.read(descriptor, _READ_BYTES)
            parts.append(data)
        return b"".join(parts)


@contextmanager
def _opened(path: Path | str) -> Iterator[tuple[int, int]]:
    """A regular file's descriptor and size."""
    # The kind may have changed since; without O_NONBLOCK opening a FIFO would wait for its writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        _require_regular(path, status.st_mode)
        yield descriptor, status.st_size
    finally:
        os.close(descriptor)


def entry_of(folder: Path, name: str, status: os.stat_result) -> Entry:
    """A directory entry whose status, symbolic links not followed, is known."""
    return Entry(folder, name, kind_of(status.st_mode), status.st_size, status.st_mtime_ns, status.st_ino)


def kind_of(mode: int) -> Kind:
    """What an entry is, by the mode in its status."""
    if stat.S_ISREG(mode):
        return Kind.FILE
    if stat.S_ISDIR(mode):
        return Kind.DIRECTORY
    return Kind.SYMLINK if stat.S_ISLNK(mode) else Kind.SPECIAL


def _require_regular(path: Path | str, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise NotRegularFile(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise NotRegularFile(errno.EINVAL, "not a regular file, so not opened", str(path))
