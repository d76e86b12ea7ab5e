"""The core of reading: bytes go in, in pieces of any size, and values come out.

There is no input or output here; `pygob.decoder` brings the bytes and puts the values into types.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pygob import types
from pygob._definitions.known_definitions import KNOWN_DEFINITIONS, MAX_DEFINITION_BYTES
from pygob._messages.framing import MessageSplitter, cut_short, stream_bytes
from pygob._messages.source import NumberSlices, Source
from pygob._reading.specialized import read_value
from pygob._reading.value_plan import value_steps
from pygob._trampoline import Trampoline
from pygob.errors import GobDecodeError, GobLimitExceeded
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.values import shown
from pygob.wire import TypeTable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Value(NamedTuple):
    """One value of a stream.

    Attributes:
        value: The value.
        type_id: The id of its type in the stream.
        type: The type.
        definitions: Ids of the types defined between the value before it and this one.
        start: Offset of the first byte of its first message, definitions included.
        end: Offset just after its last message.
        unread: How many bytes its last message still held; Go drops them without a word.
    """

    value: Any
    type_id: int
    type: types.Type
    definitions: tuple[int, ...]
    start: int
    end: int
    unread: int

    def __repr__(self) -> str:
        return f"<{shown(self.value)} of type {self.type_id}, bytes {self.start} to {self.end}>"


class GobReader:
    """Turns the bytes of a stream, fed in pieces of any size, into values.

    Feeding byte by byte gives the same values, and the same error, as feeding all at once.
    After an error the reader is done: every further call raises it again.

    Attributes:
        table: The types defined so far.
        is_recognised: Whether the definitions at the beginning were known from another stream.
    """

    def __init__(
        self,
        *,
        floats: NumberSlices = "list",
        ints: NumberSlices = "list",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.table = TypeTable()
        self.is_recognised = False
        self._splitter = MessageSplitter(limits)
        self._source = Source(limits, floats, self.table, ints=ints)
        self._walk: Trampoline | None = None
        # Of a stream whose definitions were not met before, to be learnt once its first value was read.
        self._beginning = b""
        self._started = False
        self._start = 0
        self._closed = False
        self._error: GobDecodeError | None = None

    def feed(self, data: ReadableBuffer) -> None:
        """Add bytes to the stream.

        Bytes beyond `Limits.total_bytes` are not kept: once the values before them have been read,
        `next_value` refuses the stream.

        Raises:
            ValueError: The stream was closed.
        """
        if self._closed:
            raise ValueError("feed() after close(): the stream has ended")
        self._splitter.feed(data)

    def close(self) -> None:
        """Say that no more bytes will come."""
        self._closed = True

    @property
    def is_at_end(self) -> bool:
        """Whether the stream was closed and every byte of it read."""
        splitter = self._splitter
        return self._closed and not (self._started or splitter.pending or splitter.is_too_long)

    def next_value(self, expected: types.Type | None = None) -> Value | None:
        """Return the next value, or `None` when more bytes are needed or the stream has ended.

        Args:
            expected: The type it will be decoded into. It matters only where a damaged definition
                is of several kinds: then it says which one counts, as in Go.

        Raises:
            GobDecodeError: The stream is malformed, cut short, or beyond the limits.
        """
        if self._error is not None:
            raise self._error
        try:
            return self._advance(expected)
        except MemoryError:
            self._error = GobLimitExceeded(
                "the value does not fit into memory; lower Limits refuse such values sooner",
                self._start,
            )
            self._walk = None
        except GobDecodeError as error:
            self._error = error
        raise self._error

    def _advance(self, expected: types.Type | None) -> Value | None:
        if self._walk is None:
            splitter = self._splitter
            if not (splitter.pending or splitter.is_too_long):
                return None
            self._start = splitter.offset
            self._walk = Trampoline(value_steps(self._source, self._recognised()))
            self.table.expected = expected
            self._source.refill(b"", self._splitter.offset)
            self._walk.advance()  # to its first request for a message
        while True:
            message = self._next_message()
            if message is None:
                return None
            self._started = True
            self._source.refill(message[1], message[0])
            if self._walk.advance():
                type_id, value, definitions = self._walk.result
                self._walk = None
                self._started = False
                described = self.table.type_of(type_id)
                assert described is not None
                if definitions and self._beginning:
                    KNOWN_DEFINITIONS.learn(self._beginning, self.table)
                self._beginning = b""
                unread = self._source.end - self._source.pos
                end = self._splitter.offset
                return Value(value, type_id, described, definitions, self._start, end, unread)

    def _recognised(self) -> tuple[int, ...]:
        """Pass over definitions at the beginning of the stream that other streams had too."""
        beginning = self._splitter.peek()
        if not beginning:
            return ()
        known = KNOWN_DEFINITIONS.find(beginning)
        if known is None or not known.is_within(self._source.limits):
            self._beginning = bytes(beginning[:MAX_DEFINITION_BYTES])
            return ()
        self._splitter.skip(len(known.data))
        self._source.table = self.table = known.table.copy()
        self._started = self.is_recognised = True
        return known.ids

    def _next_message(self) -> tuple[int, bytes] | None:
        splitter = self._splitter
        message = splitter.next_message()
        if message is None and (
            splitter.is_too_long or (self._closed and (self._started or splitter.pending))
        ):
            self._fail_at_end()
        return message

    def _fail_at_end(self) -> None:
        """Read what there is of the cut message, so that the error tells how far the value got."""
        end = self._splitter.end_error()
        offset, rest = self._splitter.cut_message()
        assert self._walk is not None
        self._source.refill(rest, offset)
        if not rest:
            self._walk.fail(end)
        try:
            if self._walk.advance():
                type_id, end.partial, _ = self._walk.result  # all but the last terminator was there
                end.type = self.table.type_of(type_id)
            else:
                self._walk.fail(end)
                self._walk.advance()
        except GobDecodeError as error:
            raise cut_short(error, end) from None
        raise end


def iter_values(
    data: ReadableBuffer,
    *,
    expected: types.Type | None = None,
    floats: NumberSlices = "list",
    ints: NumberSlices = "list",
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Value]:
    """Yield every value of a stream held in memory, with its type and place.

    Args:
        data: The stream.
        expected: See `GobReader.next_value`.
        floats: See `loads`.
        ints: See `loads`.
        limits: What the stream may cost.

    Raises:
        GobDecodeError: The stream is malformed, cut short, or beyond the limits.
    """
    data = bytes(stream_bytes(data))
    single = _recognised_value(data, floats, ints, limits)
    if single is not None:
        yield single
    else:
        yield from _values(data, expected, floats, ints, limits)


def first_value(
    data: bytes, expected: types.Type | None, floats: NumberSlices, ints: NumberSlices, limits: Limits
) -> Value | None:
    """The first value of a stream held in memory, as `iter_values` gives it, or `None` if it is empty."""
    return _recognised_value(data, floats, ints, limits) or next(
        _values(data, expected, floats, ints, limits), None
    )


def _values(
    data: bytes, expected: types.Type | None, floats: NumberSlices, ints: NumberSlices, limits: Limits
) -> Iterator[Value]:
    """Every value of a stream of any kind."""
    reader = GobReader(floats=floats, ints=ints, limits=limits)
    reader.feed(data)
    reader.close()
    while (value := reader.next_value(expected)) is not None:
        yield value


def _recognised_value(data: bytes, floats: NumberSlices, ints: NumberSlices, limits: Limits) -> Value | None:
    """The value of a stream like most: one message after definitions met before, nothing unusual.

    Returns:
        What `GobReader` would return; or `None` for streams that only it can read or refuse.
    """
    known = KNOWN_DEFINITIONS.find(data)
    if known is None:
        return None
    source = Source(limits, floats, known.table, ints=ints)
    if limits.total_bytes is not None and len(data) > limits.total_bytes:
        return None
    source.refill(data, 0)
    source.pos = len(known.data)
    try:
        length = source.read_uint()
        if source.pos + length != len(data) or length > limits.message_bytes or not known.is_within(limits):
            return None
        type_id = source.read_int()
        plan = known.table.known_plan(type_id)
        if plan is None or plan.height is None or plan.height > limits.depth or not plan.is_bounded:
            return None
        value = read_value(plan, source, length)
    except (GobDecodeError, MemoryError):
        return None
    return Value(value, type_id, plan.type, known.ids, 0, len(data), source.end - source.pos)
