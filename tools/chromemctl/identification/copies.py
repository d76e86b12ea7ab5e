"""Copies of metadata that chromem does not read as such, elsewhere in the store than in its folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from chromemctl import naming
from chromemctl.identification.sidecars import Sidecar, latest_first, read_sidecar
from chromemctl.own_directories import PRIVATE_DIRECTORY
from chromemctl.survey import Survey
from pygob.chromem.entries import Entry, Kind, listing
from pygob.chromem.names import is_hash, name_hash

#: How many folders deep copies are looked for below the store, and among how many entries of folders.
DEPTH = 4
MOST_ENTRIES = 200_000


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
        if (copy := read_sidecar(entry, shown)) is not None and (digest := copy.hash) in search.wanted:
            found.setdefault(digest, []).append(copy)
    return Copies(
        {digest: tuple(latest_first(copies)) for digest, copies in found.items()}, tuple(search.skipped)
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
