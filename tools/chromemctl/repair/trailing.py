"""A second value or stream after the first value of a file, which chromem never reads: set aside.

What chromem reads stays as it is, to the last byte: a file with the first value alone takes the place of the
whole one, which moves to quarantine. Bytes that are no value of their own are left where they are: a changed
length makes them of the file's own record, and then they are the only sign of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from chromemctl.changes.plan import FileRepair, Unresolved
from chromemctl.judgement.findings import Finding
from chromemctl.repair.remains import Remains, remains_of
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from chromemctl.wording import count
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Kind, read_file
from pygob.chromem.names import document_name
from pygob.chromem.records import Document, Metadata

#: Findings that taking the bytes away cures.
TRAILING_FINDINGS = frozenset({"TRAILING"})

# A name that is the hash of no id, so that ids are believed of documents that are whole, and of no other.
_NO_HASH = "rest"


def carve_trailing(
    workspace: Workspace, findings: Sequence[Finding], rebuilt: Collection[str]
) -> tuple[list[FileRepair], list[Unresolved]]:
    """Plan what becomes of bytes that follow the first value of a file.

    Args:
        workspace: The store, with the repairs of documents planned so far.
        findings: What is wrong.
        rebuilt: Folders whose metadata file is set aside as a whole anyway.

    Returns:
        What is done, and what is left alone.
    """
    repairs: list[FileRepair] = []
    unresolved: list[Unresolved] = []
    for folder, file, finding in _files(workspace, findings):
        if file.is_metadata and folder.dir in rebuilt:
            continue
        found = _after_first_value(file)
        if found is None:
            continue
        if not workspace.is_gone(file):
            repairs.append(_carve(workspace, folder, file, finding, found))
        elif file in workspace.documents(folder).values():
            path = PurePosixPath(folder.dir, file.path.name)
            reason = "it is renamed first; run this again"
            unresolved.append(Unresolved(folder.dir, finding.id, reason, path=path))
    return repairs, unresolved


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
        file: Its bytes as they would be with the first value alone.
        remains: What is in the rest, with the offset at which it began.
    """

    file: bytes
    remains: Remains


def _after_first_value(file: FileFacts) -> _Found | None:
    """What follows the first value of a file, if it is a value of its own."""
    if file.entry.kind is not Kind.FILE:
        return None
    raw = read_file(file.path)
    gob = envelope.unwrap(raw).data
    first, rest = gob[: -file.trailing], gob[-file.trailing :]
    remains = remains_of(rest, _NO_HASH, first)
    values = [value for value in remains.report["documents"] if value["start"] == 0 and value["complete"]]
    if not values or not _is_whole(first, file):
        return None
    like = envelope.go_deflate_of(raw) or envelope.GoDeflate.CLASSIC
    data = envelope.wrap(first, compressed=bool(file.compressed), like=like)
    return _Found(data, replace(remains, report={**remains.report, "after": len(first)}))


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
    losses, notes = _account(workspace, folder, file, found.remains)
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=PurePosixPath(folder.dir, file.path.name),
        what=f"written again without the {count(file.trailing, 'byte')} after its first value",
        steps=(
            *workspace.quarantine(folder, file, finding.id, salvaged=found.remains.to_json()),
            workspace.create(folder, file, file.path.name, found.file),
        ),
        losses=tuple(losses),
        notes=tuple(notes),
    )


def _account(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, remains: Remains
) -> tuple[list[str], list[str]]:
    """What is lost with the bytes and what is not: documents that no file has, and versions of others."""
    path = PurePosixPath(folder.dir, file.path.name)
    losses: list[str] = []
    notes: list[str] = []
    for found in remains.report["documents"]:
        if not any(found.get(field) for field in ("id", "content", "embedding")):
            continue  # a record of another kind, a collection's metadata for example
        identifier = found.get("id")
        if not identifier:
            losses.append(f"{path}: part of a document whose id cannot be read; it is kept")
        elif workspace.document(folder, document_name(identifier, file.format)) is not None:
            notes.append(f"{path}: another version of document {identifier!r}, which has a file of its own")
        else:
            state = "kept whole" if found["complete"] else "a part of it is kept"
            losses.append(f"{path}: document {identifier!r}, which no file of the collection holds; {state}")
    return losses, notes or ([] if losses else [f"{path}: no document is in these bytes"])
