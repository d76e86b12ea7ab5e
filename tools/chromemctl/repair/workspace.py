"""The store as it will be after the steps planned so far, and the steps that set a file aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path, PurePosixPath

from chromemctl.changes.plan import CreateFile, MoveDirectory, MoveEntry, MoveFile, Step
from chromemctl.identification.evidence import Sidecar
from chromemctl.repair.moving import moving
from chromemctl.repair.quarantine import Quarantine, Reason
from chromemctl.survey import FileFacts, FolderFacts, Survey
from pygob.chromem.durable import ownership_of
from pygob.chromem.entries import Kind


class Workspace:
    """What a plan has moved so far, so that later steps of it meet no surprise.

    Attributes:
        survey: The store as it is.
        kept: Metadata of folders in backups of the store.
        area: Where files are set aside.
    """

    def __init__(self, survey: Survey, kept: Mapping[str, Sidecar] | None = None) -> None:
        self.survey = survey
        self.kept = kept or {}
        self.area = Quarantine(survey.path)
        self._gone: defaultdict[str, dict[str, FileFacts]] = defaultdict(dict)
        self._added: defaultdict[str, dict[str, FileFacts]] = defaultdict(dict)
        # What has another content than the file that had its name, or none: where it lies now, or what it is.
        self._arrived: dict[PurePosixPath, Path | bytes] = {}
        # What bringing folders together has taken from its place.
        self._merged: set[PurePosixPath] = set()

    def is_vacant(self, folder: FolderFacts, name: str) -> bool:
        """Whether nothing will have this name in a folder."""
        if name in self._added[folder.dir]:
            return False
        return name in self._gone[folder.dir] or not folder.imprint.has(name)

    def is_gone(self, file: FileFacts) -> bool:
        """Whether a step so far takes this file away from its place."""
        return file.path.name in self._gone[file.path.parent.name]

    def document(self, folder: FolderFacts, name: str) -> FileFacts | None:
        """The readable document that will have this name."""
        added = self._added[folder.dir].get(name)
        if added is not None:
            return added if added.document is not None else None
        return None if name in self._gone[folder.dir] else folder.document(name)

    def documents(self, folder: FolderFacts) -> dict[str, FileFacts]:
        """The readable documents by the names that they will have, without the ordinary ones."""
        gone, added = self._gone[folder.dir], self._added[folder.dir]
        there = {file.path.name: file for file in folder.documents if file.path.name not in gone}
        return {name: file for name, file in (there | added).items() if file.document is not None}

    def all_documents(self, folder: FolderFacts) -> dict[str, FileFacts]:
        """The readable documents by the names that they will have; the ordinary ones are read again."""
        others = ((name, self.document(folder, name)) for name in folder.other_names())
        ordinary = {name: file for name, file in others if file is not None}
        return ordinary | self.documents(folder)

    def any_document(self, folder: FolderFacts) -> FileFacts | None:
        """One readable document, the first if it can be."""
        others = (self.document(folder, name) for name in folder.other_names())
        found = next(filter(None, others), None)
        return found if found is not None else next(iter(self.documents(folder).values()), None)

    def dimensions(self, folder: FolderFacts) -> Counter[int]:
        """The number of documents by the length of their vectors; the first of the most common is usual."""
        counts = folder.dimensions
        counts.subtract(_dimensions(self._gone[folder.dir].values()))
        counts.update(_dimensions(self._added[folder.dir].values()))
        return +counts

    def has_documents_left(self, folder: FolderFacts) -> bool:
        """Whether chromem will take any file for a document, readable or not."""
        gone = self._gone[folder.dir].values()
        return folder.document_count() > sum(not file.is_metadata for file in gone)

    def rename(self, folder: FolderFacts, file: FileFacts, name: str) -> Step:
        """The step that gives a file, or a link to one, another name in its folder, which must be vacant."""
        base = PurePosixPath(folder.dir)
        step = moving(base / file.path.name, base / name, file.path)
        self._leave(folder, file)
        self._arrive(folder, file, name, file.path)
        return step

    def create(self, folder: FolderFacts, file: FileFacts, name: str, data: bytes) -> CreateFile:
        """The step that writes a file's content in another form under a vacant name, with the file's time."""
        self._arrive(folder, file, name, data)
        place = PurePosixPath(folder.dir, name)
        return CreateFile(place, data, ownership_of(file.path), file.entry.mtime_ns)

    def quarantine(
        self,
        folder: FolderFacts,
        file: FileFacts,
        finding: str,
        *,
        name: str | None = None,
        salvaged: bytes | None = None,
    ) -> list[Step]:
        """Steps that move one file to `.quarantine/HASH/NUMBER/`, its manifest first.

        What is no regular file is moved as it is: of a link nothing is kept but the link, since what it leads
        to stays where it is.

        Args:
            folder: Where it lies.
            file: The file.
            finding: Id of the finding.
            name: The collection's name; by default what its metadata says.
            salvaged: What could be read of it, to lie beside it.
        """
        self._leave(folder, file)
        source = PurePosixPath(folder.dir, file.path.name)
        reason = Reason(folder.dir, name or folder.name, finding)
        if file.entry.kind is not Kind.FILE:
            return self.area.as_it_is(source, file.path, reason)
        return self.area.file(source, file.path, reason, salvaged=salvaged)

    def contents(self, folder: FolderFacts) -> dict[str, Path | bytes]:
        """What will be in a folder: by name, where it lies now or what it is."""
        base = PurePosixPath(folder.dir)
        found = {
            name: self._arrived.get(base / name, folder.path / name)
            for name in chain(folder.imprint.names(), self._added[folder.dir])
            if not self.is_vacant(folder, name) and base / name not in self._merged
        }
        return found | {path.name: what for path, what in self._arrived.items() if path.parent == base}

    def follow(self, steps: Iterable[Step]) -> None:
        """Note what bringing folders together moves and writes."""
        for step in steps:
            match step:
                case MoveFile(source, destination) | MoveEntry(source, destination):
                    self._arrived[destination] = self._arrived.pop(source, self.survey.path / source)
                    self._merged.add(source)
                case MoveDirectory(source, _):
                    self._merged.add(source)
                case CreateFile(path, data):
                    self._arrived[path] = data

    def is_merged(self, folder: FolderFacts) -> bool:
        """Whether a folder is gone, having been brought together with another one."""
        return PurePosixPath(folder.dir) in self._merged

    def has_new_files(self, folder: FolderFacts) -> bool:
        """Whether a step so far writes a file into a folder."""
        return any(
            path.parts[0] == folder.dir for path, what in self._arrived.items() if isinstance(what, bytes)
        )

    def _arrive(self, folder: FolderFacts, file: FileFacts, name: str, content: Path | bytes) -> None:
        self._added[folder.dir][name] = file
        self._arrived[PurePosixPath(folder.dir, name)] = content

    def _leave(self, folder: FolderFacts, file: FileFacts) -> None:
        self._gone[folder.dir][file.path.name] = file


def _dimensions(files: Iterable[FileFacts]) -> Counter[int]:
    documents = (file.document for file in files)
    return Counter(document.dimension for document in documents if document is not None and document.id)
