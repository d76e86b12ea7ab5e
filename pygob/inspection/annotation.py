"""Every byte of a stream explained: what it is, what it means, and where in the value it stands.

    >>> import pygob
    >>> from pygob.inspection.annotation import annotate
    >>> for note in annotate(pygob.dumps(True)):
    ...     print(note.start, note.end, note.role.value, "|", note.text)
    0 1 length | message of 3 bytes
    1 2 type id | bool
    2 3 zero | 0 before a value that is not a struct
    3 4 value | true

The notes of a stream follow each other without gaps and cover it to its last byte, damaged or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from pygob import types
from pygob._messages.files import Bytes
from pygob._messages.framing import GO_MESSAGE_BYTES
from pygob._messages.source import Source, count_as_int
from pygob._messages.varint import INT64_MAX, as_int32
from pygob._reading.value_plan import MAX_NAME_BYTES
from pygob._trampoline import Step, Trampoline
from pygob.errors import GobDecodeError
from pygob.inspection._wording import bytes_shown, count, opaque_shown, text_shown
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.values import Opaque
from pygob.wire import WIRE_TYPE, TypeTable

#: Longer texts and bytes are shown by their beginning.
SHOWN_CHARACTERS, SHOWN_BYTES = 60, 16

# So many notes are made ahead of those that were asked for.
_MOST_PENDING = 1000


# Kinds of types by the names of Go's interfaces.
_KIND_WORDS = {"gob": "GobEncoder", "binary": "BinaryMarshaler", "text": "TextMarshaler"}


class Role(StrEnum):
    """What bytes are for."""

    LENGTH = "length"  # of a message
    TYPE_ID = "type id"
    DEFINITION = "definition"  # the id that a type definition is for
    ZERO = "zero"  # before a value that is not a struct
    DELTA = "field delta"
    END = "end"  # of a struct
    COUNT = "count"
    NAME = "name"  # of the type in an interface
    SIZE = "size"  # of the value in an interface, or of what is left of a message
    VALUE = "value"
    UNREAD = "unread"  # left in a message after its value; Go passes over it
    DAMAGED = "damaged"


class Note(NamedTuple):
    """What some bytes of a stream are.

    Attributes:
        start: Offset of the first byte.
        end: Offset after the last byte; `start` for a remark that no byte stands for, such as a missing end.
        depth: How deep it is nested, 0 for the length of a message.
        role: What the bytes are for.
        text: What they say.
    """

    start: int
    end: int
    depth: int
    role: Role
    text: str


def annotate(data: Bytes, *, elements: int | None = None, limits: Limits = DEFAULT_LIMITS) -> Iterator[Note]:
    """Explain every byte of a stream.

    Where the stream is damaged, the rest of the message is one note that says why, and the next message is
    read as the beginning of a value.

    Args:
        data: The whole stream; a mapped file is read message by message.
        elements: How many elements of a slice or an array of numbers or booleans get a note of their own; the
            others share one. All do when None.
        limits: What the stream may cost.

    Yields:
        Notes in the order of the bytes, each beginning where the one before ends. No error is raised.
    """
    return Annotator(data, elements, limits).notes()


class Annotator:
    """One walk over a stream; each note covers what was read since the one before.

    Whoever wants to know where values, definitions and fields begin and end overrides `value_ended`,
    `definition_ended` and `field_ended`.
    """

    def __init__(self, data: Bytes, elements: int | None, limits: Limits) -> None:
        self._data = data
        self._elements = elements
        self._table = TypeTable()
        self._source = Source(limits, "list", self._table)
        self._noted = 0
        self._pending: list[Note] = []
        self._walk: Trampoline | None = None
        self._is_resting = False

    def notes(self) -> Iterator[Note]:
        """The notes of the whole stream."""
        while self._noted < len(self._data):
            try:
                stop, missing = self._begin_message()
            except GobDecodeError as error:
                self._note_to(len(self._data), Role.DAMAGED, 0, f"no message begins here: {error.message}")
                self._walk = None
            else:
                yield from self._message_notes(stop, missing)
            yield from self._taken()
        if self._walk is not None:
            yield Note(self._noted, self._noted, 0, Role.DAMAGED, "the stream ends before the value does")

    def value_ended(self, described: types.Type, start: int, end: int) -> None:
        """Called for every value that a message holds, with where its type id and its last byte are."""

    def definition_ended(self, type_id: int, start: int, end: int) -> None:
        """Called for every definition of a type."""

    def field_ended(self, described: types.Struct, number: int, start: int, end: int) -> None:
        """Called for every field that was sent, those of definitions too."""

    def _begin_message(self) -> tuple[int, int]:
        """Note the length of the next message and make its body the source's.

        Returns:
            Where it ends, and how many bytes are missing there.
        """
        source = self._source
        source.refill(self._data[self._noted : self._noted + 9], self._noted)
        length = source.read_uint()
        if length >= GO_MESSAGE_BYTES:
            raise source.corrupt(f"invalid message length {length}")
        if length > source.limits.message_bytes:
            raise source.exceeded("message_bytes", f"a message of {length:,} bytes")
        start = self._noted + source.pos
        there = min(length, len(self._data) - start)
        short = "" if there == length else f", of which {there:,} are there"
        self._note_to(start, Role.LENGTH, 0, f"message of {count(length, 'byte')}{short}")
        source.refill(self._data[start : start + length], start)
        return start + there, length - there

    def _taken(self) -> list[Note]:
        """The notes that nobody has seen yet."""
        taken, self._pending = self._pending, []
        return taken

    def _message_notes(self, stop: int, missing: int) -> Iterator[Note]:
        """The notes of a message, but for some last ones; of a large one some at a time."""
        if self._walk is None:
            self._walk = self._new_walk()
        try:
            while not self._walk.advance():
                if not self._is_resting:
                    break  # it goes on in the next message
                self._is_resting = False
                yield from self._taken()
            else:
                self._walk = None
        except GobDecodeError as error:
            self._walk = None
            where = f" at byte {error.offset:,}" if error.offset is not None else ""
            self._note_to(stop, Role.DAMAGED, 1, f"{error.message}{where}")
        else:
            if self._noted < stop:
                self._note_to(stop, Role.UNREAD, 1, "left over; Go passes over it")
            if missing:
                self._note_to(
                    stop, Role.DAMAGED, 1, f"the stream ends here: {count(missing, 'byte')} missing"
                )
                self._walk = None

    def _new_walk(self) -> Trampoline:
        """A walk that has asked for the message that the source has already."""
        source = self._source
        body, offset = source.data, source.offset
        source.refill(b"", offset)
        source.elements = source.limits.elements
        walk = Trampoline(self._top())
        walk.advance()
        source.refill(body, offset)
        return walk

    def _note(self, role: Role, depth: int, text: str) -> None:
        """Say what was read since the last note."""
        self._note_to(self._source.offset + self._source.pos, role, depth, text)

    def _note_to(self, end: int, role: Role, depth: int, text: str) -> None:
        self._pending.append(Note(self._noted, end, depth, role, text))
        self._noted = end

    # ---- the walk

    def _top(self) -> Step:
        start = self._noted
        described = yield from self._type_sequence(1, in_interface=False)
        yield from self._held(described, 1)
        self.value_ended(described, start, self._noted)

    def _held(self, described: types.Type, depth: int) -> Step:
        """The value of a message or of an interface."""
        if not isinstance(described, types.Struct):
            if self._source.read_uint():
                raise self._source.corrupt("gob: decode: corrupted data: non-zero delta for singleton")
            self._note(Role.ZERO, depth, "0 before a value that is not a struct")
        yield self._value(described, depth)

    def _type_sequence(self, depth: int, *, in_interface: bool) -> Step:
        """Definitions up to the type of a value; yields `None` where another message is needed."""
        source = self._source
        while True:
            if source.pos >= source.end:
                yield None
            type_id = as_int32(source.read_int())
            if type_id >= 0:
                plan = self._table.value_plan(type_id, source)
                self._note(Role.TYPE_ID, depth, _type_text(type_id, plan.type))
                return plan.type
            yield from self._definition(-type_id, depth)
            if source.pos < source.end:
                if not in_interface:
                    raise source.corrupt("extra data in buffer")
                size = source.read_uint()
                self._note(Role.SIZE, depth, f"{count(size, 'byte')} follow in this message")

    def _definition(self, type_id: int, depth: int) -> Step:
        """A definition is read twice: as it takes effect, and as the value that it is."""
        source = self._source
        start, begin = source.pos, self._noted
        refused: GobDecodeError | None = None
        try:
            definition = self._table.receive(type_id, source)
        except GobDecodeError as error:
            refused = error
        source.pos = start
        what = (
            "is refused"
            if refused
            else f"is defined: {_KIND_WORDS.get(definition.kind, definition.kind)} {definition.name}".rstrip()
        )
        self._note(Role.DEFINITION, depth, f"type {type_id} {what}")
        yield self._value(WIRE_TYPE, depth + 1)
        if refused is not None:
            raise refused
        self.definition_ended(type_id, begin, self._noted)

    def _value(self, described: types.Type, depth: int) -> Step:
        self._source.check_depth(depth)
        if len(self._pending) >= _MOST_PENDING:
            yield from self._rest()
        match described:
            case types.Struct():
                yield from self._struct(described, depth)
            case types.Slice() | types.Array() if not types.is_bytes(described):
                yield from self._sequence(described, depth)
            case types.Map():
                yield from self._map(described, depth)
            case _ if described.kind == "interface":
                yield from self._interface(depth)
            case _:
                self._leaf(described, depth)

    def _rest(self) -> Step:
        """Pause, for the notes so far to be taken, and not for another message."""
        self._is_resting = True
        yield None

    def _leaf(self, described: types.Type, depth: int, label: str = "") -> None:
        text = self._leaf_text(described)
        self._note(Role.VALUE, depth, f"{label}{text}")

    def _leaf_text(self, described: types.Type) -> str:
        source = self._source
        match described:
            case types.Opaque():
                data = source.take(source.length("GobDecoder data"))
                return opaque_shown(Opaque(described.name, described.marshaler, data), SHOWN_BYTES)
            case _ if types.is_bytes(described):
                return bytes_shown(source.read_bytes(), SHOWN_BYTES)
        match described.kind:
            case "bool":
                return "true" if source.read_bool() else "false"
            case "int":
                return str(source.read_int())
            case "uint":
                return str(source.read_uint())
            case "float":
                return repr(source.read_float())
            case "complex":
                return repr(source.read_complex()).replace("j", "i")
            case _:
                return text_shown(source.read_string(), SHOWN_CHARACTERS)

    def _struct(self, described: types.Struct, depth: int) -> Step:
        source = self._source
        fields = described.fields
        number = -1
        while source.pos < source.end:
            delta = source.read_uint()
            if not delta:
                self._note(Role.END, depth, f"end of {described.name or 'struct'}")
                return
            number += delta
            if delta > INT64_MAX or number >= len(fields):
                raise source.corrupt("gob: bad data: field numbers out of bounds")
            name, kind = fields[number]
            start = self._noted
            self._note(Role.DELTA, depth, f"+{delta}: {name} {kind.short_text()}")
            yield self._value(kind, depth + 1)
            self.field_ended(described, number, start, self._noted)
        # A struct may end with its message.

    def _sequence(self, described: types.Slice | types.Array, depth: int) -> Step:
        source = self._source
        length = source.read_uint()
        if isinstance(described, types.Array) and length != described.length % (1 << 64):
            raise source.corrupt(f"gob: length mismatch in decodeArray: {length}, not {described.length}")
        if length > INT64_MAX:
            raise source.corrupt(f"gob: slice too big: {length} elements")
        self._note(Role.COUNT, depth, count(length, "element"))
        elem = described.elem
        simple = elem.kind in ("bool", "int", "uint", "float", "complex")
        alone = length if self._elements is None or not simple else min(length, self._elements)
        for index in range(length):
            if source.pos >= source.end:
                raise source.truncated(f"gob: length exceeds input size ({length:,} elements)")
            source.spend_elements(1)
            if len(self._pending) >= _MOST_PENDING:
                yield from self._rest()
            if index >= alone:
                self._leaf_text(elem)
            elif simple:
                self._leaf(elem, depth + 1, f"[{index}] ")
            else:
                yield self._value(elem, depth + 1)
        if alone < length:
            self._note(Role.VALUE, depth + 1, f"[{alone}] to [{length - 1}]: {elem.short_text()}")

    def _map(self, described: types.Map, depth: int) -> Step:
        source = self._source
        sent = source.read_uint()
        self._note(Role.COUNT, depth, count(sent, "entry"))
        for _ in range(count_as_int(sent)):
            at_end = source.pos >= source.end
            source.spend_elements(1)
            yield self._value(described.key, depth + 1)
            yield self._value(described.elem, depth + 2)
            if at_end:
                return

    def _interface(self, depth: int) -> Step:
        source = self._source
        length = source.length("type name")
        if length > MAX_NAME_BYTES:
            raise source.corrupt(f"gob: name too long ({length} bytes)")
        name = source.take(length).decode("utf-8", "surrogateescape")
        if not name:
            self._note(Role.NAME, depth, "nil interface")
            return
        self._note(Role.NAME, depth, f"holds a {text_shown(name, SHOWN_CHARACTERS)}")
        described = yield from self._type_sequence(depth + 1, in_interface=True)
        size = source.read_uint()
        self._note(Role.SIZE, depth + 1, f"value of {count(size, 'byte')}")
        yield from self._held(described, depth + 1)


def _type_text(type_id: int, described: types.Type) -> str:
    text = described.short_text()
    return text if type_id < types.INTERFACE_ID + 1 else f"{text} (type {type_id})"
