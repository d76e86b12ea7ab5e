"""Documents that can be read, though they cannot stay where they are."""

from __future__ import annotations

from chromemctl.repair.remains import remains_of
from chromemctl.survey import FileFacts
from pygob.chromem import Document, envelope
from pygob.chromem.entries import read_file


def stem(file: FileFacts) -> str:
    """A file's name without its suffix: the hash of the id, for a document that chromem wrote."""
    return file.path.name.removesuffix(file.format.suffix)


def document_of(file: FileFacts) -> Document:
    """The document in a file.

    Raises:
        GobDecodeError: There is none.
    """
    return Document.from_bytes(_gob(file))


def is_same(one: FileFacts, other: FileFacts) -> bool:
    """Whether two files hold the same document, whatever way it is written."""
    return _gob(one) == _gob(other) or document_of(one) == document_of(other)


def as_json(file: FileFacts) -> bytes:
    """A document that is set aside although it can be read, as JSON."""
    return remains_of(read_file(file.path), stem(file)).to_json()


def _gob(file: FileFacts) -> bytes:
    return envelope.unwrap(read_file(file.path)).data
