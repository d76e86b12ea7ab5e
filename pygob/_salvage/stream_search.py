"""Searching damaged bytes for streams, and for values of known types, at any place.

Whatever begins at a place is read as if it were a value or a definition; only what is read to its
end counts as found. All of it together looks at each byte a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pygob import types
from pygob._messages.framing import check_length, cut_short, input_ended
from pygob._messages.source import Source
from pygob._messages.varint import as_int32, int_bytes
from pygob._reading.value_plan import value_steps
from pygob._trampoline import Trampoline
from pygob.errors import GobCorrupt, GobDecodeError, GobTruncated
from pygob.limits import Limits
from pygob.wire import TypeTable

# A search may look at this many bytes for each byte of input before it gives up on the rest.
SEARCH_FACTOR = 64
# The longest message that a search tries as the first definition of a stream.
SEARCHED_DEFINITION_BYTES = 1 << 16
# How many types it looks for the values of.
SEARCHED_TYPES = 64
# A first definition: length, negative type id, which kind of type, CommonType, Name or Id.
_STREAM_START = re.compile(
    rb"(?:[\x06-\x7f]|\xff[\x80-\xff]|\xfe..)(?:\x7f|\xff[\x81-\xff]|\xfe..|\xfd...)[\x01-\x07]\x01[\x01\x02]",
    re.S,
)
_START_BYTES = 10  # the longest match


@dataclass(slots=True)
class Reading:
    """One attempt to read a value.

    Attributes:
        start: Where it began.
        message_start: Where the last message it looked at begins.
        message_end: Where that message ends, or `None` if its length is not to be believed.
        end: Just after the last byte read.
        stopped: Where reading failed, if it did; before `end` where a text claims more than there is.
        type_id: The id of the type of a whole value.
        duplicate: The id of a type that it defines although it is defined, if reading failed there.
    """

    start: int
    message_start: int
    message_end: int | None = None
    end: int = 0
    stopped: int = 0
    value: Any = None
    type: types.Type | None = None
    definitions: tuple[int, ...] = ()
    unread: int = 0
    error: GobDecodeError | None = None
    type_id: int = 0
    duplicate: int | None = None


class StreamSearch:
    """Reads and searches the bytes.

    Attributes:
        data: The bytes.
        size: How many there are.
        budget: How many bytes it may still look at; below 0 it finds nothing more.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.size = len(data)
        self.limits = limits
        self.budget = SEARCH_FACTOR * self.size + SEARCHED_DEFINITION_BYTES
        self._next_stream = -1  # where the stream found last begins

    def read_value(self, table: TypeTable, position: int, *, until: int | None = None) -> Reading:
        """Read the value at a position, as if the input ended at `until`."""
        size = self.size if until is None else until
        reading = Reading(position, position)
        source = Source(self.limits, "list", table)
        source.refill(b"", position)
        table.duplicate = None
        walk = Trampoline(value_steps(source))
        walk.advance()  # to its first request for a message
        is_cut = False
        try:
            done = False
            while not done:
                reading.message_start = position
                try:
                    body_start, position = self.message(position)
                    is_cut = position > size
                    source.refill(self.data[body_start : min(position, size)], body_start)
                    reading.message_end = None if is_cut else position
                    self.budget -= source.end
                except GobTruncated as error:
                    is_cut = True
                    walk.fail(error)  # so that it tells how far the value got
                done = walk.advance()
                if not done and is_cut:
                    walk.fail(input_ended(size))
                    walk.advance()
            reading.type_id, reading.value, reading.definitions = walk.result
            reading.type = table.type_of(reading.type_id)
            reading.unread = source.end - source.pos
            reading.end = source.offset + source.end
            if is_cut:
                reading.error = input_ended(reading.end)
                reading.error.partial, reading.error.type = reading.value, reading.type
        except GobDecodeError as error:
            reading.error = cut_short(error, input_ended(size)) if is_cut else error
            reading.stopped = error.offset
            reading.duplicate = None if is_cut else table.duplicate
            reading.end = min(error.partial_end, size)
        return reading

    def message(self, position: int) -> tuple[int, int]:
        """Where the body of the message at a position begins, and where it should end."""
        if position >= self.size:
            raise input_ended(self.size)
        first = self.data[position]
        start, length = position + 1, first
        if first >= 128:
            start = position + 257 - first
            if first < 248:
                raise GobCorrupt("gob: encoded unsigned integer out of range", position)
            if start > self.size:
                raise input_ended(self.size)
            length = int.from_bytes(self.data[position + 1 : start], "big")
        check_length(length, position, self.limits)
        return start, start + length

    def next_stream(self, position: int) -> int:
        """The next place where a stream begins; the end of the data if there is none."""
        if position >= self.size or self.begins_stream(position):
            return position
        if self._next_stream < position:
            found = self.stream_between(position, self.size)
            self._next_stream = self.size if found is None else found
        return self._next_stream

    def stream_between(self, start: int, end: int) -> int | None:
        """Where a stream begins in a stretch of the input."""
        stop = end + _START_BYTES
        match = _STREAM_START.search(self.data, start, stop)
        while match is not None and match.start() < end and self.budget > 0:
            if self.begins_stream(match.start()):
                self.budget -= match.start() - start
                return match.start()
            match = _STREAM_START.search(self.data, match.start() + 1, stop)
        self.budget -= end - start
        return None

    def whole_stream(self, start: int, end: int, *, beyond: int) -> int | None:
        """Where the first stream begins in a stretch whose first value is whole.

        Args:
            start: Where the stretch begins.
            end: Where it ends.
            beyond: Where that stream, or one of those behind it, must reach beyond.
        """
        first = None
        at = self.stream_between(start, end)
        while at is not None:
            reading = self.read_value(TypeTable(), at)
            is_whole = reading.error is None and not reading.unread
            if is_whole:
                first = at if first is None else first
                if reading.end > beyond:
                    return first
            at = self.stream_between(reading.end if is_whole else at + 1, end)
        return None

    def begins_stream(self, position: int) -> bool:
        """Whether a whole type definition stands here: nothing else looks like one by accident."""
        try:
            start, end = self.message(position)
        except GobDecodeError:
            return False
        if end > self.size or end - start > SEARCHED_DEFINITION_BYTES:
            return False
        self.budget -= end - position
        table = TypeTable()
        source = Source(self.limits, "list", table)
        source.refill(self.data[start:end], start)
        try:
            type_id = as_int32(source.read_int())
            if type_id >= 0:
                return False
            definition = table.receive(-type_id, source)
        except GobDecodeError:
            return False
        return source.pos == source.end and definition.kind != "none" and not definition.others

    def value_between(
        self, table: TypeTable, type_ids: Sequence[int], start: int, end: int, *, whole_until: int
    ) -> Reading | None:
        """The first whole value of some types of a table that begins in a stretch.

        Args:
            table: The types. What the value defines is added to it.
            type_ids: The ids to look for; only the first few are.
            start: Where the stretch begins.
            end: Where it ends.
            whole_until: Where the first message of the value must end at the latest.
        """
        ids = b"|".join(re.escape(int_bytes(type_id)) for type_id in type_ids[:SEARCHED_TYPES])
        pattern = re.compile(rb"(?=(?:[\x03-\x7f]|\xff.|\xfe..|\xfd...)(?:" + ids + rb"))", re.S)
        while ids and start < end and self.budget > 0:
            match = pattern.search(self.data, start, min(end + _START_BYTES, whole_until))
            at = end if match is None else min(match.start(), end)
            self.budget -= at - start
            if at == end:
                break
            start = at + 1
            try:
                _, message_end = self.message(at)
            except GobDecodeError:
                continue
            if message_end > whole_until:
                continue
            mark = table.mark()
            reading = self.read_value(table, at)
            if reading.error is None and not reading.unread:
                return reading
            table.forget_after(mark)
        return None
