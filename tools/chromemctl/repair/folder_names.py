"""Folders that are not named by a hash, `E9F85BF6` for example: each gets that of its collection's name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from chromemctl.changes import fingerprints
from chromemctl.changes.plan import FileRepair, MoveDirectory, RemoveDirectory, Step, Unresolved
from chromemctl.judgement.findings import Finding
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import Fault, FolderFacts
from pygob.chromem.durable import ownership_of
from pygob.chromem.entries import entry_at, is_empty_directory
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
    for folder, name in _misnamed(workspace, findings):
        proper = name_hash(name)
        if (reason := _obstacle(workspace, folder, name, rebuilt)) is not None:
            path = PurePosixPath(folder.dir)
            unresolved.append(Unresolved(folder.dir, "DIRNAME_NONCANONICAL", reason, path=path))
            continue
        source, place = PurePosixPath(folder.dir), PurePosixPath(proper)
        contents = fingerprints.of_contents(workspace.contents(folder))
        steps: list[Step] = [MoveDirectory(source, place, *contents)]
        if (in_the_way := workspace.survey.path / proper).is_dir():
            steps.insert(0, RemoveDirectory(place, ownership_of(in_the_way)))
        repairs.append(
            FileRepair(
                dir=folder.dir,
                finding="DIRNAME_NONCANONICAL",
                path=source,
                what=f"renamed to {proper}, the folder of collection {name!r}",
                steps=tuple(steps),
            )
        )
    return repairs, unresolved


def _misnamed(workspace: Workspace, findings: Sequence[Finding]) -> Iterator[tuple[FolderFacts, str]]:
    concerned = {finding.dir for finding in findings if finding.id in FOLDER_NAME_FINDINGS}
    for folder in workspace.survey.folders:
        if folder.dir in concerned and folder.name is not None and not workspace.is_merged(folder):
            yield folder, folder.name


def _obstacle(workspace: Workspace, folder: FolderFacts, name: str, rebuilt: Collection[str]) -> str | None:
    """Why a folder cannot get its name."""
    proper, store = name_hash(name), workspace.survey.path
    if folder.dir in rebuilt or proper in rebuilt:
        return "it is repaired first; run this again"
    for other in workspace.survey.folders:
        if other.name == name and other is not folder and not workspace.is_merged(other):
            return (
                f"{other.dir} holds collection {name!r} too; the two must be brought together first, which "
                "recover does for DUPLICATE_NAME"
            )
    in_the_way = entry_at(store / proper)
    if in_the_way is not None and not is_empty_directory(in_the_way):
        return f"{proper}, which would be its name, exists; look what it is, and move it out of the store"
    if any(file.fault is Fault.UNREADABLE for file in folder.files):
        return "something in it cannot be read, so it cannot be moved safely"
    return None
