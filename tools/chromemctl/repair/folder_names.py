"""Folders that are not named by a hash, `E9F85BF6` for example: each gets that of its collection's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from chromemctl.changes import fingerprints
from chromemctl.changes.plan import FileRepair, MoveDirectory, RemoveDirectory, Step, Unresolved
from chromemctl.repair.duplicates import Wanted
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import Fault, FolderFacts
from pygob.chromem.durable import ownership_of
from pygob.chromem.entries import entry_at, is_empty_directory
from pygob.chromem.names import is_hash, name_hash

_FINDING = "DIRNAME_NONCANONICAL"
#: Findings that another name cures.
FOLDER_NAME_FINDINGS = frozenset({_FINDING})


def rename_folders(workspace: Workspace, wanted: Wanted) -> tuple[list[FileRepair], list[Unresolved]]:
    """Plan the renaming of folders, after everything else that is done in them.

    Args:
        workspace: The store, with the repairs planned so far.
        wanted: What is to be cured.

    Returns:
        What is done, and what is left alone.
    """
    repairs: list[FileRepair] = []
    unresolved: list[Unresolved] = []
    by_name = _by_name(workspace)
    misnamed = (
        (folder, name)
        for name, folders in by_name.items()
        for folder in folders
        if folder.dir != name_hash(name) and not is_hash(folder.dir) and wanted(_FINDING, folder.dir)
    )
    for folder, name in misnamed:
        proper = name_hash(name)
        others = [other for other in by_name[name] if other is not folder]
        if (reason := _obstacle(workspace, folder, name, others)) is not None:
            path = PurePosixPath(folder.dir)
            unresolved.append(Unresolved(folder.dir, _FINDING, reason, path=path))
            continue
        source, place = PurePosixPath(folder.dir), PurePosixPath(proper)
        contents = fingerprints.of_contents(workspace.contents(folder))
        steps: list[Step] = [MoveDirectory(source, place, *contents)]
        in_the_way = workspace.survey.path / proper
        if in_the_way.is_dir() and not workspace.is_merged(proper):
            steps.insert(0, RemoveDirectory(place, ownership_of(in_the_way)))
        repairs.append(
            FileRepair(
                dir=folder.dir,
                finding=_FINDING,
                path=source,
                what=f"renamed to {proper}, the folder of collection {name!r}",
                steps=tuple(steps),
            )
        )
    return repairs, unresolved


def _by_name(workspace: Workspace) -> dict[str, list[FolderFacts]]:
    """The folders that are left, by the names of their collections."""
    found: defaultdict[str, list[FolderFacts]] = defaultdict(list)
    for folder in workspace.survey.folders:
        name = workspace.name(folder)
        if name is not None and not workspace.is_merged(folder.dir):
            found[name].append(folder)
    return found


def _obstacle(
    workspace: Workspace, folder: FolderFacts, name: str, others: Sequence[FolderFacts]
) -> str | None:
    """Why a folder cannot get its name."""
    proper, store = name_hash(name), workspace.survey.path
    for other in others:
        return (
            f"{other.dir} holds collection {name!r} too; the two must be brought together first, which "
            "recover does for DUPLICATE_NAME"
        )
    in_the_way = None if workspace.is_merged(proper) else entry_at(store / proper)
    if in_the_way is not None and not is_empty_directory(in_the_way):
        return f"{proper}, which would be its name, exists; look what it is, and move it out of the store"
    if any(file.fault is Fault.UNREADABLE for file in folder.files):
        return "something in it cannot be read, so it cannot be moved safely"
    return None
