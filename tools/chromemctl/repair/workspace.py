"""The store as it will be after the steps planned so far, and the steps that set a file aside."""

from __future__ import annotations

import hashlib
import json
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
        self._gone: set[Path] = set()
        self._occupied = {folder.dir: {entry.name for entry in folder.entries} for folder in survey.folders}
        self._documents = {
            folder.dir: {
                file.path.name: file for file in folder.document_files() if file.document is not None
            }
            for folder in survey.folders
        }

    def is_vacant(self, folder: FolderFacts, name: str) -> bool:
        """Whether nothing will have this name in a folder."""
        return name not in self._occupied[folder.dir]

    def is_gone(self, file: FileFacts) -> bool:
        """Whether a step so far takes this file away from its place."""
        return file.path in self._gone

    def document(self, folder: FolderFacts, name: str) -> FileFacts | None:
        """The readable document that will have this name."""
        return self._documents[folder.dir].get(name)

    def documents(self, folder: FolderFacts) -> dict[str, FileFacts]:
        """The readable documents by the names that they will have."""
        return dict(self._documents[folder.dir])

    def remaining(self, folder: FolderFacts) -> list[FileFacts]:
        """The files that chromem will take for documents, readable or not."""
        return [file for file in folder.document_files() if not self.is_gone(file)]

    def rename(self, folder: FolderFacts, file: FileFacts, name: str) -> MoveFile:
        """The step that gives a file another name in its folder, which must be vacant."""
        size, digest = _fingerprint(file.path)
        self._leave(folder, file)
        self._occupied[folder.dir].add(name)
        if file.document is not None:
            self._documents[folder.dir][name] = file
        source = PurePosixPath(folder.dir, file.path.name)
        return MoveFile(source, PurePosixPath(folder.dir, name), size, digest)

    def create(self, folder: FolderFacts, file: FileFacts, name: str, data: bytes) -> CreateFile:
        """The step that writes a file's content in another form under a vacant name."""
        self._occupied[folder.dir].add(name)
        if file.document is not None:
            self._documents[folder.dir][name] = file
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
        self._gone.add(file.path)
        self._occupied[folder.dir].discard(file.path.name)
        self._documents[folder.dir].pop(file.path.name, None)

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
