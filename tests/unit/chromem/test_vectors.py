"""Vectors as chromem keeps them."""

import math
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob.chromem.vectors import float32_vector, normalized


@pytest.mark.parametrize(
    "values",
    [
        [1, 2.5, 3],
        (1.0, 2.5, 3.0),
        array("f", [1, 2.5, 3]),
        array("d", [1, 2.5, 3]),
        np.array([1, 2.5, 3], np.float32),
        np.array([1, 2.5, 3], np.float64),
        np.array([1, 0, 2.5, 0, 3, 0], np.float16)[::2],
        iter([1, 2.5, 3]),
    ],
    ids=lambda values: f"{type(values).__name__} {getattr(values, 'dtype', '')}",
)
def test_any_numbers_are_a_vector(values: object) -> None:
    assert float32_vector(values) == array("f", [1, 2.5, 3])


def test_numbers_are_rounded_to_float32() -> None:
    assert float32_vector([0.1])[0] == np.float32(0.1)


@pytest.mark.parametrize("values", [[], array("f"), np.zeros(0, np.float32)])
def test_an_empty_vector(values: object) -> None:
    with pytest.raises(ValueError, match="the vector is empty"):
        float32_vector(values)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e39])
@pytest.mark.parametrize("kind", [list, lambda values: np.array(values)])
def test_what_is_not_finite(kind: type, value: float) -> None:
    with pytest.raises(ValueError, match="not finite as float32"):
        float32_vector(kind([1.0, value]))


def test_more_than_one_dimension() -> None:
    with pytest.raises(ValueError, match="one dimension, not 2"):
        float32_vector(np.zeros((2, 2), np.float32))


@pytest.mark.parametrize("values", ["text", b"", [None], [[1.0]]])
def test_what_are_no_numbers(values: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        float32_vector(values)


def test_a_vector_of_length_one_stays_as_it_is() -> None:
    vector = array("f", [0.6, 0.8])
    assert normalized(vector) is vector


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=8))
def test_any_other_gets_length_one(values: list[float]) -> None:
    vector = array("f", values)
    if math.hypot(*vector) < 1e-15:
        return
    assert math.hypot(*normalized(vector)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e-30], [1e30, 1e30]])
def test_without_a_length(values: list[float]) -> None:
    with pytest.raises(ValueError, match="cannot normalise"):
        normalized(array("f", values))
