"""Carrying out steps: the only module of chromemctl that changes a file system.

Every step can be repeated: what is done already is recognised and left alone, so a run that was killed
anywhere is finished by running its steps again. Nothing is ever overwritten, and nothing deleted but what
chromemctl itself created: a file in the undoing of the run that made it, a manifest when what it describes is
back in its place.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from chromemctl.changes import fingerprints
from chromemctl.changes.plan import (
    CreateFile,
    MakeDirectory,
    Move,
    MoveDirectory,
    MoveEntry,
    MoveFile,
    RemoveDirectory,
    RemoveFile,
    SetTime,
    Step,
    parents,
)
from pygob.chromem import durable
from pygob.chromem.durable import Ownership
from pygob.chromem.entries import Nature, nature_of

# A file of a store is never a program, so it is never one that runs as somebody else either.
_FILE_MODES = 0o777


class Conflict(Exception):
    """The store is no longer as it was when the plan was made; the step was not carried out."""


def run_step(store: Path, step: Step, token: str) -> None:
    """Carry out one step, or recognise that it is done.

    Args:
        store: The store.
        step: What to do.
        token: Names the run, so that its temporary files are known to be its own.

    Raises:
        Conflict: Something else is in the way, or what was to be moved has changed.
        OSError: The system refused.
    """
    for parent in parents([step]):
        _require_no_link(store, parent)
    match step:
        case MakeDirectory(path, ownership):
            make_directory(store / path, ownership)
        case CreateFile(path, data, ownership, mtime_ns):
            create_file(store / path, data, ownership, token, mtime_ns)
        case MoveFile(source, destination, size, sha256):
            move_file(store / source, store / destination, size, sha256)
        case MoveDirectory(source, destination, entries, sha256):
            move_directory(store / source, store / destination, entries, sha256)
        case MoveEntry(source, destination, nature):
            move_entry(store / source, store / destination, nature)
        case RemoveFile(path, data):
            remove_file(store / path, data)
        case RemoveDirectory(path, _):
            remove_directory(store / path)
        case SetTime(path, mtime_ns):
            set_time(store / path, mtime_ns)


def _require_no_link(store: Path, folder: PurePosixPath) -> None:
    """Check that the way to a folder of a store does not lead out of it."""
    for part in (*reversed(folder.parents), folder):
        if part.parts and (store / part).is_symlink():
            raise Conflict(f"{store / part} is a symbolic link")


def require_possible(store: Path, steps: Iterable[Step]) -> None:
    """Check before the first step of an undoing that the store is as the run left it. Reads only.

    Raises:
        Conflict: A path that would be touched has changed.
    """
    changes = _Changes(store)
    for step in steps:
        match step:
            case MoveFile(source, destination) | MoveEntry(source, destination):
                changes.require_vacant(destination)
                _require_same(changes.now(source), step)
                changes.move(source, destination)
            case MoveDirectory(source, destination, entries, sha256):
                changes.require_vacant(destination)
                if changes.directory(source) != (entries, sha256):
                    raise Conflict(f"{store / source} has changed since")
                changes.move(source, destination)
            case CreateFile(path, data):
                changes.created[path] = data
            case RemoveFile(path, data):
                _require_content(changes.now(path), data)
                changes.vacated.add(path)
            case MakeDirectory(path, _):
                changes.made.add(path)


class _Changes:
    """What steps will have changed, while they are looked at one after the other."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._origins: dict[PurePosixPath, Path] = {}
        self.vacated: set[PurePosixPath] = set()
        self.created: dict[PurePosixPath, bytes] = {}
        self.made: set[PurePosixPath] = set()

    def now(self, path: PurePosixPath) -> Path:
        """Where that which will be at a path lies now."""
        for part in (path, *path.parents):
            if part in self._origins:
                return self._origins[part] / path.relative_to(part)
        return self._store / path

    def directory(self, path: PurePosixPath) -> fingerprints.DirectoryFingerprint:
        """The fingerprint of a directory as it will be.

        Raises:
            Conflict: There will be none.
        """
        now = self.now(path)
        if now.is_symlink() or not now.is_dir():
            raise Conflict(f"{self._store / path} is gone")
        contents: dict[str, Path | bytes] = {
            name: now / name for name in os.listdir(now) if path / name not in self.vacated
        }
        contents |= {item.name: lies for item, lies in self._origins.items() if item.parent == path}
        contents |= {item.name: data for item, data in self.created.items() if item.parent == path}
        return fingerprints.of_contents(contents)

    def move(self, source: PurePosixPath, destination: PurePosixPath) -> None:
        """Note that something will have been moved."""
        self._origins[destination] = self.now(source)
        self.vacated.add(source)

    def require_vacant(self, path: PurePosixPath) -> None:
        """Check that a path will be free, in a directory that will be there.

        Raises:
            Conflict: It will not.
        """
        if path not in self.vacated and os.path.lexists(self.now(path)):
            raise Conflict(f"{self._store / path} exists by now")
        if path.parent not in self.made and not self.now(path.parent).is_dir():
            raise Conflict(f"{self._store / path.parent} is gone")


def make_directory(path: Path, ownership: Ownership, *, keep_time: bool = False) -> None:
    """Make a directory; one that exists is left as it is, but for an empty one.

    Args:
        path: The directory.
        ownership: Its mode and owner.
        keep_time: See `durable.make_directory`.

    Raises:
        Conflict: A file or a symbolic link has its name.
    """
    try:
        durable.make_directory(path, ownership, keep_time=keep_time)
    except FileExistsError:
        if not stat.S_ISDIR(path.lstat().st_mode):
            raise Conflict(f"{path} is in the way: it is not a directory") from None
        if not any(path.iterdir()):
            # An interrupted run may have made it and not have come to its mode and owner.
            durable.own_directory(path, ownership)


def create_file(
    path: Path, data: bytes, ownership: Ownership, token: str, mtime_ns: int | None = None
) -> None:
    """Create a file; one with the same content is taken for the work of an interrupted run.

    Raises:
        Conflict: A file with other content has its name.
    """
    try:
        own = replace(ownership, mode=ownership.mode & _FILE_MODES)
        durable.create(path, data, own, token=token, mtime_ns=mtime_ns)
    except FileExistsError:
        if not path.is_file() or path.read_bytes() != data:
            raise Conflict(f"{path} exists by now, with other content") from None


def move_file(source: Path, destination: Path, size: int, sha256: str) -> None:
    """Move a file, provided that it is the one that was planned for.

    Raises:
        Conflict: It is another one by now, or the destination is taken.
    """
    _move(source, destination, lambda path: _is(path, size, sha256))


def move_entry(source: Path, destination: Path, nature: Nature) -> None:
    """Move what is neither a file nor a directory, provided that it is what was planned for.

    Raises:
        Conflict: It is something else by now, or the destination is taken.
    """
    _move(source, destination, lambda path: nature_of(path) == nature)


def _move(source: Path, destination: Path, is_planned: Callable[[Path], bool]) -> None:
    if os.path.lexists(destination):
        if not is_planned(destination):
            raise Conflict(f"{destination} exists by now, with other content")
        if os.path.lexists(source) and os.path.samestat(source.lstat(), destination.lstat()):
            durable.remove(source)  # the second half of a move that was interrupted
        return
    if not os.path.lexists(source):
        raise Conflict(f"{source} is gone")
    if not is_planned(source):
        raise Conflict(f"{source} has changed since the plan was made")
    durable.move(source, destination)


def move_directory(source: Path, destination: Path, entries: int, sha256: str) -> None:
    """Move a directory, provided that it is as it was planned for.

    Raises:
        Conflict: It is not, or the destination is taken.
    """
    expected = MoveDirectory(PurePosixPath(source), PurePosixPath(destination), entries, sha256)
    if os.path.lexists(destination):
        if os.path.lexists(source):
            raise Conflict(f"{destination} exists by now")
        _require_same(destination, expected)
        return
    _require_same(source, expected)
    durable.move_directory(source, destination)


def remove_file(path: Path, data: bytes) -> None:
    """Take back a file of a run's own making; one that is gone is taken for the work of an interrupted run.

    Raises:
        Conflict: It is not as it was created.
    """
    if os.path.lexists(path):
        _require_content(path, data)
        durable.remove(path)


def remove_directory(path: Path) -> None:
    """Take back a directory; one that is gone, or that holds something, is left as it is."""
    try:
        durable.remove_directory(path)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def set_time(path: Path, mtime_ns: int) -> None:
    """Give a directory its modification time back, if it is still there."""
    if os.path.lexists(path):
        durable.set_modification_time(path, mtime_ns)


def _require_content(path: Path, data: bytes) -> None:
    if not os.path.lexists(path):
        raise Conflict(f"{path} is gone")
    if path.is_symlink() or not path.is_file() or path.read_bytes() != data:
        raise Conflict(f"{path} has changed since")


def clear_temporary(path: Path, token: str) -> None:
    """Remove what an interruption has left of the making of a file."""
    temporary = path.with_name(durable.temporary_name(path.name, token))
    if os.path.lexists(temporary):
        durable.remove(temporary)


def append_journal(path: Path, line: bytes) -> None:
    """Add a line to a journal and wait until it is on the disk."""
    durable.append(path, line)


def scratch_directory(prefix: str) -> Path:
    """A new temporary directory, for demonstrations."""
    return durable.scratch_directory(prefix)


def write_scratch(path: Path, data: bytes) -> None:
    """Write a file below a scratch directory."""
    durable.write_scratch(path, data)


def _require_same(path: Path, step: Move) -> None:
    """Check that what a step moves is what the step was planned for."""
    if not os.path.lexists(path):
        raise Conflict(f"{path} is gone")
    match step:
        case MoveFile(_, _, size, sha256):
            same = _is(path, size, sha256)
        case MoveEntry(_, _, nature):
            same = nature_of(path) == nature
        case MoveDirectory(_, _, entries, sha256):
            is_directory = stat.S_ISDIR(path.lstat().st_mode)
            same = is_directory and fingerprints.of_directory(path) == (entries, sha256)
    if not same:
        raise Conflict(f"{path} has changed since")


def _is(path: Path, size: int, sha256: str) -> bool:
    if not stat.S_ISREG(path.lstat().st_mode) or path.stat().st_size != size:
        return False
    return fingerprints.of_file(path) == (size, sha256)
