"""Whether a document that was found somewhere can be put into its place."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from chromemctl.changes.plan import CreateFile
from chromemctl.checks.document_identity import id_before, is_overwritten
from chromemctl.repair.inner_documents import InnerDocument
from chromemctl.repair.whole import stem
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import DocumentFacts, FileFacts, FolderFacts
from pygob.chromem import envelope
from pygob.chromem.names import Format, document_name
from pygob.chromem.records import Summary


def obstacle_at(
    workspace: Workspace, folder: FolderFacts, document: DocumentFacts | Summary, form: Format
) -> str | None:
    """Why a document cannot be in its place in a folder; None where it can.

    Args:
        workspace: The store, with the repairs planned so far.
        folder: The folder.
        document: The document.
        form: The format of its file.
    """
    name = document_name(document.id, form)
    if name == form.metadata_name or not workspace.is_vacant(folder, name):
        return f"its place {name} is taken"
    usual = next(iter(workspace.dimensions(folder).most_common(1)), (document.dimension, 0))[0]
    if document.dimension != usual:
        return f"its vector has length {document.dimension}, not {usual} as the others of the collection"
    return None


class Found(NamedTuple):
    """The whole documents that were found inside of files, by their ids.

    Attributes:
        beside: Those in one file.
        elsewhere: Those in all files of the folder that are set aside.
    """

    beside: Collection[str]
    elsewhere: Collection[str] = ()


def may_be_put(
    workspace: Workspace,
    folder: FolderFacts,
    file: FileFacts,
    document: Summary,
    form: Format,
    found: Found,
) -> bool:
    """Whether a document found inside of a file is to be put into its place.

    Not if the collection has it already, another collection may be the one that it is of, or its id may
    have been another one.

    Args:
        workspace: The store, with the repairs planned so far.
        folder: The folder of the file.
        file: The file that it was found in.
        document: The document.
        form: The format of the collection's files.
        found: What else was found.
    """
    # The only document of a file is most likely its own; neighbours are often one bit apart, as x-0 and x-1.
    before = id_before(document.id, stem(file)) if len(found.beside) == 1 else None
    is_changed = before is not None and before not in found.elsewhere and not workspace.holds(folder, before)
    if not document.id or is_overwritten(document.id) or is_changed:
        return False
    if obstacle_at(workspace, folder, document, form) or workspace.holds(folder, document.id):
        return False
    names = {document_name(document.id, each) for each in Format}
    others = (other.imprint for other in workspace.survey.folders if other.dir != folder.dir)
    return not any(other.has(name) for other in others for name in names)


def put(
    workspace: Workspace,
    folder: FolderFacts,
    file: FileFacts,
    document: InnerDocument,
    form: Format,
    origin: Path,
) -> CreateFile:
    """The step that puts a document found inside of a file into its place, with that file's owner and time.

    Args:
        workspace: The store; it learns what is made.
        folder: The folder.
        file: What is known of the file that it was found in.
        document: The document.
        form: The format of its file.
        origin: Where the file that it was found in lies now, or the one which that is made from.
    """
    record = document.record
    is_gz = form is Format.GZ
    data = envelope.wrap(document.gob, compressed=is_gz, like=workspace.likeness.deflate(folder))
    found = DocumentFacts(record.id, record.dimension, record.norm)
    made = FileFacts(file.entry, form, compressed=is_gz, document=found)
    return workspace.create(folder, made, document_name(record.id, form), data, origin)
