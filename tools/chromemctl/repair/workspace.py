"""The store as it will be after the steps planned so far, and the steps that set a file aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from chromemctl.changes import fingerprints
from chromemctl.changes.plan import CreateFile, MoveFile, Step
from chromemctl.identification.copies import Copies
from chromemctl.identification.sidecars import Sidecar
from chromemctl.quarantine.moving import moving
from chromemctl.quarantine.placing import Quarantine, Reason
from chromemctl.repair.inner_documents import InnerDocument
from chromemctl.repair.likeness import Likeness
from chromemctl.repair.merging import Version, versions
from chromemctl.repair.remains import Remains, remains_of
from chromemctl.survey import Fault, FileFacts, FolderFacts, Survey
from pygob.chromem.durable import ownership_of
from pygob.chromem.entries import Entry, Kind, read_file
from pygob.chromem.names import Format, document_name, format_of
from pygob.chromem.records import Metadata

# A name that is the hash of no id, so that no id is doubted because it is another one.
_NO_HASH = "contained"


class _Arrival(NamedTuple):
    """A file that steps so far bring to a place.

    Attributes:
        file: What is known of it; its path is the place.
        origin: Where it lies now, or the file that it is made from.
        made: Its content, where a step writes it.
    """

    file: FileFacts
    origin: Path
    made: bytes | None


class SetAside(NamedTuple):
    """A file that is set aside and may hold documents.

    Attributes:
        folder: Where it lay.
        file: What is known of it.
        origin: Where it lies now, or the file that it is made from.
        remains: What could be read of it, which lies beside it.
    """

    folder: FolderFacts
    file: FileFacts
    origin: Path
    remains: Remains

    @property
    def whole(self) -> Iterator[InnerDocument]:
        """The whole documents in it, without the one that chromem reads from it."""
        behind = self.remains.size - self.file.trailing
        for document in self.remains.whole:
            if self.file.fault is not None or document.start >= behind:
                yield document


class Workspace:
    """What a plan has moved so far, so that later steps of it meet no surprise.

    The path of a file is where it will be when the next step begins; where its bytes are until the plan is
    carried out, only `origin` and `content` tell.

    Attributes:
        survey: The store as it is.
        kept: Metadata of folders in backups of the store.
        copies: Copies of metadata elsewhere in the store.
        likeness: How the application's own files are written.
        area: Where files are set aside.
        set_aside: The files that are, as far as they may hold documents, by where they go.
    """

    def __init__(
        self, survey: Survey, kept: Mapping[str, Sidecar] | None = None, copies: Copies | None = None
    ) -> None:
        self.survey = survey
        self.kept = kept or {}
        self.copies = copies or Copies()
        self.likeness = Likeness(survey)
        self.area = Quarantine(survey.path)
        self.set_aside: dict[PurePosixPath, SetAside] = {}
        self._gone: defaultdict[str, dict[str, FileFacts]] = defaultdict(dict)
        self._arrived: defaultdict[str, dict[str, _Arrival]] = defaultdict(dict)
        # What bringing folders together has taken away, and where the documents of a folder went.
        self._taken: defaultdict[str, set[str]] = defaultdict(set)
        self._merged: dict[str, FolderFacts] = {}
        # Which document each loss is about, by the sentence: its folder, and its file's name there.
        self._lost: dict[str, tuple[FolderFacts, str]] = {}

    # ---- what will be in a folder

    def is_vacant(self, folder: FolderFacts, name: str) -> bool:
        """Whether nothing will have this name in a folder."""
        if name in self._arrived[folder.dir]:
            return False
        return self._has_left(folder, name) or not folder.imprint.has(name)

    def is_gone(self, file: FileFacts) -> bool:
        """Whether a step so far takes this file away from its place."""
        dir_name, name = file.path.parent.name, file.path.name
        arrived = self._arrived[dir_name].get(name)
        return name in self._gone[dir_name] and (arrived is None or arrived.file is not file)

    def place_of(self, file: FileFacts) -> FileFacts | None:
        """A file of the survey as it will be, under another name or suffix perhaps; None if set aside."""
        if not self.is_gone(file):
            return file
        arrived = self._arrived[file.path.parent.name].values()
        return next((each.file for each in arrived if each.origin == file.path), None)

    def document(self, folder: FolderFacts, name: str) -> FileFacts | None:
        """The readable document that will have this name."""
        arrived = self._arrived[folder.dir].get(name)
        if arrived is not None:
            return arrived.file if arrived.file.document is not None else None
        return None if self._has_left(folder, name) else folder.document(name)

    def documents(self, folder: FolderFacts) -> dict[str, FileFacts]:
        """The readable documents by the names that they will have, without the ordinary ones."""
        files = self._singled_out(folder)
        return {file.path.name: file for file in files if file.document is not None}

    def versions(self, folder: FolderFacts) -> dict[str, Version]:
        """The readable documents by their ids, to be brought together; the ordinary ones are read again."""
        others = (self.document(folder, name) for name in folder.other_names())
        files = {file.path.name: file for file in others if file is not None} | self.documents(folder)
        return versions(PurePosixPath(folder.dir), files, self._source)

    def any_document(self, folder: FolderFacts) -> FileFacts | None:
        """One readable document, the first if it can be."""
        others = (self.document(folder, name) for name in folder.other_names())
        found = next(filter(None, others), None)
        return found if found is not None else next(iter(self.documents(folder).values()), None)

    def dimensions(self, folder: FolderFacts) -> Counter[int]:
        """The number of documents by the length of their vectors; the first of the most common is usual."""
        counts = folder.dimensions
        counts.subtract(_dimensions(self._gone[folder.dir].values()))
        counts.update(_dimensions(arrived.file for arrived in self._arrived[folder.dir].values()))
        return +counts

    def has_documents_left(self, folder: FolderFacts) -> bool:
        """Whether chromem will take any file for a document, readable or not."""
        gone = sum(not file.is_metadata for file in self._gone[folder.dir].values())
        arrived = sum(not each.file.is_metadata for each in self._arrived[folder.dir].values())
        return folder.document_count() + arrived > gone

    def metadata(self, folder: FolderFacts) -> dict[Format, Metadata]:
        """The collection's metadata with a name, by the format of the file that will hold it."""
        return {
            file.format: file.metadata
            for file in self._singled_out(folder)
            if file.is_metadata and file.metadata is not None and file.metadata.name
        }

    def name(self, folder: FolderFacts) -> str | None:
        """The collection's name as far as its metadata will tell it."""
        return next((record.name for record in self.metadata(folder).values()), None)

    def contents(self, folder: FolderFacts) -> dict[str, Path | bytes]:
        """What will be in a folder: by name, where it lies now or what it is."""
        there = (name for name in folder.imprint.names() if not self._has_left(folder, name))
        found: dict[str, Path | bytes] = {name: folder.path / name for name in there}
        arrived = self._arrived[folder.dir].items()
        return found | {name: each.origin if each.made is None else each.made for name, each in arrived}

    # ---- where something is until then

    def origin(self, file: FileFacts) -> Path:
        """Where a file lies now, or the file that it is made from."""
        return self._source(file)[0]

    def read(self, file: FileFacts) -> bytes:
        """The content that a file will have."""
        origin, made = self._source(file)
        return read_file(origin) if made is None else made

    def _source(self, file: FileFacts) -> tuple[Path, bytes | None]:
        arrived = self._arrived[file.path.parent.name].get(file.path.name)
        if arrived is not None and arrived.file is file:
            return arrived.origin, arrived.made
        return file.path, None

    # ---- steps

    def rename(
        self, folder: FolderFacts, file: FileFacts, name: str, into: FolderFacts | None = None
    ) -> Step:
        """The step that gives a file, or a link to one, another name in its folder, which must be vacant.

        Args:
            folder: Where it is.
            file: The file.
            name: The name.
            into: The folder where it will have that name; by default it stays where it is.
        """
        into = into or folder
        origin, made = self._source(file)
        source, place = PurePosixPath(folder.dir, file.path.name), PurePosixPath(into.dir, name)
        self._leave(folder, file)
        self._arrive(into, file, name, origin, made)
        if made is not None:
            return MoveFile(source, place, *fingerprints.of_bytes(made))
        return moving(source, place, origin)

    def bring(self, folder: FolderFacts, file: FileFacts, name: str) -> Step:
        """The step that brings a file from where chromem does not look to a vacant name in a folder."""
        if file.path.parent == folder.path:
            self._taken[folder.dir].add(file.path.name)
        self._arrive(folder, file, name, file.path, None)
        source = PurePosixPath(file.path.relative_to(self.survey.path))
        return moving(source, PurePosixPath(folder.dir, name), file.path)

    def create(
        self, folder: FolderFacts, file: FileFacts, name: str, data: bytes, origin: Path | None = None
    ) -> CreateFile:
        """The step that writes something of a file under a vacant name, with the file's owner and time.

        Args:
            folder: Where the new file will be.
            file: What is known of it, and its time.
            name: Its name.
            data: Its content.
            origin: The file that it is made from; by default `file` where it is not set aside.
        """
        origin = origin or self.origin(file)
        self._arrive(folder, file, name, origin, data)
        return CreateFile(PurePosixPath(folder.dir, name), data, ownership_of(origin), file.entry.mtime_ns)

    def create_metadata(self, folder: FolderFacts, form: Format, record: Metadata, step: CreateFile) -> None:
        """Note a step that writes metadata into a folder."""
        entry = Entry(folder.path, step.path.name, Kind.FILE, len(step.data), 0, 0)
        self._arrive(folder, FileFacts(entry, form, metadata=record), entry.name, entry.path, step.data)

    def quarantine(
        self,
        folder: FolderFacts,
        file: FileFacts,
        finding: str,
        *,
        name: str | None = None,
        salvaged: Remains | None = None,
    ) -> list[Step]:
        """Steps that move one file to `.quarantine/HASH/NUMBER/`, its manifest first.

        What is no regular file is moved as it is: of a link nothing is kept but the link, since what it leads
        to stays where it is.

        Args:
            folder: Where it lies.
            file: The file.
            finding: Id of the finding.
            name: The collection's name; by default what its metadata says.
            salvaged: What could be read of it, to lie beside it; by default that of a file which may hold
                documents beside what it is about.
        """
        origin, made = self._source(file)
        if salvaged is None:
            salvaged = self._contained(file)
        self._leave(folder, file)
        source = PurePosixPath(folder.dir, file.path.name)
        reason = Reason(folder.dir, name or folder.name, finding)
        if file.entry.kind is not Kind.FILE:
            return self.area.as_it_is(source, origin, reason)
        beside = None if salvaged is None else salvaged.to_json()
        steps = self.area.file(source, origin, reason, salvaged=beside, rewritten=made)
        move = steps[-1]
        if salvaged is not None and isinstance(move, MoveFile):
            self.set_aside[move.destination] = SetAside(folder, file, origin, salvaged)
        return steps

    def _contained(self, file: FileFacts) -> Remains | None:
        """What documents are in a file that is not known to be one whole record and nothing else."""
        is_one_record = file.wrapped is not None or (
            file.fault is None and not file.trailing and not file.behind
        )
        if is_one_record or file.entry.kind is not Kind.FILE:
            return None
        # Of what is too large to be read the survey has the beginning.
        is_large = file.fault in (Fault.OVERSIZED, Fault.TOO_LARGE)
        found = remains_of(file.fragment if is_large else self.read(file), _NO_HASH)
        return found if found.documents else None

    def quarantine_directory(self, folder: FolderFacts, name: str, reason: Reason) -> list[Step]:
        """Steps that move a directory in a collection's folder to quarantine, with everything in it."""
        self._taken[folder.dir].add(name)
        return self.area.as_it_is(PurePosixPath(folder.dir, name), folder.path / name, reason)

    # ---- folders brought together

    def take(self, path: PurePosixPath) -> None:
        """Note that a file has been taken out of a folder that is brought together with another one."""
        dir_name = path.parts[0]
        if self._arrived[dir_name].pop(path.name, None) is None:
            self._taken[dir_name].add(path.name)

    def give(self, folder: FolderFacts, version: Version) -> None:
        """Note that a document has been brought into a folder, in its place by now."""
        self._arrive(folder, version.file, version.path.name, version.origin, version.made)

    def merge_into(self, folder: FolderFacts, receiver: FolderFacts) -> None:
        """Note that a folder is gone, its documents having been brought to another one."""
        self._merged[folder.dir] = receiver

    def is_merged(self, dir_name: str) -> bool:
        """Whether a folder is gone, having been brought together with another one."""
        return dir_name in self._merged

    # ---- losses

    def loses(self, folder: FolderFacts, name: str, sentence: str) -> str:
        """A loss as far as a folder alone tells.

        Args:
            folder: The folder.
            name: The name of the file that the lost document would have there.
            sentence: What is lost, for people.
        """
        self._lost[sentence] = folder, name
        return sentence

    def found_again(self, sentence: str) -> str | None:
        """The folder that brings the document of a loss, which then is none; None where no folder does."""
        if sentence not in self._lost:
            return None
        folder, name = self._lost[sentence]
        receiver = self._merged.get(folder.dir, folder)
        for form in self.metadata(receiver):
            file = self.document(receiver, name.partition(".")[0] + form.suffix)
            if file is not None:
                return self.origin(file).parent.name
        return None

    def holds(self, folder: FolderFacts, identifier: str) -> bool:
        """Whether a collection will have a document of this id, under whatever name."""
        receiver = self._merged.get(folder.dir, folder)
        named = (self.document(receiver, document_name(identifier, form)) for form in Format)
        files = (*named, *self.documents(receiver).values())
        return any(file is not None and file.document and file.document.id == identifier for file in files)

    def is_told_lost(self, folder: FolderFacts, name: str) -> bool:
        """Whether a loss so far is about the document that would have this name in a folder."""
        return any(
            lost.dir == folder.dir and other.partition(".")[0] == name.partition(".")[0]
            for lost, other in self._lost.values()
        )

    def lost_document(self, sentence: str) -> tuple[FolderFacts, str] | None:
        """Which document a loss is about: its folder, and its file's name there; None if not known."""
        return self._lost.get(sentence)

    def _singled_out(self, folder: FolderFacts) -> Iterator[FileFacts]:
        """The files that will be in a folder and are known one by one."""
        yield from (file for file in folder.files if not self._has_left(folder, file.path.name))
        yield from (arrived.file for arrived in self._arrived[folder.dir].values())

    def _has_left(self, folder: FolderFacts, name: str) -> bool:
        return name in self._gone[folder.dir] or name in self._taken[folder.dir]

    def _arrive(
        self, folder: FolderFacts, file: FileFacts, name: str, origin: Path, made: bytes | None
    ) -> None:
        kind = file.entry.kind if made is None else Kind.FILE
        entry = file.entry._replace(folder=folder.path, name=name, kind=kind)
        there = file._replace(entry=entry, format=format_of(name) or file.format)
        self._arrived[folder.dir][name] = _Arrival(there, origin, made)

    def _leave(self, folder: FolderFacts, file: FileFacts) -> None:
        name = file.path.name
        if self._arrived[folder.dir].pop(name, None) is None:
            self._gone[folder.dir][name] = file


def _dimensions(files: Iterable[FileFacts]) -> Counter[int]:
    documents = (file.whole_document for file in files)
    return Counter(document.dimension for document in documents if document is not None and document.id)
