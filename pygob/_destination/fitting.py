"""Numbers put into the numbers of a destination, and keys as Go tells them apart there."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Protocol, TypeAlias

from pygob import types
from pygob._messages.varint import round_to_float32
from pygob._trampoline import Step
from pygob.errors import GobDecodeError, GobTypeError
from pygob.values import Interface, Opaque, Struct, struct_values

# How many containers around a number an error names.
SAID_PARTS = 48
MAX_FLOAT32 = 3.4028234663852886e38


class InterfaceTypes(Protocol):
    """The types that may be found in interfaces."""

    def type_named(self, name: str) -> types.Type | None:
        """The type registered under a name, or `None` when there is none."""

    @property
    def is_strict(self) -> bool:
        """Whether a name that is not registered is an error, as in Go; else its value stays as decoded."""


class Part(NamedTuple):
    """What Go calls the keys or elements of a container, put into words only for an error."""

    what: str
    whole: Name


Name: TypeAlias = str | Part


def fit_all(wanted: types.Basic, values: Any, name: Name) -> list[Any]:
    """The same for every element of a list or a tuple."""
    if _all_fit(wanted, values):
        return list(values)
    result: list[Any] = []
    try:
        for value in values:
            result.append(fit(wanted, value, name))
    except GobDecodeError as error:
        error.enter(f"[{len(result)}]")
        raise
    return result


def _all_fit(wanted: types.Basic, values: Any) -> bool:
    """Whether it is told at once that all fit and none becomes another: most slices of numbers are long."""
    if wanted.convert is not None or not values:
        return False
    bits = wanted.bits
    match wanted.kind:
        case "int" if bits < 64:
            return bool(-(1 << (bits - 1)) <= min(values) and max(values) < 1 << (bits - 1))
        case "uint" if bits < 64:
            return bool(max(values) < 1 << bits)
        case "float" | "complex":
            return bits != 32
    return True


def fit(wanted: types.Basic, value: Any, name: Name) -> Any:
    """Check that a number fits its destination, as Go's decoding operations do."""
    bits = wanted.bits
    fits = True
    match wanted.kind:
        case "int" if bits < 64:
            fits = -(1 << (bits - 1)) <= value < 1 << (bits - 1)
        case "uint" if bits < 64:
            fits = value < 1 << bits
        case "float" if bits == 32:
            fits = _fits_float32(value)
            value = round_to_float32(value) if fits else value
        case "complex" if bits == 32:
            fits = _fits_float32(value.real) and _fits_float32(value.imag)
            value = complex(round_to_float32(value.real), round_to_float32(value.imag)) if fits else value
    if not fits:
        raise GobTypeError(f'value for "{_said(name)}" out of range')
    return wanted.converted(value)


def _said(name: Name) -> str:
    words: list[str] = []
    while isinstance(name, Part) and len(words) < SAID_PARTS:
        words.append(name.what)
        name = name.whole
    return " of ".join([*words, "..." if isinstance(name, Part) else name])


def _fits_float32(value: float) -> bool:
    return not (math.isfinite(value) and abs(value) > MAX_FLOAT32)


def key_identity(received: types.Type, wanted: types.Type, value: Any, interfaces: InterfaceTypes) -> Step:
    """What makes a key the one it is in Go, once it is decoded into a type; `None` for a zero value.

    Python takes 1, 1.0 and `True` for one key; Go tells them apart by the type that the interface
    around them names.
    """
    wanted = types.strip_pointers(wanted)
    match value:
        case None:
            return None
        case Interface():
            assert value.type is not None
            concrete = interfaces.type_named(value.name) or value.type
            return value.name, (yield key_identity(value.type, concrete, value.value, interfaces))
        case Opaque():
            return value.kind, bytes(value.data)
        case Struct():
            assert isinstance(received, types.Struct)
            assert isinstance(wanted, types.Struct)
            fields: dict[int, Any] = {}
            for number, item in struct_values(value).items():
                name, field_type = received.fields[number]
                own = wanted.numbers.get(name)
                if own is not None:
                    fields[own] = yield key_identity(field_type, wanted.fields[own][1], item, interfaces)
            present = [(own, part) for own, part in sorted(fields.items()) if part is not None]
            return tuple(present) or None
        case tuple():
            assert isinstance(received, types.Array)
            assert isinstance(wanted, types.Array)
            parts: list[Any] = []
            for item in value:
                parts.append((yield key_identity(received.elem, wanted.elem, item, interfaces)))
            return tuple(parts) if any(part is not None for part in parts) else None
        case _ if isinstance(wanted, types.Basic) and wanted.kind != "interface":
            return fit(wanted, value, "") or None
        case _:
            return repr(value)
