"""Copies of a collection's metadata beside it, which chromem does not read as such."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chromemctl.survey import FolderFacts
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, Kind, read_file
from pygob.chromem.names import METADATA_STEM, name_hash
from pygob.chromem.records import METADATA_BYTES, Metadata, RecordIds


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

    @property
    def hash(self) -> str:
        """The hash of the name in it: the folder of the collection."""
        return name_hash(self.record.name)


def sidecars(folder: FolderFacts) -> list[Sidecar]:
    """The copies of its metadata in a folder that name this very collection, latest first."""
    found = (read_sidecar(entry, entry.name) for entry in folder.imprint.entries if not entry.is_metadata)
    fitting = (copy for copy in found if copy is not None and copy.hash == folder.dir.lower())
    return latest_first(fitting)


def latest_first(copies: Iterable[Sidecar]) -> list[Sidecar]:
    """Copies in the order of their times, the latest first."""
    return sorted(copies, key=lambda copy: (-copy.mtime_ns, str(copy.path)))


def read_sidecar(entry: Entry, shown: str) -> Sidecar | None:
    """The metadata in a file that chromem passes over, or takes for a document; None where there is none.

    Args:
        entry: The file.
        shown: What it is, for people.
    """
    if entry.kind is not Kind.FILE or entry.size > METADATA_BYTES:
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
