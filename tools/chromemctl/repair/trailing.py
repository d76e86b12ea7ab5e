"""Records after the first value of a file, or after its gzip data, which chromem never reads.

A whole document whose own place is free is put there, whatever lies between; all else is set aside. What
chromem reads stays as it is, to the last byte: a file with the first value alone takes the place of the whole
one, which moves to quarantine. Bytes that are no value of their own are left where they are: a changed length
makes them of the file's own record, and then they are the only sign of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from chromemctl.changes.plan import FileRepair
from chromemctl.checks.findings import Finding
from chromemctl.repair.inner_documents import InnerDocument, whole_documents
from chromemctl.repair.places import Found, may_be_put, put
from chromemctl.repair.remains import Remains, remains_of
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from chromemctl.wording import count
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Kind
from pygob.chromem.names import document_name
from pygob.chromem.records import Document, Metadata

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
        first: The file without what follows.
        whole: The whole documents in what follows.
        remains: What is in it, with the offset at which it began.
    """

    first: bytes
    whole: Sequence[InnerDocument]
    remains: Remains


def _after_first_value(workspace: Workspace, file: FileFacts) -> _Found | None:
    """What follows the first value of a file, if there are values of their own in it."""
    if file.entry.kind is not Kind.FILE:
        return None
    if file.behind and not file.trailing:
        return _behind_gzip(workspace, file)
    if not file.trailing:
        return None
    raw = workspace.read(file)
    gob = envelope.unwrap(raw).data
    first, rest = gob[: -file.trailing], gob[-file.trailing :]
    remains = remains_of(rest, _NO_HASH, first)
    whole = [document for document in whole_documents(gob) if document.start >= len(first)]
    values = [value for value in remains.report["documents"] if value["start"] == 0 and value["complete"]]
    if not (values or whole) or not _is_whole(first, file):
        return None
    like = envelope.go_deflate_of(raw) or envelope.GoDeflate.CLASSIC
    data = envelope.wrap(first, compressed=bool(file.compressed), like=like)
    return _Found(data, whole, replace(remains, report={**remains.report, "after": len(first)}))


def _behind_gzip(workspace: Workspace, file: FileFacts) -> _Found | None:
    """What follows the gzip data of a file, if whole documents are in it."""
    raw = workspace.read(file)
    first, rest = raw[: -file.behind], raw[-file.behind :]
    remains = remains_of(rest, _NO_HASH)
    if not remains.whole:
        return None
    report = {**remains.report, "after_bytes_of_the_file": len(first)}
    return _Found(first, remains.whole, replace(remains, report=report))


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
    origin = workspace.origin(file)
    set_aside = workspace.quarantine(folder, file, finding.id, salvaged=found.remains)
    first = file._replace(trailing=0, behind=0)
    created = [workspace.create(folder, first, file.path.name, found.first, origin)]
    placed: dict[str, str] = {}
    inside = Found({document.record.id for document in found.whole})
    for document in found.whole:
        if may_be_put(workspace, folder, file, document.record, file.format, inside):
            created.append(put(workspace, folder, file, document, file.format, origin))
            placed[document.record.id] = created[-1].path.name
    losses, notes = _account(workspace, folder, file, found.remains, placed)
    behind, end = (file.trailing, "first value") if file.trailing else (file.behind, "gzip data")
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=PurePosixPath(folder.dir, file.path.name),
        what=f"written again without the {count(behind, 'byte')} after its {end}",
        steps=(*set_aside, *created),
        losses=tuple(losses),
        notes=tuple(notes),
    )


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
