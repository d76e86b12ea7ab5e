"""Exports: a whole database, or some of its collections, in one file.

Source: `ExportToFile` and `ImportFromFile` of chromem-go v0.7.0. An export is one gob value, a struct with
the collections and their documents in maps; compressed as a whole, if at all; then encrypted as a whole, if
at all. Reading and writing take memory for the largest document, whatever the size of the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pygob import types
from pygob._messages.framing import GO_MESSAGE_BYTES
from pygob._messages.source import Source
from pygob._messages.varint import int_bytes, uint_bytes
from pygob.chromem import durable, envelope
from pygob.chromem._export_reading import ExportReader
from pygob.chromem._export_salvage import ExportSalvage, FoundCollection, LostBytes
from pygob.chromem.entries import pieces
from pygob.chromem.envelope import ExportKeyError
from pygob.chromem.records import DOCUMENT_TYPE, FLOAT32_SLICE, METADATA_TYPE, STRING_MAP, Document, Metadata
from pygob.encoder import GobWriter
from pygob.errors import GobDecodeError, GobEncodeError, GobTypeError
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.typeids import TypeIds
from pygob.wire import TypeTable

__all__ = [
    "EXPORT_LIMITS",
    "EXPORT_TYPE",
    "SALVAGE_LIMITS",
    "ExportSalvage",
    "ExportedCollection",
    "FoundCollection",
    "LostBytes",
    "is_export",
    "read_export",
    "salvage_export",
    "write_export",
]

# The types have no names: in a process that exports before it writes, maps are the first to use them.
_DOCUMENT = types.Struct(
    "", {"ID": types.STRING, "Metadata": STRING_MAP, "Embedding": FLOAT32_SLICE, "Content": types.STRING}
)
_DOCUMENTS = types.Map(types.STRING, _DOCUMENT)
_DOCUMENTS.wire_name = "map[string]*chromem.Document"
_COLLECTION = types.Struct("", {"Name": types.STRING, "Metadata": STRING_MAP, "Documents": _DOCUMENTS})
_COLLECTIONS = types.Map(types.STRING, _COLLECTION)
_COLLECTIONS.wire_name = "map[string]*chromem.persistenceCollection"
EXPORT_TYPE = types.Struct("", {"Collections": _COLLECTIONS})

#: What reading an export may cost unless told otherwise; a document takes some times as much memory.
EXPORT_LIMITS = Limits(message_bytes=1 << 28)
#: The same where it is damaged, and a length may say anything.
SALVAGE_LIMITS = Limits(message_bytes=1 << 26)

_PIECE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class ExportedCollection:
    """A collection of an export.

    Attributes:
        name: Its name.
        metadata: Its metadata; None is a nil map.
        documents: Its documents. Of an export that is read they can be had once, and before the next
            collection is asked for; to write an export they are asked for twice.
    """

    name: str
    metadata: dict[str, str] | None = field(default_factory=dict)
    documents: Iterable[Document] = ()


def read_export(
    path: str | os.PathLike[str], *, key: bytes | None = None, limits: Limits = EXPORT_LIMITS
) -> Iterator[ExportedCollection]:
    """Read an export, one collection after the other.

    Only when this ends without an error was the whole file sound; until then, what was read may be part of
    a damaged one. Of an encrypted file nothing is given before all of it was authenticated, so it is read
    twice.

    Args:
        path: The file; whether it is compressed is seen from its bytes.
        key: The 32 bytes it was encrypted with, or None.
        limits: What the types and each document may cost; `message_bytes` is for a document,
            256 MiB by default.

    Raises:
        ValueError: The key is not 32 bytes.
        ImportError: There is a key, and the package cryptography, the extra `crypto`, is not installed.
        OSError: The file cannot be read.
        ExportKeyError: The key is missing or does not open the file.
        GobDecodeError: The file is no export, damaged, cut short, or goes on after its end.
    """
    envelope.check_key(key)
    file = Path(path)
    return _collections(lambda: pieces(file), key, limits)


def salvage_export(
    path: str | os.PathLike[str], *, key: bytes | None = None, limits: Limits = SALVAGE_LIMITS
) -> ExportSalvage:
    """Read what can still be read of a damaged export: one that is cut short, overwritten, or both.

    Iteration gives the collections, each followed by its documents, and the bytes that are lost between them.
    Nothing is made up: a document is one that was read from its first byte to its last, with its id where the
    export has it twice. gob has no checksums, though: of a byte that has changed inside of a text nobody can
    tell. An encrypted file whose bytes cannot be authenticated any more is read all the same.

    Args:
        path: The file.
        key: The 32 bytes it was encrypted with, or None. With a wrong one nothing is found.
        limits: What each document may cost; larger ones are lost.

    Raises:
        ValueError: The key is not 32 bytes.
        ImportError: There is a key, and the package cryptography, the extra `crypto`, is not installed.
        OSError: The file cannot be read, also where it is iterated over.
    """
    envelope.check_key(key)
    file = Path(path)
    return ExportSalvage(lambda: envelope.salvaged_pieces(lambda: pieces(file), key), EXPORT_TYPE, limits)


def is_export(path: str | os.PathLike[str]) -> bool:
    """Whether a file's types are those of an export. Of an encrypted one nothing can be told without its key.

    Raises:
        OSError: The file cannot be read.
    """
    file = Path(path)
    reader = ExportReader(_until_fault(envelope.unwrapped_pieces(lambda: pieces(file), None)), EXPORT_LIMITS)
    try:
        next(reader.collections(EXPORT_TYPE), None)
    except GobDecodeError as error:
        return reader.knows_value and not isinstance(error, GobTypeError)
    return True


def write_export(
    path: str | os.PathLike[str],
    collections: Iterable[ExportedCollection],
    *,
    compressed: bool = False,
    key: bytes | None = None,
    ownership: durable.Ownership | None = None,
) -> int:
    """Write an export as chromem does, atomically and durably.

    The documents are asked for twice, as their number and size come before them; only those of the moment
    are in memory.

    Args:
        path: The new file.
        collections: What to export; each name once.
        compressed: Whether to compress it, as `.gob.gz`.
        key: 32 bytes to encrypt with, or None.
        ownership: Mode and owner of the file; by default it belongs to whom its folder belongs to, as far as
            whoever runs this may give it away, and nobody else may read it.

    Returns:
        The number of documents.

    Raises:
        ValueError: The key is not 32 bytes; a name, or an id in a collection, comes twice; or the documents
            cannot be asked for twice.
        ImportError: There is a key, and the package cryptography, the extra `crypto`, is not installed.
        GobEncodeError: gob cannot hold a record; or the documents were others the second time.
        FileExistsError: `path` exists.
        OSError: It could not be written; nothing is left behind.
    """
    envelope.check_key(key)
    writer = _ExportWriter(collections)
    wrapped = envelope.wrapped_pieces(_batched(writer.pieces()), compressed=compressed, key=key)
    owned = ownership or durable.private_to_owner_of(Path(path).absolute().parent, 0o600)
    durable.create_from(Path(path), wrapped, owned)
    return writer.documents


def _collections(
    read: Callable[[], Iterator[bytes]], key: bytes | None, limits: Limits
) -> Iterator[ExportedCollection]:
    reader = ExportReader(envelope.unwrapped_pieces(read, key), limits)
    try:
        for found in reader.collections(EXPORT_TYPE):
            yield ExportedCollection(found.name, found.metadata, found.documents)
    except ExportKeyError:
        raise
    except GobDecodeError as error:
        if not reader.knows_types and key is None and envelope.may_be_encrypted(next(read(), b"")):
            reason = "this cannot be read as an export of chromem; an encrypted one needs its key"
            raise ExportKeyError(reason, error.offset) from error
        if not reader.knows_types or isinstance(error, GobTypeError):
            error.message = f"this cannot be read as an export of chromem: {error.message}"
        raise


def _until_fault(found: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes up to where they cannot be unpacked."""
    with suppress(GobDecodeError):
        yield from found


class _ExportWriter:
    """Gives the bytes of an export, after a first look at all that goes into it.

    Attributes:
        documents: How many documents there are.
    """

    def __init__(self, collections: Iterable[ExportedCollection]) -> None:
        self._collections = list(collections)
        self._writer = GobWriter()
        self._writer.define(METADATA_TYPE)
        self._writer.define(DOCUMENT_TYPE)
        self.documents = 0
        self._counts: list[int] = []

    def pieces(self) -> Iterator[bytes]:
        """The gob bytes."""
        names = [collection.name for collection in self._collections]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"there are two collections of the name {twice!r}")
        size = self._measure()
        opening = GobWriter(TypeIds())
        yield opening.define(EXPORT_TYPE)
        beginning = int_bytes(opening.ids.id_of(EXPORT_TYPE)) + b"\x01" + uint_bytes(len(self._collections))
        length = len(beginning) + size + len(_END)
        if length >= GO_MESSAGE_BYTES:
            raise GobEncodeError("gob: encoder: message too big; export fewer collections at a time")
        yield uint_bytes(length) + beginning
        for collection, count in zip(self._collections, self._counts, strict=True):
            written = self._head(collection, count)
            size -= len(written)
            yield written
            for document in collection.documents:
                written = self._entry(document)
                size -= len(written)
                if size < 0:
                    break
                yield written
            size -= len(_END)
            yield _END
        if size:
            raise GobEncodeError("the documents were not the same the second time; are they being written?")
        yield _END

    def _measure(self) -> int:
        """The size of all collections; counts the documents on the way."""
        size = 0
        for collection in self._collections:
            if iter(collection.documents) is collection.documents:
                raise ValueError("documents are asked for twice: give a list, or what can be iterated again")
            ids = set()
            for document in collection.documents:
                if document.id in ids:
                    raise ValueError(f"two documents of {collection.name!r} have the id {document.id!r}")
                ids.add(document.id)
                size += len(self._entry(document))
            self._counts.append(len(ids))
            size += len(self._head(collection, len(ids))) + len(_END)
        self.documents = sum(self._counts)
        return size

    def _head(self, collection: ExportedCollection, count: int) -> bytes:
        """A collection up to its documents: its name as the key, and the fields before them."""
        record = Metadata(collection.name, collection.metadata)
        fields = self._struct(record.fields, METADATA_TYPE).removesuffix(_END)
        last = 1 if collection.metadata is not None else 0 if collection.name else -1
        return _text_bytes(collection.name) + fields + uint_bytes(2 - last) + uint_bytes(count)

    def _entry(self, document: Document) -> bytes:
        return _text_bytes(document.id) + self._struct(document.fields, DOCUMENT_TYPE)

    def _struct(self, fields: dict[str, Any], described: types.Struct) -> bytes:
        """A struct as it stands inside another value: its message without length and type."""
        message = Source(DEFAULT_LIMITS, "list", TypeTable())
        message.refill(self._writer.encode(fields, described), 0)
        message.read_uint()
        message.read_int()
        return message.data[message.pos :]


# What ends a struct.
_END = b"\0"


def _text_bytes(text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    return uint_bytes(len(data)) + data


def _batched(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth a system call."""
    batch = bytearray()
    for part in parts:
        batch += part
        if len(batch) >= _PIECE_BYTES:
            yield bytes(batch)
            batch.clear()
    if batch:
        yield bytes(batch)
