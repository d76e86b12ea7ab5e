"""What has a name that chromem opens and is no file: pipes, sockets, devices, links to these or to nothing.

It is set aside as it is: not opened, and a link not followed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from chromemctl.changes.plan import FileRepair
from chromemctl.repair.whole import stem
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from pygob.chromem.entries import nature_of
from pygob.chromem.names import is_hash

#: The finding about it. In the place of the metadata it is part of rebuilding that.
IRREGULAR = frozenset({"NOT_REGULAR"})


def set_irregular_aside(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: str
) -> FileRepair:
    """Plan to set something aside that is no file and has a document's name."""
    return FileRepair(
        dir=folder.dir,
        finding=finding,
        path=PurePosixPath(folder.dir, file.path.name),
        what=f"set aside as it is: a {nature_of(file.path)}",
        steps=tuple(workspace.quarantine(folder, file, finding)),
    )


def account_for_irregular(
    workspace: Workspace, repair: FileRepair, folder: FolderFacts, file: FileFacts
) -> FileRepair:
    """Say what is lost with it: nothing, unless its name is that of a document which is nowhere else."""
    if not is_hash(stem(file)):
        return replace(repair, notes=(f"{repair.path}: no document has this name",))
    if workspace.document(folder, file.path.name) is not None:
        return replace(repair, notes=(f"{repair.path}: a document takes this place",))
    nature = nature_of(file.path)
    loss = f"{repair.path}: the document of this name, if there was one; in its place was a {nature}"
    return replace(repair, losses=(workspace.loses(folder, file.path.name, loss),))
