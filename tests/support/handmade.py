"""One malformed stream for every error that encoding/gob knows, and sound ones that look wrong.

Written by hand from Go's decoder (decode.go, decoder.go); `tests/differential/test_malformed.py` asks real Go
whether it agrees.
"""

from __future__ import annotations

from typing import NamedTuple

from pygob import Interface, Opaque
from tests.support.raw import (
    BOOL,
    BYTES,
    COMPLEX,
    FLOAT,
    INT,
    INTERFACE,
    SINGLETON,
    STRING,
    UINT,
    body_of,
    define_array,
    define_map,
    define_marshaler,
    define_slice,
    define_struct,
    float_,
    int_,
    message,
    struct_body,
    text,
    uint,
    value,
)

ID = 64
POINT = define_struct(ID, [("X", INT), ("Y", INT)], "Point")
ANYS = define_slice(ID, INTERFACE)
OUT_OF_RANGE = bytes([0x80])
"""No unsigned integer begins like this."""


class Malformed(NamedTuple):
    """A stream that Go refuses.

    Attributes:
        data: The stream.
        error: A piece of our message.
        truncated: Whether more bytes, and no others, could make it right.
    """

    data: bytes
    error: str
    truncated: bool = False


def interface(name: str, *parts: bytes) -> bytes:
    """An interface value up to its type id, and what follows."""
    return text(name) + b"".join(parts)


MALFORMED: dict[str, Malformed] = {
    # primitives
    "uint of 9 bytes": Malformed(value(UINT, SINGLETON, bytes([0xF7]), bytes(9)), "out of range"),
    "uint that begins with 0x80": Malformed(value(UINT, SINGLETON, OUT_OF_RANGE), "out of range"),
    "uint past the message": Malformed(
        value(UINT, SINGLETON, b"\xfe\x01"), "invalid uint data length 2", True
    ),
    "bool out of range": Malformed(value(BOOL, SINGLETON, OUT_OF_RANGE), "out of range"),
    "float out of range": Malformed(value(FLOAT, SINGLETON, OUT_OF_RANGE), "out of range"),
    "complex without its imaginary part": Malformed(value(COMPLEX, SINGLETON, float_(1)), "EOF", True),
    "string past the message": Malformed(value(STRING, SINGLETON, uint(5), b"abc"), "string length", True),
    "bytes past the message": Malformed(value(BYTES, SINGLETON, uint(5), b"abc"), "slice length", True),
    "string of 2^63 bytes": Malformed(value(STRING, SINGLETON, uint(1 << 63)), "string length", True),
    "bytes of 2^64 - 1 bytes": Malformed(value(BYTES, SINGLETON, uint((1 << 64) - 1)), "slice length", True),
    "value without its bytes": Malformed(value(INT, SINGLETON), "EOF", True),
    # messages
    "message of no bytes": Malformed(message(), "EOF", True),
    "message of no bytes between values": Malformed(value(INT, SINGLETON, b"\2") + message(), "EOF", True),
    "message length 2^33": Malformed(uint(1 << 33) + bytes(64), "invalid message length"),
    "message length 2^64 - 1": Malformed(uint((1 << 64) - 1) + bytes(64), "invalid message length"),
    "message length out of range": Malformed(OUT_OF_RANGE + bytes(64), "out of range"),
    "message cut": Malformed(value(STRING, SINGLETON, text("hello"))[:-1], "unexpected EOF", True),
    "message length cut": Malformed(b"\xfe\x01", "unexpected EOF", True),
    "definitions without a value": Malformed(POINT, "unexpected EOF", True),
    "type id alone": Malformed(value(INT), "EOF", True),
    "no zero before a value that is not a struct": Malformed(
        value(INT, b"\1\2"), "non-zero delta for singleton"
    ),
    "extra bytes after a definition": Malformed(
        message(body_of(POINT), b"\0") + value(ID, struct_body()), "extra data in buffer"
    ),
    # type ids
    "value of type 0": Malformed(value(0, SINGLETON, b"\2"), "undefined type"),
    "value of a type never defined": Malformed(value(ID, SINGLETON, b"\2"), "undefined type"),
    "value of a bootstrap type": Malformed(value(16, struct_body()), "undefined type"),
    "value of the last bootstrap type": Malformed(value(23, struct_body()), "undefined type"),
    "value of a reserved id": Malformed(value(9, SINGLETON, b"\2"), "undefined type"),
    # definitions
    "definition below the first user id": Malformed(
        define_slice(63, INT) + value(INT, SINGLETON, b"\2"), "duplicate type received"
    ),
    "definition of a basic type": Malformed(define_slice(2, INT) + value(INT, SINGLETON, b"\2"), "duplicate"),
    "definition of -2^31": Malformed(
        message(int_(-(1 << 31)), struct_body((1, struct_body((1, int_(INT))))))
        + value(INT, SINGLETON, b"\2"),
        "duplicate type received",
    ),
    "definition given twice": Malformed(POINT + POINT + value(ID, struct_body()), "duplicate type received"),
    "definition given again after a value": Malformed(
        POINT + value(ID, struct_body()) + POINT + value(ID, struct_body()), "duplicate type received"
    ),
    "definition of nothing": Malformed(
        message(int_(-ID), struct_body()) + value(ID, SINGLETON, b"\2"), "can't handle type"
    ),
    "definition of an eighth kind": Malformed(
        message(int_(-ID), struct_body((7, struct_body()))) + value(INT, SINGLETON, b"\2"), "out of bounds"
    ),
    "definition cut": Malformed(
        message(body_of(POINT)[:9]) + value(ID, struct_body()), "string length", True
    ),
    "id in a definition past int32": Malformed(
        define_slice(ID, 1 << 31) + value(INT, SINGLETON, b"\2"), "out of range"
    ),
    "common id past int32": Malformed(
        define_struct(ID, [("X", INT)], common_id=-(1 << 31) - 1) + value(ID, struct_body()), "out of range"
    ),
    "field type never defined, nor sent": Malformed(
        define_struct(ID, [("X", INT), ("Y", 99)]) + value(ID, struct_body((0, b"\2"))), "undefined type"
    ),
    "element type never defined, nothing sent": Malformed(
        define_slice(ID, 99) + value(ID, SINGLETON, b"\0"), "undefined type"
    ),
    "field without a name": Malformed(
        define_struct(ID, [("X", INT), ("", INT)]) + value(ID, struct_body()), "empty name for remote field"
    ),
    "name in a definition past the message": Malformed(
        message(int_(-ID), b"\3\1\1", uint(200), b"Point"), "string length", True
    ),
    "definition of two million fields": Malformed(
        message(int_(-ID), b"\3\2", uint(2_000_000)) + value(ID, struct_body()),
        "length exceeds input size",
        True,
    ),
    # structs
    "field past the last": Malformed(
        POINT + value(ID, struct_body((2, b"\2"))), "field numbers out of bounds"
    ),
    "field far past the last": Malformed(
        POINT + value(ID, uint((1 << 63) - 1), b"\2\0"), "field numbers out of bounds"
    ),
    "field delta of 2^63": Malformed(POINT + value(ID, uint(1 << 63), b"\2\0"), "negative delta"),
    "field delta without its field": Malformed(POINT + value(ID, b"\1"), "EOF", True),
    "field delta out of range": Malformed(POINT + value(ID, b"\x88\2\0"), "out of range"),
    # slices, arrays, maps
    "slice longer than its message": Malformed(
        define_slice(ID, INT) + value(ID, SINGLETON, uint(3), b"\2\2"), "length exceeds input size", True
    ),
    "slice of 2^40 floats": Malformed(
        define_slice(ID, FLOAT) + value(ID, SINGLETON, uint(1 << 40), b"\0"),
        "length exceeds input size",
        True,
    ),
    "slice of 2^40 empty structs": Malformed(
        define_slice(ID, ID + 1) + define_struct(ID + 1, []) + value(ID, SINGLETON, uint(1 << 40), bytes(9)),
        "length exceeds input size",
        True,
    ),
    "slice of 2^63 elements": Malformed(
        define_slice(ID, INT) + value(ID, SINGLETON, uint(1 << 63)), "slice too big"
    ),
    "slice of 2^64 - 1 elements": Malformed(
        define_slice(ID, STRING) + value(ID, SINGLETON, uint((1 << 64) - 1)), "slice too big"
    ),
    "array of another length": Malformed(
        define_array(ID, INT, 3) + value(ID, SINGLETON, uint(2), b"\2\2"), "length mismatch"
    ),
    "array longer than its message": Malformed(
        define_array(ID, INT, 3) + value(ID, SINGLETON, uint(3), b"\2\2"), "length exceeds input size", True
    ),
    "array of 2^40 elements": Malformed(
        define_array(ID, INT, 1 << 40) + value(ID, SINGLETON, uint(1 << 40), b"\2"),
        "length exceeds input size",
        True,
    ),
    "map longer than its message": Malformed(
        define_map(ID, STRING, INT) + value(ID, SINGLETON, uint(2), text("k"), b"\2"), "EOF", True
    ),
    "map key without its element": Malformed(
        define_map(ID, STRING, INT) + value(ID, SINGLETON, uint(1), text("k")), "EOF", True
    ),
    # interfaces
    "interface name past the message": Malformed(
        ANYS + value(ID, SINGLETON, b"\1", uint(9), b"int"), "type name length", True
    ),
    "interface name of 1025 bytes": Malformed(
        ANYS + value(ID, SINGLETON, b"\1", text("n" * 1025), int_(INT), b"\2\0\2"), "name too long"
    ),
    "interface without a type": Malformed(ANYS + value(ID, SINGLETON, b"\1", interface("int")), "EOF", True),
    "interface of a type never defined": Malformed(
        ANYS + value(ID, SINGLETON, b"\1", interface("int", int_(80), b"\2\0\2")), "undefined type"
    ),
    "interface without the zero": Malformed(
        ANYS + value(ID, SINGLETON, b"\1", interface("int", int_(INT), b"\2\1\2")),
        "non-zero delta for singleton",
    ),
    "interface that defines a type again": Malformed(
        ANYS + value(ID, SINGLETON, b"\1", interface("T", body_of(ANYS))), "duplicate type received"
    ),
    "interface that ends after a definition": Malformed(
        ANYS + value(ID, SINGLETON, b"\1", interface("T", body_of(define_slice(65, INT)))),
        "unexpected EOF",
        True,
    ),
    # values that marshal themselves
    "marshaler past the message": Malformed(
        define_marshaler(ID, 4) + value(ID, SINGLETON, uint(5), b"abc"), "GobDecoder data length", True
    ),
    "marshaler of 2^63 bytes": Malformed(
        define_marshaler(ID, 5) + value(ID, SINGLETON, uint(1 << 63)), "GobDecoder data length", True
    ),
}

SOUND: dict[str, tuple[bytes, object]] = {
    "over-long uint": (value(UINT, SINGLETON, bytes.fromhex("f80000000000000005")), 5),
    "over-long uint of one byte": (value(UINT, SINGLETON, bytes.fromhex("ff05")), 5),
    "over-long message length": (bytes.fromhex("fe0003") + value(INT, SINGLETON, b"\2")[1:], 1),
    "over-long type id": (message(bytes.fromhex("f80000000000000004"), SINGLETON, b"\2"), 1),
    "bool of 2": (value(BOOL, SINGLETON, b"\2"), True),
    "bool of 2^64 - 1": (value(BOOL, SINGLETON, uint((1 << 64) - 1)), True),
    "bytes after a value": (value(INT, SINGLETON, b"\2", b"rest"), 1),
    "string of no bytes": (value(STRING, SINGLETON, b"\0"), ""),
    "type id cut to int32": (value((1 << 32) + INT, SINGLETON, b"\2"), 1),
    "type id 2^31 beyond, twice": (value((3 << 32) + STRING, SINGLETON, text("x")), "x"),
    "definition nothing uses": (POINT + value(INT, SINGLETON, b"\2"), 1),
    "unused definition that nothing could use": (
        message(int_(-ID), struct_body()) + define_slice(65, 99) + value(INT, SINGLETON, b"\2"),
        1,
    ),
    "struct without its terminator": (POINT + value(ID, b"\1\2\1\4"), {"X": 1, "Y": 2}),
    "struct of no bytes": (POINT + value(ID), {"X": 0, "Y": 0}),
    "zero sent": (POINT + value(ID, struct_body((0, b"\0"))), {"X": 0, "Y": 0}),
    "nested struct without its terminator": (
        define_struct(ID, [("P", ID + 1)]) + define_struct(ID + 1, [("X", INT)]) + value(ID, b"\1\1\2"),
        {"P": {"X": 1}},
    ),
    "map of 2^63 entries, which Go takes for none": (
        define_map(ID, STRING, INT) + value(ID, SINGLETON, uint(1 << 63)),
        {},
    ),
    "map of 2^64 - 1 entries, which Go takes for none": (
        define_map(ID, STRING, INT) + value(ID, SINGLETON, uint((1 << 64) - 1)),
        {},
    ),
    "map with one key twice": (
        define_map(ID, STRING, INT) + value(ID, SINGLETON, b"\2", text("k"), b"\2", text("k"), b"\4"),
        {"k": 2},
    ),
    "interface with a wrong byte count": (
        ANYS + value(ID, SINGLETON, b"\1", interface("int", int_(INT), uint(99), b"\0\2")),
        [Interface("int", 1)],
    ),
    "marshaler of no bytes": (
        define_marshaler(ID, 4, "T") + value(ID, SINGLETON, b"\0"),
        Opaque("T", "gob", b""),
    ),
    "array of no elements": (define_array(ID, INT, 0) + value(ID, SINGLETON, b"\0"), ()),
}
"""Streams that Go accepts, with the value they hold."""
