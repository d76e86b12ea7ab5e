"""What a survey of a store tells the search for lost names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chromemctl import naming
from chromemctl.survey import Fault, FileFacts, FolderFacts, Survey
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, Kind, read_file
from pygob.chromem.names import name_hash
from pygob.chromem.records import Metadata, RecordIds, surviving_ids

# Metadata is small; a copy of it under another name is too.
_SIDECAR_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A copy of a collection's metadata that chromem does not read as such.

    Attributes:
        path: The copy.
        record: What it holds.
        gob: Its gob bytes, the first value only.
        ids: The type ids it uses.
        mtime_ns: When it was written.
    """

    path: Path
    record: Metadata
    gob: bytes
    ids: RecordIds
    mtime_ns: int


def sidecars(folder: FolderFacts) -> list[Sidecar]:
    """The copies of its metadata in a folder that name this very collection, latest first."""
    found = [copy for entry in folder.entries if (copy := _sidecar(entry)) is not None]
    fitting = [copy for copy in found if name_hash(copy.record.name) == folder.dir.lower()]
    return sorted(fitting, key=lambda copy: (-copy.mtime_ns, copy.path.name))


def gather(
    survey: Survey,
    folders: Sequence[str],
    *,
    explicit: Sequence[str] = (),
) -> naming.Evidence:
    """Evidence for the names of some folders; what the others tell of their names is part of it.

    Args:
        survey: The store.
        folders: The folders whose names are wanted.
        explicit: Names the operator vouches for.
    """
    wanted = [folder for folder in survey.folders if folder.dir in folders]
    return naming.Evidence(
        documents={folder.dir: _document_metadata(folder) for folder in survey.folders},
        known_names=[folder.name for folder in survey.folders if folder.name is not None],
        explicit=explicit,
        sidecars=[
            naming.SidecarName(copy.record.name, copy.path.name)
            for folder in wanted
            for copy in sidecars(folder)
        ],
        fragments=[
            naming.Fragment(folder.dir, file.fragment, file.path.name)
            for folder in wanted
            for file in folder.files
            if _may_hold_name(file)
        ],
        registries=naming.registries_beside(survey.path),
        store=survey.path,
        environment=machine(),
    )


def _may_hold_name(file: FileFacts) -> bool:
    """Whether something of a name can be in a damaged metadata file: not when it was cut before the name.

    The texts of its type definitions would be taken for the beginnings of names.
    """
    if file.fault is not Fault.TRUNCATED:
        return bool(file.fragment)
    ids = surviving_ids(file.fragment)
    if ids is None:
        return False
    empty_value = 4  # length, type id in two bytes, end of the struct
    return len(file.fragment) > len(Metadata("", None).to_bytes(ids)) - empty_value


def machine() -> naming.Environment:
    """What this machine knows about the people and projects that name collections."""
    return naming.capture_environment(home=Path.home(), environ=os.environ)


def _document_metadata(folder: FolderFacts) -> Iterator[Mapping[str, str]]:
    return (file.document.metadata for file in folder.document_files() if file.document is not None)


def _sidecar(entry: Entry) -> Sidecar | None:
    """The metadata in a file that chromem passes over, or takes for a document."""
    if entry.kind is not Kind.FILE or entry.size > _SIDECAR_LIMIT or entry.is_metadata:
        return None
    if entry.format is not None and "00000000" not in entry.name:
        return None  # a document
    try:
        gob = envelope.unwrap(read_file(entry.path)).data
        reading = Metadata.examine(gob)
    except (OSError, GobDecodeError):
        return None
    if not reading.record.name or "Embedding" in reading.fields:
        return None
    first_value = gob[: len(gob) - reading.trailing]
    return Sidecar(entry.path, reading.record, first_value, reading.ids, entry.mtime_ns)
