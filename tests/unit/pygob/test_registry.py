"""What values in interfaces are called: as Go registers them itself, or as somebody has registered them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import pytest

import pygob
from pygob import Interface, Registry
from pygob.marshalers import GoTime, Marshalers


@dataclass
class Box:
    It: Any = None


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Colour(IntEnum):
    RED = 1


MARSHALERS = Marshalers()


def boxed(value: Any, **options: Any) -> Any:
    """What a stream holds of a value in an interface."""
    return pygob.loads(pygob.dumps(Box(value), **options)).It


def again(value: Any, **options: Any) -> Any:
    """A value in an interface, written, read, and both once more."""
    once = pygob.loads(pygob.dumps(Box(value), **options), Box, **options)
    return pygob.loads(pygob.dumps(once, **options), Box, **options).It


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (["a"], "[]string"),
        ([1, 2], "[]int"),
        ([1.5], "[]float64"),
        ([True], "[]bool"),
        ([1j], "[]complex128"),
        (array("f", [1.5]), "[]float32"),
        (array("H", [1]), "[]uint16"),
        (Text("a"), "string"),
        (Number(1), "int"),
        (bytearray(b"a"), "[]uint8"),
    ],
    ids=repr,
)
def test_what_go_registers_itself_needs_no_name(value: Any, name: str) -> None:
    found = boxed(value)
    assert found == Interface(name, list(value) if isinstance(value, array) else value)
    assert again(value) == found.value


def test_what_was_under_one_of_these_names_can_be_written_again() -> None:
    assert again(Interface("[]string", ["a"])) == ["a"]
    assert boxed(pygob.loads(pygob.dumps(Box(Interface("[]int32", [5]))), Box).It).name == "[]int"


@pytest.mark.parametrize(
    "value",
    [[], [[1]], (1, 2), {"a": 1}, [b"a"], Colour.RED, object()],
    ids=["empty", "nested", "array", "map", "bytes", "enum", "object"],
)
def test_other_values_need_one(value: Any) -> None:
    with pytest.raises(pygob.GobEncodeError, match="type not registered for interface"):
        boxed(value)


def test_which_of_gos_integers_it_was_is_not_guessed() -> None:
    largest = pygob.loads(pygob.dumps(Box(Interface("uint64", 2**64 - 1))), Box)
    assert largest == Box(2**64 - 1)
    with pytest.raises(pygob.GobEncodeError, match="out of range for Go's int") as refused:
        pygob.dumps(largest)
    assert refused.value.path == "Box.It.(int)"
    assert 'uint64 holds it: give types.UINT64 as its type, or Interface("uint64", ...)' in str(refused.value)
    assert pygob.loads(pygob.dumps(Box(Interface("uint64", largest.It))), Box) == largest


@pytest.mark.parametrize("described", [MARSHALERS.type_of("time.Time"), GoTime], ids=["type", "class"])
def test_a_value_that_marshals_itself_goes_by_the_name_of_its_type(described: Any) -> None:
    registry = Registry()
    registry.register("time.Time", described, marshalers=MARSHALERS)
    options = {"registry": registry, "marshalers": MARSHALERS}
    assert again(GoTime(6), **options) == GoTime(6)
    assert pygob.loads(pygob.dumps(Box(GoTime(6)), **options)).It.name == "time.Time"


def test_a_value_that_marshals_itself_needs_a_name_too() -> None:
    with pytest.raises(pygob.GobEncodeError, match="type not registered for interface: GoTime"):
        pygob.dumps(Box(GoTime(6)), marshalers=MARSHALERS)


class TestNumpy:
    @pytest.fixture(autouse=True)
    def _numpy(self) -> None:
        self.numpy = pytest.importorskip("numpy")

    def test_numbers_and_texts_go_by_their_own_names(self) -> None:
        numpy = self.numpy
        found = [
            boxed(value)
            for value in (numpy.float64(1.5), numpy.int32(2), numpy.str_("a"), numpy.bytes_(b"a"))
        ]
        assert found == [
            Interface("float64", 1.5),
            Interface("int32", 2),
            Interface("string", "a"),
            Interface("[]uint8", b"a"),
        ]
        assert boxed(numpy.array([1.5], numpy.float32)) == Interface("[]float32", [1.5])

    def test_a_text_says_what_it_is(self) -> None:
        assert pygob.loads(pygob.dumps(self.numpy.str_("a"))) == "a"
        assert pygob.loads(pygob.dumps({self.numpy.str_("a"): [self.numpy.bytes_(b"b")]})) == {"a": [b"b"]}
