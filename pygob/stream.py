"""A whole stream, held so that it can be looked at, edited and written back unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pygob._messages.framing import stream_bytes
from pygob._pickling import from_fields
from pygob.binding.inference import described_type, infer_type
from pygob.encoder import GobWriter
from pygob.errors import GobEncodeError
from pygob.limits import DEFAULT_LIMITS, Limits, checked_limits
from pygob.reader import GobReader
from pygob.types import Type
from pygob.values import shown
from pygob.wire import TypeTable, WireType

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(slots=True, init=False)
class StreamValue:
    """One value of a stream.

    Attributes:
        value: The value; assign or edit it.
        type: Its type. Given as a dataclass, an annotation or a `pygob.types` object, or left to
            be inferred, when a value is added.
        definitions: Ids of the types the stream defines just before the value, needed or not.
        type_id: The id of the type in the input; `None` for an added value.
        start: Offset in the input of its first byte, definitions included; `None` likewise.
        end: Offset just after it; `None` likewise.

    Raises:
        GobEncodeError: The value of a new object does not tell its type.
        TypeError: The type given does not stand for a Go type.
    """

    value: Any
    type: Type
    definitions: tuple[int, ...]
    type_id: int | None
    start: int | None
    end: int | None

    def __init__(
        self,
        value: Any,
        type: Any = None,
        definitions: tuple[int, ...] = (),
        type_id: int | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        self.value = value
        self.type = infer_type(value) if type is None else described_type(type)
        self.definitions = definitions
        self.type_id = type_id
        self.start = start
        self.end = end

    __reduce__ = from_fields

    def __repr__(self) -> str:
        if self.type_id is None:
            return f"<{shown(self.value)} of type {self.type.short_text()}, added>"
        return f"<{shown(self.value)} of type {self.type_id}, bytes {self.start} to {self.end}>"


class Stream:
    """A gob stream without loss.

    For every stream that Go wrote, `Stream.parse(data).to_bytes() == data`. Streams that Go would
    not write (over-long integers, zeros sent, bytes after a value, fields of a repeated map key)
    come back in canonical form: what Go would send for the same types, ids and values. So does
    the one that Go cuts short itself, of a pointer to a nil pointer to a struct.

    Attributes:
        values: The values, in order. Edit them, or the list, freely: a value assigned to
            `values[0].value` keeps its type, `values[0] = StreamValue(value, type)` replaces both,
            `del values[0]` takes it out with the definitions that nothing else needs.
    """

    def __init__(self, table: TypeTable, values: list[StreamValue], source: bytes, limits: Limits) -> None:
        self.values = values
        self._table = table
        self._limits = checked_limits(limits)
        self._source = source
        self._is_canonical: bool | None = None

    @classmethod
    def parse(cls, data: ReadableBuffer, *, limits: Limits = DEFAULT_LIMITS) -> Stream:
        """Read a stream to its end.

        Raises:
            GobDecodeError: The stream is malformed, cut short, or beyond the limits.
        """
        source = bytes(stream_bytes(data))
        reader = GobReader(limits=limits)
        reader.feed(source)
        reader.close()
        values: list[StreamValue] = []
        while (found := reader.next_value()) is not None:
            values.append(
                StreamValue(found.value, found.type, found.definitions, found.type_id, found.start, found.end)
            )
        return cls(reader.table, values, source, limits)

    @property
    def types(self) -> Sequence[WireType]:
        """A copy of every type definition, in the order of the stream."""
        definitions = self._table.definitions.values()
        return tuple(replace(definition, fields=list(definition.fields)) for definition in definitions)

    @property
    def is_canonical(self) -> bool:
        """Whether the input is in canonical form: `to_bytes()` of the unedited stream equals it."""
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

    def append(self, value: Any, type: Any = None) -> StreamValue:
        """Add a value at the end; see `insert`."""
        return self.insert(len(self.values), value, type)

    def insert(self, index: int, value: Any, type: Any = None) -> StreamValue:
        """Add a value before the one with an index.

        A type that the stream has already, by its name and structure, keeps its id; a new one is
        defined before the first value that needs it, as Go's encoder would.

        Args:
            index: As of `list.insert`.
            value: The value.
            type: Its type: that of another value (`stream.values[0].type`), a dataclass, an
                annotation or a `pygob.types` object; inferred when not given.

        Returns:
            The new element of `values`.

        Raises:
            GobEncodeError: The value does not tell its type.
            TypeError: `type` does not stand for a Go type.
        """
        added = StreamValue(value, type)
        self.values.insert(index, added)
        return added

    def to_bytes(self) -> bytes:
        """The stream with its values as they are now, under the same type ids and names.

        Raises:
            GobEncodeError: A value does not fit its type.
        """
        writer = GobWriter.for_table(self._table, limits=self._limits)
        messages: list[bytes] = []
        for index, item in enumerate(self.values):
            if not isinstance(item, StreamValue):
                raise GobEncodeError(
                    f"values[{index}] is {item!r:.60}, not a StreamValue; append() makes one"
                )
            try:
                messages.append(writer.encode(item.value, item.type, definitions=item.definitions))
            except GobEncodeError as error:
                if len(self.values) > 1:
                    error.enter(f"values[{index}]: ")
                raise
        return b"".join(messages)

    def __repr__(self) -> str:
        return (
            f"<Stream of {len(self.values)} values and {len(self.types)} types, {len(self._source):,} bytes>"
        )
