"""What gob sends of a value, stated a second time and without bytes: the rules of Go's encode.go.

The result has the form of `tests.support.descriptions.wire_view`: a decoded value can be held against it.
"""

from __future__ import annotations

import struct
from typing import Any

import pygob
from pygob import types
from pygob.binding.go_types import zero_value
from tests.support.descriptions import text_view, wire_view


def sent_view(value: Any, described: types.Type) -> Any:
    """What a decoder sees of a value that was encoded as a type."""
    match described:
        case types.Pointer():
            return sent_view(value, described.elem)
        case types.Struct():
            fields = [field for _, field in described.fields]
            held = dict(pygob.struct_values(value))
            is_received = described.wire_name is not None  # absent may be a nil pointer then
            for number, field in enumerate(fields if not is_received else ()):
                if isinstance(field, types.Struct | types.Array) and held.get(number) is None:
                    held[number] = zero_value(field)  # always sent
            return [
                [number, sent_view(item, fields[number])]
                for number, item in sorted(held.items())
                if not is_left_out(item, fields[number])
            ]
        case types.Slice() | types.Array():
            return [sent_view(item, described.elem) for item in value]
        case types.Map():
            pairs = value if isinstance(value, pygob.Pairs) else value.items()
            return [[sent_view(key, described.key), sent_view(item, described.elem)] for key, item in pairs]
        case types.Basic(kind="interface") if value is not None:
            return {"name": text_view(value.name), "value": sent_view(value.value, value.type)}
    if described is types.FLOAT32:
        value = struct.unpack("<f", struct.pack("<f", value))[0]
    return wire_view(value, described)


def is_left_out(value: Any, described: types.Type) -> bool:
    """Whether Go leaves a field with this value out of its struct."""
    match described:
        case types.Pointer():
            return value is None or is_left_out(value, described.elem)
        case types.Struct() | types.Array():
            return value is None  # as a nil pointer
        case types.Map() | types.Opaque():
            return value is None
        case types.Basic(kind="interface"):
            return value is None
    return not value  # zero, "", or nothing in it


def same(left: Any, right: Any) -> bool:
    """Whether two decoded values are the same to the last bit."""
    pending = [(left, right)]
    while pending:
        a, b = pending.pop()
        if type(a) is not type(b):
            return False
        match a:
            case pygob.Struct():
                ours, theirs = pygob.struct_values(a), pygob.struct_values(b)
                described, other = pygob.struct_type(a), pygob.struct_type(b)
                if (described.name, list(described.numbers)) != (other.name, list(other.numbers)):
                    return False
                pending.append((list(ours.items()), list(theirs.items())))
            case pygob.Interface():
                pending.append(((a.name, a.definitions, a.value), (b.name, b.definitions, b.value)))
            case dict():
                pending.append((list(a.items()), list(b.items())))
            case list() | tuple():
                if len(a) != len(b):
                    return False
                pending.extend(zip(a, b, strict=True))
            case float():
                if struct.pack("<d", a) != struct.pack("<d", b):
                    return False
            case complex():
                pending.append(((a.real, a.imag), (b.real, b.imag)))
            case _:
                if a != b:
                    return False
    return True
