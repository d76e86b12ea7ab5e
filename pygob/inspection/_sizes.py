"""Numbers held against the sizes that a stream tells only in the names of containers: `[4]uint8`.

On the wire an integer has up to 64 bits, whatever Go keeps it in. Go's encoder sends none that does not fit,
and Go's decoder refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pygob import types
from pygob._destination.fitting import MAX_FLOAT32, fit
from pygob.errors import GobDecodeError, GobEncodeError
from pygob.inspection._go_text import is_literal, key_and_element
from pygob.inspection._type_names import Leads
from pygob.inspection.paths import Place, keys, parts


class Sizes:
    """Finds numbers that do not fit, in the values of one stream."""

    def __init__(self) -> None:
        self._leads_to_sizes = Leads(_may_tell_sizes)

    def check(self, place: Place) -> None:
        """Refuse a number in a place, or in the key of the entry that it is, that Go would not take there.

        Raises:
            GobEncodeError: There is one; the path, from the whole value, says where.
        """
        pending = [(place, _text_of(place)), *_own_key(place)]
        while pending:
            place, text = pending.pop()
            held = place.held()
            if held is not place:
                place, text = held, held.interface_name
            if not (text or self._leads_to_sizes(place.type)):
                continue
            if isinstance(place.type, types.Basic):
                _check_number(place, text)
            else:
                pending.extend(reversed(list(_inside(place, _own_text(place, text)))))


def _may_tell_sizes(described: types.Type) -> bool:
    return described.kind == "interface" or is_literal(described.name)


def _text_of(place: Place) -> str:
    """What the names of all that a place is in tell of its type: Go's text, or nothing."""
    text = ""
    for above in place.way[:-1]:
        text = _part_text(above, text, is_key=False)
    return text


def _own_key(place: Place) -> list[tuple[Place, str]]:
    """The key of the entry that a place is, as a place of its own."""
    if place.key is None:
        return []
    key, described = place.key
    above = place.way[-2]
    text = _part_text(above, _text_of(above), is_key=True)
    return [(Place(key, described, above, None, place.label), text)]


def _part_text(place: Place, text: str, *, is_key: bool) -> str:
    """Go's text of the parts of a place of some text."""
    if place.held() is not place:
        return place.held().interface_name
    key_text, elem_text = key_and_element(_own_text(place, text))
    return key_text if is_key else elem_text


def _own_text(place: Place, text: str) -> str:
    return place.type.name if is_literal(place.type.name) else text


def _inside(place: Place, text: str) -> Iterator[tuple[Place, str]]:
    """The parts of a value, with the keys of its entries; no elements that surely fit."""
    key_text, elem_text = key_and_element(text)
    match place.type:
        case types.Map():
            for key in keys(place):
                yield key, key_text
        case types.Slice(elem=types.Basic() as elem) | types.Array(elem=types.Basic() as elem):
            if _all_fit(place.value, elem, elem_text):
                return
    for part in parts(place):
        yield part, elem_text


def _all_fit(values: Sequence[Any], described: types.Basic, text: str) -> bool:
    """Whether it can be told at once that all elements fit: most slices of numbers are long."""
    size = _size(described, text)
    if size is None or not values:
        return True
    if size.kind == "float":
        return bool(max(map(abs, values)) <= MAX_FLOAT32)
    return size.kind != "complex" and _fits(min(values), size) and _fits(max(values), size)


def _check_number(place: Place, text: str) -> None:
    size = _size(place.type, text)
    if size is not None and not _fits(place.value, size):
        error = GobEncodeError(f"{place.value} is out of range for Go's {text}")
        error.enter(
            "" if place.path == "." else place.path if place.path.startswith("[") else f".{place.path}"
        )
        raise error


def _size(described: types.Type, text: str) -> types.Basic | None:
    """The number that Go keeps a number in, if it is smaller than those on the wire."""
    size = types.BASICS.get(text)
    return size if size is not None and 0 < size.bits < 64 and size.kind == described.kind else None


def _fits(value: Any, size: types.Basic) -> bool:
    try:
        fit(size, value, "")
    except GobDecodeError:
        return False
    return True
