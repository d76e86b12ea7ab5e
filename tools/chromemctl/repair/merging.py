"""Two folders of one collection: the documents of one are brought to the other, and none is lost.

It happens when the application makes a collection again whose folder was lost to it. A document that only
one folder has is moved over. Of two versions of a document the later one stays in the collection; the other
is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from chromemctl.changes import fingerprints
from chromemctl.changes.plan import CreateFile, MoveFile, Step
from chromemctl.quarantine.placing import Quarantine, Reason
from chromemctl.survey import DocumentFacts, FileFacts
from chromemctl.wording import count
from pygob.chromem import envelope
from pygob.chromem.durable import ownership_of
from pygob.chromem.entries import Kind, read_file
from pygob.chromem.names import Format, document_name
from pygob.chromem.records import Document


@dataclass(frozen=True, slots=True)
class Version:
    """A readable document in one of the two folders.

    Attributes:
        path: Where it will be when the merge begins, relative to the store.
        file: What is known of the file.
        document: What is in it.
        origin: Where it lies now, or the file that it is made from.
        made: Its content when the merge begins, where a step writes it.
    """

    path: PurePosixPath
    file: FileFacts
    document: DocumentFacts
    origin: Path
    made: bytes | None = None

    def gob(self) -> bytes:
        """Its gob bytes."""
        return envelope.unwrap(read_file(self.origin) if self.made is None else self.made).data


def _as_it_lies(file: FileFacts) -> tuple[Path, bytes | None]:
    return file.path, None


def versions(
    folder: PurePosixPath,
    files: Mapping[str, FileFacts],
    source: Callable[[FileFacts], tuple[Path, bytes | None]] = _as_it_lies,
) -> dict[str, Version]:
    """The documents of a folder by their ids; of several with one id that under the id's own name.

    Args:
        folder: The folder, relative to the store.
        files: Its readable documents by the names that they will have.
        source: Where a file lies now, or the file that it is made from, and its content if it is made.
    """
    found: dict[str, Version] = {}
    for name, file in sorted(files.items()):
        if file.document is None or not file.document.id:
            continue
        identifier = file.document.id
        if identifier not in found or name == document_name(identifier, file.format):
            found[identifier] = Version(folder / name, file, file.document, *source(file))
    return found


@dataclass(slots=True)
class Merge:
    """What becomes of the documents of two folders.

    Attributes:
        steps: The steps, in order.
        moved: Names of the files that leave the folder they were in.
        brought: The documents that the other folder gets, as they will be there.
        notes: What is worth knowing, one sentence each.
        losses: What the application will not have, one sentence each.
    """

    steps: list[Step] = field(default_factory=list)
    moved: list[PurePosixPath] = field(default_factory=list)
    brought: list[Version] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Receiver:
    """The folder that the application reads. It learns what it is given.

    Attributes:
        dir: Its name.
        name: The collection's name.
        form: The format of its files.
        documents: What is in it, by id.
        occupied: The names of all its files.
    """

    dir: str
    name: str | None
    form: Format
    documents: dict[str, Version]
    occupied: set[str]


def merge(area: Quarantine, giver: Mapping[str, Version], receiver: Receiver) -> Merge:
    """Plan to bring the documents of one folder to another.

    Args:
        area: The quarantine, for versions that give way.
        giver: The documents of the folder that the application does not read, by id.
        receiver: The folder that it reads.
    """
    return _Merging(area, receiver).run(giver)


class _Merging:
    def __init__(self, area: Quarantine, receiver: Receiver) -> None:
        self._area = area
        self._receiver = receiver
        self._usual = _usual_dimension(receiver.documents.values())
        self._merge = Merge()
        self._equal = 0

    def run(self, giver: Mapping[str, Version]) -> Merge:
        for identifier, version in giver.items():
            present = self._receiver.documents.get(identifier)
            if present is not None and _same(version, present):
                self._equal += 1
            elif version.file.entry.kind is not Kind.FILE:
                self._keep(version, "it is a symbolic link, which may lead elsewhere from another folder")
            elif self._usual not in (None, version.document.dimension):
                self._keep(version, f"its vector has length {version.document.dimension}, not {self._usual}")
            elif present is None:
                self._bring(version)
            else:
                self._choose(version, present)
        if self._equal:
            self._merge.notes.append(f"{count(self._equal, 'document')} the same in both folders")
        return self._merge

    def _bring(self, version: Version) -> None:
        name = document_name(version.document.id, self._receiver.form)
        if name in self._receiver.occupied:
            self._keep(version, f"its place {name} is taken by something else")
            return
        self._put(version, name)

    def _put(self, version: Version, name: str) -> None:
        """Move a file to its place; one of the other format is written again, and stays where it is."""
        place = PurePosixPath(self._receiver.dir, name)
        self._receiver.occupied.add(name)
        there = replace(version, path=place)
        if version.file.format is self._receiver.form:
            self._merge.moved.append(version.path)
            self._merge.steps.append(MoveFile(version.path, place, *_fingerprint(version)))
        else:
            data = envelope.wrap(version.gob(), compressed=self._receiver.form is Format.GZ)
            there = replace(there, made=data)
            owner = ownership_of(version.origin)
            self._merge.steps.append(CreateFile(place, data, owner, version.file.entry.mtime_ns))
        self._receiver.documents[version.document.id] = there
        self._merge.brought.append(there)

    def _choose(self, version: Version, present: Version) -> None:
        """Of two versions of a document the later one stays."""
        theirs, ours = version.file.entry.mtime_ns, present.file.entry.mtime_ns
        what = f"document {version.document.id!r}"
        if theirs <= ours:
            if theirs == ours:
                told, why = (
                    self._merge.losses,
                    f"both versions are of {_time(ours)}; that in the collection stays",
                )
            else:
                told, why = self._merge.notes, f"the collection has a later version, of {_time(ours)}"
            told.append(f"{version.path}: {what}; {why}; this one is kept")
            return
        reason = Reason(self._receiver.dir, self._receiver.name, "DUPLICATE_NAME")
        self._merge.steps += self._area.file(present.path, present.origin, reason, rewritten=present.made)
        self._merge.moved.append(present.path)
        self._put(version, present.path.name)
        self._merge.notes.append(
            f"{present.path}: {what}; the version of {_time(theirs)} in {version.path} is later than that of "
            f"{_time(ours)}, which is kept"
        )

    def _keep(self, version: Version, reason: str) -> None:
        self._merge.losses.append(
            f"{version.path}: document {version.document.id!r}; {reason}; it is kept whole"
        )


def about_metadata(ours: Mapping[str, str], theirs: Mapping[str, str], where: str) -> list[str]:
    """That the metadata of two folders differ, which only a person can decide."""
    if ours == theirs:
        return []
    return [f"{where}: the collection's metadata is another there; that of the collection that stays is kept"]


def _usual_dimension(documents: Iterable[Version]) -> int | None:
    """The length of most vectors; None without any."""
    counts = Counter(version.document.dimension for version in documents)
    return counts.most_common(1)[0][0] if counts else None


def _fingerprint(version: Version) -> fingerprints.FileFingerprint:
    if version.made is not None:
        return fingerprints.of_bytes(version.made)
    return fingerprints.of_file(version.origin)


def _same(one: Version, other: Version) -> bool:
    first, second = one.gob(), other.gob()
    return first == second or Document.from_bytes(first) == Document.from_bytes(second)


def _time(mtime_ns: int) -> str:
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
