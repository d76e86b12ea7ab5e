"""Slices of floats: the kernels that read and write many at once, and the plain loop, agree."""

from __future__ import annotations

import math
import struct
from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import types
from pygob._kernels import lanes
from tests.support import raw

VALUE = 64
FLOAT32 = st.floats(width=32) | st.sampled_from(
    [0.0, -0.0, 1.0, -1.5, 0.25, 2.0**-149, 3.4028234663852886e38]
)
FLOAT64 = st.floats() | st.integers(-1000, 1000).map(float)
slices = st.one_of(
    st.lists(FLOAT32, max_size=80),
    st.lists(FLOAT64, max_size=80),
    st.lists(FLOAT32 | FLOAT64, min_size=8, max_size=80),
)


def stream_of(floats: list[float], *, count: int | None = None, name: str = "") -> bytes:
    body = b"".join(map(raw.float_, floats))
    size = raw.uint(len(floats) if count is None else count)
    return raw.define_slice(VALUE, raw.FLOAT, name) + raw.value(VALUE, raw.SINGLETON, size, body)


def bits(floats: Any) -> list[bytes]:
    return [struct.pack("<d", value) for value in floats]


@given(slices)
def test_every_bit_is_read(floats: list[float]) -> None:
    assert bits(pygob.loads(stream_of(floats))) == bits(floats)


@given(slices)
def test_float64_arrays_hold_the_same(floats: list[float]) -> None:
    data = stream_of(floats, name="[]float64")
    read = pygob.loads(data, floats="array")
    assert isinstance(read, array)
    assert read.typecode == "d"
    assert bits(read) == bits(floats)
    assert bits(pygob.loads(data, floats="numpy")) == bits(floats)


@given(st.lists(FLOAT32.filter(lambda value: value == value), max_size=80))
def test_float32_arrays_hold_the_same(floats: list[float]) -> None:
    data = stream_of(floats, name="[]float32")
    read = pygob.loads(data, floats="array")
    assert read.typecode == "f"
    assert bits(read) == bits(floats)
    in_numpy = pygob.loads(data, floats="numpy")
    assert in_numpy.dtype == np.float32
    assert bits(in_numpy) == bits(floats)


@given(slices, st.data())
def test_a_damaged_slice_is_read_as_by_the_plain_loop(floats: list[float], draw: st.DataObject) -> None:
    data = bytearray(stream_of(floats, count=draw.draw(st.integers(0, len(floats) + 2))))
    for _ in range(draw.draw(st.integers(0, 2))):
        data[draw.draw(st.integers(20, len(data) - 1) if len(data) > 21 else st.just(len(data) - 1))] = (
            draw.draw(st.integers(0, 255))
        )
    for form in ("list", "array", "skip"):
        with pytest.MonkeyPatch.context() as patch:
            fast = result(bytes(data), form)
            patch.setattr(lanes, "LANES_FROM", 1 << 40)
            assert result(bytes(data), form) == fast


def result(data: bytes, form: Any) -> tuple[Any, ...]:
    try:
        return ("value", bits(pygob.loads(data, floats=form)))
    except pygob.GobDecodeError as error:
        partial = bits(error.partial) if isinstance(error.partial, list) else type(error.partial)
        return (str(error), error.offset, partial)


@pytest.mark.parametrize("described", [types.FLOAT, types.FLOAT32])
@given(floats=st.lists(FLOAT32, max_size=80))
def test_lists_arrays_and_numpy_are_written_alike(described: types.Basic, floats: list[float]) -> None:
    slice_ = types.Slice(described)
    data = pygob.dumps(floats, slice_)
    sent = [struct.unpack("<f", struct.pack("<f", value))[0] for value in floats]
    expected = raw.uint(len(floats)) + b"".join(map(raw.float_, sent if described.bits == 32 else floats))
    assert data.endswith(b"\0" + expected)
    numbers = [value for value in floats if value == value]  # arrays of float32 make NaNs quiet
    for made in (array("d", numbers), array("f", numbers), np.array(numbers), np.array(numbers, np.float32)):
        assert pygob.dumps(made, slice_) == pygob.dumps(numbers, slice_)


@pytest.mark.parametrize("described", [types.FLOAT32, types.FLOAT])
@pytest.mark.parametrize("number", [np.float32(3e38), np.float16(6e4), np.int64(2**62), np.float32("inf")])
@pytest.mark.filterwarnings("error")
def test_large_numbers_of_numpy_among_those_of_python_are_written_without_a_warning(
    described: types.Basic, number: Any
) -> None:
    values = [1.0, *[number] * 40, -math.inf]
    assert pygob.loads(pygob.dumps(values, types.Slice(described))) == list(map(float, values))
