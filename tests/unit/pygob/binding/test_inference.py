"""The Go type of a Python value when nobody gives one."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import pytest

import pygob
from pygob import types


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "bool"),
        (1, "int"),
        (1.0, "float64"),
        (1j, "complex128"),
        ("x", "string"),
        (b"x", "[]uint8"),
        (bytearray(b"x"), "[]uint8"),
        (memoryview(b"x"), "[]uint8"),
        ([1, 2], "[]int"),
        ([[1.0]], "[][]float64"),
        ((1, 2), "[2]int"),
        ({"a": 1}, "map[string]int"),
        ({"a": [b"x"]}, "map[string][][]uint8"),
        (array("f", [1]), "[]float32"),
        (array("d", [1]), "[]float64"),
        (array("h", [1]), "[]int16"),
        (array("Q", [1]), "[]uint64"),
        (np.zeros(2, np.float32), "[]float32"),
        (np.zeros((2, 2)), "[][]float64"),
        ([pygob.Interface("int", 1)], "[]interface {}"),
    ],
)
def test_a_value_says_its_type(value: Any, text: str) -> None:
    (found,) = pygob.iter_values(pygob.dumps(value))
    expected = text
    for wide, sent in (
        ("float32", "float64"),
        ("int16", "int"),
        ("uint64", "uint"),
        ("complex128", "complex128"),
    ):
        expected = expected.replace(wide, sent)
    assert found.type.text() == expected


def test_a_decoded_value_keeps_its_type() -> None:
    described = types.Struct("Point", {"X": types.INT})
    data = pygob.dumps({"X": 1}, described)
    assert pygob.dumps(pygob.loads(data)) == data


@pytest.mark.parametrize("value", [[], {}, ()])
def test_an_empty_container_needs_a_type(value: Any) -> None:
    with pytest.raises(pygob.GobEncodeError, match="give its type as `type`"):
        pygob.dumps(value)


@pytest.mark.parametrize("value", [[1, 1.0], [True, 1], {"a": 1, "b": "x"}, {1: 1, "b": 1}])
def test_a_container_of_several_types_needs_one(value: Any) -> None:
    with pytest.raises(pygob.GobEncodeError, match="not of one Go type"):
        pygob.dumps(value)


@pytest.mark.parametrize("value", [{1, 2}, object(), iter([1]), np.zeros(1, "datetime64[s]"), len])
def test_what_gob_has_no_type_for_is_refused(value: Any) -> None:
    with pytest.raises(pygob.GobEncodeError):
        pygob.dumps(value)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([{"a": []}], "slice[0]['a']"),
        ([1, 2.0], "slice[1]"),
        ([1, 1, None], "slice[2]"),
        ({"a": {"b": [1, None]}}, "map['a']['b'][1]"),
        ({1: 1, "b": 1}, "map[key 1]"),
        (((1,), (object(),)), "array[1][0]"),
        ({"k": object()}, "map['k']"),
        ({(): 1}, "map[key 0]"),
        ([], ""),
    ],
)
def test_an_error_says_where_the_value_does_not_tell_its_type(value: Any, path: str) -> None:
    with pytest.raises(pygob.GobEncodeError) as info:
        pygob.dumps(value)
    assert info.value.path == path
    assert str(info.value).endswith(f"(in {path})" if path else "such as list[int]")


def _ring(kind: str) -> Any:
    ring: Any = {} if kind == "dict" else []
    if kind == "dict":
        ring["k"] = {"next": ring}
    elif kind == "tuple":
        ring.append((1, 2))
        ring[0] = (ring,)
    else:
        ring.append([1])
        ring[0][0] = ring
    return ring


@pytest.mark.parametrize(
    ("kind", "path"),
    [("list", "slice[0][0]"), ("tuple", "slice[0][0]"), ("dict", "map['k']['next']")],
)
def test_a_value_that_contains_itself_is_refused_with_its_place(kind: str, path: str) -> None:
    with pytest.raises(pygob.GobEncodeError, match="contains itself") as caught:
        pygob.dumps(_ring(kind))
    assert caught.value.path == path


def test_a_value_within_a_dictionary_that_contains_itself_is_found_by_its_path() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(pygob.GobEncodeError) as caught:
        pygob.dumps({"a": [ring]})
    assert caught.value.path == "map['a'][0][0]"


def test_the_same_list_twice_is_no_ring() -> None:
    shared = [1]
    assert pygob.loads(pygob.dumps([shared, shared])) == [[1], [1]]


def test_a_value_too_deep_to_tell_its_type_has_a_path_too() -> None:
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(pygob.GobEncodeError, match="nests too deep to tell its type") as caught:
        pygob.dumps({"a": deep})
    assert caught.value.path.startswith("map['a'][0][0][0]")
