"""The two kinds of file in a chromem store: a collection's metadata and a document.

Source: chromem-go v0.7.0. Metadata is a gob of `struct { Name string; Metadata map[string]string }` without
a name (`persistMetadata`), a document one of `type Document struct { ID string; Metadata map[string]string;
Embedding []float32; Content string }`. Reading follows the rules by which Go decodes into those types: fields
are matched by name, other fields are passed over, missing ones stay empty, only the first value is read.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pygob import types
from pygob.chromem import durable, envelope
from pygob.chromem.names import Format, document_name, name_hash
from pygob.decoder import GobReader
from pygob.encoder import dumps
from pygob.errors import GobCorrupt, GobDecodeError, GobTruncated, GobTypeError
from pygob.stream import Stream
from pygob.wire import FIRST_USER_ID, TypeTable

STRING_MAP = types.Map(types.STRING, types.STRING)
FLOAT32_SLICE = types.Slice(types.FLOAT32)
METADATA_TYPE = types.Struct("", {"Name": types.STRING, "Metadata": STRING_MAP})
DOCUMENT_TYPE = types.Struct(
    "Document",
    {"ID": types.STRING, "Metadata": STRING_MAP, "Embedding": FLOAT32_SLICE, "Content": types.STRING},
)


@dataclass(frozen=True, slots=True)
class RecordIds:
    """The type ids a file uses. Go counts them per process, so they differ from file to file.

    Attributes:
        record: Of the struct.
        string_map: Of `map[string]string`, or None where the stream does not define it.
        float_slice: Of `[]float32`, or None where the stream does not define it.
    """

    record: int
    string_map: int | None = None
    float_slice: int | None = None


#: What a process that encodes a collection's metadata before anything else uses.
FRESH_METADATA_IDS = RecordIds(FIRST_USER_ID, FIRST_USER_ID + 1)


@dataclass(slots=True)
class Metadata:
    """A collection's name and metadata.

    Attributes:
        name: The name; its hash is the folder's name.
        metadata: What the application noted about the collection. chromem always writes a map, empty if
            need be; None is a nil map, which other programs leave out.
    """

    name: str
    metadata: dict[str, str] | None = field(default_factory=dict)

    @classmethod
    def from_bytes(cls, data: bytes) -> Metadata:
        """Read from gob bytes, as chromem reads them.

        Raises:
            GobDecodeError: The bytes are damaged.
            GobTypeError: They are sound but hold something else.
        """
        return cls.examine(data).record

    @classmethod
    def examine(cls, data: bytes) -> Reading[Metadata]:
        """Read from gob bytes and tell what else there is to know about them; see `from_bytes`."""
        value, reading = _read(data, METADATA_TYPE, floats="skip")
        return reading(cls(_text(value, "Name"), _string_map(value)))

    def to_bytes(self, ids: RecordIds = FRESH_METADATA_IDS) -> bytes:
        """Write gob bytes as chromem does, with the given type ids."""
        return _write(METADATA_TYPE, {"Name": self.name, "Metadata": self.metadata}, ids)


@dataclass(slots=True)
class Document:
    """A document.

    Attributes:
        id: Its id; the hash of it is the file's name.
        metadata: Keys and values to filter by; None is a nil map.
        embedding: The vector as float32, of length 1 since chromem 0.4.
        content: The text.
    """

    id: str
    metadata: dict[str, str] | None = None
    embedding: array[float] = field(default_factory=lambda: array("f"))
    content: str = ""

    @classmethod
    def from_bytes(cls, data: bytes) -> Document:
        """Read from gob bytes, as chromem reads them.

        Raises:
            GobDecodeError: The bytes are damaged.
            GobTypeError: They are sound but hold something else.
        """
        return cls.examine(data).record

    @classmethod
    def examine(cls, data: bytes) -> Reading[Document]:
        """Read from gob bytes and tell what else there is to know about them; see `from_bytes`."""
        value, reading = _read(data, DOCUMENT_TYPE, floats="array")
        document = cls(_text(value, "ID"), _string_map(value), _float32s(value), _text(value, "Content"))
        return reading(document)

    def to_bytes(self, ids: RecordIds | None = None) -> bytes:
        """Write gob bytes as chromem does.

        Args:
            ids: The type ids; when None, those of a process that wrote one collection's metadata first.
        """
        first = FIRST_USER_ID
        fields = {
            "ID": self.id,
            "Metadata": self.metadata,
            "Embedding": self.embedding,
            "Content": self.content,
        }
        return _write(DOCUMENT_TYPE, fields, ids or RecordIds(first + 2, first + 1, first + 3))


Record = TypeVar("Record", Metadata, Document)


@dataclass(frozen=True, slots=True)
class Reading(Generic[Record]):
    """A record, and what its bytes tell beside it.

    Attributes:
        record: The record.
        fields: Names of all fields that the stream's struct has.
        ids: The type ids used.
        trailing: Bytes after the first value, which Go does not look at.
    """

    record: Record
    fields: tuple[str, ...]
    ids: RecordIds
    trailing: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A reading that waits for its record."""

    fields: tuple[str, ...]
    ids: RecordIds
    trailing: int

    def __call__(self, record: Record) -> Reading[Record]:
        return Reading(record, self.fields, self.ids, self.trailing)


def surviving_ids(data: bytes) -> RecordIds | None:
    """The type ids of a metadata file that is cut or damaged after its type definitions.

    Returns:
        The ids, or None when the definitions themselves did not survive.
    """
    reader = GobReader(floats="skip")
    reader.feed(data)
    reader.close()
    with suppress(GobDecodeError):
        reader.next_value()
    defined = reader.table.definitions
    for definition in defined.values():
        fields = dict(definition.fields)
        if list(fields) == ["Name", "Metadata"] and fields["Metadata"] in defined:
            return RecordIds(definition.id, fields["Metadata"])
    return None


def read_metadata(path: Path) -> Metadata:
    """Read a collection's metadata file, plain or gzip.

    Raises:
        OSError: It cannot be read.
        GobDecodeError: It is damaged or something else.
    """
    return Metadata.from_bytes(unwrapped(path.read_bytes()))


def read_document(path: Path) -> Document:
    """Read a document file, plain or gzip.

    Raises:
        OSError: It cannot be read.
        GobDecodeError: It is damaged or something else.
    """
    return Document.from_bytes(unwrapped(path.read_bytes()))


def write_metadata(
    collection: Path, record: Metadata, form: Format, ids: RecordIds = FRESH_METADATA_IDS
) -> Path:
    """Write the metadata file of a new collection, atomically and durably.

    Args:
        collection: The folder, which must exist.
        record: What to write.
        form: Whether to compress.
        ids: Type ids to use.

    Returns:
        The new file.

    Raises:
        FileExistsError: The collection has a metadata file of this format.
        ValueError: The folder is not named by the hash of the name.
        OSError: It cannot be written.
    """
    if collection.name != name_hash(record.name):
        raise ValueError(f"{record.name!r} belongs into {name_hash(record.name)}, not into {collection.name}")
    path = collection / form.metadata_name
    data = envelope.wrap(record.to_bytes(ids), compressed=form is Format.GZ)
    durable.create(path, data, durable.ownership_for(collection))
    return path


def write_document(collection: Path, record: Document, form: Format, ids: RecordIds | None = None) -> Path:
    """Write a document's file, atomically and durably, in the place of an older version if there is one.

    Returns:
        The file, named by the hash of the id.

    Raises:
        OSError: It cannot be written.
    """
    path = collection / document_name(record.id, form)
    data = envelope.wrap(record.to_bytes(ids), compressed=form is Format.GZ)
    durable.replace(path, data, durable.ownership_for(collection))
    return path


def unwrapped(raw: bytes) -> bytes:
    """The gob bytes of a file, with chromem's own words where it refuses the file before any gob byte.

    Raises:
        GobTruncated: The file is empty.
        GobCorrupt: Its gzip header is damaged.
    """
    if not raw:
        raise GobTruncated("EOF: the file is empty")
    inside = envelope.unwrap(raw)
    if not inside.opens:
        raise GobCorrupt(inside.error or "gzip: invalid header")
    return inside.data


def _read(data: bytes, local: types.Struct, *, floats: Any) -> tuple[Any, _Read]:
    """The first value, once its type is known to fit `local`, and all else but the record itself."""
    reader = GobReader(floats=floats)
    reader.feed(data)
    reader.close()
    value = reader.next_value()
    if value is None:
        raise GobTruncated("EOF")
    remote = value.type
    try:
        if not isinstance(remote, types.Struct):
            name = local.name or local.text()
            raise GobTypeError(
                f"gob: type mismatch in decoder: want struct type {name}; got non-struct", value.start
            )
        _check_fields(remote, local, value.start)
    except GobDecodeError as error:
        error.partial = value.value
        raise
    ids = _record_ids(reader.table, value.type_id)
    return value.value, _Read(tuple(name for name, _ in remote.fields), ids, len(data) - value.end)


def _check_fields(remote: types.Struct, local: types.Struct, offset: int) -> None:
    """Go's rules for decoding one struct into another (compileDec and decodeValue in decode.go)."""
    wanted = dict(local.fields)
    matched = 0
    for name, received in remote.fields:
        expected = wanted.get(name)
        if expected is None:
            continue
        if not _compatible(expected, received):
            raise GobTypeError(
                f"gob: wrong type ({expected.text()}) for received field {remote.name}.{name}", offset
            )
        matched += 1
    if not matched and remote.fields:
        raise GobTypeError(
            f"gob: type mismatch: no fields matched compiling decoder for {local.name}", offset
        )


def _compatible(expected: types.Type, received: types.Type) -> bool:
    if isinstance(expected, types.Basic):
        return isinstance(received, types.Basic) and received.id == expected.id
    if isinstance(expected, types.Map):
        return (
            isinstance(received, types.Map)
            and _compatible(expected.key, received.key)
            and _compatible(expected.elem, received.elem)
        )
    assert isinstance(expected, types.Slice)
    return isinstance(received, types.Slice) and _compatible(expected.elem, received.elem)


def _record_ids(table: TypeTable, record: int) -> RecordIds:
    """The ids of a chromem record's parts, looked up by the names of its fields."""
    by_name = dict(table.definitions[record].fields)
    string_map, float_slice = by_name.get("Metadata"), by_name.get("Embedding")
    return RecordIds(record, string_map, float_slice)


def _text(value: Any, name: str) -> str:
    return str(value[name]) if name in value else ""


def _string_map(value: Any) -> dict[str, str] | None:
    if "Metadata" not in value or value["Metadata"] is None:
        return None
    return dict(value["Metadata"])


def _float32s(value: Any) -> array[float]:
    """The embedding as float32; the stream may hold float64s under that name, as Go allows."""
    if "Embedding" not in value:
        return array("f")
    received = value["Embedding"]
    if isinstance(received, array) and received.typecode == "f":
        return received
    narrowed = array("f", received)
    if any(math.isinf(new) and not math.isinf(old) for new, old in zip(narrowed, received, strict=True)):
        raise GobCorrupt('value for "Embedding" out of range')
    return narrowed


def _write(described: types.Struct, fields: Mapping[str, Any], ids: RecordIds) -> bytes:
    """One value as a stream of its own, its types renumbered to the ids that are wanted."""
    stream = Stream.parse(dumps(dict(fields), described))
    wanted = {"struct": ids.record, "map": ids.string_map, "slice": ids.float_slice}
    new_ids = {definition.id: wanted[definition.kind] for definition in stream.types}
    for definition in stream.types:
        definition.id = definition.common_id = _required(new_ids[definition.id], definition.kind)
        definition.fields = [(name, new_ids.get(used) or used) for name, used in definition.fields]
    stream.values[0].definitions = ()  # these are the old ids; the order of first use is the same
    return stream.to_bytes()


def _required(type_id: int | None, kind: str) -> int:
    if type_id is None:
        raise ValueError(f"RecordIds has no id for the {kind} of this record")
    return type_id
