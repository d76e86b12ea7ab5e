"""The two kinds of file in a chromem store: a collection's metadata and a document.

Source: chromem-go v0.7.0. Metadata is a gob of `struct { Name string; Metadata map[string]string }` without
a name (`persistMetadata`), a document one of `type Document struct { ID string; Metadata map[string]string;
Embedding []float32; Content string }`. Reading follows the rules by which Go decodes into those types: fields
are matched by name, other fields are passed over, missing ones stay empty, only the first value is read.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pygob import types
from pygob._destination.compatibility import Assignment
from pygob._destination.fitting import MAX_FLOAT32
from pygob._pickling import from_fields
from pygob.chromem import durable, envelope
from pygob.chromem.entries import read_file
from pygob.chromem.names import Format, document_name, name_hash
from pygob.encoder import GobWriter
from pygob.errors import GobCorrupt, GobDecodeError, GobTruncated
from pygob.reader import GobReader, iter_values
from pygob.registry import OpenRegistry
from pygob.typeids import TypeIds
from pygob.values import Struct, struct_type
from pygob.wire import FIRST_USER_ID

#: Larger files are no metadata: chromem's has some hundred bytes.
METADATA_BYTES = 1 << 20

# Types of its own that an application may use between chromem's; real ones use some dozens.
_LARGEST_GAP = 10_000

STRING_MAP = types.Map(types.STRING, types.STRING)
FLOAT32_SLICE = types.Slice(types.FLOAT32)
# Go names an unnamed type by its text when a struct's field is its first use, as it always is in chromem.
STRING_MAP.wire_name, FLOAT32_SLICE.wire_name = "map[string]string", "[]float32"
METADATA_TYPE = types.Struct("", {"Name": types.STRING, "Metadata": STRING_MAP})
DOCUMENT_TYPE = types.Struct(
    "Document",
    {"ID": types.STRING, "Metadata": STRING_MAP, "Embedding": FLOAT32_SLICE, "Content": types.STRING},
)


class RecordIds(NamedTuple):
    """The type ids a file uses. Go counts them per process, so they differ from file to file.

    Attributes:
        record: Of the struct.
        string_map: Of `map[string]string`, or None where the stream does not define it.
        float_slice: Of `[]float32`, or None where the stream does not define it.
    """

    record: int
    string_map: int | None = None
    float_slice: int | None = None

    @property
    def is_possible(self) -> bool:
        """Whether a Go process can have given these ids: new types of fields follow their struct at once."""
        parts = [type_id for type_id in (self.string_map, self.float_slice) if type_id is not None]
        later = sorted(type_id for type_id in parts if type_id > self.record)
        return (
            min(self.record, *parts) >= FIRST_USER_ID
            and max(self.record, *parts) - min(self.record, *parts) <= _LARGEST_GAP
            and later == list(range(self.record + 1, self.record + 1 + len(later)))
            and len({self.record, *parts}) == 1 + len(parts)
        )


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

    __reduce__ = from_fields

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
        return _write(METADATA_TYPE, self.fields, ids)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields under the names that they have in Go."""
        return {"Name": self.name, "Metadata": self.metadata}


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

    __reduce__ = from_fields

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
        return reading(cls.of(value, lambda: _with_list(data)))

    @classmethod
    def of(cls, value: Struct, again: Callable[[], Struct]) -> Document:
        """The document in a decoded value whose type fits.

        Args:
            value: The value, decoded with `floats="array"`.
            again: Decodes the same bytes with `floats="list"`; called where the vector may not be float32.

        Raises:
            GobDecodeError: A number does not fit into a float32.
        """
        embedding = value.get("Embedding", ())
        if not _is_exact(embedding):
            embedding = _narrowed(again())
        return cls(_text(value, "ID"), _string_map(value), embedding, _text(value, "Content"))

    @classmethod
    def summarize(cls, data: bytes) -> Reading[Summary]:
        """Read like `examine`, every byte and number, but keep no text and no vector."""
        value, reading = _read(data, DOCUMENT_TYPE, floats="list")
        vector: Sequence[float] = value.get("Embedding", ())
        norm = math.hypot(*vector)
        if not norm <= MAX_FLOAT32:  # also when it is no number
            vector = _narrowed(_with_list(data))
            norm = math.hypot(*vector)
        return reading(Summary(_text(value, "ID"), _string_map(value), len(vector), norm))

    def to_bytes(self, ids: RecordIds | None = None) -> bytes:
        """Write gob bytes as chromem does.

        Args:
            ids: The type ids; when None, those of a process that wrote one collection's metadata first.
        """
        first = FIRST_USER_ID
        return _write(DOCUMENT_TYPE, self.fields, ids or RecordIds(first + 2, first + 1, first + 3))

    @property
    def fields(self) -> dict[str, Any]:
        """The fields under the names that they have in Go."""
        return {
            "ID": self.id,
            "Metadata": self.metadata,
            "Embedding": self.embedding,
            "Content": self.content,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """A document without its text and vector.

    Attributes:
        id: Its id.
        metadata: Its metadata; None is a nil map.
        dimension: Length of the embedding.
        norm: Euclidean length of the embedding; NaN or infinite when a part of it is.
    """

    id: str
    metadata: dict[str, str] | None
    dimension: int
    norm: float


Record = TypeVar("Record", Metadata, Document, Summary)


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
        The ids, or None when the definition of the struct did not survive.
    """
    reader = GobReader(floats="skip")
    reader.feed(data)
    reader.close()
    with suppress(GobDecodeError):
        reader.next_value()
    for definition in reader.table.definitions.values():
        fields = dict(definition.fields)
        if list(fields) == ["Name", "Metadata"]:
            ids = RecordIds(definition.id, fields["Metadata"])
            return ids if ids.is_possible else None
    return None


def read_metadata(path: Path) -> Metadata:
    """Read a collection's metadata file, plain or gzip.

    Raises:
        OSError: It cannot be read, or is no regular file: a pipe is not waited for.
        GobDecodeError: It is damaged or something else.
    """
    return Metadata.from_bytes(unwrapped(read_file(path)))


def read_document(path: Path) -> Document:
    """Read a document file, plain or gzip.

    Raises:
        OSError: It cannot be read, or is no regular file: a pipe is not waited for.
        GobDecodeError: It is damaged or something else.
    """
    return Document.from_bytes(unwrapped(read_file(path)))


def read_vector(data: bytes) -> tuple[str, Any]:
    """The id of a document and its embedding, a `numpy.ndarray` of float32, from gob bytes.

    Raises:
        GobDecodeError: The bytes are damaged.
        GobTypeError: They are sound but hold something else.
    """
    import numpy  # an extra, imported when asked for

    value, _ = _read(data, DOCUMENT_TYPE, floats="numpy")
    vector = value.get("Embedding", ())
    if getattr(vector, "dtype", None) != numpy.float32 or not numpy.isfinite(vector).all():
        vector = numpy.frombuffer(_narrowed(_with_list(data)), numpy.float32)
    return _text(value, "ID"), vector


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
    value = next(iter_values(data, expected=local, floats=floats), None)
    if value is None:
        raise GobTruncated("EOF")
    try:
        fields, ids = _shape(value.type, value.type_id, value.definitions, local)
    except GobDecodeError as error:
        error.partial = value.value
        raise
    return value.value, _Read(fields, ids, len(data) - value.end + value.unread)


@lru_cache(maxsize=256)
def _shape(
    remote: types.Type, type_id: int, definitions: tuple[int, ...], local: types.Struct
) -> tuple[tuple[str, ...], RecordIds]:
    """The fields and ids of a stream's type, once that is known to fit `local`; files mostly share types."""
    # Without values only the types are compared, which is the part where chromem's own files may fail.
    empty = Struct.of(remote, {}) if isinstance(remote, types.Struct) else None
    Assignment(local, OpenRegistry()).assign(remote, empty, None, 0)
    assert isinstance(remote, types.Struct)
    return tuple(name for name, _ in remote.fields), record_ids(type_id, definitions)


def record_ids(type_id: int, definitions: tuple[int, ...]) -> RecordIds:
    """The ids of a chromem record's parts: Go defines a type first, then those of its fields, in order."""
    parts = [defined for defined in definitions if defined != type_id]
    string_map, float_slice = (*parts, None, None)[:2]
    return RecordIds(type_id, string_map, float_slice)


def _text(value: Any, name: str) -> str:
    return str(value.get(name, ""))


def _string_map(value: Any) -> dict[str, str] | None:
    entries = value.get("Metadata")
    return None if entries is None else dict(entries)


def _is_exact(embedding: Any) -> bool:
    """Whether an embedding was read as float32 and nothing in it can have been too large for that."""
    if not isinstance(embedding, array) or embedding.typecode != "f":
        return False
    top = embedding.tobytes()[_TOP_BYTE::4]  # sign and exponent but for its last bit
    return b"\x7f" not in top and b"\xff" not in top


_TOP_BYTE = 3 if sys.byteorder == "little" else 0


def _with_list(data: bytes) -> Struct:
    value, _ = _read(data, DOCUMENT_TYPE, floats="list")
    assert isinstance(value, Struct)
    return value


def _narrowed(value: Struct) -> array[float]:
    """The embedding number by number, by Go's rules: it may be float64s, or too large for float32."""
    document = Assignment(DOCUMENT_TYPE, OpenRegistry()).assign(struct_type(value), value, None, 0)
    return array("f", document["Embedding"])


def _write(described: types.Struct, fields: Mapping[str, Any], ids: RecordIds) -> bytes:
    """One value as a stream of its own, its types numbered as wanted."""
    opening, writer = _opened(described, ids)
    return opening + writer.encode_apart(dict(fields), described)


@lru_cache(maxsize=64)
def _opened(described: types.Struct, ids: RecordIds) -> tuple[bytes, GobWriter]:
    """The definitions that such a stream begins with, and the writer that has sent them."""
    writer = GobWriter(_type_ids(described, ids))
    return writer.define(described), writer


def _type_ids(described: types.Struct, ids: RecordIds) -> TypeIds:
    """The ids of a process that met other types before and between these, so that these get theirs."""
    if not ids.is_possible:
        raise ValueError(f"no Go process numbers types like {ids}")
    parts = [(ids.record, described), (ids.string_map, STRING_MAP), (ids.float_slice, FLOAT32_SLICE)]
    wanted = sorted((type_id, index) for index, (type_id, _) in enumerate(parts) if type_id is not None)
    last = wanted[0][0] - 1
    given = TypeIds(last + 1)
    for type_id, index in wanted:
        while last < type_id - 1:
            last = given.id_of(types.Struct("other"))
        last = given.id_of(parts[index][1])
    return given
