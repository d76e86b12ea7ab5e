"""Is this path a chromem store? If not, what is it, and where is one?"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from chromemctl.exits import IOFailure, NoStore
from chromemctl.journal import PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.wording import command, readable
from pygob.chromem.entries import Entry, Kind, scan
from pygob.chromem.names import is_hash

# How deep a nested layout (BASE/tenant/team/project) is searched, and how many stores are named.
_DEPTH = 4
_SHOWN = 8


def require_store(path: Path) -> Path:
    """Check that a path is a store's directory.

    An empty directory is one: chromem opens it as a database without collections.

    Raises:
        NoStore: It is something else, or nothing.
        IOFailure: It cannot be listed.
    """
    shown = readable(str(path))
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NoStore(
            f"{shown} does not exist", "check the path, or that the volume it is on is mounted"
        ) from None
    except OSError as error:
        raise IOFailure(f"{shown}: {error.strerror}") from None
    if not stat.S_ISDIR(status.st_mode):
        raise NoStore(f"{shown} is a file; a chromem store is a directory", *_nearby(path.parent))
    entries = list_directory(path)
    if entries and not any(_is_store_entry(entry) for entry in entries):
        raise NoStore(f"{shown} is not a chromem store: no folder in it holds chromem files", *_advice(path))
    return path


def list_directory(path: Path) -> list[Entry]:
    """List a directory.

    Raises:
        IOFailure: It cannot be listed.
    """
    try:
        return scan(path)
    except OSError as error:
        raise IOFailure(
            f"{readable(str(path))} cannot be listed: {error.strerror}",
            "correct owner and mode, or run as the user that owns the store",
        ) from None


def _is_store_entry(entry: Entry) -> bool:
    """Whether something in a directory shows that it is a store."""
    if entry.kind is not Kind.DIRECTORY:
        return False
    if entry.name in (PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY) or is_hash(entry.name.lower()):
        return True
    try:
        return any(inside.format is not None for inside in scan(entry.path))
    except OSError:
        return False


def is_collection(path: Path) -> bool:
    """Whether a directory looks like one collection of a store."""
    try:
        return any(entry.format is not None for entry in scan(path))
    except OSError:
        return False


def _advice(path: Path) -> list[str]:
    if is_collection(path):
        store = path.absolute().parent
        return [
            "it looks like one collection of a store; try",
            f"  {command('chromemctl', 'verify', store)}",
        ]
    found = list(_stores_below(path, _DEPTH))
    if not found:
        return ["check the path; contextd keeps its store in ~/.config/contextd/vectorstore"]
    more = [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return [
        "there are stores below it; try",
        *(f"  {command('chromemctl', 'verify', store)}" for store in found[:_SHOWN]),
        *more,
    ]


def _nearby(path: Path) -> list[str]:
    if is_collection(path):
        return ["it lies in a collection; the store is", f"  {command(path.absolute().parent)}"]
    return []


def _stores_below(path: Path, depth: int) -> Iterator[Path]:
    for folder in _subdirectories(path):
        if any(is_collection(inside) for inside in _subdirectories(folder)):
            yield folder
        elif depth > 1:
            yield from _stores_below(folder, depth - 1)


def _subdirectories(path: Path) -> list[Path]:
    try:
        return [entry.path for entry in scan(path) if entry.kind is Kind.DIRECTORY]
    except OSError:
        return []


def relative_to_store(path: Path, store: Path) -> str:
    """A path as it is shown beside its store's."""
    try:
        return readable(os.fspath(path.relative_to(store)))
    except ValueError:
        return readable(os.fspath(path))
