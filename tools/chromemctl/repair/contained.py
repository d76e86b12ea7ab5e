"""Documents inside of files that are set aside, beside the one that each file is about.

A file may hold more than what chromem takes it for: documents behind the first value, behind damage or zeros,
below a wrapping, or in the place of the metadata. Whatever the reason for which it is set aside, a document
in it that the collection does not have afterwards is named as lost, with the place where it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from chromemctl.changes.plan import FileRepair, MoveFile, Repair
from chromemctl.repair.quarantine import salvaged_name
from chromemctl.repair.trailing import TRAILING_FINDINGS
from chromemctl.repair.workspace import SetAside, Workspace
from pygob.chromem.names import document_name, is_hash


def account_for_contained(workspace: Workspace, change: FileRepair | Repair) -> FileRepair | Repair:
    """Say which documents are lost to the collection inside of the files that a change sets aside.

    Args:
        workspace: The store, with all repairs planned.
        change: One of them.
    """
    if change.finding in TRAILING_FINDINGS:
        return change  # which accounts for each value itself
    losses = list(change.losses)
    for step in change.steps:
        aside = workspace.set_aside.get(step.destination) if isinstance(step, MoveFile) else None
        if isinstance(step, MoveFile) and aside is not None:
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
        return [each for each in found if each["start"] >= remains.size - file.trailing]
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
