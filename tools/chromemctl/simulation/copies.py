"""Copies of stores, which may be changed freely: the original is only read.

The one module of chromemctl besides `fsops` that writes files, and it cannot reach a store: a `StoreCopy`
makes its own directory, which must not exist before, and touches nothing outside of it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from chromemctl.exits import IOFailure, UsageFailure
from chromemctl.own_directories import PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.own_files import BACKUPS_MARKER
from chromemctl.wording import count, readable
from pygob.chromem.durable import write_all
from pygob.chromem.entries import Entry, Kind, pieces, scan

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was changed in a copy.

    Attributes:
        action: What was done: `wrote`, `removed`, `renamed`, `made`, `linked` or `locked`.
        path: To what, relative to the copy.
        detail: What else is to be said, for people; empty when nothing is.
    """

    action: str
    path: PurePosixPath
    detail: str = ""


@dataclass(slots=True)
class StoreCopy:
    """A copy of a store.

    Attributes:
        root: Its directory.
        changes: What was changed in it since it was made, in order.
    """

    root: Path
    changes: list[Change] = field(default_factory=list)

    @classmethod
    def make(cls, store: Path, root: Path) -> StoreCopy:
        """Copy a store: files, modes, owners where the system allows it, modification times, links as links.

        Args:
            store: The store; only read.
            root: The new directory.

        Raises:
            UsageFailure: `root` exists, its parent does not, or it would lie in the store.
            IOFailure: Something could not be copied; what was copied so far is left where it is.
        """
        require_new(store, root)
        try:
            _copy_directory(store, root)
        except OSError as error:
            raise IOFailure(
                f"{readable(str(error.filename or root))}: {error.strerror}",
                f"{readable(str(root))} is incomplete; remove it once you know why",
            ) from error
        return cls(root)

    def make_durable(self) -> None:
        """Wait until the copy is on the disk: once, which costs far less than to sync each of many files."""
        os.sync()

    def discard(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.root)

    def write(self, path: Path, data: bytes) -> None:
        """Write a file, anew or in the place of another one; a link there is replaced, not followed."""
        mode = path.lstat().st_mode & 0o777 if path.is_file() and not path.is_symlink() else 0o666
        self._inside(path).unlink(missing_ok=True)
        _write_new(path, data, mode)
        self._note("wrote", path, count(len(data), "byte"))

    def remove(self, path: Path) -> None:
        """Remove a file."""
        self._inside(path).unlink()
        self._note("removed", path)

    def remove_directory(self, path: Path) -> None:
        """Remove an empty directory."""
        self._inside(path).rmdir()
        self._note("removed", path)

    def rename(self, path: Path, name: str) -> Path:
        """Give a file or directory another name in its directory, which must be free."""
        return self.move(path, path.with_name(name))

    def move(self, path: Path, destination: Path) -> Path:
        """Move a file or directory to a place where nothing is."""
        if os.path.lexists(self._inside(destination)):
            raise FileExistsError(destination)
        self._inside(path).rename(destination)
        self._note("renamed", path, f"to {readable(str(destination.relative_to(self.root)))}")
        return destination

    def make_directory(self, path: Path) -> Path:
        """Make a directory."""
        self._inside(path).mkdir(mode=0o700)
        self._note("made", path, "a directory")
        return path

    def link(self, path: Path, target: str) -> None:
        """Make a symbolic link."""
        self._inside(path).symlink_to(target)
        self._note("linked", path, f"to {readable(target)}")

    def make_pipe(self, path: Path) -> None:
        """Make a FIFO."""
        os.mkfifo(self._inside(path), 0o600)
        self._note("made", path, "a named pipe")

    def make_socket(self, path: Path) -> None:
        """Make a socket on which nobody listens."""
        os.mknod(self._inside(path), stat.S_IFSOCK | 0o600)
        self._note("made", path, "a socket")

    def forbid(self, path: Path) -> None:
        """Take every permission from a file or directory."""
        self._inside(path).chmod(0)
        self._note("locked", path, "mode 000")

    def _inside(self, path: Path) -> Path:
        """The path, provided that its directory is one of the copy's."""
        if not path.parent.resolve().is_relative_to(self.root.resolve()) or path.name in ("", ".."):
            raise ValueError(f"{path} is not in {self.root}")
        return path

    def _note(self, action: str, path: Path, detail: str = "") -> None:
        self.changes.append(Change(action, PurePosixPath(path.relative_to(self.root)), detail))


def require_new(store: Path, root: Path) -> None:
    """Check that a copy of a store can be made somewhere.

    Raises:
        UsageFailure: Something is there, its parent is not, or it would lie in the store.
    """
    require_new_path(root)
    if root.parent.resolve().is_relative_to(store.resolve()):
        raise UsageFailure(f"{readable(str(root))} would lie inside the store", "name a place outside of it")


def require_new_path(path: Path) -> None:
    """Check that something new can be made somewhere.

    Raises:
        UsageFailure: Something is there, its parent is not, or it would lie among files of chromemctl's own.
    """
    shown = readable(str(path))
    if os.path.lexists(path):
        raise UsageFailure(f"{shown} exists already", "name what does not exist yet; it will be made")
    if not path.parent.is_dir():
        raise UsageFailure(f"{readable(str(path.parent))}, where {shown} would be made, is not a folder")
    parent = path.parent.resolve()
    for folder in (parent, *parent.parents):
        if folder.name in (PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY):
            raise UsageFailure(f"{shown} would lie in {folder.name} of a store", "name a place outside of it")
        if (folder / BACKUPS_MARKER).exists():
            raise UsageFailure(
                f"{shown} would lie among backups", f"name a place outside of {readable(str(folder))}"
            )


def _copy_directory(source: Path, destination: Path) -> None:
    destination.mkdir(mode=0o700)
    for entry in scan(source):
        _COPIES[entry.kind](entry, destination / entry.name)
    _imitate(source, destination)


def _copy_file(entry: Entry, destination: Path) -> None:
    descriptor = os.open(destination, _NEW_FILE, 0o600)
    try:
        for piece in pieces(entry.path):
            write_all(descriptor, piece, destination)
    finally:
        os.close(descriptor)
    _imitate(entry.path, destination)


def _copy_link(entry: Entry, destination: Path) -> None:
    os.symlink(os.readlink(entry.path), destination)  # noqa: PTH115, PTH211 - a Path would not keep every byte
    os.utime(destination, ns=(entry.mtime_ns, entry.mtime_ns), follow_symlinks=False)
    if os.geteuid() == 0:
        status = entry.path.lstat()
        os.chown(destination, status.st_uid, status.st_gid, follow_symlinks=False)


def _copy_special(entry: Entry, destination: Path) -> None:
    """FIFOs and sockets are made anew, with nobody at their other end; devices only where this user may."""
    status = entry.path.lstat()
    os.mknod(destination, stat.S_IFMT(status.st_mode) | 0o600, status.st_rdev)
    _imitate(entry.path, destination)


_COPIES: dict[Kind, Callable[[Entry, Path], None]] = {
    Kind.FILE: _copy_file,
    Kind.DIRECTORY: lambda entry, destination: _copy_directory(entry.path, destination),
    Kind.SYMLINK: _copy_link,
    Kind.SPECIAL: _copy_special,
}


def _imitate(source: Path, destination: Path) -> None:
    """Mode and times of the original, and its owner where only root could give it."""
    status = source.lstat()
    if os.geteuid() == 0:
        os.chown(destination, status.st_uid, status.st_gid)
    destination.chmod(status.st_mode & 0o7777)
    os.utime(destination, ns=(status.st_atime_ns, status.st_mtime_ns))


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, _NEW_FILE, mode)
    try:
        write_all(descriptor, data, path)
    finally:
        os.close(descriptor)
