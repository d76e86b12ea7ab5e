"""What a survey knows of one file."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pygob.chromem import envelope
from pygob.chromem.entries import Entry
from pygob.chromem.names import Format
from pygob.chromem.records import Metadata, RecordIds


class Fault(StrEnum):
    """Why chromem cannot read a file."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    FOREIGN = "foreign"  # a sound gob of another type
    UNREADABLE = "unreadable"  # the system refuses to open or read it
    NOWHERE = "nowhere"  # a symbolic link that leads to nothing
    NOT_REGULAR = "not-regular"  # a socket, or a link to a socket or a directory: opening or reading it fails
    ENDLESS = "endless"  # a FIFO or a device, or a link to one: reading it may never end
    OVERSIZED = "oversized"  # so many bytes that they are not read
    TOO_LARGE = "too-large"  # something in it crosses a limit


class DocumentFacts(NamedTuple):
    """What a survey keeps of a document.

    Attributes:
        id: Its id.
        dimension: Length of the embedding.
        norm: Euclidean length of the embedding; NaN or infinite when a part of it is.
    """

    id: str
    dimension: int
    norm: float


class Wrapping(NamedTuple):
    """What is around the content of a file that is whole, so that chromem cannot read it.

    Attributes:
        shown: What it is, in words: `base64 text`.
        document: The document inside, for a document's file.
    """

    shown: str
    document: DocumentFacts | None


class FileFacts(NamedTuple):
    """A file of a collection that chromem reads, and how reading it went.

    Attributes:
        entry: The directory entry.
        format: The format its name says.
        compressed: Whether its content is gzip; None when nothing could be read.
        checksum: State of the gzip trailer.
        fault: Why chromem cannot read it, None when it can.
        error: chromem's words for the fault, without the part that says which kind of file it is.
        offset: Where in the gob bytes the fault lies.
        metadata: What was read, for a metadata file. With a fault, None.
        document: What was read, for a document file. With a fault, None.
        fields: Field names of the struct that the file holds.
        ids: Type ids that the file uses.
        trailing: Bytes after the first value.
        behind: Bytes of the file after its gzip data.
        fragment: For a damaged metadata file, the bytes that could be had, for naming.
        head: Of a file too large to be read, the first record where it is whole; chromem reads no more.
        wrapped: Of a file that chromem cannot read, that which it should be, where it is whole inside.
    """

    entry: Entry
    format: Format
    compressed: bool | None = None
    checksum: envelope.Checksum = envelope.Checksum.NONE
    fault: Fault | None = None
    error: str | None = None
    offset: int = 0
    metadata: Metadata | None = None
    document: DocumentFacts | None = None
    fields: tuple[str, ...] = ()
    ids: RecordIds | None = None
    trailing: int = 0
    behind: int = 0
    fragment: bytes = b""
    head: Metadata | DocumentFacts | None = None
    wrapped: Wrapping | None = None

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.entry.path

    @property
    def whole_document(self) -> DocumentFacts | None:
        """The document in it, also where chromem cannot read it for what is around it."""
        return self.document if self.wrapped is None else self.wrapped.document

    @property
    def is_metadata(self) -> bool:
        """Whether chromem reads it as the metadata of its collection."""
        return self.entry.is_metadata


class Enclosed(NamedTuple):
    """A folder named as that of a collection, inside of another collection's.

    Attributes:
        path: Where it is.
        name: The collection's name, where metadata in it tells that.
        documents: The names of the files in it that chromem would read as documents.
    """

    path: Path
    name: str | None
    documents: tuple[str, ...]


class Astray(NamedTuple):
    """What is astray of a collection: whole records where chromem does not look.

    Attributes:
        files: Records that the collection does not have: documents, and metadata where it has none.
        repeated: The number of documents that it has, by the folder in which they are once more.
        enclosed: The folders of other collections in its own.
        broken: Files named as those of documents that it does not have, and that are no whole records.
        checked: Whole records of any collection, where the folder is that of a check of the file system.
    """

    files: tuple[FileFacts, ...] = ()
    repeated: Mapping[Path, int] = MappingProxyType({})
    enclosed: tuple[Enclosed, ...] = ()
    broken: tuple[Path, ...] = ()
    checked: tuple[FileFacts, ...] = ()
