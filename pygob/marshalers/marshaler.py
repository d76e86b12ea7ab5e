"""What is known about one Go type that marshals itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pygob import types


class Unrepresentable(Exception):
    """Raised by a decoding function for a sound payload that its Python type cannot hold.

    The payload then stays an `Opaque`, so that nothing of it is lost.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Marshaler:
    """A Go type that marshals itself, and how its payload is read and written.

    Attributes:
        name: The type with its package as Go source has it, such as `"big.Int"`.
        kind: The Go interface that makes the payload; Go prefers `"gob"` to `"binary"`.
        decode: Payload to Python value. Refuses a malformed payload with `GobDecodeError`, whose
            offset counts from the start of the payload, or any `ValueError`.
        encode: Python value to payload. Refuses a value with `ValueError`.
        python_types: The types of the values that `encode` takes.
        exported: Types of the Go struct's exported fields, whose definitions Go sends though it
            never sends their values.
        zero: The payload of Go's zero value, if the methods that marshal are those of the value: Go
            leaves such a field out of a struct. `None` where it does not, or nobody knows.
        type: The Go type to describe values with: `types.Struct("Event", {"At": marshaler.type})`.
    """

    name: str
    kind: types.MarshalerKind
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
    python_types: tuple[type, ...]
    exported: tuple[types.Type, ...] = ()
    zero: bytes | None = None
    type: types.Opaque = field(init=False, repr=False)

    def __post_init__(self) -> None:
        package, _, own = self.name.rpartition(".")
        if not own:
            raise ValueError(f"{self.name!r} does not name a Go type; expected a name such as 'time.Time'")
        described = types.Opaque(own, self.kind, package=package, exported=self.exported)
        object.__setattr__(self, "type", described)


def check_whole(owner: str, **numbers: object) -> None:
    """Refuse numbers of a value that are not whole.

    Args:
        owner: What the numbers belong to, for the error.
        numbers: They, by their names.

    Raises:
        TypeError: One is no `int`, or a `bool`.
    """
    for name, number in numbers.items():
        if not isinstance(number, int) or isinstance(number, bool):
            raise TypeError(f"the {name} of a {owner} is an int, not {type(number).__name__}")
