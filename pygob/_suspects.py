"""What makes a value suspicious although it could be read.

Damage often leaves bytes that still make sense. Some of it shows in what they say: texts full of
zeros, numbers that no float32 can be.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pygob import types
from pygob._varint import uint_bytes
from pygob.values import Interface, Pairs, Struct, shown_key, struct_values

# This many zero bytes in a text are the mark of a block that was allocated and never written.
ZERO_RUN = "\0" * 8


@dataclass(frozen=True, slots=True)
class Suspect:
    """A part of a salvaged value that may not be what was written.

    Attributes:
        path: Where in the value, such as `Document.Content`; "" for the value as a whole.
        reason: Why it is suspect.
    """

    path: str
    reason: str


def suspects_in(value: Any, described: types.Type, message: bytes, root: str) -> Iterator[Suspect]:
    """Parts of a value that speak against themselves.

    Args:
        value: The value, or the part of it that was read.
        described: Its type.
        message: The bytes its last message has.
        root: What paths begin with.
    """
    written = message.rstrip(b"\0")
    pending: list[tuple[str, Any, types.Type]] = [(root, value, described)]
    while pending:
        path, item, kind = pending.pop()
        match item:
            case str() if "\0" in item:
                reason = _zeros(item, written)
                if reason:
                    yield Suspect(path, reason)
            case list() if isinstance(kind, types.Slice) and kind.elem.kind == "float":
                if kind.wire_name == "[]float32" and not _is_float32(item):
                    yield Suspect(path, "holds a number that is no float32")
            case Struct() if isinstance(kind, types.Struct):
                pending.extend(
                    (f"{path}.{kind.fields[number][0]}", part, kind.fields[number][1])
                    for number, part in struct_values(item).items()
                )
            case Interface() if item.type is not None:
                pending.append((f"{path}.({item.name})", item.value, item.type))
            case dict() | Pairs() if isinstance(kind, types.Map):
                for key, part in item.items() if isinstance(item, dict) else item:
                    pending.append((f"{path}[key]", key, kind.key))
                    pending.append((path + shown_key(key), part, kind.elem))
            case list() | tuple() if isinstance(kind, types.Slice | types.Array):
                if not isinstance(kind.elem, types.Basic) or kind.elem.kind in ("string", "interface"):
                    pending.extend((f"{path}[{index}]", part, kind.elem) for index, part in enumerate(item))


def _zeros(text: str, written: bytes) -> str | None:
    """What is wrong with the zeros of a text; `written` is its message up to the zeros at the end."""
    if ZERO_RUN in text:
        return f"holds a run of zero bytes from index {text.index(ZERO_RUN)}"
    data = text.encode("utf-8", "surrogateescape")
    kept = data.rstrip(b"\0")
    if len(kept) < len(data) and written.endswith(uint_bytes(len(data)) + kept):
        return f"ends in {len(data) - len(kept)} zero bytes, as its message does"
    return None


def _is_float32(numbers: list[float]) -> bool:
    """Whether Go's float32 can hold each number; those of a `[]float32` were widened, so it can."""
    doubles = array("d", numbers)
    try:
        widened = array("d", array("f", doubles))
    except OverflowError:  # a finite number beyond float32, where Python is strict about it
        return False
    # Compared as bytes, so that NaNs are equal too; widening leaves a NaN's payload in place.
    return widened.tobytes() == doubles.tobytes()
