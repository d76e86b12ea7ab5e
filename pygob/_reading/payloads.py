"""Payloads of values that marshal themselves, given to those who read them while a value is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pygob import types
from pygob._trampoline import Step
from pygob.errors import GobDecodeError, GobEncodeError, GobTypeError
from pygob.values import Interface, Opaque, Pairs, Struct, shown_key, struct_type, struct_values

if TYPE_CHECKING:
    from pygob.marshalers import Marshalers

_LEAVES = frozenset((bool, int, float, complex, str, bytes))


def read_payload(opaque: Opaque, marshalers: Marshalers, name: str | None) -> Any:
    """The value of a payload, under a name if that is known; the `Opaque` if nobody reads it.

    Raises:
        GobDecodeError: The payload is malformed, or the code that reads it fails.
    """
    try:
        return marshalers.decode(opaque, as_=name if name and marshalers.knows(name) else None)
    except GobDecodeError as error:
        error.nest()
        raise
    except Exception as error:
        raise GobTypeError(f"the payload cannot be read: {type(error).__name__}: {error}") from error


def write_payload(value: Any, described: types.Opaque, marshalers: Marshalers) -> Opaque:
    """The payload of a value, for a type it may be known by.

    Raises:
        GobEncodeError: Nobody makes a payload of the value, the code that does fails, or what it
            makes is of another kind.
    """
    name = described.text() if described.name else ""
    try:
        opaque = marshalers.encode(value, as_=name if name and marshalers.knows(name) else None)
    except GobEncodeError as error:
        error.nest()
        raise
    except Exception as error:
        raise GobEncodeError(f"no payload can be made: {type(error).__name__}: {error}") from error
    if opaque.kind != described.marshaler:
        raise GobEncodeError(
            f"a payload of kind {opaque.kind!r} given where {described.short_text()} marshals itself"
        )
    return opaque


def zero_of(described: types.Type, marshalers: Marshalers) -> Any:
    """Go's zero value of a type that Go leaves out of structs when it is zero; `None` for any other."""
    if not isinstance(described, types.Opaque):
        return None
    zero = marshalers.zero_payload(described)
    if zero is None:
        return None
    return read_payload(Opaque(described.name, described.marshaler, zero), marshalers, described.text())


def unmarshaled(value: Any, marshalers: Marshalers, name: str | None = None) -> Step:
    """A decoded value with its payloads read; what can be changed in place is.

    The keys of maps stay as they are: two payloads may stand for equal Python values.

    Args:
        value: The value, which nobody else holds yet.
        marshalers: Who reads payloads.
        name: The name of the value's type, where that is known from an interface.
    """
    match value:
        case Opaque():
            return read_payload(value, marshalers, name)
        case Struct():
            fields = struct_type(value).fields
            parts = struct_values(value)
            for number, part in parts.items():
                parts[number] = yield _part(part, marshalers, f".{fields[number][0]}")
        case Interface():
            value.value = yield _part(value.value, marshalers, f".({value.name})", value.name)
        case Pairs():
            for index, (key, part) in enumerate(value):
                value[index] = (key, (yield _part(part, marshalers, shown_key(key))))
        case dict():
            for key, part in value.items():
                value[key] = yield _part(part, marshalers, shown_key(key))
        case list():
            yield _elements(value, marshalers)
        case tuple():
            elements = list(value)
            yield _elements(elements, marshalers)
            return tuple(elements)
    return value


def _elements(values: list[Any], marshalers: Marshalers) -> Step:
    if values and type(values[0]) not in _LEAVES:
        for index, part in enumerate(values):
            values[index] = yield _part(part, marshalers, f"[{index}]")


def _part(value: Any, marshalers: Marshalers, step: str, name: str | None = None) -> Step:
    if type(value) in _LEAVES:
        return value
    try:
        return (yield unmarshaled(value, marshalers, name))
    except GobDecodeError as error:
        error.enter(step)
        raise
