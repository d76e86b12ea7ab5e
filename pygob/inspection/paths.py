r"""Places inside values: found by a path, read, and assigned.

    >>> import pygob
    >>> from pygob.inspection.paths import Path
    >>> [value] = pygob.iter_values(pygob.dumps({"a": [1, 2], "b": [3]}))
    >>> [(place.path, place.value) for place in Path(".*[0]").find(value.value, value.type)]
    [('["a"][0]', 1), ('["b"][0]', 3)]

A path is written as in the errors of this package: `Users[3].Name`, `Metadata["lang"]`. Interfaces are
stepped through without a word. `docs/paths.md` explains every step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice
from typing import Any

from pygob import types
from pygob.inspection._comparing import compares
from pygob.inspection._json import Json, TooDeepError, compact
from pygob.inspection._path_syntax import (
    TO_ONE,
    AllOf,
    AnyOf,
    AnyPart,
    Anywhere,
    Comparison,
    Condition,
    Filter,
    Held,
    Key,
    Name,
    Not,
    PathError,
    Pattern,
    Projection,
    Section,
    Step,
    parsed_path,
)
from pygob.inspection.plain import to_plain
from pygob.values import Interface, Pairs, Struct, struct_values

__all__ = ["Path", "PathError", "Place", "field", "field_label", "key_label", "keys", "parts"]

_MOST_PLACES = 1000
# The step to what is no part of a value: a key, or what a projection makes.
_NO_STEP: Any = object()
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


class Place:
    """A value inside another one, with the way that leads to it.

    Attributes:
        value: What is there now.
        type: Its type.
    """

    __slots__ = ("_label", "_parent", "_step", "type", "value")

    def __init__(
        self,
        value: Any,
        described: types.Type,
        parent: Place | None = None,
        step: Any = None,
        label: str = "",
    ) -> None:
        self.value = value
        self.type = types.strip_pointers(described)
        self._parent = parent
        self._step = step  # the number of a field, the index of an element or a pair, or a key
        self._label = label

    @property
    def label(self) -> str:
        """The last step of the path."""
        return self._label

    @property
    def field_name(self) -> str | None:
        """The name of the field that this is; `None` for what is no field of a struct."""
        above = self._parent.type if self._parent is not None and self._step is not _NO_STEP else None
        return above.fields[self._step][0] if isinstance(above, types.Struct) else None

    @property
    def key(self) -> tuple[Any, types.Type] | None:
        """The key of the entry that this is, and its type; `None` for what is no entry of a map."""
        above = self._parent
        if above is None or self._step is _NO_STEP or not isinstance(above.type, types.Map):
            return None
        is_numbered = isinstance(above.value, Pairs)
        return (above.value[self._step][0] if is_numbered else self._step), above.type.key

    @property
    def path(self) -> str:
        """The path that leads here; "." for the whole value."""
        return "".join(place._label for place in self.way).removeprefix(".") or "."

    @property
    def way(self) -> list[Place]:
        """The places that lead here: the whole value first, this one last."""
        way = [self]
        while way[-1]._parent is not None:
            way.append(way[-1]._parent)
        return way[::-1]

    @property
    def whole(self) -> Any:
        """The whole value that was searched; another object where it is an array that was changed."""
        return self.way[0].value

    @property
    def interface_name(self) -> str:
        """The name of the type, if this is what an interface holds; else ""."""
        above = self._parent.value if self._parent is not None else None
        return above.name if isinstance(above, Interface) else ""

    def held(self) -> Place:
        """The place inside an interface; this one where it is none, or nil."""
        place = self
        while isinstance(place.value, Interface) and place.value.type is not None:
            place = Place(place.value.value, place.value.type, place)
        return place

    def assign(self, value: Any) -> None:
        """Put a value there, in the value that was searched; see `whole`."""
        self.value = value
        if self._parent is None:
            return
        step = self._step
        match self._parent.value:
            case Struct() as container:
                struct_values(container)[step] = value
            case Interface() as container:
                container.value = value
            case Pairs() as container:
                container[step] = (container[step][0], value)
            case tuple() as container:
                self._parent.assign((*container[:step], value, *container[step + 1 :]))
            case container:
                container[step] = value


class Path:
    """A way to places inside values.

    Raises:
        PathError: The text is no path.
    """

    def __init__(self, text: str) -> None:
        self.steps = parsed_path(text)
        self._text = text

    def __repr__(self) -> str:
        return f"Path({self._text!r})"

    def find(self, value: Any, described: types.Type, *, absent: bool = False) -> Iterator[Place]:
        """Yield every place that the path leads to, in the order of the value.

        A field that was not sent is found with its zero value.

        Args:
            value: The value, as the decoder gave it.
            described: Its type.
            absent: Find the entry of a map too that is not there yet, where the path ends with it;
                its value is `None` until it is assigned.
        """
        return places_at(Place(value, described), self.steps, absent=absent)

    def nearest(self, value: Any, described: types.Type) -> tuple[Place, Step | None]:
        """Where a path that leads nowhere leads no further, and by which step; `None` if it leads somewhere.

        Of several such places it is the first; where a step leads to very many, only some are looked at.
        """
        places = [Place(value, described)]
        for step in self.steps:
            found = list(islice(_followed(iter(places), step, absent=False), _MOST_PLACES))
            if not found:
                return places[0], step
            places = found
        return places[0], None


def places_at(place: Place, steps: Sequence[Step], *, absent: bool = False) -> Iterator[Place]:
    """Yield every place that steps lead to from another place; see `Path.find`."""
    places: Iterator[Place] = iter([place])
    for number, step in enumerate(steps, 1):
        places = _followed(places, step, absent and number == len(steps))
    return places


def parts(place: Place) -> Iterator[Place]:
    """Yield the parts of a value: fields that were sent, elements, and the elements of a map's entries."""
    place = place.held()
    value, described = place.value, place.type
    match value, described:
        case Struct(), types.Struct():
            for number, part in struct_values(value).items():
                name, kind = described.fields[number]
                yield Place(part, kind, place, number, field_label(name))
        case dict(), types.Map():
            for key, part in value.items():
                yield Place(part, described.elem, place, key, key_label(key, described.key))
        case Pairs(), types.Map():
            for number, (key, part) in enumerate(value):
                yield Place(part, described.elem, place, number, key_label(key, described.key))
        case ((list() | tuple()), (types.Slice() | types.Array())):
            for index, part in enumerate(value):
                yield Place(part, described.elem, place, index, f"[{index}]")


def keys(place: Place) -> Iterator[Place]:
    """Yield the keys of the entries of a map, which cannot be assigned."""
    if isinstance(place.type, types.Map) and isinstance(place.value, dict | Pairs):
        for key, _ in place.value.items() if isinstance(place.value, dict) else place.value:
            yield Place(key, place.type.key, place, _NO_STEP, key_label(key, place.type.key))


def field(place: Place, name: str) -> Place | None:
    """A field of a struct, zero if it was not sent; `None` if there is none."""
    if not isinstance(place.value, Struct) or not isinstance(place.type, types.Struct):
        return None
    number = place.type.numbers.get(name)
    if number is None:
        return None
    return Place(place.value[name], place.type.fields[number][1], place, number, field_label(name))


def field_label(name: str) -> str:
    """A field as the step of a path."""
    return f".{name}" if _IDENTIFIER.fullmatch(name) else f"[{compact(name)}]"


def key_label(key: Any, described: types.Type) -> str:
    """The key of a map as the step of a path."""
    return f"[{compact(_key_json(key, described))}]"


def _key_json(key: Any, described: types.Type) -> Json:
    try:
        return key if isinstance(key, str) else to_plain(key, described)
    except TooDeepError:
        return "(nests too deep for a path)"


def _followed(places: Iterator[Place], step: Step, absent: bool) -> Iterator[Place]:
    for place in places:
        yield from _step(place, step, absent)


def _step(place: Place, step: Step, absent: bool) -> Iterator[Place]:
    match step:
        case AnyPart():
            return parts(place)
        case Pattern(pattern):
            return (part for part in parts(place) if _is_named_like(part, pattern))
        case Anywhere(named):
            return _anywhere(place, named)
        case Filter(condition, is_of_itself):
            return _filtered(place, condition, is_of_itself)
        case Projection(columns):
            return iter([_projected(place, columns)])
        case Section(section):
            held = place.held()
            is_sequence = isinstance(held.type, types.Slice | types.Array) and isinstance(
                held.value, list | tuple
            )
            return iter(list(parts(held))[section] if is_sequence else ())
        case Held(name):
            is_it = isinstance(place.value, Interface) and place.value.name == name
            return iter([place] if is_it else ())
        case Name(name):
            return _named(place.held(), name, absent)
        case Key(key):
            return _keyed(place.held(), key, absent)


def _named(place: Place, name: str, absent: bool) -> Iterator[Place]:
    """The field or the entry with a name."""
    if isinstance(place.type, types.Struct):
        found = field(place, name)
        if found is not None:
            yield found
    else:
        yield from _entries(place, name, absent)


def _keyed(place: Place, key: Json, absent: bool) -> Iterator[Place]:
    """The element, entry or field that stands in brackets."""
    if isinstance(place.type, types.Map):
        yield from _entries(place, key, absent)
    elif isinstance(key, str):
        yield from _named(place, key, absent)
    elif type(key) is int and isinstance(place.value, list | tuple):
        index = key if key >= 0 else key + len(place.value)
        if 0 <= index < len(place.value) and isinstance(place.type, types.Slice | types.Array):
            yield Place(place.value[index], place.type.elem, place, index, f"[{index}]")


def _entries(place: Place, key: Json, absent: bool) -> Iterator[Place]:
    """The entry of a map by the JSON of its key; several where keys of an interface have the same."""
    described, value = place.type, place.value
    if not isinstance(described, types.Map) or value is None:
        return
    if isinstance(value, dict) and isinstance(key, str) and described.key.kind == "string":
        if key in value or absent:
            yield Place(value.get(key), described.elem, place, key, f"[{compact(key)}]")
        return
    wanted = f"[{compact(key)}]"
    found = False
    for part in parts(place):
        if part._label == wanted:
            found = True
            yield part
    is_number = type(key) is int and described.key.kind in ("int", "uint")
    if absent and not found and is_number and isinstance(value, dict):
        yield Place(None, described.elem, place, key, wanted)


def _is_named_like(place: Place, pattern: str) -> bool:
    name: object = place.field_name
    if name is None and place.key is not None:
        key, _ = place.key
        name = key.value if isinstance(key, Interface) else key
    return isinstance(name, str) and fnmatchcase(name, pattern)


def _projected(place: Place, columns: tuple[tuple[str, tuple[Step, ...]], ...]) -> Place:
    """Some parts of a value as a struct of interfaces, so that it has one type whatever the parts are."""
    described = _type_of_columns(tuple(name for name, _ in columns))
    found = {number: _column(place, steps) for number, (_, steps) in enumerate(columns)}
    label = f".{{{', '.join(name for name, _ in columns)}}}"
    return Place(Struct.of(described, found), described, place, _NO_STEP, label)


@lru_cache(maxsize=16)
def _type_of_columns(names: tuple[str, ...]) -> types.Struct:
    return types.Struct("", dict.fromkeys(names, types.INTERFACE))


def _column(place: Place, steps: tuple[Step, ...]) -> Interface:
    """What steps lead to: nil if it is nothing, and a list where they may lead to several places."""
    found = [_in_interface(each.held()) for each in places_at(place, steps)]
    if not all(isinstance(step, TO_ONE) for step in steps):
        return Interface("", found, types.Slice(types.INTERFACE))
    return found[0] if found else Interface("", None)


def _in_interface(place: Place) -> Interface:
    if isinstance(place.value, Interface):
        return place.value
    return Interface(place.interface_name, place.value, place.type)


def _anywhere(place: Place, named: Name | Pattern | None) -> Iterator[Place]:
    """Every place below one, or those that a name leads to from it or from any place below."""
    pending = [place]
    while pending:
        current = pending.pop()
        if named is None:
            yield current
        else:
            yield from _step(current, named, absent=False)
        pending.extend(reversed(list(parts(current))))


def _filtered(place: Place, condition: Condition, is_of_itself: bool) -> Iterator[Place]:
    """The elements or entries for which a condition holds; of any other value, itself."""
    has_elements = isinstance(place.held().type, types.Slice | types.Array | types.Map)
    for each in parts(place) if has_elements and not is_of_itself else iter([place]):
        if _holds(each, condition):
            yield each


def _holds(place: Place, condition: Condition) -> bool:
    match condition:
        case Comparison(steps, comparison, operand):
            found = (each.held() for each in places_at(place, steps))
            if not comparison:
                return any(map(_is_not_zero, found))
            return any(
                compares(each.value, each.type, each.interface_name, comparison, operand) for each in found
            )
        case Not(negated):
            return not _holds(place, negated)
        case AllOf(conditions):
            return all(_holds(place, each) for each in conditions)
        case AnyOf(conditions):
            return any(_holds(place, each) for each in conditions)


def _is_not_zero(place: Place) -> bool:
    return bool(struct_values(place.value)) if isinstance(place.value, Struct) else bool(place.value)
