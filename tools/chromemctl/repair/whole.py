"""Documents that can be read, though they cannot stay where they are."""

from __future__ import annotations

from chromemctl.repair.remains import Remains, remains_of
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts
from pygob.chromem import Document, envelope


def stem(file: FileFacts) -> str:
    """A file's name without its suffix: the hash of the id, for a document that chromem wrote."""
    return file.path.name.removesuffix(file.format.suffix)


def document_of(workspace: Workspace, file: FileFacts) -> Document:
    """The document in a file.

    Raises:
        GobDecodeError: There is none.
    """
    return Document.from_bytes(_gob(workspace, file))


def is_same(workspace: Workspace, one: FileFacts, other: FileFacts) -> bool:
    """Whether two files hold the same document, whatever way it is written."""
    return _gob(workspace, one) == _gob(workspace, other) or (
        document_of(workspace, one) == document_of(workspace, other)
    )


def remains_of_document(workspace: Workspace, file: FileFacts) -> Remains:
    """What is in the file of a document that is set aside although it can be read."""
    return remains_of(workspace.read(file), stem(file))


def _gob(workspace: Workspace, file: FileFacts) -> bytes:
    return envelope.unwrap(workspace.read(file)).data
