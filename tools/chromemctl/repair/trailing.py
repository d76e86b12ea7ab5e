"""Bytes after the first value of a file, which chromem never reads: set aside with what is in them.

What chromem reads stays as it is, to the last byte: a file with the first value alone takes the place of the
whole one, which moves to quarantine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from chromemctl.findings import Finding
from chromemctl.plan import FileRepair, Unresolved
from chromemctl.repair.remains import Remains, remains_of
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from chromemctl.wording import count
from pygob.chromem import envelope
from pygob.chromem.entries import Kind, read_file
from pygob.chromem.names import document_name

#: Findings that taking the bytes away cures.
TRAILING_FINDINGS = frozenset({"TRAILING"})

# A name that is the hash of no id, so that ids are believed of documents that are whole, and of no other.
_NO_HASH = "rest"


def carve_trailing(
    workspace: Workspace, findings: Sequence[Finding]
) -> tuple[list[FileRepair], list[Unresolved]]:
    """Plan what becomes of bytes that follow the first value of a file.

    Args:
        workspace: The store, with the repairs of documents planned so far.
        findings: What is wrong.

    Returns:
        What is done, and what is left alone.
    """
    repairs: list[FileRepair] = []
    unresolved: list[Unresolved] = []
    for folder, file, finding in _files(workspace, findings):
        path = PurePosixPath(folder.dir, file.path.name)
        if file.entry.kind is not Kind.FILE:
            reason = f"{file.path.name} is a {file.entry.kind}; look yourself what it leads to"
            unresolved.append(Unresolved(folder.dir, finding.id, reason, path=path))
        elif not workspace.is_gone(file):
            repairs.append(_carve(workspace, folder, file, finding))
        elif file in workspace.documents(folder).values():
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


def _carve(workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: Finding) -> FileRepair:
    raw = read_file(file.path)
    gob = envelope.unwrap(raw).data
    first, rest = gob[: -file.trailing], gob[-file.trailing :]
    remains = remains_of(rest, _NO_HASH, first)
    losses, notes = _account(workspace, folder, file, remains)
    like = envelope.go_deflate_of(raw) or envelope.GoDeflate.CLASSIC
    data = envelope.wrap(first, compressed=bool(file.compressed), like=like)
    salvaged = Remains(
        remains.id, remains.has_content, remains.lost, remains.size, {**remains.report, "after": len(first)}
    )
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=PurePosixPath(folder.dir, file.path.name),
        what=f"written again without the {count(file.trailing, 'byte')} after its first value",
        steps=(
            *workspace.quarantine(folder, file, finding.id, salvaged=salvaged.to_json()),
            workspace.create(folder, file, file.path.name, data),
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
    return losses, notes or ([] if losses else [f"{path}: nothing of a document is in these bytes"])
