"""A document that lies in the place of the metadata: chromem reads it as metadata without a name."""

from __future__ import annotations

from pathlib import PurePosixPath

from chromemctl.changes.plan import Step
from chromemctl.repair.whole import document_of, is_same, remains_of_document
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from pygob import GobDecodeError
from pygob.chromem import Document, document_name


def take_away(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: str, name: str
) -> tuple[list[Step], list[str]]:
    """Bring the document to its own place if that is free, else to quarantine.

    Args:
        workspace: The plan so far.
        folder: The collection's folder.
        file: The file in the place of the metadata.
        finding: Id of the finding.
        name: The collection's name.

    Returns:
        The steps, and what the application no longer has, one sentence each.
    """
    document = _readable(workspace, file)
    proper = document_name(document.id, file.format) if document is not None and document.id else None
    if proper is not None and proper != file.path.name and workspace.is_vacant(folder, proper):
        return [workspace.rename(folder, file, proper)], []
    steps = workspace.quarantine(
        folder, file, finding, name=name, salvaged=remains_of_document(workspace, file)
    )
    loss = _loss(workspace, folder, file, document)
    path = PurePosixPath(folder.dir, file.path.name)
    return steps, [f"{path}: {loss}; it is kept whole"] if loss is not None else []


def _readable(workspace: Workspace, file: FileFacts) -> Document | None:
    try:
        return document_of(workspace, file)
    except GobDecodeError:
        return None


def _loss(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, document: Document | None
) -> str | None:
    """What is lost to the application with a document that cannot go to its place; None for nothing."""
    if document is None:
        return None
    if not document.id:
        return "a document without an id"
    proper = document_name(document.id, file.format)
    if proper == file.format.metadata_name:
        return f"document {document.id!r}, which chromem cannot hold: its place would be that of the metadata"
    kept = workspace.document(folder, proper)
    if kept is not None and is_same(workspace, file, kept):
        return None
    return f"another version of document {document.id!r} than the one in {proper}, which stays"
