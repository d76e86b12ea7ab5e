"""The store as it will be after the steps planned so far, and the steps that set a file aside."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path, PurePosixPath

from chromemctl.journal import QUARANTINE_DIRECTORY, next_number
from chromemctl.plan import CreateFile, MakeDirectory, MoveFile, Step
from chromemctl.survey import FileFacts, FolderFacts, Survey
from pygob.chromem.durable import Ownership, ownership_of
from pygob.chromem.entries import pieces

MANIFEST = "manifest.json"
MANIFEST_SCHEMA_VERSION = 1
#: What is added to a file's name for what could be read of it.
SALVAGED_SUFFIX = ".salvaged.json"


class Workspace:
    """What a plan has moved so far, so that later steps of it meet no surprise.

    Attributes:
        survey: The store as it is.
    """

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._made: set[PurePosixPath] = set()
        self._numbers: dict[PurePosixPath, int] = {}
        self._gone: defaultdict[str, dict[str, FileFacts]] = defaultdict(dict)
        self._added: defaultdict[str, dict[str, FileFacts]] = defaultdict(dict)

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

    def any_document(self, folder: FolderFacts) -> FileFacts | None:
        """One readable document, the first if it can be."""
        others = (self.document(folder, name) for name in folder.other_names())
        return next(filter(None, chain(others, self.documents(folder).values())), None)

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

    def rename(self, folder: FolderFacts, file: FileFacts, name: str) -> MoveFile:
        """The step that gives a file another name in its folder, which must be vacant."""
        size, digest = _fingerprint(file.path)
        self._leave(folder, file)
        self._added[folder.dir][name] = file
        source = PurePosixPath(folder.dir, file.path.name)
        return MoveFile(source, PurePosixPath(folder.dir, name), size, digest)

    def create(self, folder: FolderFacts, file: FileFacts, name: str, data: bytes) -> CreateFile:
        """The step that writes a file's content in another form under a vacant name."""
        self._added[folder.dir][name] = file
        return CreateFile(PurePosixPath(folder.dir, name), data, ownership_of(file.path))

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

        Args:
            folder: Where it lies.
            file: The file.
            finding: Id of the finding.
            name: The collection's name; by default what its metadata says.
            salvaged: What could be read of it, to lie beside it.
        """
        size, digest = _fingerprint(file.path)
        self._leave(folder, file)
        owner = ownership_of(file.path)
        content_owner = Ownership(owner.mode & 0o666, owner.uid, owner.gid)
        source = PurePosixPath(folder.dir, file.path.name)
        base = PurePosixPath(QUARANTINE_DIRECTORY)
        place = base / folder.dir / self._next(base / folder.dir)
        manifest = {
            "schema_version": MANIFEST_SCHEMA_VERSION,
            "finding": finding,
            "collection": {"dir": folder.dir, "name": name or folder.name},
            "file": str(source),
            "size": size,
            "sha256": digest,
            "mode": f"{owner.mode:04o}",
            "uid": owner.uid,
            "gid": owner.gid,
            "mtime_ns": file.entry.mtime_ns,
        }
        content = json.dumps(manifest, indent=2).encode() + b"\n"
        steps: list[Step] = [
            *self._directories(base, base / folder.dir, place),
            CreateFile(place / MANIFEST, content, content_owner),
        ]
        if salvaged is not None:
            steps.append(CreateFile(place / (source.name + SALVAGED_SUFFIX), salvaged, content_owner))
        return [*steps, MoveFile(source, place / source.name, size, digest)]

    def _leave(self, folder: FolderFacts, file: FileFacts) -> None:
        self._gone[folder.dir][file.path.name] = file

    def _next(self, directory: PurePosixPath) -> str:
        number = self._numbers.get(directory) or next_number(self.survey.path / directory)
        self._numbers[directory] = number + 1
        return f"{number:04d}"

    def _directories(self, *wanted: PurePosixPath) -> list[MakeDirectory]:
        owner = ownership_of(self.survey.path)
        missing = [
            path for path in wanted if path not in self._made and not (self.survey.path / path).exists()
        ]
        self._made.update(missing)
        return [MakeDirectory(path, owner) for path in missing]


def _dimensions(files: Iterable[FileFacts]) -> Counter[int]:
    documents = (file.document for file in files)
    return Counter(document.dimension for document in documents if document is not None and document.id)


def _fingerprint(path: Path) -> tuple[int, str]:
    """Length and digest of a file of any size, read piece by piece.

    Raises:
        NotRegularFile: It is something that reading could wait for.
        OSError: It cannot be read.
    """
    size, digest = 0, hashlib.sha256()
    for piece in pieces(path):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()
