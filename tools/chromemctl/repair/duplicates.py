"""Several folders with collections of one name: brought together in the one that the application uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath

from chromemctl.changes.plan import FileRepair, Unresolved
from chromemctl.judgement.findings import Finding
from chromemctl.repair.merging import Receiver, about_metadata, merge, versions
from chromemctl.repair.quarantine import Reason
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import Fault, FolderFacts, Survey
from chromemctl.wording import command, count, readable
from pygob.chromem.names import is_hash, name_hash

#: Findings that bringing folders together cures.
DUPLICATE_FINDINGS = frozenset({"DUPLICATE_NAME"})


def contradicted(survey: Survey, findings: Sequence[Finding]) -> list[str]:
    """Folders of a collection that is in several, whose own names are hashes of something else.

    Their metadata files may be copies of another collection's: whether the folders have names of their own
    must be known before they are brought together.
    """
    concerned = {finding.dir for finding in findings if finding.id in DUPLICATE_FINDINGS}
    names = {folder.name for folder in survey.folders if folder.dir in concerned}
    return [
        folder.dir
        for folder in survey.folders
        if folder.name is not None
        and folder.name in names
        and is_hash(folder.dir)
        and folder.dir != name_hash(folder.name)
    ]


def merge_duplicates(
    workspace: Workspace,
    findings: Sequence[Finding],
    unfinished: Collection[str],
    own_names: Mapping[str, str],
) -> tuple[list[FileRepair], list[Unresolved]]:
    """Plan to bring folders of one name together.

    Args:
        workspace: The store, with the repairs of documents planned so far.
        findings: What is wrong.
        unfinished: Folders whose metadata is rebuilt in the same run; those wait for the next one.
        own_names: Names that fit folders which `contradicted` lists: those are not brought together.

    Returns:
        What is done, and what is left alone.
    """
    concerned = {finding.dir for finding in findings if finding.id in DUPLICATE_FINDINGS}
    by_name: dict[str, list[FolderFacts]] = defaultdict(list)
    for folder in workspace.survey.folders:
        if folder.name is not None:
            by_name[folder.name].append(folder)
    repairs: list[FileRepair] = []
    unresolved: list[Unresolved] = []
    for name, folders in by_name.items():
        if concerned.isdisjoint(folder.dir for folder in folders):
            continue
        other = next((folder for folder in folders if folder.dir in own_names), None)
        if other is not None:
            unresolved.append(_not_the_same(workspace, other, own_names[other.dir]))
            continue
        reason = next(filter(None, (_obstacle(workspace, folder, unfinished) for folder in folders)), None)
        if reason is None:
            repairs += _bring_together(workspace, name, folders)
        else:
            unresolved.append(Unresolved(folders[0].dir, "DUPLICATE_NAME", reason, path=_path(folders[0])))
    return repairs, unresolved


def _not_the_same(workspace: Workspace, folder: FolderFacts, own_name: str) -> Unresolved:
    """That a folder is another collection's, as far as its name and its documents tell."""
    metadata = next(file.path.name for file in folder.files if file.metadata is not None)
    setting_aside = command(
        "chromemctl", "quarantine", "add", workspace.survey.path, f"{folder.dir}/{metadata}"
    )
    return Unresolved(
        folder.dir,
        "DUPLICATE_NAME",
        f"its metadata says {folder.name!r}, but the folder is that of {own_name!r}: the file may be a copy "
        f"of another collection's. If so, set it aside ({setting_aside}) and run this again: it is then "
        "rebuilt",
        (own_name,),
        path=_path(folder),
    )


def _obstacle(workspace: Workspace, folder: FolderFacts, unfinished: Collection[str]) -> str | None:
    """Why a folder cannot be brought together with others in this run."""
    if folder.error is not None or any(file.fault is Fault.UNREADABLE for file in folder.files):
        return f"something in {folder.dir} cannot be read, so nothing is known about it"
    if folder.dir in unfinished or workspace.has_new_files(folder):
        return f"{folder.dir} is repaired first; run this again"
    return None


def _bring_together(workspace: Workspace, name: str, folders: Sequence[FolderFacts]) -> list[FileRepair]:
    """Merge all folders of a name into the one of its hash, else into the one that chromem shows."""
    chosen = next((folder for folder in folders if folder.dir == name_hash(name)), folders[-1])
    form = chosen.format
    assert form is not None, "a folder whose name is known has a metadata file"
    receiver = Receiver(
        dir=chosen.dir,
        name=name,
        form=form,
        documents=versions(_path(chosen), workspace.all_documents(chosen)),
        occupied=set(workspace.contents(chosen)),
    )
    return [_give(workspace, folder, chosen, receiver) for folder in folders if folder is not chosen]


def _give(workspace: Workspace, folder: FolderFacts, chosen: FolderFacts, receiver: Receiver) -> FileRepair:
    """Merge one folder into another, and set aside what is left of it."""
    given = merge(workspace.area, versions(_path(folder), workspace.all_documents(folder)), receiver)
    moved = set(given.moved)
    left = {
        name: content
        for name, content in workspace.contents(folder).items()
        if _path(folder) / name not in moved
    }
    reason = Reason(folder.dir, folder.name, "DUPLICATE_NAME")
    brought = count(sum(path.parent == _path(folder) for path in moved), "document")
    steps = (*given.steps, *workspace.area.folder(_path(folder), left, reason))
    workspace.follow(steps)
    return FileRepair(
        dir=folder.dir,
        finding="DUPLICATE_NAME",
        path=_path(folder),
        what=f"{brought} brought to {readable(chosen.dir)}, the rest of the folder set aside",
        steps=steps,
        losses=tuple(given.losses),
        notes=(*given.notes, *about_metadata(_metadata(chosen), _metadata(folder), folder.dir)),
    )


def _metadata(folder: FolderFacts) -> dict[str, str]:
    return next((file.metadata.metadata or {} for file in folder.files if file.metadata is not None), {})


def _path(folder: FolderFacts) -> PurePosixPath:
    return PurePosixPath(folder.dir)
