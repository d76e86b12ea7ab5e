"""Copies of metadata that chromem does not read as such: beside the lost file, and elsewhere in the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chromemctl import naming
from chromemctl.changes.journal import PRIVATE_DIRECTORY
from chromemctl.survey import FolderFacts, Survey
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, Kind, listing, read_file
from pygob.chromem.names import METADATA_STEM, is_hash, name_hash
from pygob.chromem.records import Metadata, RecordIds

# Metadata is small; a copy of it under another name is too.
_LARGEST = 1 << 20
#: How many folders deep copies are looked for below the store, and among how many entries of folders.
DEPTH = 4
MOST_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A copy of a collection's metadata that chromem does not read as such.

    Attributes:
        path: The copy.
        record: What it holds.
        gob: Its gob bytes, the first value only.
        ids: The type ids it uses.
        mtime_ns: When it was written.
        shown: What it is, for people.
    """

    path: Path
    record: Metadata
    gob: bytes
    ids: RecordIds
    mtime_ns: int
    shown: str


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies of metadata in other folders than the collection's own.

    Attributes:
        by_folder: By the folder that the copy's name has the hash of, latest first.
        skipped: What was not searched.
    """

    by_folder: Mapping[str, tuple[Sidecar, ...]] = field(default_factory=dict)
    skipped: tuple[naming.Skipped, ...] = ()

    def of(self, folder: str) -> tuple[Sidecar, ...]:
        """The copies that fit a folder, latest first."""
        return self.by_folder.get(folder.lower(), ())


def sidecars(folder: FolderFacts) -> list[Sidecar]:
    """The copies of its metadata in a folder that name this very collection, latest first."""
    found = (_sidecar(entry, entry.name) for entry in folder.imprint.entries if not entry.is_metadata)
    fitting = (copy for copy in found if copy is not None and _hash_of(copy) == folder.dir.lower())
    return _latest_first(fitting)


def copies_elsewhere(survey: Survey, folders: Collection[str]) -> Copies:
    """Look through the store for copies of the metadata of some folders, in folders of any name.

    An operator's `old/` and `backup-of-memories/`, and what was set aside, are places where they are found.
    Links are not followed; of folders that are named by the hash of another collection nothing is expected.
    """
    if not folders:
        return Copies()
    search = _Search(survey, frozenset(folder.lower() for folder in folders))
    found: dict[str, list[Sidecar]] = {}
    for entry in search.entries():
        shown = str(entry.path.relative_to(survey.path))
        if (copy := _sidecar(entry, shown)) is not None and (digest := _hash_of(copy)) in search.wanted:
            found.setdefault(digest, []).append(copy)
    return Copies(
        {digest: tuple(_latest_first(copies)) for digest, copies in found.items()}, tuple(search.skipped)
    )


@dataclass(slots=True)
class _Search:
    """A walk through a store for files that may be copies of metadata.

    Attributes:
        survey: The store.
        wanted: The hashes of the names that are looked for, as the folders have them.
        skipped: What was not searched.
    """

    survey: Survey
    wanted: frozenset[str]
    skipped: list[naming.Skipped] = field(default_factory=list)
    _left: int = MOST_ENTRIES

    def entries(self) -> Iterator[Entry]:
        """The files, those in the folders of the store first."""
        for folder in self.survey.folders:
            if folder.dir == PRIVATE_DIRECTORY:
                continue
            is_wanted = folder.dir.lower() in self.wanted
            named = folder.name is not None and name_hash(folder.name) in self.wanted
            for entry in folder.imprint.entries:
                if entry.kind is Kind.DIRECTORY:
                    yield from self._below(entry, DEPTH - 1)
                # What lies in the collection's own folder, `sidecars` finds.
                elif not is_wanted and (named or not is_hash(folder.dir)):
                    yield entry

    def _below(self, folder: Entry, depth: int) -> Iterator[Entry]:
        if is_hash(folder.name) and folder.name not in self.wanted:
            return
        deeper: list[Entry] = []
        try:
            for entry in listing(folder.path):
                self._left -= 1
                if self._left < 0:
                    break
                if entry.kind is Kind.DIRECTORY:
                    deeper.append(entry)
                else:
                    yield entry
        except OSError as error:
            self._skip(folder, error.strerror or str(error))
        if self._left < 0:
            self._skip(folder, f"stopped looking for copies of metadata after {MOST_ENTRIES:,} entries")
            return
        for entry in deeper:
            if depth > 1:
                yield from self._below(entry, depth - 1)

    def _skip(self, folder: Entry, reason: str) -> None:
        self.skipped.append(naming.Skipped(str(folder.path.relative_to(self.survey.path)), reason))


def _latest_first(copies: Iterable[Sidecar]) -> list[Sidecar]:
    return sorted(copies, key=lambda copy: (-copy.mtime_ns, str(copy.path)))


def _hash_of(copy: Sidecar) -> str:
    return name_hash(copy.record.name)


def _sidecar(entry: Entry, shown: str) -> Sidecar | None:
    """The metadata in a file that chromem passes over, or takes for a document."""
    if entry.kind is not Kind.FILE or entry.size > _LARGEST:
        return None
    if entry.format is not None and METADATA_STEM not in entry.name:
        return None  # a document
    try:
        gob = envelope.unwrap(read_file(entry.path)).data
        reading = Metadata.examine(gob)
    except (OSError, GobDecodeError):
        return None
    if not reading.record.name or "Embedding" in reading.fields:
        return None
    first_value = gob[: len(gob) - reading.trailing]
    return Sidecar(entry.path, reading.record, first_value, reading.ids, entry.mtime_ns, shown)
