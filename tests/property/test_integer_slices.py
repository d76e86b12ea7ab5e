"""Slices of integers: what is read, or written, many at a time, against the plain loop."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

import numpy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pygob
from pygob import types
from pygob._kernels import integer_writing, integers, integers_at
from pygob._messages.varint import signed
from tests.support import raw
from tests.support.integers import numbers, payloads
from tests.support.work import calls

INTS, UINTS = types.Slice(types.INT), types.Slice(types.UINT)
MODES: tuple[Literal["list", "array", "numpy", "skip"], ...] = ("list", "array", "numpy", "skip")
ELEMENTS = {raw.INT: True, raw.UINT: False}
# As applications have them: the width that most numbers take, and what others there are.
SHAPES = {
    "ids": lambda chance: chance.randrange(64),
    "bytes": lambda chance: chance.randrange(256),
    "signs": lambda chance: chance.randrange(-100, 100),
    "hundreds": lambda chance: chance.randrange(1000),
    "counters": lambda chance: chance.randrange(65536),
    "few and many": lambda chance: int(2 ** (chance.random() * 20)),
    "seconds": lambda chance: 1_700_000_000 + chance.randrange(10_000_000),
    "nanoseconds": lambda chance: 1_700_000_000_000_000_000 + chance.randrange(10**16),
    "random": lambda chance: chance.randrange(-(1 << 63), 1 << 63),
    "all widths": lambda chance: int(2 ** (chance.random() * 62)),
    "sparse": lambda chance: chance.choice([0] * 15 + [70_000]),
}


@contextmanager
def the_plain_loop() -> Iterator[None]:
    """Every slice read, and written, one element at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integer_writing, "_TOGETHER_FROM", 1 << 62)
        patch.setattr(integers, "_read_sound", lambda _, start, *__, **___: start)
        yield


def stream(count: int, data: bytes, elem: int = raw.INT) -> bytes:
    """A struct with the slice and a text after it, so that the slice's end matters."""
    return (
        raw.define_struct(64, [("I", 65), ("T", raw.STRING)])
        + raw.define_slice(65, elem)
        + raw.value(64, b"\x01", raw.uint(count), data, b"\x01", raw.text("after"), b"\0")
    )


def array_stream(count: int, data: bytes, elem: int) -> bytes:
    return raw.define_array(65, elem, count) + raw.value(65, raw.SINGLETON, raw.uint(count), data)


def read(data: bytes, ints: Literal["list", "array", "numpy", "skip"] = "list", described: Any = None) -> Any:
    """What reading comes to: the value's parts, or everything about the error."""
    try:
        value = pygob.loads(data, described, ints=ints)
    except pygob.GobDecodeError as error:
        return type(error), str(error), error.offset, error.path, error.partial
    return (value.I, value.T) if isinstance(value, pygob.Struct) else (type(value), value)


# ---- reading


@given(payloads(), st.sampled_from([*ELEMENTS]))
@example((16, b"\xff\x80" * 16), raw.INT)
@example((16, b"\xff\xff" * 16), raw.INT)
@example((16, b"\xff\x05" * 16), raw.UINT)
@example((17, b"\xff\x80" * 16 + b"\xff"), raw.INT)
@example((40, b"\xf8" + b"\xff" * 8 + b"\xf8\xff\xff\xff\xff\xff\xff\xff\xfe" * 39), raw.INT)
@example((40, b"\xfe\xff\xfe" * 40), raw.INT)
@example((40, b"\x80" * 40), raw.INT)
@example((40, b""), raw.UINT)
def test_kernels_read_what_the_plain_loop_reads(payload: tuple[int, bytes], elem: int) -> None:
    for data in (stream(*payload, elem), array_stream(*payload, elem)):
        with the_plain_loop():
            expected = read(data)
        assert read(data) == expected


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 31, 32, 1024, 1025, 5000])
def test_slices_as_applications_have_them(shape: str, count: int) -> None:
    chance = random.Random(count)
    values = [SHAPES[shape](chance) for _ in range(count)]
    for elem, is_signed in ELEMENTS.items():
        numbers = values if is_signed else list(map(abs, values))
        tokens = b"".join(map(raw.int_ if is_signed else raw.uint, numbers))
        for after in (b"", b"\x01\5after\0", chance.randbytes(9)):
            found = integers_at(b"before" + tokens + after, 6, count, "list", integers.Integers(is_signed))
            assert found == (numbers, 6 + len(tokens))
        assert numbers == pygob.loads(stream(count, tokens, elem)).I


@given(
    payloads(), st.sampled_from([*ELEMENTS]), st.sampled_from(["[]int32", "[]uint16", "[]int", "Named", ""])
)
def test_arrays_and_numpy_hold_what_lists_hold(payload: tuple[int, bytes], elem: int, name: str) -> None:
    data = raw.define_slice(65, elem, name) + raw.value(65, raw.SINGLETON, raw.uint(payload[0]), payload[1])
    found = {mode: read(data, mode) for mode in MODES}
    if found["list"][0] is not list:  # an error
        assert [*found.values()] == [found["list"]] * 4
        return
    values = found["list"][1]
    bits = {"[]int32": 32, "[]uint16": 16}.get(name, 64) if ("u" in name) == (elem == raw.UINT) else 64
    low, high = (-(1 << bits - 1), 1 << bits - 1) if elem == raw.INT else (0, 1 << bits)
    if not all(low <= value < high for value in values):
        bits = 64
    kind, held = found["array"]
    assert (kind, held.tolist(), held.itemsize) == (array, values, bits // 8)
    assert held.typecode.islower() == (elem == raw.INT)
    kind, held = found["numpy"]
    assert (kind, held.tolist()) == (numpy.ndarray, values)
    assert held.dtype.name == f"{'' if elem == raw.INT else 'u'}int{bits}"
    assert found["skip"] == (list, [])
    for described in (types.Slice(types.INT), types.Slice(types.UINT)):
        in_type = [read(data, mode, described) for mode in MODES[:3]]
        assert in_type[0] == in_type[1] == in_type[2]
        assert in_type[2][0] is not list or all(type(value) is int for value in in_type[2][1])


@pytest.mark.parametrize("shape", SHAPES)
def test_cut_anywhere_kernels_and_loop_fail_alike(shape: str) -> None:
    chance = random.Random(4)
    tokens = b"".join(raw.int_(SHAPES[shape](chance)) for _ in range(40))
    for end in range(len(tokens)):
        data = raw.define_slice(65, raw.INT) + raw.value(65, raw.SINGLETON, raw.uint(40), tokens[:end])
        found = read(data)
        assert found[0] is pygob.GobTruncated
        with the_plain_loop():
            assert read(data) == found


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_what_a_smaller_integer_of_go_would_not_take_is_refused_by_its_index(bits: int) -> None:
    described = types.Slice(getattr(types, f"INT{bits}"))
    values = [5] * 40
    values[33] = 1 << bits - 1
    data = raw.define_slice(64, raw.INT) + raw.value(
        64, raw.SINGLETON, raw.uint(40), b"".join(map(raw.int_, values))
    )
    assert pygob.loads(data) == values
    with pytest.raises(pygob.GobTypeError, match=r"out of range .*\[33\]"):
        pygob.loads(data, described)


# ---- writing

SIGNED = [types.INT, types.INT8, types.INT16, types.INT32]
UNSIGNED = [types.UINT, types.UINT16, types.UINT32]
HOLDERS: tuple[Callable[[list[int]], Any], ...] = (
    list, tuple, numpy.array, *(partial(array, code) for code in "bhilqBHILQ"),
)  # fmt: skip


def written(values: Any, described: types.Type) -> bytes | str:
    try:
        return pygob.dumps(values, described)
    except pygob.GobEncodeError as error:
        return str(error)


def held_by(holder: Callable[[list[int]], Any], values: list[int]) -> Any:
    """The values in something else than a list, where they fit into that."""
    try:
        return holder(values)
    except OverflowError:
        return values


@given(numbers(), st.sampled_from(SIGNED + UNSIGNED), st.sampled_from(HOLDERS), st.booleans())
@example([254] * 40, types.INT8, list, True)
@example([255] * 40, types.INT8, list, True)
@example([256] * 40, types.INT8, list, True)
@example([(1 << 64) - 1] * 40, types.INT, list, True)
@example([(1 << 64) - 1] * 40, types.UINT, tuple, False)
@example([0] * 1025, types.UINT, list, False)
def test_kernels_write_what_the_plain_loop_writes(
    sent: list[int], elem: types.Basic, holder: Callable[[list[int]], Any], has_signs: bool
) -> None:
    values = held_by(holder, list(map(signed, sent)) if has_signs else sent)
    for described in (types.Slice(elem), types.Array(len(sent), elem)):
        with the_plain_loop():
            expected = written(values, described)
        assert written(values, described) == expected


@given(numbers())
def test_what_is_written_is_each_integer_as_it_travels(sent: list[int]) -> None:
    values = list(map(signed, sent))
    tail = raw.uint(len(sent)) + b"".join(map(raw.uint, sent))
    assert pygob.dumps(sent, UINTS).endswith(raw.SINGLETON + tail)
    assert pygob.dumps(values, INTS).endswith(raw.SINGLETON + tail)
    assert pygob.loads(pygob.dumps(values, INTS)) == values


@given(
    st.lists(st.integers(-200, 200), min_size=24, max_size=40),
    st.sampled_from(
        [None, "x", True, False, 1.0, numpy.int8(5), numpy.bool_(True), 10**30, -(10**30), b"", [1]]
    ),
    st.integers(0, 40),
    st.sampled_from([types.INT, types.UINT, types.INT16]),
)
def test_what_is_no_integer_is_refused_by_its_index(
    values: list[int], odd: Any, at: int, elem: types.Basic
) -> None:
    mixed = [*values[:at], odd, *values[at:]]
    with the_plain_loop():
        expected = written(mixed, types.Slice(elem))
    assert written(mixed, types.Slice(elem)) == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_read_from_go_is_written_alike(shape: str) -> None:
    chance = random.Random(1)
    values = [SHAPES[shape](chance) for _ in range(3_000)]
    data = pygob.dumps(values, INTS)
    assert data.endswith(raw.uint(3_000) + b"".join(map(raw.int_, values)))


class Counter(int):
    """A number with a class of its own."""


def test_integers_with_a_class_of_their_own_are_written_like_others() -> None:
    values: list[int] = [Counter(number) for number in range(100)]
    assert pygob.dumps(values, INTS) == pygob.dumps(list(range(100)), INTS)


def test_a_matrix_is_no_slice_of_integers() -> None:
    with pytest.raises(pygob.GobEncodeError, match=r"\[0\]"):
        pygob.dumps(numpy.ones((40, 2), int), INTS)


# ---- work


def hostile(kind: str, count: int) -> bytes:
    parts = {
        "small": b"\5",
        "headed": b"\xff\x80",
        "headers only": b"\xff\xff",
        "longer than need be": b"\xff\5",
        "headers inside": b"\xfd\xfd\xfe\xff",
        "like shorter ones": b"\xfc\xfd\xfd\xfd\xfd",
        "of all widths": b"\5\xff\x80\xfe\x80\0\xf8\1\0\0\0\0\0\0\0",
        "in turns": b"\5" * 40 + b"\xfd\1\2\3" * 40 + b"\xf8" + b"\1" * 8,
        "headers ahead": b"\5" * 512 + b"\xff\x80" * 512,
    }[kind]
    each = {"of all widths": 4, "in turns": 81, "headers ahead": 1024}.get(kind, 1)
    times = count // each
    tokens = raw.SINGLETON, raw.uint(times * each), parts * times
    return raw.define_slice(64, raw.INT) + raw.value(64, *tokens)


@pytest.mark.parametrize(
    "kind",
    [
        "small", "headed", "headers only", "longer than need be", "headers inside", "like shorter ones",
        "of all widths", "in turns", "headers ahead",
    ],
)  # fmt: skip
def test_work_grows_with_the_input_and_no_faster(kind: str) -> None:
    data, longer = hostile(kind, 4096), hostile(kind, 8192)
    for _ in range(3):  # until nothing is left to be made once
        pygob.loads(longer)
    once = calls(lambda: pygob.loads(data))
    assert calls(lambda: pygob.loads(longer)) <= 2 * once + 100
    values = pygob.loads(data)
    once = calls(lambda: pygob.dumps(values, INTS))
    assert calls(lambda: pygob.dumps(values * 2, INTS)) <= 2 * once + 100


@pytest.mark.parametrize("shape", ["ids", "signs", "counters", "seconds", "nanoseconds", "random"])
def test_ordinary_slices_cost_no_call_for_each_element(shape: str) -> None:
    chance = random.Random(7)
    values = [SHAPES[shape](chance) for _ in range(5_000)]
    data = stream(5_000, b"".join(map(raw.int_, values)))
    assert values == pygob.loads(data).I
    assert calls(lambda: pygob.loads(data)) < 3_000
    assert calls(lambda: pygob.dumps(values, INTS)) < 3_000


def test_a_count_beyond_the_input_costs_nothing() -> None:
    data = raw.define_slice(64, raw.INT) + raw.value(
        64, raw.SINGLETON, raw.uint(1 << 40), b"\xfe\xf0\x3f" * 9
    )
    with pytest.raises(pygob.GobTruncated, match="length exceeds input size"):
        pygob.loads(data)
