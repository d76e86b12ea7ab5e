"""A whole stream, held so that it can be looked at, edited and written back unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pygob.decoder import GobReader
from pygob.encoder import GobWriter
from pygob.errors import GobEncodeError
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.types import Type
from pygob.values import shown
from pygob.wire import TypeTable, WireType


@dataclass(slots=True)
class StreamValue:
    """One value of a stream.

    Attributes:
        value: The value; assign or edit it.
        type: Its type.
        type_id: The id of the type in the stream.
        definitions: Ids of the types the stream defines just before the value.
        start: Offset of its first byte in the input, definitions included.
        end: Offset just after it.
    """

    value: Any
    type: Type
    type_id: int
    definitions: tuple[int, ...]
    start: int
    end: int

    def __repr__(self) -> str:
        return f"<{shown(self.value)} of type {self.type_id}, bytes {self.start} to {self.end}>"


class Stream:
    """A gob stream without loss.

    For every stream that Go wrote, `Stream.parse(data).to_bytes() == data`. Streams that Go would
    not write (over-long integers, zeros sent, bytes after a value, fields of a repeated map key)
    come back in canonical form: what Go would send for the same types, ids and values.

    Attributes:
        values: The values, in order. Edit them, or the list, freely.
    """

    def __init__(self, table: TypeTable, values: list[StreamValue], source: bytes, limits: Limits) -> None:
        self.values = values
        self._table = table
        self._limits = limits
        self._source = source
        self._is_canonical: bool | None = None

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview, *, limits: Limits = DEFAULT_LIMITS) -> Stream:
        """Read a stream to its end.

        Raises:
            GobDecodeError: The stream is malformed, cut short, or beyond the limits.
        """
        source = bytes(data)
        reader = GobReader(limits=limits)
        reader.feed(source)
        reader.close()
        values: list[StreamValue] = []
        while (found := reader.next_value()) is not None:
            values.append(
                StreamValue(found.value, found.type, found.type_id, found.definitions, found.start, found.end)
            )
        return cls(reader.table, values, source, limits)

    @property
    def types(self) -> Sequence[WireType]:
        """A copy of every type definition, in the order of the stream."""
        definitions = self._table.definitions.values()
        return tuple(replace(definition, fields=list(definition.fields)) for definition in definitions)

    @property
    def is_canonical(self) -> bool:
        """Whether the input is what Go would have sent: `to_bytes()` of the unedited stream equals it."""
        if self._is_canonical is None:
            try:
                written = Stream.parse(self._source, limits=self._limits).to_bytes()
            except GobEncodeError:  # an array of negative length, for one
                written = b""
            self._is_canonical = written == self._source
        return self._is_canonical

    def type_of(self, type_id: int) -> Type | None:
        """The type with an id, if a value of the stream uses it."""
        return self._table.type_of(type_id)

    def to_bytes(self) -> bytes:
        """The stream with its values as they are now, under the same type ids and names.

        Raises:
            GobEncodeError: A value no longer fits its type.
        """
        writer = GobWriter.for_table(self._table, limits=self._limits)
        return b"".join(
            writer.encode(item.value, item.type, definitions=item.definitions) for item in self.values
        )

    def __repr__(self) -> str:
        return (
            f"<Stream of {len(self.values)} values and {len(self.types)} types, {len(self._source):,} bytes>"
        )
