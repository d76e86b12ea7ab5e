"""Values read together with the bytes they came from, and written again under the same type ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pygob import types
from pygob._messages.files import Readable, reader_of
from pygob._messages.source import NumberSlices
from pygob.encoder import GobWriter
from pygob.errors import GobEncodeError
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.reader import GobReader, Value
from pygob.wire import TypeTable


class Read(NamedTuple):
    """One value, and what the stream has for it.

    Attributes:
        found: The value, its type and its place.
        data: Its messages, definitions included.
        defined: The ids of all types that these messages define, in their order.
    """

    found: Value
    data: bytes
    defined: Sequence[int]


class StreamReader:
    """Reads the values of a file, holding no more than one of them and its bytes."""

    def __init__(
        self, fp: Readable, *, floats: NumberSlices = "list", limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._next_bytes = reader_of(fp)
        self._reader = GobReader(floats=floats, limits=limits)
        self._pending = bytearray()  # from where the next value begins
        self._start = 0

    @property
    def table(self) -> TypeTable:
        """The types defined so far; once a value has been read, always the same object."""
        return self._reader.table

    @property
    def position(self) -> int:
        """Where in the stream the next value begins."""
        return self._start

    def __iter__(self) -> Iterator[Read]:
        """Yield every value.

        Raises:
            GobDecodeError: The stream is malformed, cut short, or beyond the limits.
        """
        mark = (0, 0)
        while (found := self._next_value()) is not None:
            size = found.end - self._start
            data = bytes(self._pending[:size])
            del self._pending[:size]
            self._start = found.end
            yield Read(found, data, self.table.defined_since(mark))
            mark = self.table.mark()

    def _next_value(self) -> Value | None:
        reader = self._reader
        while True:
            found = reader.next_value()
            if found is not None or reader.is_at_end:
                return found
            data = self._next_bytes()
            if data:
                self._pending += data
                reader.feed(data)
            else:
                reader.close()

    def rest(self) -> Iterator[bytes]:
        """Yield the bytes behind the last value to the end of the file, in pieces; after an error."""
        if self._pending:
            yield bytes(self._pending)
        while data := self._next_bytes():
            yield data


class Rewriter:
    """Writes values of a stream again, next to others that are taken over as they are.

    Attributes:
        table: The types of the stream. It may grow between values.
    """

    def __init__(self, table: TypeTable, limits: Limits = DEFAULT_LIMITS) -> None:
        self.table = table
        self._writer = GobWriter.for_table(table, limits=limits)
        self._mark = table.mark()

    def type_id(self, described: types.Type) -> int:
        """The id of one of the stream's types."""
        self._adopt()
        return self._writer.ids.id_of(described)

    def encode(self, value: Any, described: types.Type, definitions: Sequence[int] = ()) -> bytes:
        """The messages of a value, with those definitions that were not sent before.

        Raises:
            GobEncodeError: The value does not fit its type.
        """
        self._adopt()
        return self._writer.encode(value, described, definitions=definitions)

    def is_what_go_writes(self, read: Read) -> bool:
        """Whether a value, written again, has the bytes that it was read from; they count as sent."""
        try:
            written = self.encode(read.found.value, read.found.type, read.found.definitions)
        except GobEncodeError:  # an array of negative length, for one
            written = b""
        self._writer.take_as_sent(read.defined)
        return written == read.data

    def has_sent(self, count: int) -> bool:
        """Whether the new stream has defined so many types: all that the old one has at the same place."""
        return self._writer.sent_count == count

    def take_as_sent(self, type_ids: Sequence[int]) -> None:
        """Define types no more, since bytes that are taken over do so."""
        self._writer.take_as_sent(type_ids)

    def _adopt(self) -> None:
        """Use the ids of the types that the table has worked out since the last time."""
        mark = self.table.mark()
        if mark != self._mark:
            self._writer.ids.adopt(self.table, self.table.known_since(self._mark))
            self._mark = mark
