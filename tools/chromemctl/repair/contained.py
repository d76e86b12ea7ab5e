"""Documents inside of files that are set aside, beside the one that each file is about.

A file may hold more than what chromem takes it for: documents behind the first value, behind damage or zeros,
below a wrapping, or in the place of the metadata. Whatever the reason for which it is set aside, a whole
document in it that the collection misses is brought to its place; one that the collection does not have
afterwards is named as lost, with the place where it is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from chromemctl.changes.plan import FileRepair, MoveFile, Repair, Step
from chromemctl.quarantine.placing import salvaged_name
from chromemctl.repair.places import Found, may_be_put, put
from chromemctl.repair.trailing import TRAILING_FINDINGS
from chromemctl.repair.workspace import SetAside, Workspace
from pygob.chromem.names import document_name, is_hash


def bring_contained(workspace: Workspace, changes: Iterable[FileRepair | Repair]) -> list[FileRepair]:
    """Plan to bring whole documents inside of the files that changes set aside to their places.

    Args:
        workspace: The store, with the repairs of documents and metadata planned; it learns what is made.
        changes: These repairs.
    """
    files = [(change.finding, *found) for change in changes for found in _set_aside(workspace, change)]
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for _, _, aside in files:
        ids[aside.folder.dir].update(document.record.id for document in aside.whole)
    repairs = (
        _bring(workspace, finding, step, aside, ids[aside.folder.dir]) for finding, step, aside in files
    )
    return [repair for repair in repairs if repair is not None]


def _set_aside(workspace: Workspace, change: FileRepair | Repair) -> Iterator[tuple[MoveFile, SetAside]]:
    """The files that a change sets aside, and in which documents may be that it does not tell of."""
    if change.finding in TRAILING_FINDINGS:
        return  # which accounts for each value itself
    for step in change.steps:
        aside = workspace.set_aside.get(step.destination) if isinstance(step, MoveFile) else None
        if isinstance(step, MoveFile) and aside is not None:
            yield step, aside


def _bring(
    workspace: Workspace, finding: str, step: MoveFile, aside: SetAside, elsewhere: Collection[str]
) -> FileRepair | None:
    """Plan to bring the documents of one file to their places; None where none can be brought."""
    forms = workspace.metadata(aside.folder)
    if not forms or aside.folder.dir.startswith("."):
        return None  # without metadata a document would keep chromem from opening the store
    form = aside.file.format if aside.file.format in forms else next(iter(forms))
    steps: list[Step] = []
    placed: list[str] = []
    found = Found({document.record.id for document in aside.whole}, elsewhere)
    for document in aside.whole:
        if may_be_put(workspace, aside.folder, aside.file, document.record, form, found):
            steps.append(put(workspace, aside.folder, aside.file, document, form, aside.origin))
            placed.append(f"document {document.record.id!r} to {document_name(document.record.id, form)}")
    if not placed:
        return None
    return FileRepair(
        dir=aside.folder.dir,
        finding=finding,
        path=step.source,
        what=f"what is whole inside of it is brought to its place: {', '.join(placed)}",
        steps=tuple(steps),
    )


def account_for_contained(workspace: Workspace, change: FileRepair | Repair) -> FileRepair | Repair:
    """Say which documents are lost to the collection inside of the files that a change sets aside.

    Args:
        workspace: The store, with all repairs planned.
        change: One of them.
    """
    losses = list(change.losses)
    for step, aside in _set_aside(workspace, change):
        losses += _losses(workspace, aside, step)
    return replace(change, losses=tuple(dict.fromkeys(losses)))


def _losses(workspace: Workspace, aside: SetAside, step: MoveFile) -> Iterator[str]:
    folder, file = aside.folder, aside.file
    place = step.destination.with_name(salvaged_name(step.destination.name))
    path = PurePosixPath(folder.dir, file.path.name)
    for found in _others(aside):
        identifier = found.get("id")
        if not identifier:
            yield f"{path}: inside of it part of a document whose id cannot be read; it is kept in {place}"
            continue
        name = document_name(identifier, file.format)
        if workspace.holds(folder, identifier) or workspace.is_told_lost(folder, name):
            continue
        state = "it is kept whole" if found["complete"] else "a part of it is kept"
        loss = (
            f"{path}: inside of it document {identifier!r}, which no file of the collection holds; "
            f"{state} in {place}"
        )
        yield workspace.loses(folder, name, loss)


def _others(aside: SetAside) -> list[dict[str, Any]]:
    """The documents in a file without the one that the file is about, of which its repair tells."""
    file, remains = aside.file, aside.remains
    found = remains.documents
    if file.fault is None:  # chromem takes the first value for the file's own
        behind = remains.size - file.trailing
        return [each for each in found if each["start"] >= behind or "file_offset" in each]
    if file.is_metadata:
        return found
    own = _own(found, remains.id, is_named=is_hash(file.path.name.removesuffix(file.format.suffix)))
    return [each for each in found if each is not own]


def _own(found: list[dict[str, Any]], identifier: str | None, *, is_named: bool) -> dict[str, Any] | None:
    """Which of the documents in a damaged file it is about; None where nothing of that one is left."""
    if identifier is not None:
        return next((each for each in found if each.get("id") == identifier), None)
    # The hash of a whole id that is not the file's name is a suspect of its own.
    doubts = 1 if is_named else 0
    return next(
        (
            each
            for each in found
            if not (each["complete"] and each.get("id") and len(each["suspects"]) <= doubts)
        ),
        None,
    )
