"""Numbers of other kinds than Python's own: as they are, or refused; never less than they were."""

from __future__ import annotations

import math
import warnings
from array import array
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import pygob
from pygob import types

# NumPy's longest float is no longer than a float64 on some platforms.
LONG = np.longdouble("1e400") if np.finfo(np.longdouble).maxexp > 1024 else Decimal("1e400")
MANY = 200  # so many are written at once


def sent(value: Any, described: Any = None) -> Any:
    """What arrives of a value; a warning would be of something lost."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return pygob.loads(pygob.dumps(value, described))


def refused(value: Any, described: types.Type) -> pygob.GobEncodeError:
    with pytest.raises(pygob.GobEncodeError) as caught:
        sent(value, described)
    return caught.value


@pytest.mark.parametrize("described", [types.FLOAT, types.FLOAT32], ids=str)
@pytest.mark.parametrize(
    "number", [1j, np.complex64(1 + 2j), np.complex128(1 + 2j), np.clongdouble(1), np.array(2j)], ids=repr
)
class TestAComplexNumberIsNoFloat:
    def test_alone_or_in_a_field(self, number: Any, described: types.Type) -> None:
        holder = types.Struct("Holder", {"F": described})
        assert "takes a float" in refused(number, described).message
        assert refused({"F": number}, holder).path == "Holder.F"

    @pytest.mark.parametrize("count", [1, MANY])
    def test_in_a_slice(self, number: Any, described: types.Type, count: int) -> None:
        for start in (0.5, np.float64(0.5), np.float32(0.5)):
            error = refused([start] * count + [number], types.Slice(described))
            assert "takes a float" in error.message
            assert error.path == f"slice[{count}]"
        assert refused(np.array([number] * count), types.Slice(described)).path == "slice[0]"


@pytest.mark.parametrize("number", [LONG, -LONG, Decimal("1e400")], ids=repr)
@pytest.mark.parametrize("count", [1, MANY])
def test_what_is_finite_is_not_made_infinite(number: Any, count: int) -> None:
    for described in (types.FLOAT, types.FLOAT32, types.COMPLEX, types.COMPLEX64):
        error = refused([0.5] * count + [number], types.Slice(described))
        assert "is out of range for Go's" in error.message
        assert error.path == f"slice[{count}]"
        assert "is out of range" in refused([number] * count, types.Slice(described)).message


def test_what_is_finite_is_not_made_infinite_in_a_part_of_a_complex_number() -> None:
    if not isinstance(LONG, Decimal):
        for number in (np.clongdouble(LONG), LONG * 1j):
            assert "is out of range" in refused(number, types.COMPLEX).message
    for parts in ((math.nan, math.inf), (-math.inf, math.inf), (math.inf, math.nan)):
        assert repr(sent(complex(*parts), types.COMPLEX)) == repr(complex(*parts))


@pytest.mark.parametrize(
    "numbers",
    [
        [Decimal("0.5"), Decimal("inf")],
        [Fraction(1, 2), 0.5],
        [np.longdouble(0.5), np.longdouble("inf")],
        [np.float32(0.5), np.float16(1.5)],
        [0.5, np.float64(0.25), np.int8(3), np.uint64(5)],
        np.array([0.5, 2], np.longdouble),
        np.array([1, 2], np.int16),
        np.array([1, 2], object),
    ],
    ids=repr,
)
@pytest.mark.parametrize("repeated", [1, MANY])
def test_numbers_of_any_kind_go_into_floats_and_complex_numbers(numbers: Any, repeated: int) -> None:
    several = list(numbers) * repeated if isinstance(numbers, list) else np.tile(numbers, repeated)
    expected = [float(number) for number in several]
    assert sent(several, types.Slice(types.FLOAT)) == expected
    assert sent(several, types.Slice(types.COMPLEX)) == expected
    assert sent(numbers[0], types.COMPLEX) == expected[0]


def test_a_bool_of_numpy_is_no_number() -> None:
    for described in (types.FLOAT, types.COMPLEX, types.INT):
        assert f"takes a{'n int' if described is types.INT else ''}" in refused(np.True_, described).message


class TestArraysOfBytes:
    @pytest.mark.parametrize(
        "value",
        [
            array("B", b"xyz"),
            np.frombuffer(b"xyz", np.uint8),
            np.frombuffer(b"x-y-z", np.uint8)[::2],
            memoryview(b"xyz"),
            bytearray(b"xyz"),
        ],
        ids=lambda value: type(value).__name__,
    )
    @pytest.mark.parametrize("described", [types.BYTES, types.Slice(types.UINT8), None], ids=str)
    def test_are_bytes(self, value: Any, described: Any) -> None:
        assert sent(value, described) == b"xyz"
        assert sent({"k": value}, described and types.Map(types.STRING, described)) == {"k": b"xyz"}

    def test_left_out_of_a_struct_when_empty(self) -> None:
        holder = types.Struct("Holder", {"B": types.BYTES})
        for empty in (array("B"), np.array([], np.uint8)):
            assert dict(sent({"B": empty}, holder)) == {"B": b""}
            assert pygob.dumps({"B": empty}, holder) == pygob.dumps({}, holder)

    def test_of_two_dimensions_are_slices_of_bytes(self) -> None:
        rows = np.array([[1, 2], [3, 4]], np.uint8)
        assert sent(rows) == sent(rows, types.Slice(types.BYTES)) == [b"\1\2", b"\3\4"]
        assert sent(rows[0], types.Array(2, types.UINT8)) == (1, 2)

    @pytest.mark.parametrize(
        "value",
        [
            array("b", [1]),
            np.array([1], np.int8),
            np.array([1]),
            np.array([[1]], np.uint8),
            np.array(1, np.uint8),
            [1],
            5,
            "x",
        ],
        ids=repr,
    )
    def test_of_anything_else_are_refused(self, value: Any) -> None:
        error = refused({"B": value}, types.Struct("Holder", {"B": types.BYTES}))
        assert error.message == f"{type(value).__name__} given where Go's []byte takes bytes"
        assert error.path == "Holder.B"


class TestArraysWithoutDimensions:
    @pytest.mark.parametrize(
        ("value", "described"),
        [
            (5, types.INT),
            (5, types.UINT8),
            (0.5, types.FLOAT),
            (0.5, types.COMPLEX),
            (1j, types.COMPLEX),
            (True, types.BOOL),
        ],
    )
    def test_are_the_number_in_them(self, value: Any, described: types.Type) -> None:
        assert sent(np.array(value)) == sent(np.array(value), described) == value

    def test_a_number_of_numpy_is_of_its_own_size(self) -> None:
        read = pygob.Stream.parse(pygob.dumps(np.uint8(200)))
        assert (read.values[0].type, read.values[0].value) == (types.UINT, 200)
        assert "is out of range for Go's uint8" in refused(np.int64(256), types.UINT8).message

    @pytest.mark.parametrize("described", [types.INT, types.FLOAT, types.COMPLEX, types.BOOL], ids=str)
    def test_with_dimensions_they_are_no_number(self, described: types.Type) -> None:
        for value in (np.array([1]), np.array([]), np.array([[0.5]]), np.array([True])):
            assert f"ndarray given where Go's {described.text()} takes" in refused(value, described).message
