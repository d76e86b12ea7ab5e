"""The words in which Go's decoder refuses a chromem record, which chromem passes on.

pygob names a fault by what is wrong and where, and compares types once the value is read. Go compares them
before, stops at the first fault of its own order, and often says less. What an application will print has to
be Go's words to the letter, so the bytes that pygob has refused are followed here once more in Go's order.

Source: Go's encoding/gob, decoder.go and decode.go, for `struct { Name string; Metadata map[string]string }`
and chromem-go v0.7.0's `Document` as destinations, in a process that has encoded nothing yet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from pygob import types
from pygob._destination.fitting import MAX_FLOAT32
from pygob._messages.framing import GO_MESSAGE_BYTES
from pygob._messages.varint import INT64_MAX, as_int32, float_value, signed
from pygob.wire import FIRST_USER_ID, INT32_MAX, INT32_MIN

_BOOL, _INT, _UINT, _FLOAT, _BYTES, _STRING, _COMPLEX, _INTERFACE = (
    basic.id
    for basic in (
        types.BOOL,
        types.INT,
        types.UINT,
        types.FLOAT,
        types.BYTES,
        types.STRING,
        types.COMPLEX,
        types.INTERFACE,
    )
)
# Go would go on; a file that needs more steps than this to be refused is described in pygob's words.
_MOST_STEPS = 1_000_000

Operation: TypeAlias = Callable[[], Any]


@dataclass(slots=True)
class _Wire:
    """A definition as Go holds it: of every kind that it was sent as."""

    name: str = ""
    fields: Sequence[tuple[str, int]] | None = None  # of a struct
    array: tuple[int, int] | None = None  # element and length
    slice: int | None = None
    map: tuple[int, int] | None = None
    is_marshaler: bool = False


@dataclass(slots=True)
class _Later:
    """What passes over a value; empty while the types inside it are being looked at."""

    run: Operation | None = None

    def __call__(self) -> None:
        assert self.run is not None
        self.run()


_COMMON = "CommonType = struct { Name string; Id int; }"
_FIELD = "fieldType = struct { Name string; Id int; }"
_ARRAY = f"arrayType = struct {{ CommonType {_COMMON}; Elem int; Len int; }}"
# How Go describes the types that it needs for definitions, and the fields of those that are structs.
_TEXTS = {
    **dict.fromkeys(range(_INTERFACE + 1, 16), "_reserved1"),
    16: f"wireType = struct {{ ArrayT {_ARRAY}; "
    "SliceT sliceType = struct { CommonType CommonType; Elem int; }; "
    f"StructT structType = struct {{ CommonType CommonType; Field []{_FIELD}; }}; "
    "MapT mapType = struct { CommonType CommonType; Key int; Elem int; }; "
    "GobEncoderT gobEncoderType = struct { CommonType CommonType; }; "
    "BinaryMarshalerT gobEncoderType; TextMarshalerT gobEncoderType; }",
    17: _ARRAY,
    18: _COMMON,
    19: f"sliceType = struct {{ CommonType {_COMMON}; Elem int; }}",
    20: f"structType = struct {{ CommonType {_COMMON}; Field []{_FIELD}; }}",
    21: _FIELD,
    22: f"[]{_FIELD}",
    23: f"mapType = struct {{ CommonType {_COMMON}; Key int; Elem int; }}",
    24: f"gobEncoderType = struct {{ CommonType {_COMMON}; }}",
}
_BUILTIN_STRUCTS = {
    16: _Wire(
        "wireType",
        [
            ("ArrayT", 17),
            ("SliceT", 19),
            ("StructT", 20),
            ("MapT", 23),
            ("GobEncoderT", 24),
            ("BinaryMarshalerT", 24),
            ("TextMarshalerT", 24),
        ],
    ),
    17: _Wire("arrayType", [("CommonType", 18), ("Elem", _INT), ("Len", _INT)]),
    18: _Wire("CommonType", [("Name", _STRING), ("Id", _INT)]),
    19: _Wire("sliceType", [("CommonType", 18), ("Elem", _INT)]),
    20: _Wire("structType", [("CommonType", 18), ("Field", 22)]),
    21: _Wire("fieldType", [("Name", _STRING), ("Id", _INT)]),
    23: _Wire("mapType", [("CommonType", 18), ("Key", _INT), ("Elem", _INT)]),
    24: _Wire("gobEncoderType", [("CommonType", 18)]),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """One of the two types that chromem decodes into.

    Attributes:
        text: The type as Go prints it.
        name: Its name; "" of the unnamed one.
        fields: Go's text of each field's type, by the field's name.
    """

    text: str
    name: str
    fields: dict[str, str]


METADATA = Destination(
    "struct { Name string; Metadata map[string]string }",
    "",
    {"Name": "string", "Metadata": "map[string]string"},
)
DOCUMENT = Destination(
    "chromem.Document",
    "Document",
    {"ID": "string", "Metadata": "map[string]string", "Embedding": "[]float32", "Content": "string"},
)


class _RefusedError(Exception):
    """Go refuses the bytes; the argument is what it says."""


class _GivenUpError(Exception):
    """Go would go on for longer than it is followed."""


def go_words(data: bytes, ending: str | None, destination: Destination) -> str | None:
    """What Go's decoder says about bytes that it refuses.

    Args:
        data: The gob bytes, as far as a gzip reader gives them.
        ending: What the gzip reader says where they end, if that is not a clean end.
        destination: What they are decoded into.

    Returns:
        The error text; or None where none was found, or only after more than a million steps.
    """
    try:
        _Decoding(data, ending, destination).run()
    except _RefusedError as refused:
        return str(refused)
    except (_GivenUpError, RecursionError):
        return None
    return None


class _Decoding:
    """One run of Go's `Decode`: the input, the message that is being read, and the types defined."""

    def __init__(self, data: bytes, ending: str | None, destination: Destination) -> None:
        self._data, self._ending, self._destination = data, ending, destination
        self._pos = self._end = 0  # of the message; the next one begins at its end
        self._wires: dict[int, _Wire] = {}
        self._ignored: dict[int, _Later] = {}
        self._steps = 0

    def run(self) -> None:
        """Read the first value.

        Raises:
            _RefusedError: As Go does.
        """
        type_id = self._type_sequence(inside_interface=False)
        wire = self._struct_wire(type_id)
        operations: list[Operation] = []
        matched = 0
        for name, field_id in wire.fields or ():
            _check_name(name, wire)
            text = self._destination.fields.get(name)
            if text is None:
                operations.append(self._ignoring(field_id, {}))
                continue
            if not self._fits(text, field_id):
                raise _gob(f"wrong type ({text}) for received field {wire.name}.{name}")
            operations.append(self._reading(text, name))
            matched += 1
        if operations and not matched and type_id in self._wires:
            raise _gob(f"type mismatch: no fields matched compiling decoder for {self._destination.name}")
        self._struct(operations)

    # Messages and definitions.

    def _type_sequence(self, *, inside_interface: bool) -> int:
        """Read definitions, up to the type id of a value."""
        is_first = True
        while True:
            if self._pos == self._end:
                self._next_message(is_first=is_first)
            type_id = as_int32(signed(self._read_uint(self._end, "EOF")))
            if type_id >= 0:
                return type_id
            self._define(-type_id)
            if self._pos < self._end:
                if not inside_interface:
                    raise _RefusedError("extra data in buffer")
                self._read_uint(self._end, "EOF")
            is_first = False

    def _next_message(self, *, is_first: bool) -> None:
        end = len(self._data)
        length = self._read_uint(end, self._ending or ("EOF" if is_first else "unexpected EOF"), self._ending)
        if length >= GO_MESSAGE_BYTES:
            raise _RefusedError("invalid message length")
        if length > end - self._pos:
            raise _RefusedError(self._ending or "unexpected EOF")
        self._end = self._pos + length

    def _read_uint(self, end: int, at_end: str, cut: str | None = None) -> int:
        """Read a number as Go does outside of values, where it says other things about missing bytes."""
        return self._number(end, at_end, lambda _width, _left: _RefusedError(cut or "unexpected EOF"))

    def _define(self, type_id: int) -> None:
        if not FIRST_USER_ID <= type_id <= INT32_MAX or type_id in self._wires:
            raise _gob("duplicate type received")
        marshaler = partial(self._struct, [self._common])
        array = partial(self._struct, [self._common, self._id("Elem"), self._int])
        slice_ = partial(self._struct, [self._common, self._id("Elem")])
        struct = partial(self._struct, [self._common, self._fields])
        map_ = partial(self._struct, [self._common, self._id("Key"), self._id("Elem")])
        sent = self._struct([array, slice_, struct, map_, marshaler, marshaler, marshaler])
        wire = self._wires[type_id] = _Wire(is_marshaler=any(number in sent for number in (4, 5, 6)))
        if 0 in sent:
            wire.array = sent[0].get(1, 0), sent[0].get(2, 0)
        if 1 in sent:
            wire.slice = sent[1].get(1, 0)
        if 2 in sent:
            wire.name, wire.fields = sent[2].get(0, ""), sent[2].get(1, ())
        if 3 in sent:
            wire.map = sent[3].get(1, 0), sent[3].get(2, 0)

    def _common(self) -> str:
        """Read the part that all definitions begin with, for its name."""
        return str(self._struct([self._string, self._id("Id")]).get(0, ""))

    def _fields(self) -> list[tuple[str, int]]:
        parts = [
            self._struct([self._string, self._id("Id")]) for _ in self._elements("gob.fieldType", 24, "")
        ]
        return [(part.get(0, ""), part.get(1, 0)) for part in parts]

    def _id(self, name: str) -> Operation:
        """What reads a type id, which is an int32."""

        def read() -> int:
            value = self._int()
            if not INT32_MIN <= value <= INT32_MAX:
                raise _overflow(name)
            return value

        return read

    # Comparing types, before any value is read.

    def _struct_wire(self, type_id: int) -> _Wire:
        wire = _BUILTIN_STRUCTS.get(type_id) or self._wires.get(type_id)
        if wire is None and type_id not in range(1, 25):
            raise _gob("unknown type id or corrupted data")
        if wire is None or wire.fields is None:
            raise _gob(f"type mismatch in decoder: want struct type {self._destination.text}; got non-struct")
        return wire

    def _fits(self, text: str, type_id: int) -> bool:
        wire = self._wires.get(type_id, _Wire())
        if wire.is_marshaler:
            return False
        if text == "string":
            return type_id == _STRING
        return wire.map == (_STRING, _STRING) if text.startswith("map") else wire.slice == _FLOAT

    def _reading(self, text: str, name: str) -> Operation:
        if text == "string":
            return self._string
        return self._map if text.startswith("map") else partial(self._embedding, name)

    def _ignoring(self, type_id: int, begun: dict[int, _Later]) -> Operation:
        """What passes over a value of a type that the destination has no place for."""
        self._step()
        if type_id in begun:
            return begun[type_id]
        if type_id in _IGNORED_BASICS:
            return partial(_IGNORED_BASICS[type_id], self)
        later = begun[type_id] = _Later()
        wire = self._wires.get(type_id)
        if type_id == _INTERFACE:
            later.run = self._ignore_interface
        elif wire is None:
            raise _gob(f"bad data: undefined type {_TEXTS.get(type_id, '<nil>')}")
        elif wire.array is not None:
            later.run = partial(self._ignore_array, self._ignoring(wire.array[0], begun), wire.array[1])
        elif wire.map is not None:
            key, elem = (self._ignoring(part, begun) for part in wire.map)
            later.run = partial(self._ignore_map, key, elem)
        elif wire.slice is not None:
            later.run = partial(self._ignore_slice, self._ignoring(wire.slice, begun))
        elif wire.fields is not None:
            later.run = self._ignoring_struct(type_id, wire)
        elif wire.is_marshaler:
            later.run = partial(self._skip, "GobDecoder: length too large for buffer")
        else:
            raise _gob("bad data: ignore can't handle type <nil>")
        return later

    def _ignoring_struct(self, type_id: int, wire: _Wire) -> Operation:
        known = self._ignored.get(type_id)
        if known is None:
            known = self._ignored[type_id] = _Later()
            operations: list[Operation] = []
            for name, field_id in wire.fields or ():
                _check_name(name, wire)
                operations.append(self._ignoring(field_id, {}))
            known.run = partial(self._ignore_struct, operations)
        return known

    # Values.

    def _struct(self, operations: Sequence[Operation]) -> dict[int, Any]:
        """Read a struct, as far as the message goes: what each field's operation gives, by its number."""
        return self._numbered(operations, "decode")

    def _ignore_struct(self, operations: Sequence[Operation]) -> None:
        self._numbered(operations, "ignore decode")

    def _numbered(self, operations: Sequence[Operation], verb: str) -> dict[int, Any]:
        sent: dict[int, Any] = {}
        number = -1
        while self._pos < self._end:
            delta = _signed64(self._uint())
            if delta < 0:
                raise _gob(f"{verb}: corrupted data: negative delta")
            if delta == 0:
                break
            number += delta
            if number >= len(operations):
                raise _gob("bad data: field numbers out of bounds")
            sent[number] = operations[number]()
        return sent

    def _uint(self) -> int:
        return self._number(self._end, "EOF", _too_long)

    def _number(self, end: int, at_end: str, too_long: Callable[[int, int], _RefusedError]) -> int:
        """Read an unsigned integer.

        Args:
            end: Where the bytes end.
            at_end: What Go says where there are none left.
            too_long: The same of a number of more bytes than there are, by its bytes and those left.
        """
        if self._pos >= end:
            raise _RefusedError(at_end)
        first = self._data[self._pos]
        self._pos += 1
        if first < 128:
            return first
        width = 256 - first
        if width > 8:
            raise _gob("encoded unsigned integer out of range")
        if width > end - self._pos:
            raise too_long(width, end - self._pos)
        self._pos += width
        return int.from_bytes(self._data[self._pos - width : self._pos], "big")

    def _int(self) -> int:
        return signed(self._uint())

    def _length(self, refusal: str) -> int:
        """Read a count of bytes that must be in the message."""
        count = self._uint()
        if count > self._end - self._pos:
            raise _gob(refusal)
        return count

    def _skip(self, refusal: str) -> None:
        length = self._length(refusal)  # moves on
        self._pos += length

    def _string(self) -> str:
        length = self._length("bad string slice length: 0")
        self._pos += length
        return self._data[self._pos - length : self._pos].decode("utf-8", "surrogateescape")

    def _map(self) -> None:
        for _ in range(_signed64(self._uint())):
            self._string()
            self._string()

    def _embedding(self, name: str) -> None:
        for _ in self._elements("float32", 4, "float32 "):
            size = abs(float_value(self._uint()))
            if MAX_FLOAT32 < size <= sys.float_info.max:
                raise _overflow(f"element of {name}")

    def _elements(self, text: str, size: int, kind: str) -> Iterator[None]:
        """Read the length of a slice that Go keeps, then give its elements their turns."""
        count = self._uint()
        if count * size > GO_MESSAGE_BYTES:
            raise _gob(f"{text} slice too big: {count} elements of {size} bytes")
        return self._turns(count, kind)

    def _turns(self, count: int, kind: str = "") -> Iterator[None]:
        for _ in range(count):
            if self._pos == self._end:
                raise _gob(f"decoding {kind}array or slice: length exceeds input size ({count} elements)")
            yield

    def _ignore_two(self) -> None:
        self._uint()
        self._uint()

    def _ignore_bytes(self) -> None:
        self._skip("slice length too large")

    def _ignore_slice(self, elem: Operation) -> None:
        for _ in self._turns(_signed64(self._uint())):
            elem()

    def _ignore_array(self, elem: Operation, length: int) -> None:
        if self._uint() != length % (1 << 64):
            raise _gob("length mismatch in ignoreArray")
        for _ in self._turns(length):
            elem()

    def _ignore_map(self, key: Operation, elem: Operation) -> None:
        for _ in range(_signed64(self._uint())):
            self._step()  # structs need no bytes at the end of a message
            key()
            elem()

    def _ignore_interface(self) -> None:
        self._skip("bad interface encoding: name too large for buffer")
        self._type_sequence(inside_interface=True)
        self._skip("bad interface encoding: data length too large for buffer")

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise _GivenUpError


_IGNORED_BASICS: dict[int, Callable[[_Decoding], Any]] = {
    _BOOL: _Decoding._uint,
    _INT: _Decoding._uint,
    _UINT: _Decoding._uint,
    _FLOAT: _Decoding._uint,
    _BYTES: _Decoding._ignore_bytes,
    _STRING: _Decoding._ignore_bytes,
    _COMPLEX: _Decoding._ignore_two,
}


def _check_name(name: str, wire: _Wire) -> None:
    if not name:
        raise _gob(f"empty name for remote field of type {wire.name}")


def _gob(text: str) -> _RefusedError:
    return _RefusedError(f"gob: {text}")


def _too_long(width: int, left: int) -> _RefusedError:
    return _gob(f"invalid uint data length {width}: exceeds input size {left}")


def _overflow(name: str) -> _RefusedError:
    return _RefusedError(f'value for "{name}" out of range')


def _signed64(value: int) -> int:
    """Go's int of a uint64."""
    return value if value <= INT64_MAX else value - (1 << 64)
