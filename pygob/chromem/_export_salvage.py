"""What can still be read of a damaged export: collections and documents, wherever the damage is.

In an export each collection comes after its name, which it then holds itself, and each document after its id
in the same way. So where a name or an id comes twice in a row, reading goes on behind damage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from pygob._messages.source import Source
from pygob._reading.plan import Plan, StructPlan
from pygob._reading.specialized import read_value
from pygob.chromem._export_reading import ExportReader, chromem_plans
from pygob.chromem.records import Document
from pygob.errors import GobCorrupt, GobDecodeError, GobTruncated
from pygob.limits import Limits
from pygob.types import Struct as StructType
from pygob.values import Struct
from pygob.wire import TypeTable

T = TypeVar("T")

# The least that is held of the bytes, where there are as many.
_WINDOW_BYTES = 1 << 20
# The longest name or id that is looked for.
_NAME_BYTES = 1 << 16
# A text that comes twice, with what stands before, between and behind.
_ECHO_BYTES = 2 * _NAME_BYTES + 16
# What ends a struct, and stands before its first field.
_END, _FIRST = 0, 1


@dataclass(frozen=True, slots=True)
class FoundCollection:
    """A collection; the documents that come after it are its own.

    Attributes:
        name: Its name, None where that is lost: then it may be any.
        metadata: Its metadata; None is a nil map, or lost.
        announced: How many documents it had when it was exported, None when that is lost.
    """

    name: str | None
    metadata: dict[str, str] | None
    announced: int | None


@dataclass(frozen=True, slots=True)
class LostBytes:
    """Bytes that could not be read.

    Attributes:
        start: Where they begin in the gob, which is in the file only where that is not compressed.
        end: Where they end.
    """

    start: int
    end: int


Item = FoundCollection | Document | LostBytes


class ExportSalvage:
    """The collections, documents and lost bytes of a damaged export, one after the other.

    Attributes:
        announced: How many collections the export had, None when that is lost; known once iteration begins.
        fault: Why there are no more bytes, None when the file was read to its end; known when iteration ends.
    """

    def __init__(self, read: Callable[[], Iterator[bytes]], wanted: StructType, limits: Limits) -> None:
        self.announced: int | None = None
        self.fault: GobDecodeError | None = None
        self._read = read
        self._wanted = wanted
        self._limits = limits

    def __iter__(self) -> Iterator[Item]:
        """Read it, once."""
        stream = self._opened()
        yield from _Walk(stream, *chromem_plans(self._wanted, self._limits)).items()

    def _opened(self) -> _Stream:
        """The bytes behind the types, where those can be read; else all of them."""
        reader = ExportReader(self._readable(), self._limits)
        try:
            self.announced = reader.opening(self._wanted)
        except GobDecodeError:
            return _Stream(0, self._readable(), self._limits, is_in_order=False)
        return _Stream(*reader.rest(), self._limits, is_in_order=True)

    def _readable(self) -> Iterator[bytes]:
        """The bytes as far as there are any."""
        self.fault = None
        try:
            yield from self._read()
        except GobDecodeError as error:
            self.fault = error


class _Stream:
    """A window over bytes that come in pieces.

    Attributes:
        source: A cursor over the window.
        is_in_order: Whether it begins where a collection should.
        is_over: Whether the window reaches to the end.
    """

    def __init__(self, offset: int, pieces: Iterator[bytes], limits: Limits, *, is_in_order: bool) -> None:
        self.source = Source(limits, "array", TypeTable())
        self.source.refill(b"", offset)
        self.is_in_order = is_in_order
        self.is_over = False
        self._pieces = pieces

    @property
    def place(self) -> int:
        """Where the cursor is in the gob."""
        return self.source.offset + self.source.pos

    def refill(self) -> None:
        """Take in as much again as is unread."""
        source = self.source
        parts = [source.data[source.pos :]]
        wanted = max(_WINDOW_BYTES, len(parts[0]))
        while wanted > 0 and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            wanted -= len(piece)
        self.is_over = wanted > 0
        source.refill(b"".join(parts), self.place)

    def ensure(self, count: int) -> int:
        """Have so many bytes unread where there are as many; how many there are."""
        while self.source.end - self.source.pos < count and not self.is_over:
            self.refill()
        return self.source.end - self.source.pos

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Read something that must end before the bytes do; None, and nothing is read, where it does not."""
        source = self.source
        while True:
            start = source.pos
            source.begin_value()
            try:
                found = read()
                if source.pos < source.end:
                    return found
            except GobTruncated as error:
                error.__traceback__ = None
            except GobDecodeError:
                source.pos = start
                return None
            source.pos = start
            if self.is_over or source.end - start >= source.limits.message_bytes:
                return None
            self.refill()


class _Walk:
    """Goes over the bytes from entry to entry."""

    def __init__(self, stream: _Stream, collection: StructPlan, document: Plan) -> None:
        self._stream = stream
        self._source = stream.source
        self._metadata = collection.fields[1]
        self._document_plan = document
        self._current: FoundCollection | None = None
        self._had = 0
        self._smallest: int | None = None

    def items(self) -> Iterator[Item]:
        """All that is found, and all that is lost."""
        is_in_order, lost_from = self._stream.is_in_order, self._stream.place
        while self._stream.ensure(1):
            start = self._stream.place
            found = self._entry()
            if found is None:
                if is_in_order and self._source.data[self._source.pos] == _END:
                    self._source.pos += 1
                    self._current = None
                    lost_from = self._stream.place
                    continue
                is_in_order = False
                self._skip()
                continue
            if not is_in_order and (lost := LostBytes(lost_from, start)).start < lost.end:
                yield lost
                if isinstance(found, Document) and self._may_be_of_another(lost, found):
                    self._current = None
            if isinstance(found, Document):
                self._smallest = min(self._smallest or 1 << 62, self._stream.place - start)
                if self._current is None:
                    yield self._begin(FoundCollection(None, None, None))
                self._had += 1
                yield found
            else:
                yield self._begin(found)
            is_in_order, lost_from = True, self._stream.place
        if not is_in_order and lost_from < self._stream.place:
            yield LostBytes(lost_from, self._stream.place)

    def _begin(self, found: FoundCollection) -> FoundCollection:
        self._current, self._had = found, 0
        return found

    def _may_be_of_another(self, lost: LostBytes, found: Document) -> bool:
        """Whether the end of the collection may lie in lost bytes: all documents left would fit into them."""
        if self._current is None or self._current.announced is None:
            return True
        size = min(
            self._smallest or 1 << 62, len(found.embedding) + 2 * len(found.id.encode("utf-8", "replace"))
        )
        return (self._current.announced - self._had) * size <= lost.end - lost.start

    def _skip(self) -> None:
        """Go on to where an entry may begin: a text that comes twice, with a first field's number between."""
        source = self._source
        data, first = source.data, source.pos + 1
        while (first := data.find(_FIRST, first)) >= 0:
            head, length = _length_at(data, first + 1)
            start = first - head - length
            if start > source.pos and length and data.startswith(data[start:first], first + 1):
                source.pos = start
                return
            first += 1
        # The end of the window may cut such a text in two.
        last = source.end if self._stream.is_over else source.end - _ECHO_BYTES
        source.pos = max(source.pos + 1, last)

    def _entry(self) -> FoundCollection | Document | None:
        self._stream.ensure(_ECHO_BYTES)
        if not _is_repeated(self._source.data, self._source.pos):
            return None
        return self._stream.attempt(self._document) or self._stream.attempt(self._collection)

    def _collection(self) -> FoundCollection:
        """A collection up to its documents, the first of which must begin there."""
        source = self._source
        name = source.read_string()
        source.read_uint()
        source.read_string()
        delta, metadata = source.read_uint(), None
        if delta == 1:
            metadata = dict(self._metadata.read(source))
            delta = source.read_uint() + 1
        if delta != 2:
            self._refuse()
        count = source.read_uint()
        if count and not _is_repeated(source.data, source.pos):
            if source.end - source.pos < _ECHO_BYTES:
                raise source.truncated("the id of a document")
            self._refuse()
        if not count and source.data[source.pos : source.pos + 1] != bytes((_END,)):
            self._refuse()
        return FoundCollection(name, metadata, count)

    def _document(self) -> Document:
        source = self._source
        key = source.read_string()
        value = read_value(self._document_plan, source, 1 << 10)
        assert isinstance(value, Struct)
        document = Document.of(value, self._refuse)
        # A collection without documents would be one without a vector and a text, which chromem never has.
        if document.id != key or not (document.embedding or document.content):
            self._refuse()
        return document

    def _refuse(self) -> NoReturn:
        raise GobCorrupt("this is something else", self._stream.place)


def _is_repeated(data: bytes, place: int) -> bool:
    """Whether a text is here, and again as the first field of a struct."""
    head, length = _length_at(data, place)
    first = place + head + length
    if not length or data[first : first + 1] != bytes((_FIRST,)):
        return False
    return data.startswith(data[place:first], first + 1)


def _length_at(data: bytes, place: int) -> tuple[int, int]:
    """The length of a text, and before it of how many bytes that is itself; 0 where there is none."""
    head = data[place : place + 1]
    if not head or head[0] < 128:
        return 1, head[0] if head else 0
    width = 256 - head[0]
    length = int.from_bytes(data[place + 1 : place + 1 + width], "big") if width <= 2 else 0
    return 1 + width, length
