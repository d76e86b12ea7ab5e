"""Looks for stores below a folder: in hidden folders too, and beyond symbolic links.

Whatever is not searched is said. Folders are looked at level by level, so that where a bound is reached it is
the deepest ones that are left, and links after all folders proper, so that what can be reached in two ways is
reported under its own path. What a file system does not answer for is passed by.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from chromemctl.own_directories import PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.survey.patience import STUCK, Reach, Stuck, patiently
from pygob.chromem.durable import is_unfinished
from pygob.chromem.names import METADATA_STEM, format_of, is_hash

# How many folders deep a nested layout (BASE/tenant/team/project) is searched, and how many folders of it.
DEPTH = 16
MOST_FOLDERS = 50_000

#: Folders that only a store has, and in which no other is: those of chromemctl.
OWN = frozenset({PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY})


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found.

    Attributes:
        stores: The stores, in the order of their paths.
        unsearched: What was not searched, with the reason.
    """

    stores: tuple[Path, ...]
    unsearched: tuple[tuple[Path, str], ...]


@dataclass(slots=True)
class _Folder:
    """A folder that was listed.

    Attributes:
        path: Where it is.
        above: The folder that it is in; None for the one in which the search began.
        depth: How far below that it is.
        is_link: Whether it was reached by a symbolic link, which chromem does not follow.
        has_own: Whether one of chromemctl's own folders is in it.
        has_folders: Whether any other is.
        has_chromem_files: Whether files are in it that are called as chromem calls its own.
        has_strays: Whether others are in it that chromem would read.
        is_twice: Whether a folder of the same name is in it.
        shows: Whether a folder in it is one that only stores have.
        leads_to_stores: Whether it is a store or has one below it.
    """

    path: Path
    above: _Folder | None = None
    depth: int = 0
    is_link: bool = False
    has_own: bool = False
    has_folders: bool = False
    has_chromem_files: bool = False
    has_strays: bool = False
    is_twice: bool = False
    shows: bool = False
    leads_to_stores: bool = False

    @property
    def holds_its_own_below(self) -> bool:
        """Whether it is a collection, so that what is in folders below it is its own, and no store.

        A folder was copied into itself, or another program keeps parts of copies there.
        """
        return (
            self.above is not None and is_hash(self.path.name) and (self.has_chromem_files or self.is_twice)
        )

    @property
    def is_store(self) -> bool:
        """Whether what is in it shows that it is a store."""
        # What another program or a wrong call has made in a collection's folder makes no store of it.
        is_collection = self.holds_its_own_below and self.has_chromem_files
        return self.shows or (self.has_own and not is_collection)

    @property
    def is_collection(self) -> bool:
        """Whether it is one collection of a store."""
        if self.has_chromem_files:
            return True
        if self.has_strays:
            # In a tenant's or project's folder they are of no matter, further down they are any program's:
            # nothing but the word of whoever has given the base says that it is a store.
            return self.depth <= 1 and not self.leads_to_stores
        # A collection may have lost all its files, but a tenant or a project with such a name has folders.
        return is_hash(self.path.name.lower()) and not self.has_folders and not self.is_link

    @property
    def is_told_by_a_store(self) -> bool:
        """Whether it lies where the look at a store sees and tells it."""
        above = self.above
        return above is not None and (above.is_store or (self.is_link and above.is_collection))


def search(base: Path, silent: Collection[Path] = ()) -> Found:
    """Look for stores: the folder itself, and all below it.

    Links are followed, but not back up; what was looked at is not looked at again.

    Args:
        base: The folder.
        silent: What is known not to answer, and is not waited for.

    Raises:
        OSError: The folder itself cannot be listed, or its file system does not answer.
    """
    passed_by = set(silent) - {base}
    while True:
        try:
            return patiently(lambda reach: _Search(base, passed_by, reach).run())
        except Stuck as stuck:
            if stuck.path == base:
                raise TimeoutError(errno.ETIMEDOUT, STUCK, os.fspath(base)) from None
            passed_by.add(stuck.path)


class _Search:
    """A search that passes by what is known not to answer, and tells what it asks for."""

    def __init__(self, base: Path, silent: Collection[Path], reach: Reach) -> None:
        self._base = base
        self._silent = frozenset(silent)
        self._reach = reach
        self._seen: set[tuple[int, int]] = set()
        self._folders: list[_Folder] = []
        self._unsearched: list[tuple[_Folder, str]] = []
        self._waiting: deque[_Folder] = deque()
        self._links: deque[_Folder] = deque()

    def run(self) -> Found:
        base = _Folder(self._base)
        self._reach(self._base, 0)
        self._seen.update(_identity(path) for path in (self._base, *self._base.resolve().parents))
        self._list(base)
        while self._waiting or self._links:
            if len(self._folders) >= MOST_FOLDERS:
                self._unsearched.append((base, f"only {MOST_FOLDERS:,} folders were looked at"))
                break
            self._look(self._waiting.popleft() if self._waiting else self._links.popleft())
        for folder in reversed(self._folders):  # those below come before those above
            folder.leads_to_stores |= folder.is_store
            if folder.above is not None:
                folder.above.shows |= folder.is_collection and not folder.above.holds_its_own_below
                folder.above.leads_to_stores |= folder.leads_to_stores
        return Found(
            tuple(sorted(folder.path for folder in self._folders if folder.is_store)),
            tuple((folder.path, why) for folder, why in self._unsearched if not folder.is_told_by_a_store),
        )

    def _look(self, folder: _Folder) -> None:
        if folder.path in self._silent:
            self._folders.append(folder)
            self._unsearched.append((folder, STUCK))
            return
        self._reach(folder.path, 0)
        try:
            identity = _identity(folder.path)
            if identity not in self._seen:
                self._seen.add(identity)
                self._list(folder)
        except FileNotFoundError:
            if folder.is_link:
                self._unsearched.append((folder, "a symbolic link to nothing"))
        except OSError as error:
            self._folders.append(folder)  # its name may show all the same what it is
            self._unsearched.append((folder, error.strerror or str(error)))

    def _list(self, folder: _Folder) -> None:
        inside = list(self._inside(folder))
        self._folders.append(folder)
        if inside and folder.depth == DEPTH:
            self._unsearched.append((folder, f"more than {DEPTH} folders deep"))
            return
        for each in sorted(inside, key=lambda item: item.path):
            (self._links if each.is_link else self._waiting).append(each)

    def _inside(self, folder: _Folder) -> Iterator[_Folder]:
        """List a folder: what its files tell of it, and the folders in it."""
        with os.scandir(folder.path) as items:
            for number, item in enumerate(items, start=1):
                self._reach(folder.path, number)
                is_link = item.is_symlink()
                if item.is_dir(follow_symlinks=False) or (is_link and self._may_lead_to_a_folder(item)):
                    if item.name in OWN:
                        folder.has_own = True
                        continue
                    if is_unfinished(item.name):
                        continue  # a store that is being made, or a collection on its way in or out
                    folder.has_folders |= not is_link
                    folder.is_twice |= item.name == folder.path.name
                    yield _Folder(folder.path / item.name, folder, folder.depth + 1, is_link)
                elif not folder.has_chromem_files:
                    self._file(folder, item.name)

    def _may_lead_to_a_folder(self, link: os.DirEntry[str]) -> bool:
        """Whether a link leads to a folder, or did, or nobody can tell."""
        path = Path(link.path)
        if path in self._silent:
            return True
        self._reach(path, 0)
        try:
            return not link.is_file()
        except OSError:
            return True

    def _file(self, folder: _Folder, name: str) -> None:
        form = format_of(name)
        if form is not None:
            stem = name.removesuffix(form.suffix)
            folder.has_chromem_files = stem == METADATA_STEM or is_hash(stem)
            folder.has_strays = True


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
