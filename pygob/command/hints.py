"""What to say of a path that leads nowhere: how far it leads, and what there is instead."""

from __future__ import annotations

from difflib import get_close_matches

from pygob import Value, types
from pygob.inspection._path_syntax import Anywhere, Key, Name, Step
from pygob.inspection._wording import count
from pygob.inspection.paths import Path, Place, parts

_MOST_NAMES = 12
_MOST_KEYS = 5


def nothing_at(path: str, value: Value | None) -> str:
    """A sentence.

    Args:
        path: The path as it was given.
        value: The first value in which it leads nowhere; `None` if there is no value at all.
    """
    if value is None:
        return f"nothing at {path}, there is no value"
    place, step = Path(path).nearest(value.value, value.type)
    where = "the value is" if place.path == "." else f"{place.path} is"
    return f"nothing at {path}; {where} {_described(place.held(), step)}"


def _described(place: Place, step: Step | None) -> str:
    described, value = place.type, place.value
    name = _name_in(step)
    match described:
        case _ if value is None:
            return "nil"
        case types.Struct():
            return f"a struct with {_fields(list(described.numbers), name)}"
        case types.Slice() | types.Array():
            elem = types.strip_pointers(described.elem)
            has_it = isinstance(elem, types.Struct) and name in elem.numbers
            advice = f", each with {name}: [*] leads to them" if has_it else ""
            return f"a list of {count(len(value), 'element')}{advice}"
        case types.Map():
            labels = [part.label for part, _ in zip(parts(place), range(_MOST_KEYS), strict=False)]
            more = ", ..." if len(value) > len(labels) else ""
            return f"a map with {', '.join(labels)}{more}" if labels else "a map without entries"
        case _:
            return f"of type {described.short_text()}, without parts"


def _name_in(step: Step | None) -> str | None:
    """The name that a step looks for, if it does."""
    match step:
        case Name(name) | Anywhere(Name(name)):
            return name
        case Key(str() as name):
            return name
    return None


def _fields(names: list[str], name: str | None) -> str:
    """The fields of a struct; of many, the one that may be meant."""
    if not names:
        return "no fields"
    folded = {each.lower(): each for each in reversed(names)}
    alike = get_close_matches(name.lower(), folded, n=1) if name is not None else []
    if alike:
        return f"a field {folded[alike[0]]}"
    more = ", ..." if len(names) > _MOST_NAMES else ""
    return f"the fields {', '.join(names[:_MOST_NAMES])}{more}"
