"""Vectors as chromem keeps them: float32, of length 1.

Source: `AddDocument` in collection.go and vector.go of chromem-go v0.7.0. A vector whose length differs
from 1 by a millionth or more is divided by its length, in float32 throughout, so that Go and Python store
the same bits.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Set

_TOLERANCE = 1e-6


def float32_vector(values: Iterable[float]) -> array[float]:
    """A vector as float32, each number rounded to the nearest.

    Args:
        values: An `array.array`, a list, a NumPy array of one dimension, or anything that gives numbers.

    Raises:
        ValueError: It is empty, has more than one dimension, or holds what is not finite as float32.
        TypeError: It holds no numbers, or has no order: text, bytes, a mapping, a set.
    """
    if isinstance(values, (str, bytes, bytearray, Mapping, Set)):
        raise TypeError(f"a vector is a sequence of numbers, not {type(values).__name__}")
    dimensions = getattr(values, "ndim", 1)
    if dimensions != 1:
        raise ValueError(f"a vector has one dimension, not {dimensions}")
    as_list = getattr(values, "tolist", None)  # NumPy's way to numbers of Python is far faster
    vector = array("f", values if as_list is None else as_list())
    if not vector:
        raise ValueError("the vector is empty; chromem would have a model make one of the content")
    if not all(map(math.isfinite, vector)):
        raise ValueError("the vector holds a number that is not finite as float32")
    return vector


def normalized(vector: array[float]) -> array[float]:
    """The vector with length 1, by chromem's own steps; one that has it already is returned as it is.

    Raises:
        ValueError: Its length is zero, or too small or too large for float32: chromem would store no numbers.
    """
    total = 0.0
    for value in vector:
        total += value * value
    if abs(math.sqrt(total) - 1) < _TOLERANCE:
        return vector
    # One float32, rounded at every step: a float64 holds any product of two and is exact enough for the rest.
    norm = array("f", [0.0])
    for square in array("f", [value * value for value in vector]):
        norm[0] += square
    norm[0] = math.sqrt(norm[0])
    if not 0 < norm[0] < math.inf:
        raise ValueError("the vector has no length that float32 can hold, so chromem cannot normalise it")
    return array("f", [value / norm[0] for value in vector])
