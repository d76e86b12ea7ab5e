"""What makes a value suspicious although it could be read.

Damage often leaves bytes that still make sense. Some of it shows in what they say: texts full of
zeros, numbers that no float32 can be.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from pygob import types
from pygob._messages.varint import uint_bytes
from pygob.values import Interface, Pairs, Struct, shown_key, struct_values

# This many zero bytes in a text are the mark of a block that was allocated and never written.
ZERO_RUN = "\0" * 8
# Suspects listed for one value.
MAX_SUSPECTS = 1_000


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
    found = 0
    pending: list[tuple[_Place, Any, types.Type]] = [((None, root), value, described)]
    while pending:
        place, item, kind = pending.pop()
        reason = _reason(item, kind, written)
        if reason is None:
            pending.extend(_parts(place, item, kind))
            continue
        if found == MAX_SUSPECTS:
            yield Suspect(root, f"more than {MAX_SUSPECTS:,} of its parts are suspect")
            return
        found += 1
        yield Suspect(_path(place), reason)


# Where a part stands: the place of what holds it, and one step of a path. Linked, because a hostile
# value can hold very many parts very deep.
_Place: TypeAlias = tuple["_Place | None", str]


def _path(place: _Place | None) -> str:
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return "".join(reversed(steps))


def _parts(place: _Place, value: Any, kind: types.Type) -> Iterator[tuple[_Place, Any, types.Type]]:
    """The parts of a value that may hold texts or numbers to look at."""
    match value:
        case Struct() if isinstance(kind, types.Struct):
            for number, part in struct_values(value).items():
                name, part_type = kind.fields[number]
                yield (place, f".{name}"), part, part_type
        case Interface() if value.type is not None:
            yield (place, f".({value.name})"), value.value, value.type
        case dict() | Pairs() if isinstance(kind, types.Map):
            for key, part in value.items() if isinstance(value, dict) else value:
                yield (place, "[key]"), key, kind.key
                yield (place, shown_key(key)), part, kind.elem
        case list() | tuple() if isinstance(kind, types.Slice | types.Array):
            if kind.elem.kind not in ("bool", "int", "uint", "float", "complex", "bytes"):
                for index, part in enumerate(value):
                    yield (place, f"[{index}]"), part, kind.elem


def _reason(value: Any, kind: types.Type, written: bytes) -> str | None:
    """What speaks against a value itself."""
    if isinstance(value, str):
        return _zeros(value, written) if "\0" in value else None
    if isinstance(value, list) and kind.wire_name == "[]float32" and not _is_float32(value):
        return "holds a number that is no float32"
    return None


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
    try:
        doubles = array("d", numbers)
        widened = array("d", array("f", doubles))
    except (OverflowError, TypeError):  # a type of that name need not be of floats
        return False
    # Compared as bytes, so that NaNs are equal too; widening leaves a NaN's payload in place.
    return widened.tobytes() == doubles.tobytes()
