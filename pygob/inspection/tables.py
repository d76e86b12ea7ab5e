"""Structs as rows of a table: a column for each field, for those of structs inside with a dotted name.

>>> import pygob
>>> from pygob import types
>>> from pygob.inspection.tables import Table, rows
>>> point = types.Struct("Point", {"X": types.INT, "Name": types.STRING})
>>> [found] = pygob.iter_values(pygob.dumps([{"X": 1, "Name": "a"}, {"X": 2}], types.Slice(point)))
>>> places = list(rows(found.value, found.type))
>>> table = Table(places[0])
>>> table.columns
['X', 'Name']
>>> [table.cells(place) for place in places]
[['1', 'a'], ['2', '']]
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from pygob import types
from pygob.inspection._json import Json, compact
from pygob.inspection.paths import Place, field, parts
from pygob.inspection.plain import to_plain

#: What stands before base64 in the cell of a text that is not UTF-8, or begins so itself.
NOT_UTF_8 = "base64:"

_DEEPEST = 8


def rows(value: Any, described: types.Type) -> Iterator[Place]:
    """Yield the rows of a value: the elements of a slice, array or map; of anything else, itself."""
    place = Place(value, described).held()
    if isinstance(place.type, types.Slice | types.Array | types.Map):
        yield from parts(place)
    else:
        yield place


class Table:
    """The columns for the values of one type.

    Attributes:
        columns: Their names. A type that is no struct has one, `value`; entries of a map have their key in
            one before, `key`.
    """

    def __init__(self, row: Place) -> None:
        self._ways = list(_ways(row.held().type, (), ())) or [()]
        names = [_text(".".join(way)) or "value" for way in self._ways]
        self.columns = names if row.key is None else ["key", *names]

    def cells(self, place: Place) -> list[str]:
        """The text of each column, for a row of the type.

        A field that was not sent is zero; a column of a struct that is not there is empty. Texts are as
        they are, bytes base64, and whatever has parts is JSON.

        Raises:
            ValueError: A part nests too deep for JSON.
        """
        cells = [_cell(place.held(), way) for way in self._ways]
        return cells if place.key is None else [_key_cell(*place.key), *cells]


def _ways(
    described: types.Type, way: tuple[str, ...], above: tuple[types.Type, ...]
) -> Iterator[tuple[str, ...]]:
    """The way to each column: fields of structs inside, but of none inside itself."""
    described = types.strip_pointers(described)
    is_open = isinstance(described, types.Struct) and described not in above and len(way) < _DEEPEST
    if isinstance(described, types.Struct) and described.numbers and is_open:
        for name in described.numbers:
            kind = described.fields[described.numbers[name]][1]
            yield from _ways(kind, (*way, name), (*above, described))
    elif way:
        yield way


def _cell(place: Place, way: tuple[str, ...]) -> str:
    for name in way:
        inside = field(place, name)
        if inside is None:
            return ""
        place = inside
    place = place.held()
    if isinstance(place.value, str):
        return _text(place.value)
    shown = to_plain(place.value, place.type, place.interface_name)
    return _shown(shown)


def _key_cell(key: Any, described: types.Type) -> str:
    return _text(key) if isinstance(key, str) else _shown(to_plain(key, described))


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else compact(value)


def _text(value: str) -> str:
    data = value.encode("utf-8", "surrogateescape")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = NOT_UTF_8
    if text.startswith(NOT_UTF_8):  # a text that begins so itself is not to be taken for another one
        return NOT_UTF_8 + base64.b64encode(data).decode("ascii")
    return text
