"""Several folders with collections of one name: brought together in the one that the application uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from chromemctl.changes.plan import FileRepair, Unresolved
from chromemctl.quarantine.placing import Reason
from chromemctl.repair.merging import Receiver, about_metadata, merge
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import Fault, FolderFacts, Survey
from chromemctl.wording import command, count, readable
from pygob.chromem.names import Format, is_hash, name_hash

_FINDING = "DUPLICATE_NAME"
#: Findings that bringing folders together cures.
DUPLICATE_FINDINGS = frozenset({_FINDING})

#: Whether a finding in a folder is to be cured, by the finding's id and the folder's name.
Wanted = Callable[[str, str], bool]


def contradicted(survey: Survey, nameless: Collection[str]) -> list[str]:
    """Folders whose names are hashes of something else than the collection's name, which others have too.

    Their metadata files may be copies of another collection's: whether the folders have names of their own
    must be known before they are brought together.

    Args:
        survey: The store.
        nameless: Folders whose name is lost, and may be found to be one of these.
    """
    by_name: dict[str, int] = defaultdict(int)
    for folder in survey.folders:
        if folder.name is not None:
            by_name[folder.name] += 1
    return [
        folder.dir
        for folder in survey.folders
        if folder.name is not None
        and is_hash(folder.dir)
        and folder.dir != name_hash(folder.name)
        and (by_name[folder.name] > 1 or name_hash(folder.name) in nameless)
    ]


def merge_duplicates(
    workspace: Workspace, own_names: Mapping[str, str], wanted: Wanted
) -> tuple[list[FileRepair], list[Unresolved]]:
    """Plan to bring folders of one name together, those included whose name this very plan gives back.

    Args:
        workspace: The store, with the repairs of documents and metadata planned so far.
        own_names: Names that fit folders which `contradicted` lists: those are not brought together.
        wanted: What is to be cured.

    Returns:
        What is done, and what is left alone.
    """
    repairs: list[FileRepair] = []
    unresolved: list[Unresolved] = []
    for name, folders in _duplicates(workspace, wanted).items():
        other = next((folder for folder in folders if folder.dir in own_names), None)
        if other is not None:
            hidden = other if other is not folders[-1] else folders[0]
            unresolved.append(_not_the_same(workspace, hidden, other, own_names[other.dir]))
            continue
        reason = next(filter(None, map(_obstacle, folders)), None)
        if reason is None:
            repairs += _bring_together(workspace, name, folders)
        else:
            unresolved.append(Unresolved(folders[0].dir, _FINDING, reason, path=_path(folders[0])))
    return repairs, unresolved


def _duplicates(workspace: Workspace, wanted: Wanted) -> dict[str, list[FolderFacts]]:
    """The folders of each name of which chromem would show one alone, with one setting or the other."""
    by_name: defaultdict[str, list[FolderFacts]] = defaultdict(list)
    for folder in workspace.survey.folders:
        if (name := workspace.name(folder)) is not None:
            by_name[name].append(folder)
    found: dict[str, list[FolderFacts]] = {}
    for name, folders in by_name.items():
        if len(folders) == 1:
            continue
        forms = {folder.dir: workspace.metadata(folder).keys() for folder in folders}
        hidden = {
            folder.dir
            for form in Format
            for folder in [folder for folder in folders if form in forms[folder.dir]][:-1]
        }
        if any(wanted(_FINDING, dir_name) for dir_name in hidden):
            found[name] = folders
    return found


def _not_the_same(
    workspace: Workspace, hidden: FolderFacts, folder: FolderFacts, own_name: str
) -> Unresolved:
    """That a folder is another collection's, as far as its name and its documents tell.

    Args:
        workspace: The store.
        hidden: The folder that chromem does not show, of which the error is.
        folder: The folder that is another collection's; it may be the same.
        own_name: The name of that collection.
    """
    metadata = next(file.path.name for file in folder.files if file.metadata is not None)
    setting_aside = command(
        "chromemctl", "quarantine", "add", workspace.survey.path, f"{folder.dir}/{metadata}"
    )
    which = "its metadata" if folder is hidden else f"the metadata of {folder.dir}"
    return Unresolved(
        hidden.dir,
        _FINDING,
        f"{which} says {folder.name!r}, but the folder is that of {own_name!r}: the file may be a copy "
        f"of another collection's. If so, set it aside ({setting_aside}) and run this again: it is then "
        "rebuilt",
        (own_name,) if folder is hidden else (),
        path=_path(hidden),
    )


def _obstacle(folder: FolderFacts) -> str | None:
    """Why a folder cannot be brought together with others."""
    if folder.error is not None or any(file.fault is Fault.UNREADABLE for file in folder.files):
        return f"something in {folder.dir} cannot be read, so nothing is known about it"
    return None


def _bring_together(workspace: Workspace, name: str, folders: Sequence[FolderFacts]) -> list[FileRepair]:
    """Merge all folders of a name into the one of its hash, else into the one that chromem shows."""
    chosen = next((folder for folder in folders if folder.dir == name_hash(name)), folders[-1])
    forms = workspace.metadata(chosen)
    receiver = Receiver(
        dir=chosen.dir,
        name=name,
        form=chosen.format if chosen.format in forms else next(iter(forms)),
        documents=workspace.versions(chosen),
        occupied=set(workspace.contents(chosen)),
    )
    return [_give(workspace, folder, chosen, receiver) for folder in folders if folder is not chosen]


def _give(workspace: Workspace, folder: FolderFacts, chosen: FolderFacts, receiver: Receiver) -> FileRepair:
    """Merge one folder into another, and set aside what is left of it."""
    given = merge(workspace.area, workspace.versions(folder), receiver)
    for path in given.moved:
        workspace.take(path)
    for version in given.brought:
        workspace.give(chosen, version)
    reason = Reason(folder.dir, workspace.name(folder), _FINDING)
    aside = workspace.area.folder(_path(folder), workspace.contents(folder), reason)
    notes = about_metadata(_metadata(workspace, chosen), _metadata(workspace, folder), folder.dir)
    workspace.merge_into(folder, chosen)
    lost = tuple(_damaged(workspace, folder))
    brought = count(sum(path.parent == _path(folder) for path in given.moved), "document")
    return FileRepair(
        dir=folder.dir,
        finding=_FINDING,
        path=_path(folder),
        what=f"{brought} brought to {readable(chosen.dir)}, the rest of the folder set aside",
        steps=(*given.steps, *aside),
        losses=(*given.losses, *lost),
        notes=(*given.notes, *notes, *_bytes_behind(workspace, folder, chosen, given.moved)),
    )


def _damaged(workspace: Workspace, folder: FolderFacts) -> Iterator[str]:
    """The documents that go with a folder because nothing else was to be done about them."""
    for file in folder.documents:
        if file.fault is not None and not file.is_metadata and not workspace.is_gone(file):
            path = _path(folder) / file.path.name
            sentence = f"{path}: a document that chromem cannot read; it is set aside with the folder"
            yield workspace.loses(folder, file.path.name, sentence)


def _bytes_behind(
    workspace: Workspace, folder: FolderFacts, chosen: FolderFacts, moved: Collection[PurePosixPath]
) -> Iterator[str]:
    """That files which are set aside hold more than chromem reads of them."""
    for each in (folder, chosen):
        for file in each.files:
            path = _path(each) / file.path.name
            is_set_aside = (path in moved) is (each is chosen) and not workspace.is_gone(file)
            behind = file.trailing or file.behind
            if is_set_aside and behind:
                yield f"{path}: {count(behind, 'byte')} after its first value go with it"


def _metadata(workspace: Workspace, folder: FolderFacts) -> dict[str, str]:
    return next((record.metadata or {} for record in workspace.metadata(folder).values()), {})


def _path(folder: FolderFacts) -> PurePosixPath:
    return PurePosixPath(folder.dir)
