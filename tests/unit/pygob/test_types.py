"""Type descriptions: they print as Go, and say what one Go type is."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import pygob
from pygob import types
from pygob.marshalers import Marshalers
from pygob.types import Array, Map, Opaque, Pointer, Slice, Struct
from tests.support import raw

POINT = Struct("Point", {"X": types.INT, "Y": types.FLOAT32}, package="main")


@pytest.mark.parametrize(
    ("described", "text"),
    [
        (types.INT, "int"),
        (types.FLOAT, "float64"),
        (types.BYTES, "[]uint8"),
        (types.INTERFACE, "interface {}"),
        (Slice(types.STRING), "[]string"),
        (Array(4, types.UINT8), "[4]uint8"),
        (Map(types.STRING, Slice(types.INT)), "map[string][]int"),
        (Pointer(POINT), "*main.Point"),
        (Struct("", {"A": types.INT, "B": POINT}), "struct { A int; B main.Point }"),
        (Struct("", {"Point": POINT}, embedded=["Point"]), "struct { main.Point }"),
        (Struct(), "struct {}"),
        (types.named(types.FLOAT, "main.Celsius"), "main.Celsius"),
    ],
)
def test_a_type_has_the_text_that_reflect_gives_it(described: types.Type, text: str) -> None:
    assert described.text() == text


def test_a_named_type_prints_as_its_declaration() -> None:
    assert repr(POINT) == "<type Point struct { X int; Y float32 }>"


def test_a_recursive_type_prints() -> None:
    node = Struct("Node")
    node.fields = {"Value": types.INT, "Next": Pointer(node)}
    assert node.declaration() == "type Node struct { Value int; Next *Node }"


def test_a_decoded_type_prints_as_go_too() -> None:
    (value,) = pygob.iter_values(pygob.dumps({"X": 1}, POINT))
    assert repr(value.type) == "<type Point struct { X int; Y float64 }>"


def test_fields_of_one_name_are_given_as_pairs_and_the_last_has_the_name() -> None:
    made = Struct("S", [("A", types.INT), ("A", types.STRING)])
    assert len(made.fields) == 2
    assert made.numbers == {"A": 1}


@pytest.mark.parametrize("basic", types.BASICS.values(), ids=list(types.BASICS))
def test_basic_types_are_pickled_to_themselves(basic: types.Basic) -> None:
    assert pickle.loads(pickle.dumps(basic)) is basic


def test_a_named_basic_type_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(types.named(types.INT8, "main.Tiny")))
    assert (again.text(), again.bits, again.kind) == ("main.Tiny", 8, "int")


def test_a_copied_type_is_the_same_type() -> None:
    assert copy.deepcopy(POINT) is POINT


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (types.BYTES, True),
        (Slice(types.UINT8), True),
        (Slice(types.named(types.UINT8, "main.Octet")), True),
        (Slice(types.UINT16), False),
        (Array(4, types.UINT8), False),
        (types.STRING, False),
    ],
)
def test_what_travels_as_bytes(described: types.Type, expected: bool) -> None:
    assert types.is_bytes(described) is expected


def test_pointers_are_stripped_to_the_base_type() -> None:
    assert types.strip_pointers(Pointer(Pointer(types.INT))) is types.INT


def test_kinds_are_those_of_the_wire() -> None:
    made = [types.INT8, types.UINT16, types.FLOAT32, types.COMPLEX64, Slice(), Array(1), Map(), Opaque("T")]
    kinds = ["int", "uint", "float", "complex", "slice", "array", "map", "opaque"]
    assert [described.kind for described in made] == kinds


def test_a_recursive_type_that_lost_its_name_prints_and_ends() -> None:
    node = Struct("Node")
    node.fields = {"Next": Pointer(node)}
    (value,) = pygob.iter_values(pygob.dumps({}, Map(types.INT, node)))
    assert len(repr(value.type)) < 2_000
    assert len(value.type.text()) < 1_000_000


def test_a_pointer_to_itself_is_refused() -> None:
    alone, first = types.Pointer(), types.Pointer()
    second = types.Pointer(first)
    for pointer, elem in ((alone, alone), (first, second)):
        with pytest.raises(TypeError, match="recursive pointer type"):
            pointer.elem = elem


def test_a_field_has_a_name() -> None:
    with pytest.raises(ValueError, match="a field of struct S has no name"):
        types.Struct("S", {"A": types.INT, "": types.INT})


def test_there_are_three_kinds_of_marshalers() -> None:
    kind: Any = "xml"
    for refused in (
        lambda: types.Opaque("X", kind),
        lambda: pygob.Opaque("X", kind, b""),
        lambda: Marshalers().register("x.X", kind, bytes, bytes, bytes),
    ):
        with pytest.raises(ValueError, match='"gob", "binary" or "text", not \'xml\''):
            refused()


def test_the_length_of_an_array_is_a_count() -> None:
    with pytest.raises(ValueError, match="0 or more, not -1"):
        Array(-1, types.INT)
    for length in (1.5, "2", True, types.INT):
        with pytest.raises(TypeError, match="the length of an array is an int, not"):
            Array(length, types.INT)  # type: ignore[arg-type]


def test_a_stream_may_say_what_a_description_may_not() -> None:
    data = raw.define_array(64, raw.INT, -1) + raw.value(64, raw.SINGLETON, b"\0")
    with pytest.raises(pygob.GobDecodeError):
        pygob.loads(data)
