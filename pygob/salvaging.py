"""What can still be read from damaged bytes.

Salvage reads as far as the format holds, says where it stopped and why, and searches on: for the
next value of the same stream, by its length and type id, and for the next place where a stream can
begin. It never fills in a value: what it returns was in the bytes.
A value is suspect where its bytes are not those that Go would write for it, where zeros stand in
a text, and where a float32 holds what no float32 can. It cannot know that a byte which still makes
sense was changed (a letter, a digit, fewer than eight zeros over numbers, bytes of any kind over a
text, for Go's strings hold any), so a value that nothing speaks against is as trustworthy as the
bytes are; checksums, hashes and norms are for those who have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from pygob import types
from pygob._messages.framing import stream_bytes
from pygob._pickling import from_fields
from pygob._salvage.comparison import Comparison
from pygob._salvage.stream_search import SEARCHED_DEFINITION_BYTES, Reading, StreamSearch
from pygob._salvage.suspects import Suspect, suspects_in
from pygob.errors import GobDecodeError
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.reader import GobReader
from pygob.values import Struct, shown, struct_values
from pygob.wire import TypeTable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# To find where a stream began that defines types anew, it may read so many bytes again for each byte.
REREADING_FACTOR = 4
# So many numbers and texts in a row, up to the end of the data, do not stand there by accident.
SURE_VALUES = 3


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
        error: The first error met, the one that reading raises: of the first stream or, where whole ones
            stand one behind the other, which reading refuses, of the first that is not whole. `None`
            where there is none; even then there may be lost bytes, those that Go drops without a word:
            `is_sound` knows of them.
    """

    values: list[SalvagedValue] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    error: GobDecodeError | None = None

    __reduce__ = from_fields

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


def salvage(data: ReadableBuffer, *, definitions: bytes = b"", limits: Limits = DEFAULT_LIMITS) -> Salvage:
    """Read what can still be read from damaged bytes.

    Args:
        data: The bytes: a stream that is cut, overwritten, zero-filled or flipped somewhere, or
            several, with anything between them.
        definitions: A sound stream that defines the same types under the same ids, such as a
            sibling file. With it, values are found even where their own definitions are lost;
            they are marked suspect.
        limits: Bounds for each message and value found; `total_bytes` has no meaning here.

    Returns:
        The values and an account of every byte. Time is linear in the length of the input. So what
        is searched for behind damage is bounded: values of the first 64 types of a stream (structs,
        and others that are part of none), and less where much of the input resembles a value
        without being one, which the reason of the lost range then says.

    Raises:
        GobDecodeError: `definitions` is not a sound stream. (`data` never raises.)
    """
    return _Salvager(data, definitions, limits).run()


@dataclass(slots=True)
class _KnownTypes:
    """What is known of the types of a stream, added to as it defines more.

    Attributes:
        count: How many definitions were looked at.
        parts: Ids of types that others are made of.
        alone: Ids of types whose values may stand alone.
    """

    count: int = 0
    parts: set[int] = field(default_factory=set)
    alone: list[int] = field(default_factory=list)


class _Salvager:
    def __init__(self, data: ReadableBuffer, definitions: bytes, limits: Limits) -> None:
        self.data = bytes(stream_bytes(data))
        self.size = len(self.data)
        self.limits = limits
        self.search = StreamSearch(self.data, limits)
        self.result = Salvage()
        self.stream = -1
        self.values_before = -1  # how many there were when the stream began
        self.accounted = 0
        self.comparison = Comparison(self.search, limits)
        self.rereading = REREADING_FACTOR * self.size + SEARCHED_DEFINITION_BYTES
        self.siblings = _sibling_values(definitions, limits)
        self._begin_stream(TypeTable())

    def run(self) -> Salvage:
        position = 0
        while position < self.size and self.search.budget > 0:
            stopped = self._read_stream(position)
            position = self._resume(self._hidden_stream(position) or max(stopped, position + 1))
        self._account(self.size, "lost", self._why_lost())
        return self.result

    # Reading

    def _hidden_stream(self, position: int) -> int | None:
        """Where a stream begins inside of a first definition that led to no value, and may be none."""
        if self.accounted > position or not self.search.begins_stream(position):
            return None
        _, end = self.search.message(position)
        return self.search.stream_between(position + 1, end)

    def _begin_stream(self, table: TypeTable) -> None:
        """Go on with the types of another stream: none yet where it begins."""
        if len(self.result.values) > self.values_before:
            self.stream += 1
            self.values_before = len(self.result.values)
        self.table = table
        self.comparison.forget_types()
        self.known_types = _KnownTypes()

    def _read_stream(self, start: int) -> int:
        """Keep the values of a stream, and of those right behind it, as far as they go.

        Returns:
            Where to search on.
        """
        position = start
        while position < self.size:
            mark, reading = self._read_next(position)
            error = reading.error
            objection = self._objection(mark, reading) if error is None else None
            swallowed = self._swallowed(reading) if error else self._overrun(reading, objection)
            if swallowed is not None:
                error = error or self._error_behind(reading)
                self.table.forget_after(mark)
                self.comparison.forget_types()
                reading = self.search.read_value(self.table, position, until=swallowed)
            if reading.error is None:
                self._keep_whole(reading, objection)
                position = reading.end
                continue
            self.result.error = self.result.error or error or reading.error
            if reading.error.partial is not None and reading.error.type is not None:
                position = self._keep_part(reading)
            else:
                position = max(reading.message_start, start)
                if position > start and self.search.begins_stream(position):
                    break  # what follows belongs to that stream, with types of its own
            if not self._goes_on(reading):
                break
            assert reading.message_end is not None
            position = reading.message_end
        return position

    def _read_next(self, position: int) -> tuple[tuple[int, int], Reading]:
        """Read the value at a position, as one of another stream where it defines a type anew.

        Returns:
            The mark of the table before the value, and the value.
        """
        mark = self.table.mark()
        reading = self.search.read_value(self.table, position)
        if reading.duplicate is None or not mark[0]:
            return mark, reading
        return self._read_anew(position, mark, reading) or (mark, reading)

    def _read_anew(
        self, position: int, mark: tuple[int, int], refused: Reading
    ) -> tuple[tuple[int, int], Reading] | None:
        """Read a value that defines a type anew as one of a later stream, which is then the current one.

        That stream begins with the value; or ahead of it, where it defined other types first, but
        after the old definition of that type.
        """
        fresh = TypeTable()
        start = fresh.mark()
        begun = self.search.read_value(fresh, position) if self.search.begins_stream(position) else refused
        if begun.error is None:
            self._begin_stream(fresh)
            return start, begun
        table, own_mark, reading = self.table, mark, refused
        while reading.duplicate is not None and self.rereading > 0:
            self.rereading -= own_mark[0] + reading.stopped - position
            later = table.received_after(reading.duplicate, own_mark)
            if later is None:
                break
            table, own_mark = later, later.mark()
            reading = self.search.read_value(table, position)
        if reading.error is None:
            self._begin_stream(table)
            return own_mark, reading
        # None is whole. Definitions that are read further as those of a stream that begins here are such.
        if refused.error is not None and refused.error.partial is None and begun.stopped > refused.stopped:
            self._begin_stream(fresh)
            return start, begun
        return None

    def _resume(self, position: int) -> int:
        """Where to go on behind damage.

        The same stream goes on where a value of one of its types begins, or a definition of a type
        that it has not; else the next stream begins.
        """
        next_stream = self.search.next_stream(position)
        found = self._value_between(position, next_stream)
        if found is not None:
            self._keep_whole(found, "found behind damage, by its length and type id")
            return found.end
        if not (self.table.definitions and self._following(next_stream) is not None):
            self._begin_stream(TypeTable())
        return next_stream

    def _value_between(self, start: int, end: int) -> Reading | None:
        """The first value in a stretch that stands there by no accident; its types are added to the table."""
        ids = self._value_ids()
        while start < end:
            mark = self.table.mark()
            found = self.search.value_between(self.table, ids, start, end, whole_until=self.size)
            if found is None:
                return None
            if not _is_empty(found.value) and self._objection(mark, found) is None:
                return found
            self.table.forget_after(mark)
            start = found.start + 1
        return None

    def _value_ids(self) -> list[int]:
        """Ids of the types whose values may stand alone: structs, and what is no part of others."""
        known = self.known_types
        definitions = self.table.definitions
        new = islice(reversed(definitions.values()), max(len(definitions) - known.count, 0))
        for definition in reversed(list(new)):
            known.parts.update(definition.references())
            if definition.kind == "struct" or definition.id not in known.parts:
                known.alone.append(definition.id)
        known.count = len(definitions)
        return known.alone

    def _objection(self, mark: tuple[int, int], reading: Reading) -> str | None:
        """What speaks against a value that was read whole."""
        if reading.unread:
            left = (
                "1 byte of its message was"
                if reading.unread == 1
                else f"{reading.unread} bytes of its message were"
            )
            return f"{left} left unread"
        return self.comparison.objection(self.table, mark, reading)

    def _goes_on(self, reading: Reading) -> bool:
        """Whether a clean value of a type of the same stream follows the damaged message."""
        end = reading.message_end
        if end is None or end >= self.size:
            return False
        if self.search.stream_between(reading.message_start + 1, end) is not None:
            return False  # the damaged message claims what is not its own
        if not self.table.definitions:
            return self._goes_on_plainly(end)
        following = self._following(end)
        return following is not None and not isinstance(following.type, types.Basic)  # these are anywhere

    def _goes_on_plainly(self, position: int) -> bool:
        """Whether nothing but numbers and texts, and several of them, is left of the data."""
        count = 0
        while position < self.size and (following := self._following(position)) is not None:
            if following.definitions:
                return False
            position = following.end
            count += 1
        return position == self.size and count >= SURE_VALUES

    def _following(self, position: int) -> Reading | None:
        """The value at a position if it is clean; the table stays as it is."""
        mark = self.table.mark()
        reading = self.search.read_value(self.table, position)
        self.table.forget_after(mark)
        return None if reading.error is not None or reading.unread else reading

    def _swallowed(self, reading: Reading) -> int | None:
        """Where another stream or value begins in what a damaged message or text takes for its own bytes."""
        found = self.search.stream_between(reading.message_start + 1, reading.message_end or self.size)
        if found is not None or reading.end <= reading.stopped or self._goes_on(reading):
            return found
        mark = self.table.mark()
        value = self._value_between(reading.stopped, reading.end)
        self.table.forget_after(mark)
        return None if value is None else value.start

    def _overrun(self, reading: Reading, objection: str | None) -> int | None:
        """Where another stream begins that a message has taken bytes of, although it could be read.

        A text that was cut takes what follows for its own end. A stream that a text holds by right
        ends in its message; one that goes on behind it was taken. Where the message is objected to,
        any is.
        """
        end = reading.end
        inside = end - isinstance(reading.value, Struct)  # the byte that ends a struct is no part of a text
        beyond = inside if objection is None else 0
        found = self.search.whole_stream(reading.message_start + 1, end, beyond=beyond)
        if found is None or objection is not None:
            return found
        # The end of this message and the next one may look like a definition, both being sound.
        _, definition_end = self.search.message(found)
        return None if definition_end > end and self._is_followed(end) else found

    def _is_followed(self, end: int) -> bool:
        """Whether a value or stream begins where a message ends."""
        following = self._following(end)
        if following is None and self.search.begins_stream(end):
            following = self.search.read_value(TypeTable(), end)
        return following is not None and following.error is None and not following.unread

    def _error_behind(self, reading: Reading) -> GobDecodeError | None:
        """The error that reading on behind a value raises, if it does."""
        if reading.end >= self.size:
            return None
        mark = self.table.mark()
        following = self.search.read_value(self.table, reading.end)
        self.table.forget_after(mark)
        return following.error

    # Keeping account

    def _keep_whole(self, reading: Reading, objection: str | None) -> None:
        suspects = [Suspect("", objection)] if objection else []
        self._keep(
            reading, reading.value, reading.type, reading.end - reading.unread, suspects, complete=True
        )
        if reading.unread:
            self._account(reading.end, "lost", "left over in the message of the value before")

    def _keep_part(self, reading: Reading) -> int:
        error = reading.error
        assert error is not None
        suspects = [Suspect(error.path, error.message)]
        self._keep(reading, error.partial, error.type, reading.end, suspects, complete=False)
        return reading.end

    def _keep(
        self,
        reading: Reading,
        value: Any,
        described: types.Type | None,
        end: int,
        suspects: list[Suspect],
        *,
        complete: bool,
    ) -> None:
        assert described is not None
        if reading.start > self.accounted:
            self._account(reading.start, "lost", self._why_lost())
        root = described.name or described.kind
        found = (*suspects, *self._suspects_in(reading, value, described))
        self.result.values.append(
            SalvagedValue(value, described, reading.start, end, complete, found, max(self.stream, 0))
        )
        self._account(end, "recovered", root if complete else f"{root}, up to the damage")

    def _suspects_in(self, reading: Reading, value: Any, described: types.Type) -> Iterator[Suspect]:
        message = self.data[reading.message_start : reading.end]
        return suspects_in(value, described, message, described.name or described.kind)

    def _account(self, end: int, kind: Literal["recovered", "lost"], reason: str) -> None:
        """Extend the account of the input to `end`."""
        start, self.accounted = self.accounted, max(end, self.accounted)
        if end <= start:
            return
        if kind == "lost":
            table, type_ids = self.siblings
            mark = table.mark()
            while (
                reading := self.search.value_between(table, type_ids, start, end, whole_until=end)
            ) is not None:
                table.forget_after(mark)
                if reading.start > start:
                    self.result.ranges.append(Range(start, reading.start, "lost", reason))
                self._keep_sibling(reading)
                start = reading.end
            if start >= end:
                return
        self.result.ranges.append(Range(start, end, kind, reason))

    def _keep_sibling(self, reading: Reading) -> None:
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
        if self.search.budget <= 0:
            return "not searched: too much in this input resembles a stream without being one"
        return self.result.error.message if self.result.error else "no value begins here"


def _is_empty(value: Any) -> bool:
    """Whether a value holds nothing, as a few bytes by accident may say."""
    return not (struct_values(value) if isinstance(value, Struct) else value)


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
