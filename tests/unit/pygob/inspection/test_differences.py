"""What is different in two values."""

from __future__ import annotations

import io
import math
from typing import Any

import pytest
from hypothesis import given

import pygob
from pygob import Interface, Pairs, types
from pygob.editing.assignment import set_values
from pygob.inspection.differences import differences
from pygob.inspection.paths import Path
from tests.support.strategies import streams

INNER = types.Struct("Inner", {"A": types.INT})
OUTER = types.Struct(
    "Outer",
    {
        "Name": types.STRING,
        "N": types.INT,
        "F": types.FLOAT,
        "List": types.Slice(types.INT),
        "Map": types.Map(types.STRING, types.INT),
        "In": types.Pointer(INNER),
        "Any": types.INTERFACE,
        "At": types.Opaque("Time", "gob"),
    },
)


def time(payload: bytes) -> pygob.Opaque:
    return pygob.Opaque("Time", "gob", payload)


def found(old: Any, new: Any) -> list[str]:
    return [str(each) for each in differences(old, new)]


def outer(**fields: Any) -> tuple[Any, types.Type]:
    [value] = pygob.iter_values(pygob.dumps(pygob.Struct(OUTER, **fields), OUTER))
    return value.value, value.type


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"N": 1}, {"N": 1}, []),
        ({"N": 1}, {"N": 2}, ["N: 1 -> 2"]),
        ({}, {"N": 2}, ["N: 0 -> 2"]),
        ({"Name": "a"}, {}, ['Name: "a" -> ""']),
        ({"F": 0.5}, {"F": math.nan}, ['F: 0.5 -> "NaN"']),
        ({"F": math.nan}, {"F": math.nan}, []),
        ({"List": [1, 2]}, {"List": [1, 3, 4]}, ["List[1]: 2 -> 3", "List[2]: added 4"]),
        ({"List": [1]}, {}, ["List[0]: removed 1"]),
        ({"Map": {"a": 1, "b": 2}}, {"Map": {"b": 2, "a": 1}}, []),
        ({"Map": {"a": 1}}, {"Map": {"x y": 1}}, ['Map["a"]: removed 1', 'Map["x y"]: added 1']),
        ({"Map": {}}, {}, []),
        ({"In": pygob.Struct(INNER)}, {}, []),
        ({"In": pygob.Struct(INNER, A=1)}, {}, ['In: {"A":1} -> null']),
        ({"In": pygob.Struct(INNER, A=1)}, {"In": pygob.Struct(INNER, A=2)}, ["In.A: 1 -> 2"]),
        ({"Any": Interface("int", 1)}, {"Any": Interface("int", 2)}, ["Any: 1 -> 2"]),
        ({"Any": Interface("int", 1)}, {"Any": Interface("string", "1")}, ['Any: int 1 -> string "1"']),
        ({"Any": Interface("int", 1)}, {}, ["Any: int 1 -> interface {} null"]),
        ({"At": time(b"\1")}, {"At": time(b"\2")}, ['At: "AQ==" -> "Ag=="']),
    ],
)  # fmt: skip
def test_fields(old: dict[str, Any], new: dict[str, Any], said: list[str]) -> None:
    assert found(outer(**old), outer(**new)) == said


def test_types() -> None:
    assert found((1, types.INT), (1, types.UINT)) == [".: int 1 -> uint 1"]
    assert found((-0.0, types.FLOAT), (0.0, types.FLOAT)) == [".: -0.0 -> 0.0"]


def test_fields_that_only_one_type_has() -> None:
    more = types.Struct("Inner", {"A": types.INT, "B": types.INT})
    old, new = (pygob.Struct(INNER, A=1), INNER), (pygob.Struct(more, A=1, B=2), more)
    assert found(old, new) == ["B: added 2"]
    assert found(new, old) == ["B: removed 2"]


def test_keys_that_share_their_json() -> None:
    described = types.Map(types.INTERFACE, types.INT)
    keys = [Interface("int", 1, types.INT), Interface("uint", 1, types.UINT)]
    old, new = (Pairs(zip(keys, values, strict=True)) for values in ((1, 2), (1, 3)))
    assert found((old, described), (new, described)) == ["[1]: 2 -> 3"]


def test_long_values_are_cut() -> None:
    [said] = found(("x" * 1000, types.STRING), ("y", types.STRING))
    assert len(said) < 300
    assert said.endswith('x... -> "y"')


@given(streams())
def test_nothing_is_different_from_itself(data: bytes) -> None:
    for one, other in zip(pygob.iter_values(data), pygob.iter_values(data), strict=True):
        assert found((one.value, one.type), (other.value, other.type)) == []


@given(streams())
def test_a_value_that_was_set_is_the_difference(data: bytes) -> None:
    for number, value in enumerate(pygob.iter_values(data)):
        path = next(
            (each.path for each in Path("..*").find(value.value, value.type) if each.type.kind == "string"),
            None,
        )
        if path is None or len(list(Path(path).find(value.value, value.type))) != 1:
            continue
        new = b"".join(
            each.data for each in set_values(io.BytesIO(data), Path(path), "new, not drawn", index=number)
        )
        changed = list(pygob.iter_values(new))[number]
        said = list(differences((value.value, value.type), (changed.value, changed.type)))
        assert [(each.path, each.new) for each in said] == [(path, "new, not drawn")]
