"""Reading an export, which is one gob message that may be larger than memory, document by document.

A window moves over the message. What lies in it whole is read by the plans of the codec, as any value
is; where a value goes on beyond the window it grows and the value is read again, so that the window is at
most a few times as large as the largest document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from pygob import types
from pygob._destination.compatibility import Assignment
from pygob._messages.framing import GO_MESSAGE_BYTES
from pygob._messages.source import Source, count_as_int
from pygob._reading.plan import MapPlan, Plan, StructPlan
from pygob._reading.specialized import read_value
from pygob._reading.value_plan import type_sequence
from pygob.chromem.records import Document
from pygob.encoder import GobWriter
from pygob.errors import GobCorrupt, GobDecodeError, GobLimitExceeded, GobTruncated, GobTypeError
from pygob.limits import Limits
from pygob.registry import OpenRegistry
from pygob.values import Struct, shown_key
from pygob.wire import TypeTable

T = TypeVar("T")

# The least that the window holds, where there is as much; and the most that one type definition may take.
_WINDOW_BYTES = 1 << 20
# The longest length of a message: a header byte and eight more.
_LENGTH_BYTES = 9


@dataclass(frozen=True, slots=True)
class Opened:
    """One collection, as far as it stands before its documents.

    Attributes:
        name: Its name.
        metadata: Its metadata; None is a nil map.
        documents: Its documents.
    """

    name: str
    metadata: dict[str, str] | None
    documents: Iterator[Document]


class Window:
    """The part that is being read of a stream that comes in pieces.

    Attributes:
        source: A cursor over the window, which never goes beyond the message.
    """

    def __init__(self, pieces: Iterator[bytes], limits: Limits) -> None:
        self.table = TypeTable()
        self.source = Source(limits, "array", self.table)
        self._pieces = pieces
        self._ahead = b""  # received, and beyond the window
        self._left = 0  # bytes of the message beyond the window

    def next_message(self) -> None:
        """Go on with the next message.

        Raises:
            GobDecodeError: There is none, or its length cannot be one.
        """
        source = self.source
        offset = source.offset + source.end
        self._receive(_LENGTH_BYTES)
        source.refill(self._ahead[:_LENGTH_BYTES], offset)
        if not self._ahead:
            raise GobTruncated("EOF" if not offset else "unexpected EOF", offset)
        length = source.read_uint()
        if length >= GO_MESSAGE_BYTES:
            raise GobCorrupt(f"invalid message length {length}", offset)
        self._ahead = self._ahead[source.pos :]
        self._left = length
        source.refill(b"", offset + source.pos)
        self.grow()

    def require_whole(self) -> None:
        """Take all of the message into the window.

        Raises:
            GobTruncated: It is cut short.
            GobLimitExceeded: It is too long for what is not a value.
        """
        while self._left and self.source.end < _WINDOW_BYTES:
            self.grow()
        if self._left:
            raise self.source.exceeded("message_bytes", "a type definition is too long")

    def whole(self, read: Callable[[], T]) -> T:
        """Read something that may go on beyond the window, which then grows.

        Raises:
            GobDecodeError: It is malformed, cut short, or beyond the limits.
        """
        try:
            return self._whole(read)
        except MemoryError:
            raise GobLimitExceeded(
                "a document does not fit into memory; lower Limits refuse such ones sooner",
                self.source.offset,
            ) from None

    def _whole(self, read: Callable[[], T]) -> T:
        source = self.source
        while True:
            start = source.pos
            source.begin_value()
            try:
                value = read()
                # What ends with the window may be a struct without its end.
                if source.pos < source.end or not self._left:
                    return value
            except GobTruncated as error:
                if not self._left:
                    raise
                error.__traceback__ = (
                    None  # its frames hold the error, and bytes of the window: free them now
                )
            source.pos = start
            self.grow()

    def grow(self) -> None:
        """Give the window more of the message: at least as much again as is unread."""
        source = self.source
        unread = source.data[source.pos :]
        if len(unread) > source.limits.message_bytes:
            raise source.exceeded("message_bytes", "a document takes too many bytes")
        wanted = min(self._left, max(_WINDOW_BYTES, len(unread)))
        self._receive(wanted)
        if wanted and not self._ahead:
            raise GobTruncated(
                f"unexpected EOF: {self._left:,} bytes are missing at the end", source.offset + source.end
            )
        more, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
        self._left -= len(more)
        source.refill(unread + more, source.offset + source.pos)

    def require_end(self) -> None:
        """Check that nothing follows the message.

        Raises:
            GobCorrupt: Something does.
        """
        source = self.source
        more = source.end - source.pos + self._left
        place = source.offset + source.pos
        if not more:
            more = len(self._ahead) + sum(map(len, self._pieces))
        if more:
            raise GobCorrupt(f"{more:,} bytes follow the export, which has ended", place)

    def rest(self) -> Iterator[bytes]:
        """The bytes that were not read, also those beyond the message."""
        return chain((self.source.data[self.source.pos :], self._ahead), self._pieces)

    def _receive(self, count: int) -> None:
        parts = [self._ahead]
        received = len(self._ahead)
        while received < count and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            received += len(piece)
        self._ahead = b"".join(parts)


class ExportReader:
    """Walks over the collections of an export.

    Args:
        pieces: The gob bytes.
        limits: What the types, and each document, may cost.
    """

    def __init__(self, pieces: Iterator[bytes], limits: Limits) -> None:
        self._window = Window(pieces, limits)
        self._source = self._window.source
        self._is_begun = False

    @property
    def knows_types(self) -> bool:
        """Whether so much as one type definition was read."""
        return bool(self._window.table.definitions)

    @property
    def knows_value(self) -> bool:
        """Whether the type of the value was found, and that it is wanted."""
        return self._is_begun

    def collections(self, wanted: types.Struct) -> Iterator[Opened]:
        """The collections, one after the other; each ends the documents of the one before.

        Args:
            wanted: The type of an export.

        Raises:
            GobDecodeError: The stream is damaged.
            GobTypeError: It is sound and holds something else.
        """
        plan = self._begin(wanted)
        self._is_begun = True
        for name, part in self._fields(plan):
            if name != "Collections":
                self._window.whole(lambda part=part: part.read(self._source))  # type: ignore[misc]
                continue
            assert isinstance(part, MapPlan)
            for _ in range(self._count()):
                self._window.whole(self._source.read_string)
                yield from self._collection(part.elem)
        self._window.require_end()

    def opening(self, wanted: types.Struct) -> int:
        """Read all that comes before the first collection.

        Returns:
            The number of collections.

        Raises:
            GobDecodeError: It is damaged, or something else.
        """
        name, _ = next(self._fields(self._begin(wanted)), ("", None))
        if name != "Collections":
            raise self._source.corrupt("the collections are not the first field")
        return self._count()

    def rest(self) -> tuple[int, Iterator[bytes]]:
        """The place that was reached, and the bytes from there on."""
        return self._source.offset + self._source.pos, self._window.rest()

    def plan(self, wanted: types.Struct) -> StructPlan:
        """The plan of an export, read from its types.

        Raises:
            GobDecodeError: They are damaged, or those of something else.
        """
        return self._begin(wanted)

    def _begin(self, wanted: types.Struct) -> StructPlan:
        """Read the types; the plan of the value."""
        source = self._source
        walk = type_sequence(source, in_interface=False)
        try:
            while True:
                next(walk)
                self._window.next_message()
                if source.data[:1] and self._defines():
                    self._window.require_whole()
        except StopIteration as end:
            type_id = end.value[0]
        plan = self._window.table.value_plan(type_id, source)
        empty = Struct.of(plan.type, {}) if isinstance(plan.type, types.Struct) else None
        Assignment(wanted, OpenRegistry()).assign(plan.type, empty, None, source.offset)
        assert isinstance(plan, StructPlan)
        _require_known(plan)
        return plan

    def _defines(self) -> bool:
        """Whether this message defines a type: it begins with a negative number."""
        source = self._source
        start = source.pos
        is_definition = source.read_int() < 0
        source.pos = start
        return is_definition

    def _fields(self, plan: Plan) -> Iterator[tuple[str, Plan]]:
        """The fields of a struct that were sent; each must be read before the next is asked for."""
        assert isinstance(plan, StructPlan)
        number = -1
        while self._has_more() and (delta := self._window.whole(self._source.read_uint)):
            number += delta
            if number >= len(plan.fields):
                raise self._source.corrupt("gob: bad data: field numbers out of bounds")
            yield plan.type.fields[number][0], plan.fields[number]

    def _has_more(self) -> bool:
        """Whether the message goes on; a struct may end with it."""
        if self._source.pos == self._source.end:
            self._window.grow()
        return self._source.pos < self._source.end

    def _collection(self, plan: Plan) -> Iterator[Opened]:
        name, metadata = "", None
        documents: _Documents | None = None
        for field, part in self._fields(plan):
            if field == "Documents":
                assert isinstance(part, MapPlan)
                documents = _Documents(self._window, part.elem, self._count(), name)
                yield Opened(name, metadata, documents)
                for _ in documents:  # those that nobody asked for are checked all the same
                    pass
                continue
            value = self._window.whole(lambda part=part: part.read(self._source))  # type: ignore[misc]
            if field == "Name":
                name = value
            elif field == "Metadata":
                metadata = dict(value)
        if documents is None:
            yield Opened(name, metadata, iter(()))

    def _count(self) -> int:
        return count_as_int(self._window.whole(self._source.read_uint))


class _Documents(Iterator[Document]):
    """The documents of one collection."""

    def __init__(self, window: Window, plan: Plan, count: int, name: str) -> None:
        self._window = window
        self._source = window.source
        self._plan = plan
        self._left = count
        self._name = name

    def __next__(self) -> Document:
        if not self._left:
            raise StopIteration
        try:
            document = self._window.whole(self._read)
        except GobDecodeError as error:
            error.enter(f".Collections{shown_key(self._name)}.Documents")
            raise
        self._left -= 1
        return document

    def _read(self) -> Document:
        source = self._source
        source.read_string()  # the key, which is the id
        start = source.pos
        return Document.of(self._value(), lambda: self._as_list(start))

    def _value(self) -> Struct:
        # Of the size nothing is known but that a document is small; it decides when to generate a reader.
        value = read_value(self._plan, self._source, 1 << 10)
        assert isinstance(value, Struct)
        return value

    def _as_list(self, start: int) -> Struct:
        source = self._source
        source.pos, source.floats = start, "list"
        try:
            return self._value()
        finally:
            source.floats = "array"


def chromem_plans(wanted: types.Struct, limits: Limits) -> tuple[StructPlan, Plan]:
    """The plans of a collection and of a document, for exports that have lost their types.

    Args:
        wanted: The type of an export, as chromem writes it.
        limits: What reading may cost.
    """
    writer = GobWriter()
    sample = writer.define(wanted) + writer.encode({"Collections": {}}, wanted)
    part = ExportReader(iter((sample,)), limits).plan(wanted).fields[0]
    assert isinstance(part, MapPlan)
    assert isinstance(part.elem, StructPlan)
    documents = part.elem.fields[_ORDER.index("Documents")]
    assert isinstance(documents, MapPlan)
    return part.elem, documents.elem


def _require_known(plan: StructPlan) -> None:
    """Check that an export can be read as it comes: a collection's name before its documents.

    Raises:
        GobTypeError: It has the fields in another order, or parts whose depth has no bound.
    """
    for name, part in zip(plan.type.numbers, plan.fields, strict=True):
        if name == "Collections":
            assert isinstance(part, MapPlan)
            assert isinstance(part.elem, StructPlan)
            fields = list(part.elem.type.numbers)
            order = [field for field in fields if field in _ORDER]
            if order != [field for field in _ORDER if field in fields]:
                raise GobTypeError(
                    f"an export whose collections are written as {', '.join(order)} was not made by chromem"
                )
        if not part.is_bounded:
            raise GobTypeError(f"the field {name} is none that chromem writes, and of a type without bounds")


_ORDER = ("Name", "Metadata", "Documents")
