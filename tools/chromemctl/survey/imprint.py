"""What a store's entries were at one moment, kept small, to tell whether somebody is writing.

Of a regular file that is named as chromem names documents twelve bytes are kept: the hash in its name, and a
fingerprint of what changes with the file. All else, which is little in any store, is kept as it was listed.
"""

from __future__ import annotations

import os
import re
import stat
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

from pygob.chromem.entries import Entry, Kind, entry_at, entry_of, in_order, kind_of, scan
from pygob.chromem.names import METADATA_STEM, Format
from pygob.chromem.scanning import map_in_order

_DOCUMENT_NAME = re.compile(r"([0-9a-f]{8})\.gob(\.gz)?").fullmatch

#: Unsigned integers of four bytes, and signed ones of eight.
HASHES, FINGERPRINTS = "I", "q"


class Change(NamedTuple):
    """An entry that is not as it was.

    Attributes:
        path: Where it is or was.
        before: What it was, None when there was nothing.
        now: What it is, None when there is nothing.
    """

    path: Path
    before: Kind | None
    now: Kind | None


def fingerprint(inode: int, size: int, mtime_ns: int) -> int:
    """A number that stays while a file does; 0 is that of none."""
    return hash((inode, size, mtime_ns))


def fingerprint_of(entry: Entry | None) -> int:
    """The fingerprint of a directory entry."""
    return 0 if entry is None else fingerprint(entry.inode, entry.size, entry.mtime_ns)


@dataclass(frozen=True, slots=True)
class HashNamed:
    """The regular files of a folder that are named as chromem names documents of one format.

    Attributes:
        format: Their format.
        hashes: The hashes in their names, ascending.
        fingerprints: One for each.
    """

    format: Format
    hashes: array[int]
    fingerprints: array[int]

    def names(self) -> Iterator[str]:
        """Their names, in order."""
        return (hashed_name(number, self.format) for number in self.hashes)

    def index(self, number: int) -> int | None:
        """Where a hash is, None when no file has it."""
        index = bisect_left(self.hashes, number)
        return index if index < len(self.hashes) and self.hashes[index] == number else None


def hashed_name(number: int, form: Format) -> str:
    """The name of a file by the hash in it."""
    return f"{number:08x}{form.suffix}"


def hash_in(name: str) -> tuple[Format, int] | None:
    """The hash in the name of a file that chromem may have written a document to."""
    found = _DOCUMENT_NAME(name)
    if found is None or found[1] == METADATA_STEM:
        return None
    return Format.GZ if found[2] else Format.PLAIN, int(found[1], 16)


@dataclass(frozen=True)
class FolderImprint:
    """The entries of a folder at one moment.

    Attributes:
        path: The folder.
        hashed: The files named as chromem names documents.
        entries: Everything else, in chromem's order.
        mark: The mark of all names; see `names_mark`.
    """

    path: Path
    hashed: Mapping[Format, HashNamed]
    entries: tuple[Entry, ...]
    mark: int = field(compare=False)

    def has_hashed(self, name: str) -> bool:
        """Whether there was a regular file of this name, if it is one that chromem gives to documents."""
        found = hash_in(name)
        return found is not None and self.hashed[found[0]].index(found[1]) is not None

    def has(self, name: str) -> bool:
        """Whether there was anything of this name."""
        return self.has_hashed(name) or name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(entry.name for entry in self.entries)

    def names(self) -> Iterator[str]:
        """The names of everything, in no order."""
        yield from self._names
        yield from self.hashed_names()

    def hashed_names(self, form: Format | None = None) -> Iterator[str]:
        """The names, in order, of files named as chromem names documents, of one format or of both."""
        return merge(*(files.names() for files in self.hashed.values() if form in (None, files.format)))

    def additions(self) -> Iterator[Change]:
        """What was not there, by another look at the names, which are all that is read.

        It goes from entry to entry: a second list of a large folder would double what is held.

        Raises:
            OSError: The folder is gone, or cannot be listed any more.
        """
        if names_mark(self.path) == self.mark:
            return
        with os.scandir(self.path) as found:
            for item in found:
                if not self.has(item.name):
                    with suppress(FileNotFoundError):  # removed while we looked
                        added = entry_of(self.path, item.name, item.stat(follow_symlinks=False))
                        yield Change(added.path, None, added.kind)

    def portions(self) -> Iterator[Portion]:
        """The files named as chromem names documents, a few hundred at a time."""
        for files in self.hashed.values():
            for start in range(0, len(files.hashes), _PORTION):
                part = slice(start, start + _PORTION)
                some = HashNamed(files.format, files.hashes[part], files.fingerprints[part])
                yield Portion(self.path, some)

    def other_changes(self) -> Iterator[Change]:
        """What has changed or is gone of everything else."""
        for before in self.entries:
            now = entry_at(before.path)
            if now != before:
                yield Change(before.path, before.kind, now and now.kind)


def changes_in(folders: Iterable[FolderImprint], executor: Executor | None = None) -> Iterator[Change]:
    """What in some folders is not as it was, by another look.

    Args:
        folders: The folders as they were.
        executor: Who looks at the documents; None for this thread.
    """
    portions: list[Iterator[Portion]] = []
    for folder in folders:
        try:
            yield from folder.additions()
        except OSError:
            if folder.entries or any(folder.portions()):
                yield Change(folder.path, Kind.DIRECTORY, None)
            continue
        yield from folder.other_changes()
        portions.append(folder.portions())
    for changes in map_in_order(changes_of, chain.from_iterable(portions), executor):
        yield from changes


# Few enough for a task that a process is given before it has done the one before.
_PORTION = 256


class Portion(NamedTuple):
    """Some files of a folder, as they were.

    Attributes:
        folder: The folder.
        files: The files.
    """

    folder: Path
    files: HashNamed


def changes_of(portion: Portion) -> list[Change]:
    """What of some files has changed or is gone."""
    path, files = portion
    found = []
    suffix = files.format.suffix
    try:
        directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return [Change(path / name, Kind.FILE, None) for name in files.names()]
    try:
        for number, before in zip(files.hashes, files.fingerprints, strict=True):
            try:
                status = os.stat(f"{number:08x}{suffix}", dir_fd=directory, follow_symlinks=False)
            except FileNotFoundError:
                found.append(Change(path / hashed_name(number, files.format), Kind.FILE, None))
                continue
            now = fingerprint(status.st_ino, status.st_size, status.st_mtime_ns)
            if now != before or not stat.S_ISREG(status.st_mode):
                kind = kind_of(status.st_mode)
                found.append(Change(path / hashed_name(number, files.format), Kind.FILE, kind))
    finally:
        os.close(directory)
    return found


@dataclass(frozen=True, slots=True)
class StoreImprint:
    """The entries of a store and of its collection folders at one moment.

    Attributes:
        path: The store.
        entries: Everything directly in it, in chromem's order.
        folders: Its folders, in the same order.
    """

    path: Path
    entries: tuple[Entry, ...]
    folders: tuple[FolderImprint, ...]

    def entries_but_documents(self) -> Iterator[Entry]:
        """Everything in the store and its folders but what is named as chromem names documents."""
        yield from self.entries
        for folder in self.folders:
            yield from folder.entries

    def changes(self, executor: Executor | None = None) -> list[Change]:
        """What is not as it was, by another look, in the order of the paths.

        Args:
            executor: Who looks at the documents; None for this thread.

        Raises:
            OSError: The store's directory cannot be listed.
        """
        before = {entry.name: entry for entry in self.entries}
        found: list[Change] = []
        for entry in scan(self.path):
            then = before.pop(entry.name, None)
            if entry != then:
                found.append(Change(entry.path, then and then.kind, entry.kind))
        found += [Change(entry.path, entry.kind, None) for entry in before.values()]
        found += changes_in(self.folders, executor)
        return sorted(found, key=lambda change: change.path)


class Listing(NamedTuple):
    """What is in a folder, its documents not looked at.

    Attributes:
        path: The folder.
        hashes: The hashes in the names of regular files that are named as chromem names documents, ascending.
        entries: Everything else, in chromem's order.
        mark: The mark of all names; see `names_mark`.
        error: Why the folder cannot be listed, None when it can.
    """

    path: Path
    hashes: Mapping[Format, array[int]]
    entries: tuple[Entry, ...]
    mark: int = 0
    error: OSError | None = None

    @property
    def size(self) -> int:
        """How many files in it chromem reads."""
        others = sum(entry.format is not None for entry in self.entries)
        return others + sum(map(len, self.hashes.values()))


def list_folder(path: Path) -> Listing:
    """List a folder. Of documents only the names are read: listing very many costs little."""
    try:
        return _listed(path)
    except OSError as error:
        return Listing(path, {form: array(HASHES) for form in Format}, (), error=error)


def _listed(path: Path) -> Listing:
    numbers: dict[Format, list[int]] = {form: [] for form in Format}
    entries: list[Entry] = []
    mark = 0
    with os.scandir(path) as found:
        for item in found:
            mark += hash(item.name)
            named = hash_in(item.name)
            if named is not None and item.is_file(follow_symlinks=False):
                numbers[named[0]].append(named[1])
                continue
            with suppress(FileNotFoundError):  # removed while we looked
                entries.append(entry_of(path, item.name, item.stat(follow_symlinks=False)))
    hashes = {form: array(HASHES, sorted(inside)) for form, inside in numbers.items()}
    return Listing(path, hashes, tuple(in_order(entries)), mark)


def names_mark(path: Path) -> int:
    """A number that other names in a folder would not give, whatever their order; the process's own.

    Raises:
        OSError: The folder cannot be listed.
    """
    with os.scandir(path) as found:
        return sum(hash(item.name) for item in found)


def entries_but_documents(store: Path) -> Iterator[Entry]:
    """Everything in a store and its folders but what is named as chromem names documents.

    Raises:
        OSError: The store's directory cannot be listed.
    """
    for entry in scan(store):
        yield entry
        if entry.kind is Kind.DIRECTORY:
            yield from list_folder(entry.path).entries


def take_imprint(store: Path) -> StoreImprint:
    """Note what is in a store and in its folders.

    Raises:
        OSError: The store's directory cannot be listed.
    """
    entries = scan(store)
    folders = [_imprint(list_folder(entry.path)) for entry in entries if entry.kind is Kind.DIRECTORY]
    return StoreImprint(store, tuple(entries), tuple(folders))


def _imprint(listing: Listing) -> FolderImprint:
    """The imprint of a folder whose documents are not opened."""
    hashed = {
        form: HashNamed(form, numbers, array(FINGERPRINTS, map(fingerprint_of, entries_of(listing, form))))
        for form, numbers in listing.hashes.items()
    }
    return FolderImprint(listing.path, hashed, listing.entries, listing.mark)


def entries_of(listing: Listing, form: Format) -> Iterator[Entry | None]:
    """The documents of one format as they are by now, None for one that is gone."""
    numbers = listing.hashes[form]
    if not numbers:
        return
    try:
        directory = os.open(listing.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield from repeat(None, len(numbers))
        return
    try:
        for number in numbers:
            name = hashed_name(number, form)
            try:
                status = os.stat(name, dir_fd=directory, follow_symlinks=False)
            except FileNotFoundError:
                yield None
            else:
                yield entry_of(listing.path, name, status)
    finally:
        os.close(directory)
