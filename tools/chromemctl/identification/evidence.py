"""What a survey of a store tells the search for lost names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

from chromemctl import naming
from chromemctl.identification.copies import Copies
from chromemctl.identification.sidecars import Sidecar, sidecars
from chromemctl.survey import Fault, FileFacts, FolderFacts, Progress, Survey
from chromemctl.survey.readers import readers
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import read_file
from pygob.chromem.records import Document, Metadata, surviving_ids
from pygob.chromem.scanning import map_in_order

# Documents whose metadata is read in one go.
_FILES_AT_A_TIME = 256
# So many documents of a healthy collection show what is frequent in it.
_ENOUGH = 2_000


def gather(
    survey: Survey,
    folders: Sequence[str],
    *,
    explicit: Sequence[str] = (),
    copies: Iterable[Sidecar] = (),
    elsewhere: Copies | None = None,
    progress: Progress | None = None,
) -> naming.Evidence:
    """Evidence for the names of some folders; what the others tell of their names is part of it.

    Args:
        survey: The store.
        folders: The folders whose names are wanted.
        explicit: Names the operator vouches for.
        copies: Copies of metadata from outside of the store, as from backups.
        elsewhere: Copies of the folders' metadata in other folders of the store.
        progress: Called now and then, while the evidence is used, with the number of documents read and of
            all to be read.
    """
    nameless = frozenset(folders)
    wanted = [folder for folder in survey.folders if folder.dir in nameless]
    reading = _Reading(progress)
    elsewhere = elsewhere or Copies()
    return naming.Evidence(
        documents={
            folder.dir: reading.metadata(folder, None if folder.dir in nameless else _ENOUGH)
            for folder in survey.folders
        },
        known_names=[folder.name for folder in survey.folders if folder.name is not None],
        explicit=explicit,
        sidecars=[
            naming.SidecarName(copy.record.name, copy.shown)
            for copy in chain(copies, *map(sidecars, wanted), *map(elsewhere.of, folders))
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
        skipped=elsewhere.skipped,
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
    return naming.capture_environment(home=Path.home(), environ=os.environ, projects=_project_here())


def _project_here() -> list[Path]:
    """The git repository in which the command is run, as where an assistant works on a project."""
    try:
        here = Path.cwd()
    except OSError:  # it was removed
        return []
    return [folder for folder in (here, *here.parents) if (folder / ".git").exists()][:1]


class _Reading:
    """Reads the metadata of documents when it is asked for, as a survey keeps none."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0
        self._total = 0

    def metadata(self, folder: FolderFacts, most: int | None) -> Iterator[Mapping[str, str]]:
        """What the readable documents of a folder say: all, or the first by their hashes, which are any."""
        number = min(folder.document_count(), most or sys.maxsize)
        self._total += number
        return self._read(folder, number)

    def _read(self, folder: FolderFacts, number: int) -> Iterator[Mapping[str, str]]:
        names = islice(folder.document_names(), number)
        pieces = iter(lambda: (folder.path, list(islice(names, _FILES_AT_A_TIME))), (folder.path, []))
        with readers(number) as workers:
            for found in map_in_order(_metadata_in, pieces, workers):
                self._done = min(self._done + _FILES_AT_A_TIME, self._total)
                if self._progress is not None:
                    self._progress(self._done, self._total)
                yield from found


def _metadata_in(files: tuple[Path, Sequence[str]]) -> list[Mapping[str, str]]:
    """The metadata in some documents of a folder."""
    folder, names = files
    found: list[Mapping[str, str]] = []
    for name in names:
        # What cannot be read, the survey has said.
        with suppress(OSError, GobDecodeError):
            document = Document.summarize(envelope.unwrap(read_file(folder / name)).data).record
            found.append(document.metadata or {})
    return found
