"""What is different in two values, part by part.

>>> import pygob
>>> from pygob.inspection.differences import differences
>>> old, new = (next(pygob.iter_values(pygob.dumps(value))) for value in ({"a": 1, "b": 2}, {"a": 1, "b": 3}))
>>> [str(found) for found in differences((old.value, old.type), (new.value, new.type))]
['["b"]: 2 -> 3']
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from pygob import types
from pygob.inspection._alignment import aligned
from pygob.inspection._json import Json, TooDeepError, compact
from pygob.inspection.paths import Place, field, parts
from pygob.inspection.plain import to_plain
from pygob.values import Struct, struct_values

Change = Literal["changed", "added", "removed"]

#: Longer JSON is cut where a difference is shown.
SHOWN_CHARACTERS = 200


class Difference(NamedTuple):
    """A part that is not the same in two values.

    Attributes:
        path: Where; "." for the whole value.
        change: What is different: `"added"` is in the new value only, `"removed"` in the old one only.
        old: The old part, as plain JSON; `None` when there is none.
        new: The new part, likewise.
        old_type: The type of the old part where the types are why they differ, else "".
        new_type: The type of the new part, likewise.
    """

    path: str
    change: Change
    old: Json
    new: Json
    old_type: str = ""
    new_type: str = ""

    def __str__(self) -> str:
        old, new = _shown(self.old, self.old_type), _shown(self.new, self.new_type)
        match self.change:
            case "added":
                return f"{self.path}: added {new}"
            case "removed":
                return f"{self.path}: removed {old}"
            case _:
                return f"{self.path}: {old} -> {new}"


def _shown(value: Json, kind: str) -> str:
    text = compact(value)
    text = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
    return f"{kind} {text}" if kind else text


_Pair = tuple[Place, Place]


def differences(old: tuple[Any, types.Type], new: tuple[Any, types.Type]) -> Iterator[Difference]:
    """Yield what is different in two decoded values, each given with its type.

    Elements of slices are compared by their content first, so that one put in or taken out is one difference,
    and then by their place; elements of arrays by their index, entries by their key, fields by their name. A
    field that was not sent is the same as one that is zero. Type ids, names of structs and the order of
    entries mean nothing. Paths are those in the old value, or in the new one of what was added.
    """
    pending: list[Difference | _Pair] = [(Place(*old), Place(*new))]
    while pending:
        item = pending.pop()
        if isinstance(item, Difference):
            yield item
            continue
        before, after = (place.held() for place in item)
        if (before.interface_name, before.type.kind) != (after.interface_name, after.type.kind):
            yield _changed(before, after, with_types=True)
        elif not _has_parts(before) or not _has_parts(after):
            if not _is_same(before.value, after.value):
                yield _changed(before, after, with_types=False)
        elif not _are_same_numbers(before, after):
            are_slices = isinstance(before.type, types.Slice) and isinstance(after.type, types.Slice)
            pending.extend(reversed((_aligned if are_slices else _paired)(before, after)))


def _are_same_numbers(before: Place, after: Place) -> bool:
    """Whether two slices hold the same numbers, told from all at once: most are long."""
    kinds = [place.type.elem.kind for place in (before, after) if isinstance(place.type, types.Slice)]
    match kinds:
        case ["int", "int"] | ["uint", "uint"]:
            return bool(before.value == after.value)
        case ["float", "float"]:
            return array("d", before.value).tobytes() == array("d", after.value).tobytes()
        case _:
            return False


def _has_parts(place: Place) -> bool:
    return isinstance(place.value, Struct | dict | list | tuple)


def _aligned(before: Place, after: Place) -> list[Difference | _Pair]:
    """The elements of two slices, likewise."""
    items: list[Difference | _Pair] = []
    old, new = list(parts(before)), list(parts(after))
    for one, other in aligned([token(each) for each in old], [token(each) for each in new]):
        if one is not None and other is not None:
            items.append((old[one], new[other]))
        elif one is not None:
            items.append(Difference(old[one].path, "removed", _plain(old[one]), None))
        elif other is not None:
            items.append(Difference(new[other].path, "added", None, _plain(new[other])))
    return items


def token(place: Place) -> str:
    """What is the same for two parts that are worth comparing with each other."""
    return compact(_plain(place))


def _paired(before: Place, after: Place) -> list[Difference | _Pair]:
    """The parts that both have, to be compared, and the differences that those are which one of them has."""
    items: list[Difference | _Pair] = []
    old_parts, new_parts = _labelled(before), _labelled(after)
    for label in [*old_parts, *(label for label in new_parts if label not in old_parts)]:
        one, other = old_parts.get(label), new_parts.get(label)
        if one is None or other is None:  # a field may be zero, and not there
            one, other = one or _zero_field(before, other), other or _zero_field(after, one)
        if one is not None and other is not None:
            items.append((one, other))
        elif one is not None:
            items.append(Difference(one.path, "removed", _plain(one), None))
        elif other is not None:
            items.append(Difference(other.path, "added", None, _plain(other)))
    return items


def _zero_field(place: Place, present: Place | None) -> Place | None:
    """The field of a struct that another one of the kind has sent."""
    return (
        field(place, present.field_name) if present is not None and present.field_name is not None else None
    )


def _labelled(place: Place) -> dict[str, Place]:
    """The parts by their last step; those that share one, as keys of interfaces may, by number too."""
    found: dict[str, Place] = {}
    for part in parts(place):
        label, number = part.label, 1
        while label in found:
            number += 1
            label = f"{part.label}#{number}"
        found[label] = part
    return found


def _changed(before: Place, after: Place, *, with_types: bool) -> Difference:
    kinds = (_type_text(before), _type_text(after)) if with_types else ("", "")
    return Difference(before.path, "changed", _plain(before), _plain(after), *kinds)


def _type_text(place: Place) -> str:
    return place.interface_name or place.type.short_text()


def _plain(place: Place) -> Json:
    return plain_part(place.value, place.type, place.interface_name)


def plain_part(value: Any, described: types.Type, name: str = "") -> Json:
    """A part as plain JSON, or a remark in its place; see `to_plain`."""
    try:
        return to_plain(value, described, name)
    except TooDeepError:
        return "(nests too deep for JSON)"


def _is_same(old: Any, new: Any) -> bool:
    if isinstance(old, float | complex) and isinstance(new, float | complex):
        return _bits(old) == _bits(new)  # NaN is itself, and -0 is not 0
    return (_is_zero(old) and _is_zero(new)) or (type(old) is type(new) and bool(old == new))


def _bits(value: complex) -> bytes:
    return struct.pack("<dd", value.real, value.imag)


def _is_zero(value: Any) -> bool:
    """Whether gob may leave out a value, as one that was not sent."""
    if isinstance(value, Struct):
        return not struct_values(value)
    return value is None or (isinstance(value, bool | int | str | bytes | list | dict) and not value)
