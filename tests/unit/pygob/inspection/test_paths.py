"""Paths: their text, the places they lead to, and what assigning does."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

import pygob
from pygob import Interface, Pairs, types
from pygob.inspection.paths import Path, PathError
from pygob.inspection.plain import to_plain
from pygob.inspection.tables import Table
from pygob.marshalers import BigFloat, GoTime, Marshalers

ADDRESS = types.Struct("Address", {"City": types.STRING, "Zip": types.INT})
USER = types.Struct(
    "User",
    {
        "Name": types.STRING,
        "Age": types.INT,
        "Address": ADDRESS,
        "Tags": types.Slice(types.STRING),
        "Extra": types.INTERFACE,
        "Scores": types.Map(types.STRING, types.FLOAT),
        "Grid": types.Array(2, types.Array(2, types.INT)),
    },
)
GROUP = types.Struct("Group", {"Users": types.Slice(USER), "By": types.Map(types.INT, types.STRING)})


def user(name: str, age: int, city: str, **others: Any) -> pygob.Struct:
    return pygob.Struct(USER, Name=name, Age=age, Address=pygob.Struct(ADDRESS, City=city), **others)


def group() -> tuple[Any, types.Type]:
    users = [
        user("Ada", 36, "London", Tags=["math", "first"], Scores={"a b": 1.5, "x": 2.0}),
        user("Bob", 0, "Bonn", Extra=Interface("main.Address", pygob.Struct(ADDRESS, Zip=7), ADDRESS)),
        user("Cy", 90, "Bonn", Grid=((1, 2), (3, 4)), Extra=Interface("int", 5, types.INT)),
    ]
    [found] = pygob.iter_values(
        pygob.dumps(pygob.Struct(GROUP, Users=users, By={1: "one", -2: "two"}), GROUP)
    )
    return found.value, found.type


def found(path: str) -> list[tuple[str, Any]]:
    return [(place.path, place.held().value) for place in Path(path).find(*group())]


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("Users[0].Name", [("Users[0].Name", "Ada")]),
        (".Users[0].Name", [("Users[0].Name", "Ada")]),
        ('["Users"][0]["Name"]', [("Users[0].Name", "Ada")]),
        ("Users[-1].Name", [("Users[2].Name", "Cy")]),
        ("Users[3].Name", []),
        ("Users[-4]", []),
        ("Users[1:].Name", [("Users[1].Name", "Bob"), ("Users[2].Name", "Cy")]),
        ("Users[::-2].Name", [("Users[2].Name", "Cy"), ("Users[0].Name", "Ada")]),
        ("Users[*].Age", [("Users[0].Age", 36), ("Users[1].Age", 0), ("Users[2].Age", 90)]),
        ("Users.*.Tags.*", [("Users[0].Tags[0]", "math"), ("Users[0].Tags[1]", "first")]),
        ("Users[?Age>30].Name", [("Users[0].Name", "Ada"), ("Users[2].Name", "Cy")]),
        ("Users[?Age >= 36 && Address.City == \"London\"].Name", [("Users[0].Name", "Ada")]),
        ("Users[?Age].Name", [("Users[0].Name", "Ada"), ("Users[2].Name", "Cy")]),
        ("Users[?!Age].Name", [("Users[1].Name", "Bob")]),
        ('Users[?Name!="Ada"].Name', [("Users[1].Name", "Bob"), ("Users[2].Name", "Cy")]),
        ('Users[?Name<"B"].Name', [("Users[0].Name", "Ada")]),
        ('Users[?Tags[?@=="math"]].Name', [("Users[0].Name", "Ada")]),
        ('Users[?Name~"d"].Name', [("Users[0].Name", "Ada")]),
        ('Users[?!Name ~ "d" && Age].Name', [("Users[2].Name", "Cy")]),
        ('Users[?Tags.*~"ath"].Name', [("Users[0].Name", "Ada")]),
        ('Users[?Age~"3"].Name', []),
        ('Users[?Name glob "A*"].Name', [("Users[0].Name", "Ada")]),
        ('Users[?!Name glob "?d[ab]"].Name', [("Users[1].Name", "Bob"), ("Users[2].Name", "Cy")]),
        ('Users[?Tags.* glob "*a*"].Name', [("Users[0].Name", "Ada")]),
        ('Users[?Age>80 || Name=="Ada"].Age', [("Users[0].Age", 36), ("Users[2].Age", 90)]),
        ('Users[?Age>80||Name=="Ada"&&Age>40].Age', [("Users[2].Age", 90)]),
        ('Users[?(Age>80 || Name=="Ada") && !(Age > 40)].Age', [("Users[0].Age", 36)]),
        ('Users[? !!( ( Age ) ) ].Age', [("Users[0].Age", 36), ("Users[2].Age", 90)]),
        ("Users[0].N*", [("Users[0].Name", "Ada")]),
        ("Users[2].Addr*.?ity", [("Users[2].Address.City", "Bonn")]),
        ("Users[0].Scores.a*", [('Users[0].Scores["a b"]', 1.5)]),
        ("Users[1]..Z*", [("Users[1].Extra.Zip", 7)]),
        ("..*ame[?@<\"B\"]", [("Users[0].Name", "Ada")]),
        ('Users[?A*=="Ada"]', []),
        ('Users[?N*=="Ada"].Age', [("Users[0].Age", 36)]),
        ("Users[?Nothing].Name", []),
        ("Users[?Nothing==1].Name", []),
        ("Users[?Age==true].Name", []),
        ('Users[0].Tags[?@!="math"]', [("Users[0].Tags[1]", "first")]),
        ('Users[0][?Name=="Ada"].Age', [("Users[0].Age", 36)]),
        ('Users[0].Scores["a b"]', [('Users[0].Scores["a b"]', 1.5)]),
        ("Users[0].Scores.x", [('Users[0].Scores["x"]', 2.0)]),
        ("Users[0].Scores.y", []),
        ("By[1]", [("By[1]", "one")]),
        ("By[-2]", [("By[-2]", "two")]),
        ("By[true]", []),
        ("Users[1].Extra.Zip", [("Users[1].Extra.Zip", 7)]),
        ("Users[1].Extra.(main.Address).Zip", [("Users[1].Extra.Zip", 7)]),
        ("Users[1].Extra.(main.Other).Zip", []),
        ("Users[*].Extra.(int)", [("Users[2].Extra", 5)]),
        ("Users[2].Grid[1][0]", [("Users[2].Grid[1][0]", 3)]),
        ("Users[1]..Zip", [("Users[1].Address.Zip", 0), ("Users[1].Extra.Zip", 7)]),
        ("..Tags[0]", [("Users[0].Tags[0]", "math")]),
        ('..[?City=="Bonn"].City', [("Users[1].Address.City", "Bonn"), ("Users[2].Address.City", "Bonn")]),
        ("Users[0].Name.First", []),
        ("Users[0].Name[0]", []),
    ],
)  # fmt: skip
def test_places(path: str, places: list[tuple[str, Any]]) -> None:
    assert found(path) == places


def test_the_whole_value() -> None:
    value, described = group()
    for text in (".", ""):
        [place] = Path(text).find(value, described)
        assert place.path == "."
        assert place.value is value


def test_keys_of_any_kind() -> None:
    described = types.Map(types.INTERFACE, types.STRING)
    session = Pairs(
        [
            (Interface("string", "1", types.STRING), "text"),
            (Interface("int", 1, types.INT), "number"),
            (Interface("bool", True, types.BOOL), "truth"),
            (Interface("main.Address", pygob.Struct(ADDRESS, Zip=7), ADDRESS), "address"),
        ]
    )
    paths = [place.path for place in Path("*").find(session, described)]
    assert paths == ['["1"]', "[1]", "[true]", '[{"Zip":7}]']
    for path, (_, text) in zip(paths, session, strict=True):
        assert [place.value for place in Path(path).find(session, described)] == [text]


def test_filters_look_at_no_more_than_they_compare() -> None:
    ring = types.Slice(name="Ring")
    ring.elem = ring
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert [place.path for place in Path("[?@==1]").find([deep], ring)] == []
    assert [place.path for place in Path("[?@]").find([deep, []], ring)] == ["[0]"]
    assert [place.path for place in Path("[?@!=1]").find([deep], ring)] == ["[0]"]


def test_what_an_interface_says_of_a_type_counts() -> None:
    time = pygob.Opaque("", "gob", Marshalers().encode(GoTime(0)).data)
    value = [Interface("time.Time", time, types.Opaque("", "gob"))]
    found = Path('[?@<"1999"]').find(value, types.Slice(types.INTERFACE))
    assert [place.path for place in found] == ["[0]"]


def test_field_names_that_are_no_identifiers() -> None:
    odd = types.Struct("Odd", {"a b": types.INT, "\udcff": types.INT, '"': types.INT})
    value = pygob.Struct(odd, **{"a b": 1, "\udcff": 2, '"': 3})
    paths = [place.path for place in Path("*").find(value, odd)]
    assert paths == ['["a b"]', '["\\udcff"]', '["\\""]']
    assert [[place.value for place in Path(path).find(value, odd)] for path in paths] == [[1], [2], [3]]


@pytest.mark.parametrize(
    ("path", "new", "element"),
    [
        ("Users[0].Name", "Eve", "Users[0].Name"),
        ("Users[0].Tags[1]", "last", "Users[0].Tags[1]"),
        ("Users[0].Scores.x", 9.0, "Users[0].Scores.x"),
        ("Users[0].Scores.new", 9.0, "Users[0].Scores.new"),
        ("By[5]", "five", "By[5]"),
        ("Users[1].Extra.Zip", 8, "Users[1].Extra.Zip"),
        ("Users[2].Grid[1][0]", 8, "Users[2].Grid[1][0]"),
    ],
)
def test_assigning(path: str, new: Any, element: str) -> None:
    value, described = group()
    [place] = Path(path).find(value, described, absent=True)
    place.assign(new)
    assert [found.value for found in Path(element).find(value, described)] == [new]
    assert place.whole is value


def test_assigning_in_an_array_makes_another_whole() -> None:
    described = types.Array(2, types.INT)
    places = list(Path("[*]").find((1, 2), described))
    for place in places:
        place.assign(place.value * 10)
    assert places[0].whole == (10, 20)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("Users[", "character 7"),
        ("Users[0", "the ] is missing (character 8"),
        ("Users[0].", "a name is expected"),
        ("Users[x]", "an index, a slice, a key in quotes"),
        ("Users[1:2:0]", "not 0"),
        ("Users[?]", "a field is expected, or @"),
        ("Users[?Age>]", "a number, true, false, null or a text in quotes"),
        ("Users[?Age>x]", "a number, true"),
        ("Users[?Age=3]", "==, !=, <=, >=, <, >, ~, glob, &&, || or ] is expected"),
        ("Users[?Age~3]", "a text in quotes is expected (character 12"),
        ("Users Name", "a step begins with . or ["),
        ("Users.(main", "the ) is missing"),
        ("Users.3", "a name is expected"),
        ("[NaN]", "an index"),
        ("[1e400]", "a number too large for float64"),
        ("[?A>-1e400]", "a number too large for float64"),
        ("[?A>" + "9" * 5000 + "]", "a number, true"),
        ("[?" + "(" * 5000, "nests too deep"),
        ("[?" * 5000, "nests too deep"),
        ("a" + ".a" * 5000, "a path has 100 steps at most"),
        ("[?(Age]", "the ) is missing"),
        ("[?Name glob 3]", "a text in quotes is expected"),
        ("Users.{}", "a field is expected, or @"),
        ("Users{Name", ", or } is expected"),
        ("{A.Zip, Zip: B, Zip: C}", "two columns are called Zip"),
        ("{Name}.Name", "a step begins"),
        ("Users[?{Name}]", "a field is expected"),
    ],
)
def test_what_is_no_path(path: str, said: str) -> None:
    with pytest.raises(PathError) as caught:
        Path(path)
    assert said in str(caught.value)


def projected(path: str) -> list[Any]:
    return [to_plain(place.value, place.type) for place in Path(path).find(*group())]


def test_a_projection_has_every_column() -> None:
    assert projected('Users[?Age].{Name, City: Address.City, "first tag": Tags[0]}') == [
        {"Name": "Ada", "City": "London", "first tag": "math"},
        {"Name": "Cy", "City": "Bonn", "first tag": None},
    ]
    assert projected("Users[1]{Address.Zip,Extra}") == [{"Address.Zip": 0, "Extra": {"Zip": 7}}]


def test_what_may_be_several_is_a_list_in_a_projection() -> None:
    assert projected("Users[:2]{T: Tags.*, S: Scores.x}") == [
        {"T": ["math", "first"], "S": 2.0},
        {"T": [], "S": None},
    ]
    assert projected("Users[0]{Me: @{Name}, Tags: Tags{@[0]}}") == [
        {"Me": {"Name": "Ada"}, "Tags": {"@[0]": "math"}}
    ]


def test_the_columns_of_a_projection_are_those_of_a_table() -> None:
    tables = [Table(place) for place in Path("Users[*].{Name, Address, X}").find(*group())]
    assert [table.columns for table in tables] == [["Name", "Address", "X"]] * 3
    [place] = Path("Users[2].{Name, Address, X}").find(*group())
    assert place.path == "Users[2].{Name, Address, X}"
    assert tables[0].cells(place) == ["Cy", '{"City":"Bonn"}', ""]


BIG = {"big.Int": -1, "big.Rat": Fraction(1, 4), "big.Float": BigFloat.of(2.5), "time.Time": GoTime(60, 5)}


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ("@==-1", ["big.Int"]),
        ("@<1", ["big.Int", "big.Rat"]),
        ("@>=0.25", ["big.Rat", "big.Float"]),
        ('@=="-1"', ["big.Int"]),
        ('@=="1970-01-01T01:01:00.000000005+01:00"', ["time.Time"]),
        ('@>"1970-01-01T00:01:00Z"', ["time.Time"]),
        ('@~"1970"', ["time.Time"]),
    ],
)
def test_numbers_and_times_that_marshal_themselves(test: str, names: list[str]) -> None:
    for is_named in (True, False):  # by the stream, or by nothing but their form
        payloads = {name: Marshalers().encode(value, as_=name) for name, value in BIG.items()}
        nameless = types.Opaque("", "gob")
        value: list[Any] = [pygob.Opaque("", "gob", each.data) for each in payloads.values()]
        if is_named:
            value = [Interface(name, each, nameless) for name, each in zip(BIG, value, strict=True)]
        found = Path(f"[?{test}]").find(value, types.Slice(types.INTERFACE if is_named else nameless))
        assert [list(BIG)[int(place.path.strip("[]"))] for place in found] == names


def test_numbers_that_json_has_none_for_compare_too() -> None:
    value = [math.inf, math.nan, -math.inf, 1.0]
    found = {test: [place.path for place in Path(f"[?{test}]").find(value, types.Slice(types.FLOAT))]
             for test in ("@>0", '@=="NaN"', '@!="Infinity"', "@!=1")}  # fmt: skip
    assert found == {
        "@>0": ["[0]", "[3]"],
        '@=="NaN"': ["[1]"],
        '@!="Infinity"': ["[1]", "[2]", "[3]"],
        "@!=1": ["[0]", "[1]", "[2]"],
    }
