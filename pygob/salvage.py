"""What can still be read from damaged bytes.

Salvage reads as far as the format holds, says where it stopped and why, and searches on for the
next place where a stream can begin. It never fills in a value: what it returns was in the bytes.
A value is suspect where its bytes are not those that Go would write for it, where zeros stand in
a text, and where a float32 holds what no float32 can. It cannot know that a byte which still makes
sense was changed (a letter, a digit, fewer than eight zeros over numbers), so a value that nothing
speaks against is as trustworthy as the bytes are; checksums, hashes and norms are for those who
have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pygob import types
from pygob._framing import GO_MESSAGE_BYTES
from pygob._source import Source
from pygob._suspects import Suspect, suspects_in
from pygob._trampoline import Trampoline
from pygob._value_plan import value_steps
from pygob._varint import as_int32, int_bytes
from pygob.decoder import GobReader
from pygob.encoder import GobWriter
from pygob.errors import GobCorrupt, GobDecodeError, GobEncodeError, GobLimitExceeded, GobTruncated
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.values import shown
from pygob.wire import TypeTable

# A search may look at this many bytes for each byte of input before it gives up on the rest.
SEARCH_FACTOR = 64
# To compare values with what Go would write, it may look at this many definitions for each byte.
COMPARISON_FACTOR = 2
# The longest message that a search tries as the first definition of a stream.
SEARCHED_DEFINITION_BYTES = 1 << 16
# A first definition: length, negative type id, which kind of type, CommonType, Name or Id.
_STREAM_START = re.compile(
    rb"(?:[\x06-\x7f]|\xff[\x80-\xff]|\xfe..)(?:\x7f|\xff[\x81-\xff]|\xfe..|\xfd...)[\x01-\x07]\x01[\x01\x02]",
    re.S,
)
_START_BYTES = 10  # the longest match


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of the input and what became of it.

    Attributes:
        start: Offset of its first byte.
        end: Offset just after its last byte.
        kind: `"recovered"`: read into a value, or the definitions of one. `"lost"`: not.
        reason: Why it is lost, or which value it holds.
    """

    start: int
    end: int
    kind: Literal["recovered", "lost"]
    reason: str


@dataclass(frozen=True, slots=True)
class SalvagedValue:
    """A value, or the part of it that could be read.

    Attributes:
        value: The value. In one that is not complete, fields and elements after the damage are
            missing, and a text cut short is kept as far as it goes.
        type: Its type.
        start: Offset of its first byte, definitions included.
        end: Offset just after the last byte that was read into it.
        is_complete: Whether it was read to its end.
        suspects: What not to trust in it; empty when nothing speaks against it.
        stream: Which stream of the input it belongs to, counted from 0.
    """

    value: Any
    type: types.Type
    start: int
    end: int
    is_complete: bool
    suspects: tuple[Suspect, ...]
    stream: int

    def __repr__(self) -> str:
        what = "whole" if self.is_complete else "a part"
        doubts = f", {len(self.suspects)} suspect" if self.suspects else ""
        return f"<{shown(self.value)}, {what}, bytes {self.start} to {self.end}{doubts}>"


@dataclass(slots=True)
class Salvage:
    """What `salvage` found.

    Attributes:
        values: What could be read, in the order of the input.
        ranges: The whole input, without gap or overlap, as recovered and lost stretches.
        error: The first error met, or `None` when the input is sound.
    """

    values: list[SalvagedValue] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    error: GobDecodeError | None = None

    @property
    def lost(self) -> list[Range]:
        """The stretches that are lost."""
        return [found for found in self.ranges if found.kind == "lost"]

    @property
    def recovered(self) -> list[Range]:
        """The stretches that were read."""
        return [found for found in self.ranges if found.kind == "recovered"]

    @property
    def is_sound(self) -> bool:
        """Whether the input is one or more whole streams as Go writes them, and nothing in it is suspect."""
        return self.error is None and not self.lost and not any(found.suspects for found in self.values)


def salvage(data: bytes, *, definitions: bytes = b"", limits: Limits = DEFAULT_LIMITS) -> Salvage:
    """Read what can still be read from damaged bytes.

    Args:
        data: The bytes: a stream that is cut, overwritten, zero-filled or flipped somewhere, or
            several, with anything between them.
        definitions: A sound stream that defines the same types under the same ids, such as a
            sibling file. With it, values are found even where their own definitions are lost;
            they are marked suspect.
        limits: Bounds for each message and value found; `total_bytes` has no meaning here.

    Returns:
        The values and an account of every byte. Time is linear in the length of the input.

    Raises:
        GobDecodeError: `definitions` is not a sound stream. (`data` never raises.)
    """
    return _Salvager(data, definitions, limits).run()


@dataclass(slots=True)
class _Reading:
    """One attempt to read a value.

    Attributes:
        start: Where it began.
        message_start: Where the last message it looked at begins.
        message_end: Where that message ends, or `None` if its length is not to be believed.
        end: Just after the last byte read.
    """

    start: int
    message_start: int
    message_end: int | None = None
    end: int = 0
    value: Any = None
    type: types.Type | None = None
    definitions: tuple[int, ...] = ()
    unread: int = 0
    error: GobDecodeError | None = None


class _Salvager:
    def __init__(self, data: bytes, definitions: bytes, limits: Limits) -> None:
        self.data = bytes(data)
        self.size = len(self.data)
        self.limits = limits
        self.result = Salvage()
        self.stream = -1
        self.accounted = 0
        self.budget = SEARCH_FACTOR * self.size + SEARCHED_DEFINITION_BYTES
        self.comparisons = COMPARISON_FACTOR * self.size + SEARCHED_DEFINITION_BYTES
        self.writer: GobWriter | None = None
        self.siblings = _sibling_values(definitions, limits)

    def run(self) -> Salvage:
        position = 0
        while position < self.size and self.budget > 0:
            self.stream += 1
            found_before = len(self.result.values)
            stopped = self._read_stream(position)
            if len(self.result.values) == found_before:
                self.stream -= 1
            position = self._find_stream(stopped if stopped > position else position + 1)
        self._account(self.size, "lost", self._why_lost())
        return self.result

    # Reading

    def _read_stream(self, start: int) -> int:
        """Keep the values of a stream as far as it goes; returns where to search on."""
        table = TypeTable()
        self.writer = None
        position = start
        while position < self.size:
            known = len(table.definitions)
            reading = self._read_value(table, position)
            if (swallowed := self._swallowed(reading)) is not None:
                table.forget_after(known)
                reading = self._read_value(table, position, until=swallowed)
            if reading.error is None:
                self._keep_whole(reading, self._objection(table, known, reading))
                position = reading.end
                continue
            self._note(reading)
            if reading.error.partial is not None and reading.error.type is not None:
                position = self._keep_part(reading)
            else:
                position = max(reading.message_start, start)
                if position > start and self._begins_stream(position):
                    break  # what follows belongs to that stream, with types of its own
            if not self._goes_on(table, reading):
                break
            assert reading.message_end is not None
            position = reading.message_end
        return position

    def _read_value(self, table: TypeTable, position: int, *, until: int | None = None) -> _Reading:
        """Read the value at a position, as if the input ended at `until`."""
        size = self.size if until is None else until
        reading = _Reading(position, position)
        source = Source(self.limits, "list", table)
        source.refill(b"", position)
        walk = Trampoline(value_steps(source))
        walk.advance()  # to its first request for a message
        try:
            done = False
            while not done:
                reading.message_start = position
                body_start, position = self._message(position)
                source.refill(self.data[body_start : min(position, size)], body_start)
                reading.message_end = position if position <= size else None
                self.budget -= source.end
                done = walk.advance()
                if not done and reading.message_end is None:
                    raise GobTruncated("unexpected EOF", size)
            type_id, reading.value, reading.definitions = walk.result
            reading.type = table.type_of(type_id)
            reading.unread = source.end - source.pos
            reading.end = source.offset + source.end
            if reading.message_end is None:
                reading.error = GobTruncated("unexpected EOF", reading.end)
                reading.error.partial, reading.error.type = reading.value, reading.type
        except GobDecodeError as error:
            reading.error = error
            reading.end = min(error.offset, size)
        return reading

    def _objection(self, table: TypeTable, known: int, reading: _Reading) -> str | None:
        """What speaks against a value that was read whole: its bytes are not the only ones Go sends for it.

        What damage leaves readable is seldom what Go would write: a text took the byte after it,
        fields went missing, integers became longer than they need be.
        """
        if reading.unread:
            return f"{reading.unread} bytes of its message were left unread"
        if any(table.definitions[type_id].others for type_id in reading.definitions):
            return "its type is defined as several kinds of type, which no encoder does"
        data = self.data[reading.start : reading.end]
        if self.writer is not None:
            self.writer.ids.adopt(table, reading.definitions)
            if self._written(self.writer, reading) == data:
                return None
        # Types may have become known since that writer was made.
        self.comparisons -= len(table.definitions)
        if self.comparisons < 0:
            return "not compared with what Go would write: the stream has too many types"
        sent = list(table.definitions)[:known]
        self.writer = GobWriter.for_table(table, sent=sent, limits=self.limits)
        if self._written(self.writer, reading) == data:
            return None
        return "not in the bytes that Go would write for it"

    def _written(self, writer: GobWriter, reading: _Reading) -> bytes | None:
        self.budget -= reading.end - reading.start
        try:
            return writer.encode(reading.value, reading.type, definitions=reading.definitions)
        except GobEncodeError:
            return None

    def _message(self, position: int) -> tuple[int, int]:
        """Where the body of the message at a position begins, and where it should end."""
        if position >= self.size:
            raise GobTruncated("unexpected EOF", self.size)
        first = self.data[position]
        start, length = position + 1, first
        if first >= 128:
            start = position + 257 - first
            if first < 248:
                raise GobCorrupt("gob: encoded unsigned integer out of range", position)
            if start > self.size:
                raise GobTruncated("unexpected EOF", self.size)
            length = int.from_bytes(self.data[position + 1 : start], "big")
        if length >= GO_MESSAGE_BYTES:
            raise GobCorrupt(f"invalid message length {length}", position)
        allowed = self.limits.message_bytes
        if length > allowed:
            raise GobLimitExceeded(
                f"a message of {length:,} bytes: Limits(message_bytes={allowed:,}) is the most allowed",
                position,
                limit="message_bytes",
                allowed=allowed,
            )
        return start, start + length

    def _goes_on(self, table: TypeTable, reading: _Reading) -> bool:
        """Whether a clean value of a type of the same stream follows the damaged message."""
        if reading.message_end is None or reading.message_end >= self.size or not table.definitions:
            return False
        if self._stream_between(reading.message_start + 1, reading.message_end) is not None:
            return False  # the damaged message claims what is not its own
        known = len(table.definitions)
        following = self._read_value(table, reading.message_end)
        table.forget_after(known)
        is_clean = following.error is None and not following.unread
        return is_clean and not isinstance(following.type, types.Basic)  # numbers are anywhere

    # Searching

    def _find_stream(self, position: int) -> int:
        """The next place where a stream begins; the end of the data if there is none."""
        if position >= self.size or self._begins_stream(position):
            return position
        found = self._stream_between(position, self.size)
        return self.size if found is None else found

    def _stream_between(self, start: int, end: int) -> int | None:
        """Where a stream begins in a stretch of the input."""
        stop = end + _START_BYTES
        match = _STREAM_START.search(self.data, start, stop)
        while match is not None and match.start() < end and self.budget > 0:
            if self._begins_stream(match.start()):
                self.budget -= match.start() - start
                return match.start()
            match = _STREAM_START.search(self.data, match.start() + 1, stop)
        self.budget -= end - start
        return None

    def _swallowed(self, reading: _Reading) -> int | None:
        """Where another stream begins in what a damaged message takes for its own bytes."""
        if reading.error is None:
            return None
        return self._stream_between(reading.message_start + 1, reading.message_end or self.size)

    def _begins_stream(self, position: int) -> bool:
        """Whether a whole type definition stands here: nothing else looks like one by accident."""
        try:
            start, end = self._message(position)
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

    def _find_siblings(self, start: int, end: int) -> Iterator[_Reading]:
        """Whole values of the given sibling's types in a stretch that is lost so far."""
        table, value_ids = self.siblings
        ids = b"|".join(re.escape(int_bytes(type_id)) for type_id in value_ids)
        pattern = re.compile(rb"(?=(?:[\x03-\x7f]|\xff.|\xfe..|\xfd...)(?:" + ids + rb"))", re.S)
        while value_ids and self.budget > 0:
            match = pattern.search(self.data, start, end)
            if match is None:
                return
            start = match.start() + 1
            try:
                _, message_end = self._message(match.start())
            except GobDecodeError:
                continue
            if message_end > end:
                continue
            known = len(table.definitions)
            reading = self._read_value(table, match.start())
            table.forget_after(known)
            if reading.error is None and not reading.unread:
                yield reading
                start = reading.end

    # Keeping account

    def _note(self, reading: _Reading) -> None:
        """Remember the first error, unless it only says that another stream begins."""
        begins_another = reading.start > 0 and self._begins_stream(reading.message_start)
        if self.result.error is None and not begins_another:
            self.result.error = reading.error

    def _keep_whole(self, reading: _Reading, objection: str | None) -> None:
        suspects = [Suspect("", objection)] if objection else []
        self._keep(
            reading, reading.value, reading.type, reading.end - reading.unread, suspects, complete=True
        )
        self._account(reading.end, "lost", "left over in the message of the value before")

    def _keep_part(self, reading: _Reading) -> int:
        error = reading.error
        assert error is not None
        suspects = [Suspect(error.path, error.message)]
        self._keep(reading, error.partial, error.type, reading.end, suspects, complete=False)
        return reading.end

    def _keep(
        self,
        reading: _Reading,
        value: Any,
        described: types.Type | None,
        end: int,
        suspects: list[Suspect],
        *,
        complete: bool,
    ) -> None:
        assert described is not None
        self._account(reading.start, "lost", self._why_lost())
        root = described.name or described.kind
        found = (*suspects, *self._suspects_in(reading, value, described))
        self.result.values.append(
            SalvagedValue(value, described, reading.start, end, complete, found, max(self.stream, 0))
        )
        self._account(end, "recovered", root if complete else f"{root}, up to the damage")

    def _suspects_in(self, reading: _Reading, value: Any, described: types.Type) -> Iterator[Suspect]:
        message = self.data[reading.message_start : reading.end]
        return suspects_in(value, described, message, described.name or described.kind)

    def _account(self, end: int, kind: Literal["recovered", "lost"], reason: str) -> None:
        """Extend the account of the input to `end`."""
        start, self.accounted = self.accounted, max(end, self.accounted)
        if end <= start:
            return
        if kind == "lost":
            for reading in self._find_siblings(start, end):
                if reading.start > start:
                    self.result.ranges.append(Range(start, reading.start, "lost", reason))
                self._keep_sibling(reading)
                start = reading.end
            if start >= end:
                return
        self.result.ranges.append(Range(start, end, kind, reason))

    def _keep_sibling(self, reading: _Reading) -> None:
        assert reading.type is not None
        root = reading.type.name or reading.type.kind
        suspect = Suspect("", "its own type definitions are lost; read with those given")
        found = (suspect, *self._suspects_in(reading, reading.value, reading.type))
        self.result.values.append(
            SalvagedValue(
                reading.value, reading.type, reading.start, reading.end, True, found, max(self.stream, 0)
            )
        )
        self.result.ranges.append(Range(reading.start, reading.end, "recovered", root))

    def _why_lost(self) -> str:
        if self.budget <= 0:
            return "not searched: too much in this input resembles a stream without being one"
        return self.result.error.message if self.result.error else "no value begins here"


def _sibling_values(definitions: bytes, limits: Limits) -> tuple[TypeTable, list[int]]:
    """The types a sound stream defines, and the ids of those its values have."""
    reader = GobReader(floats="skip", limits=limits)
    reader.feed(definitions)
    reader.close()
    value_ids: list[int] = []
    while (value := reader.next_value()) is not None:
        # Numbers and texts without a type of their own are anywhere.
        if value.type_id in reader.table.definitions and value.type_id not in value_ids:
            value_ids.append(value.type_id)
    return reader.table, value_ids
