"""Streams written byte by byte, for what Go's encoder would never send.

Nothing here uses pygob: a test that builds its input with this says on its own what the bytes are.
"""

from __future__ import annotations

import struct

BOOL, INT, UINT, FLOAT, BYTES, STRING, COMPLEX, INTERFACE = range(1, 9)
"""Ids of the types that need no definition."""


def uint(value: int) -> bytes:
    """An unsigned integer in its shortest form."""
    if value < 128:
        return bytes([value])
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([256 - len(data)]) + data


def int_(value: int) -> bytes:
    """A signed integer in its shortest form."""
    return uint(~value << 1 | 1 if value < 0 else value << 1)


def float_(value: float) -> bytes:
    """A float64."""
    return uint(int.from_bytes(struct.pack("<d", value), "big"))


def text(value: str | bytes) -> bytes:
    """A string or bytes: the count, then the bytes."""
    data = value.encode() if isinstance(value, str) else value
    return uint(len(data)) + data


def message(*parts: bytes) -> bytes:
    """A message of the stream: its length, then its body."""
    body = b"".join(parts)
    return uint(len(body)) + body


def value(type_id: int, *parts: bytes) -> bytes:
    """A message with a value; what is not a struct starts with `SINGLETON`."""
    return message(int_(type_id), *parts)


SINGLETON = b"\0"
"""What comes before a top-level value that is not a struct."""


def struct_body(*fields: tuple[int, bytes]) -> bytes:
    """The fields of a struct as (number, bytes), and its end."""
    parts, last = [], -1
    for number, data in fields:
        parts.append(uint(number - last) + data)
        last = number
    return b"".join(parts) + b"\0"


def common(name: str | bytes, type_id: int) -> bytes:
    """The CommonType of a definition."""
    fields = [(0, text(name))] if name else []
    return struct_body(*fields, *([(1, int_(type_id))] if type_id else []))


def _definition(type_id: int, kind: int, body: bytes) -> bytes:
    return message(int_(-type_id), struct_body((kind, body)))


def define_array(type_id: int, elem: int, length: int, name: str = "") -> bytes:
    """The definition of an array type."""
    body = struct_body((0, common(name, type_id)), (1, int_(elem)), *([(2, int_(length))] if length else []))
    return _definition(type_id, 0, body)


def define_slice(type_id: int, elem: int, name: str = "") -> bytes:
    """The definition of a slice type."""
    return _definition(type_id, 1, struct_body((0, common(name, type_id)), (1, int_(elem))))


def define_struct(
    type_id: int,
    fields: list[tuple[str | bytes, int]],
    name: str | bytes = "S",
    *,
    common_id: int | None = None,
) -> bytes:
    """The definition of a struct type, its fields as (name, type id)."""
    listed = uint(len(fields)) + b"".join(
        struct_body(*([(0, text(field))] if field else []), *([(1, int_(t))] if t else []))
        for field, t in fields
    )
    parts = [(0, common(name, type_id if common_id is None else common_id))]
    if fields:
        parts.append((1, listed))
    return _definition(type_id, 2, struct_body(*parts))


def define_map(type_id: int, key: int, elem: int, name: str = "") -> bytes:
    """The definition of a map type."""
    return _definition(type_id, 3, struct_body((0, common(name, type_id)), (1, int_(key)), (2, int_(elem))))


def define_marshaler(type_id: int, kind: int, name: str = "T", *, common_id: int | None = None) -> bytes:
    """The definition of a type that marshals itself: kind 4 gob, 5 binary, 6 text."""
    return _definition(
        type_id, kind, struct_body((0, common(name, type_id if common_id is None else common_id)))
    )


def body_of(definition: bytes) -> bytes:
    """A definition without its message length, as it stands inside a value."""
    first = definition[0]
    return definition[1:] if first < 128 else definition[1 + 256 - first :]
