"""A second value or stream after the first value of a file, which chromem never reads: brought to its place.

A whole document whose own place is free is put there; whatever else it is, is set aside. What chromem reads
stays as it is, to the last byte: a file with the first value alone takes the place of the whole one, which
moves to quarantine. Bytes that are no value of their own are left where they are: a changed
length makes them of the file's own record, and then they are the only sign of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from chromemctl.changes.plan import CreateFile, FileRepair
from chromemctl.judgement.findings import Finding
from chromemctl.repair.remains import Remains, remains_of
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import DocumentFacts, FileFacts, FolderFacts
from chromemctl.wording import count
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Kind
from pygob.chromem.names import Format, document_name
from pygob.chromem.records import Document, Metadata, Summary

#: Findings that taking the bytes away cures.
TRAILING_FINDINGS = frozenset({"TRAILING"})

# A name that is the hash of no id, so that ids are believed of documents that are whole, and of no other.
_NO_HASH = "rest"


def carve_trailing(
    workspace: Workspace, findings: Sequence[Finding], rebuilt: Collection[str]
) -> list[FileRepair]:
    """Plan what becomes of bytes that follow the first value of a file.

    Args:
        workspace: The store, with the repairs of documents planned so far.
        findings: What is wrong.
        rebuilt: Folders whose metadata file is set aside as a whole anyway.
    """
    repairs: list[FileRepair] = []
    for folder, file, finding in _files(workspace, findings):
        if file.is_metadata and folder.dir in rebuilt:
            continue
        there = workspace.place_of(file)
        found = None if there is None else _after_first_value(workspace, there)
        if there is not None and found is not None:
            repairs.append(_carve(workspace, folder, there, finding, found))
    return repairs


def _files(
    workspace: Workspace, findings: Sequence[Finding]
) -> Iterator[tuple[FolderFacts, FileFacts, Finding]]:
    by_path = {finding.path: finding for finding in findings if finding.id in TRAILING_FINDINGS}
    for folder in workspace.survey.folders:
        for file in folder.files:
            if file.path in by_path:
                yield folder, file, by_path[file.path]


@dataclass(frozen=True, slots=True)
class _Found:
    """A file of which more than the first value can be read.

    Attributes:
        first: The gob bytes of the first value.
        rest: Those that follow.
        like: Whose gzip the file has.
        remains: What is in the rest, with the offset at which it began.
    """

    first: bytes
    rest: bytes
    like: envelope.GoDeflate
    remains: Remains


def _after_first_value(workspace: Workspace, file: FileFacts) -> _Found | None:
    """What follows the first value of a file, if it is a value of its own."""
    if file.entry.kind is not Kind.FILE or not file.trailing:
        return None
    raw = workspace.read(file)
    gob = envelope.unwrap(raw).data
    first, rest = gob[: -file.trailing], gob[-file.trailing :]
    remains = remains_of(rest, _NO_HASH, first)
    values = [value for value in remains.report["documents"] if value["start"] == 0 and value["complete"]]
    if not values or not _is_whole(first, file):
        return None
    like = envelope.go_deflate_of(raw) or envelope.GoDeflate.CLASSIC
    return _Found(first, rest, like, replace(remains, report={**remains.report, "after": len(first)}))


def _is_whole(gob: bytes, file: FileFacts) -> bool:
    """Whether chromem reads these bytes: a record that ends within its message cannot be cut there."""
    try:
        reading = Metadata.examine(gob) if file.is_metadata else Document.summarize(gob)
    except GobDecodeError:
        return False
    return not reading.trailing


def _carve(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: Finding, found: _Found
) -> FileRepair:
    def written(name: str, gob: bytes, facts: FileFacts) -> CreateFile:
        data = envelope.wrap(gob, compressed=bool(file.compressed), like=found.like)
        return workspace.create(folder, facts, name, data, origin)

    origin = workspace.origin(file)
    set_aside = workspace.quarantine(folder, file, finding.id, salvaged=found.remains)
    created = [written(file.path.name, found.first, file)]
    placed: dict[str, str] = {}
    for gob, record in () if file.is_metadata else _whole_documents(found, file):
        name = document_name(record.id, file.format)
        if _is_free(workspace, folder, name, record, file.format):
            facts = DocumentFacts(record.id, record.dimension, record.norm)
            created.append(written(name, gob, file._replace(document=facts)))
            placed[record.id] = name
    losses, notes = _account(workspace, folder, file, found.remains, placed)
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=PurePosixPath(folder.dir, file.path.name),
        what=f"written again without the {count(file.trailing, 'byte')} after its first value",
        steps=(*set_aside, *created),
        losses=tuple(losses),
        notes=tuple(notes),
    )


def _whole_documents(found: _Found, file: FileFacts) -> Iterator[tuple[bytes, Summary]]:
    """The whole documents at the beginning of the rest, one after the other, each as a stream of its own."""
    definitions = b""
    if file.ids is not None and file.ids.is_possible:
        # What every stream with these ids begins with; a second value of one stream comes without it.
        one, other = (Document(identifier).to_bytes(file.ids) for identifier in ("", "x" * 128))
        definitions = one[: next(at for at, byte in enumerate(one) if byte != other[at])]
    rest = found.rest
    while rest:
        for before in (b"", definitions):
            try:
                reading = Document.summarize(before + rest)
            except GobDecodeError:
                continue
            end = len(rest) - reading.trailing
            if {"ID", "Embedding"} <= set(reading.fields):
                yield before + rest[:end], reading.record
            rest = rest[end:]
            break
        else:
            return


def _is_free(workspace: Workspace, folder: FolderFacts, name: str, record: Summary, form: Format) -> bool:
    """Whether a document's own place is free, and queries would still work with it."""
    usual = next(iter(workspace.dimensions(folder).most_common(1)), (record.dimension, 0))[0]
    is_place = bool(record.id) and name != form.metadata_name and workspace.is_vacant(folder, name)
    return is_place and record.dimension == usual


def _account(
    workspace: Workspace,
    folder: FolderFacts,
    file: FileFacts,
    remains: Remains,
    placed: dict[str, str],
) -> tuple[list[str], list[str]]:
    """What is lost with the bytes and what is not: documents that no file has, and versions of others."""
    path = PurePosixPath(folder.dir, file.path.name)
    losses: list[str] = []
    notes: list[str] = []
    for found in remains.documents:
        identifier = found.get("id")
        if not identifier:
            losses.append(f"{path}: part of a document whose id cannot be read; it is kept")
        elif identifier in placed:
            notes.append(
                f"{path}: document {identifier!r} is put into its own place, {placed.pop(identifier)}"
            )
        elif workspace.document(folder, document_name(identifier, file.format)) is not None:
            notes.append(f"{path}: another version of document {identifier!r}, which has a file of its own")
        else:
            state = "kept whole" if found["complete"] else "a part of it is kept"
            loss = f"{path}: document {identifier!r}, which no file of the collection holds; {state}"
            losses.append(workspace.loses(folder, document_name(identifier, file.format), loss))
    return losses, notes or ([] if losses else [f"{path}: no document is in these bytes"])
