"""Is this path a chromem store, or one with stores below it? If not, what is it?"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from chromemctl.exits import IOFailure, NoStore, UsageFailure
from chromemctl.survey.store_search import search
from chromemctl.wording import command, count, readable
from pygob.chromem.entries import Entry, scan
from pygob.chromem.names import format_of

# How many stores are named where a command wants one.
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Located:
    """The stores that a path leads to.

    Attributes:
        path: The path: a store, or the base of a nested layout (BASE/tenant/project).
        stores: The path itself if it is one, and the stores below it, in the order of their paths.
        unsearched: What below it was not searched, with the reason.
    """

    path: Path
    stores: tuple[Path, ...]
    unsearched: tuple[tuple[Path, str], ...] = ()

    @property
    def is_store(self) -> bool:
        """Whether the path itself is a store."""
        return self.path in self.stores

    @property
    def is_one_store(self) -> bool:
        """Whether the path itself is a store, and there is nothing else to tell."""
        return self.stores == (self.path,) and not self.unsearched


def locate(path: Path, silent: Collection[Path] = ()) -> Located:
    """Find out which stores a path leads to.

    An empty directory is one: chromem opens it as a database without collections. Stores are looked for below
    stores too, in hidden folders, and beyond symbolic links.

    Args:
        path: The path.
        silent: What below it is known not to answer, and is not waited for.

    Raises:
        NoStore: There is none.
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
    if _is_empty(path):
        return Located(path, (path,))
    found = search(path, silent)
    if not found.stores and found.unsearched and not is_collection(path):
        place, reason = found.unsearched[0]
        raise IOFailure(
            f"{readable(str(place))} cannot be searched for stores: {reason}",
            "correct owner and mode, run as the user that owns the stores, or give the store itself",
        )
    if not found.stores:
        raise NoStore(f"{shown} is not a chromem store: no folder in it holds chromem files", *_advice(path))
    return Located(path, found.stores, found.unsearched)


def require_store(path: Path, *words: str) -> Path:
    """Check that a path is the directory of one store; see `locate`.

    Args:
        path: The path.
        words: The command that wants a store, as it is given before the store.

    Raises:
        NoStore: It is something else, or nothing.
        UsageFailure: There are stores below it, and the command takes one.
        IOFailure: It cannot be listed.
    """
    located = locate(path)
    if located.is_store:
        return path
    number = len(located.stores)
    more = [f"  and {number - _SHOWN} more"] if number > _SHOWN else []
    raise UsageFailure(
        f"{readable(str(path))} is no store, but the base of {count(number, 'store')}; give one at a time",
        *(f"  {command('chromemctl', *words, store)}" for store in located.stores[:_SHOWN]),
        *more,
    )


def list_directory(path: Path) -> list[Entry]:
    """List a directory.

    Raises:
        IOFailure: It cannot be listed.
    """
    try:
        return scan(path)
    except OSError as error:
        raise _unlisted(path, error) from None


def _unlisted(path: Path, error: OSError) -> IOFailure:
    return IOFailure(
        f"{readable(str(path))} cannot be listed: {error.strerror}",
        "correct owner and mode, or run as the user that owns the store",
    )


def _is_empty(path: Path) -> bool:
    """Whether nothing is in a directory. What is there is not looked at: it may be on another file system.

    Raises:
        IOFailure: It cannot be listed.
    """
    try:
        with os.scandir(path) as found:
            return next(found, None) is None
    except OSError as error:
        raise _unlisted(path, error) from None


def is_collection(path: Path) -> bool:
    """Whether a directory looks like one collection of a store."""
    return _has_any(path, lambda item: format_of(item.name) is not None and not _is_folder(item))


def _is_folder(item: os.DirEntry[str]) -> bool:
    return item.is_dir(follow_symlinks=False)


def _has_any(path: Path, is_wanted: Callable[[os.DirEntry[str]], bool]) -> bool:
    """Whether a directory has something; the first one found ends the search, as it may be very large."""
    try:
        with os.scandir(path) as found:
            return any(map(is_wanted, found))
    except OSError:
        return False


def _advice(path: Path) -> list[str]:
    if is_collection(path):
        store = path.absolute().parent
        return [
            "it looks like one collection of a store; try",
            f"  {command('chromemctl', 'verify', store)}",
        ]
    return ["check the path; contextd keeps its store in ~/.config/contextd/vectorstore"]


def _nearby(path: Path) -> list[str]:
    if is_collection(path):
        return ["it lies in a collection; the store is", f"  {command(path.absolute().parent)}"]
    return []


def relative_to_store(path: Path, store: Path) -> str:
    """A path as it is shown beside its store's."""
    try:
        return readable(os.fspath(path.relative_to(store)))
    except ValueError:
        return readable(os.fspath(path))
