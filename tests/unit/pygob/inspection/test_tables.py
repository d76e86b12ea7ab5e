"""Structs as rows."""

from __future__ import annotations

from typing import Any

import pygob
from pygob import Interface, types
from pygob.inspection.tables import Table, rows

CITY = types.Struct("City", {"Name": types.STRING, "Zip": types.INT})
NODE = types.Struct("Node")
NODE.fields = {"Next": types.Pointer(NODE), "X": types.INT}  # type: ignore[assignment]


def table(value: Any, described: types.Type) -> list[list[str]]:
    [found] = pygob.iter_values(pygob.dumps(value, described))
    places = list(rows(found.value, found.type))
    if not places:
        return []
    made = Table(places[0])
    return [made.columns, *(made.cells(place) for place in places)]


def test_every_kind_of_cell() -> None:
    kinds = {
        "S": types.STRING, "I": types.INT, "B": types.BOOL, "F": types.FLOAT, "R": types.BYTES,
        "L": types.Slice(types.INT), "M": types.Map(types.STRING, types.INT), "Any": types.INTERFACE,
        "C": types.Pointer(CITY),
    }  # fmt: skip
    row = types.Struct("Row", kinds)
    values = [
        {"S": 'a,"b"\n', "I": -5, "B": True, "F": 0.5, "R": b"\0\xff", "L": [1, 2], "M": {"k": 1},
         "Any": Interface("int", 7), "C": {"Name": "Bonn", "Zip": 53111}},
        {"S": "\udcff"},
        {"S": "base64:/w=="},
    ]  # fmt: skip
    assert table(values, types.Slice(row)) == [
        ["S", "I", "B", "F", "R", "L", "M", "Any", "C.Name", "C.Zip"],
        ['a,"b"\n', "-5", "true", "0.5", "AP8=", "[1,2]", '{"k":1}', "7", "Bonn", "53111"],
        ["base64:/w==", "0", "false", "0.0", "", "[]", "", "", "", ""],
        ["base64:YmFzZTY0Oi93PT0=", "0", "false", "0.0", "", "[]", "", "", "", ""],
    ]


def test_a_struct_is_one_row_and_a_map_of_structs_has_its_entries() -> None:
    assert table(pygob.Struct(CITY, Zip=1), CITY) == [["Name", "Zip"], ["", "1"]]
    assert table({"a": {"Zip": 1}, "\udcff": {"Zip": 2}}, types.Map(types.STRING, CITY)) == [
        ["key", "Name", "Zip"],
        ["a", "", "1"],
        ["base64:/w==", "", "2"],
    ]
    by_city = pygob.Pairs([(pygob.Struct(CITY, Zip=1), Interface("int", 7))])
    assert table(by_city, types.Map(CITY, types.INTERFACE)) == [["key", "value"], ['{"Zip":1}', "7"]]


def test_what_is_no_struct_has_one_column() -> None:
    assert table([1, 2], types.Slice(types.INT)) == [["value"], ["1"], ["2"]]
    assert table("x", types.STRING) == [["value"], ["x"]]
    assert table([], types.Slice(CITY)) == []


def test_names_that_are_not_utf_8() -> None:
    odd = types.Struct("Odd", {"\udcff": types.INT})
    assert table({"\udcff": 1}, odd) == [["base64:/w=="], ["1"]]


def test_a_struct_inside_itself_is_json() -> None:
    chain = pygob.Struct(NODE, Next=pygob.Struct(NODE, X=2), X=1)
    assert table(chain, NODE) == [["Next", "X"], ['{"X":2}', "1"]]
