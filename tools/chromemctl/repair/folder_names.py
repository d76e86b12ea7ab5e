"""Folders that are not named by a hash, `E9F85BF6` for example: each gets that of its collection's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from chromemctl.changes import fingerprints
from chromemctl.changes.plan import FileRepair, MoveDirectory, Unresolved
from chromemctl.judgement.findings import Finding
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import Fault, FolderFacts
from pygob.chromem.entries import entry_at
from pygob.chromem.names import name_hash

#: Findings that another name cures.
FOLDER_NAME_FINDINGS = frozenset({"DIRNAME_NONCANONICAL"})


def rename_folders(
    workspace: Workspace, findings: Sequence[Finding], rebuilt: Collection[str]
) -> tuple[list[FileRepair], list[Unresolved]]:
    """Plan the renaming of folders, after everything else that is done in them.

    Args:
        workspace: The store, with the repairs planned so far.
        findings: What is wrong.
        rebuilt: Folders whose metadata is rebuilt in the same run; those wait for the next one.

    Returns:
        What is done, and what is left alone.
    """
    repairs: list[FileRepair] = []
    unresolved: list[Unresolved] = []
    names = Counter(folder.name for folder in workspace.survey.folders)
    for folder, name in _misnamed(workspace, findings):
        proper = name_hash(name)
        if names[name] > 1 or folder.dir in rebuilt:
            reason: str | None = "it is repaired first; run this again"
        else:
            reason = _obstacle(workspace, folder, proper)
        if reason is not None:
            path = PurePosixPath(folder.dir)
            unresolved.append(Unresolved(folder.dir, "DIRNAME_NONCANONICAL", reason, path=path))
            continue
        contents = fingerprints.of_contents(workspace.contents(folder))
        repairs.append(
            FileRepair(
                dir=folder.dir,
                finding="DIRNAME_NONCANONICAL",
                path=PurePosixPath(folder.dir),
                what=f"renamed to {proper}, the folder of collection {name!r}",
                steps=(MoveDirectory(PurePosixPath(folder.dir), PurePosixPath(proper), *contents),),
            )
        )
    return repairs, unresolved


def _misnamed(workspace: Workspace, findings: Sequence[Finding]) -> Iterator[tuple[FolderFacts, str]]:
    concerned = {finding.dir for finding in findings if finding.id in FOLDER_NAME_FINDINGS}
    for folder in workspace.survey.folders:
        if folder.dir in concerned and folder.name is not None:
            yield folder, folder.name


def _obstacle(workspace: Workspace, folder: FolderFacts, proper: str) -> str | None:
    """Why a folder cannot get its name."""
    if entry_at(workspace.survey.path / proper) is not None:
        return f"{proper}, which would be its name, exists"
    if any(file.fault is Fault.UNREADABLE for file in folder.files):
        return "something in it cannot be read, so it cannot be moved safely"
    return None
