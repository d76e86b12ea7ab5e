"""The fast lanes for floats against the plain loop: the same values, errors and bytes, whatever the input."""

from __future__ import annotations

import random
import struct
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pygob
from pygob import types
from pygob._kernels import floats_at, reading, writing
from pygob._kernels.lanes import float_width, gather
from tests.support import raw
from tests.support.floats import of_all_widths, payloads, slices, token
from tests.support.work import calls

FLOATS = types.Slice(types.FLOAT)
FLOAT32S = types.Slice(types.FLOAT32)
MODES: tuple[Literal["list", "array", "numpy", "skip"], ...] = ("list", "array", "numpy", "skip")


@contextmanager
def the_plain_loop() -> Iterator[None]:
    """Every slice read, and written, one element at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_all_at_once", lambda *_, **__: None)
        patch.setattr(reading, "sound_tokens", lambda _, position, __: ([], position))
        patch.setattr(writing, "LANES_FROM", 1 << 62)
        yield


def doubles_of(bits: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(bits) // 8}d", bits))


def stream(count: int, data: bytes, name: str) -> bytes:
    """A struct with the slice and a text after it, so that the slice's end matters."""
    return (
        raw.define_struct(64, [("F", 65), ("T", raw.STRING)])
        + raw.define_slice(65, raw.FLOAT, name)
        + raw.value(64, b"\x01", raw.uint(count), data, b"\x01", raw.text("after"), b"\0")
    )


def as_bits(floats: Any) -> tuple[str, bytes]:
    """Floats with what holds them, to the last bit."""
    if isinstance(floats, list):
        return "list", struct.pack(f"<{len(floats)}d", *floats)
    if isinstance(floats, array):
        return f"array {floats.typecode}", floats.tobytes()
    return f"numpy {floats.dtype}", floats.tobytes()


def read(data: bytes, mode: Literal["list", "array", "numpy", "skip"]) -> Any:
    """What reading comes to: the value's parts, or everything about the error."""
    try:
        value = pygob.loads(data, floats=mode)
    except pygob.GobDecodeError as error:
        partial = pygob.struct_values(error.partial) if error.partial is not None else {}
        floats = as_bits(list(partial[0])) if 0 in partial else None
        return type(error), str(error), error.offset, floats
    return as_bits(value.F), value.T


# ---- reading


@given(payloads(), st.sampled_from(["[]float64", "[]float32", ""]), st.sampled_from(MODES))
@example((8, b"\xfb\xfb\xfb\xfb\xfb\xfb" * 8), "[]float32", "array")
@example((9, b"\xfc\0\xfb\xfc\xfb" * 9), "[]float32", "list")
@example((8, b"\xf8" * 72), "[]float64", "numpy")
@example((8, b"\0" * 8), "[]float64", "list")
@example((8, b"\x80" * 8), "[]float64", "list")
@example((8, b""), "[]float64", "list")
def test_lanes_read_what_the_plain_loop_reads(
    payload: tuple[int, bytes], name: str, mode: Literal["list", "array", "numpy", "skip"]
) -> None:
    data = stream(*payload, name)
    with the_plain_loop():
        expected = read(data, mode)
    assert read(data, mode) == expected


@pytest.mark.parametrize("seed", range(6))
def test_long_slices_of_ordinary_numbers(seed: int) -> None:
    """Long enough for all that stands inside of tokens to look like the beginning of one now and then."""
    numbers = random.Random(seed)
    for _ in range(250):
        count = numbers.choice([40, 100, 384, 1100])
        floats = [numbers.gauss(0, 1) for _ in range(count)]
        if numbers.random() < 0.5:
            floats = array("f", floats).tolist()
        for _ in range(numbers.choice([0, 0, 1, 5])):
            floats[numbers.randrange(count)] = numbers.choice([0.0, 1.0, 0.5, 1 / 3, 5e-324])
        tokens = b"".join(map(raw.float_, floats))
        after = numbers.choice([b"", b"\x01\5after\0", numbers.randbytes(9 * count)])
        found = floats_at(b"before" + tokens + after, 6, count, "list", is_float32=False)
        assert found == (floats, 6 + len(tokens))


@pytest.mark.parametrize("spread", [0.03, 1, 50])
@pytest.mark.parametrize("typecode", ["f", "d"])
def test_ordinary_slices_are_all_read_in_lanes(typecode: str, spread: float) -> None:
    """Else they would be read as well, at a tenth of the speed."""
    numbers = random.Random(5)
    for _ in range(60):
        floats = array(typecode, [numbers.gauss(0, spread) for _ in range(384)]).tolist()
        tokens = b"".join(map(raw.float_, floats))
        data = tokens + b"\x01\5after\0"
        found = gather(data, 0, len(floats), float_width(data, 0, len(floats)))
        assert found is not None
        assert found.end == len(tokens)


@given(payloads())
def test_skipping_refuses_what_reading_refuses(payload: tuple[int, bytes]) -> None:
    data = stream(*payload, "[]float64")
    results = {mode: read(data, mode) for mode in ("list", "skip")}
    if isinstance(results["list"][0], type):
        assert results["skip"][:3] == results["list"][:3]
    else:
        assert results["skip"] == (("list", b""), results["list"][1])


@pytest.mark.parametrize("name", ["[]float32", "[]float64"])
def test_cut_anywhere_lanes_and_loop_fail_alike(name: str) -> None:
    values = [(-1) ** n / (n + 3) for n in range(40)]
    if name == "[]float32":
        values = array("f", values).tolist()
    tokens = b"".join(map(raw.float_, values))
    definitions = raw.define_slice(65, raw.FLOAT, name)
    for end in range(len(tokens)):
        data = definitions + raw.value(65, raw.SINGLETON, raw.uint(40), tokens[:end])
        with pytest.raises(pygob.GobTruncated) as lanes:
            pygob.loads(data)
        with the_plain_loop(), pytest.raises(pygob.GobTruncated) as loop:
            pygob.loads(data)
        assert (str(lanes.value), lanes.value.offset) == (str(loop.value), loop.value.offset)
        assert lanes.value.partial == loop.value.partial == values[: len(lanes.value.partial)]


# ---- writing


def written(values: Any, described: types.Type) -> bytes | str:
    try:
        return pygob.dumps(values, described)
    except pygob.GobEncodeError as error:
        return str(error)


@given(slices() | of_all_widths, st.sampled_from([FLOATS, FLOAT32S]))
@example(struct.pack("<8d", *[1e300] * 8), FLOAT32S)
@example(struct.pack("<8d", *[0.0] * 8), FLOATS)
@example(struct.pack("<8d", *[3.4028235677973362e38] * 8), FLOAT32S)
@example(struct.pack("<8d", *[3.4028235e38] * 8), FLOAT32S)
def test_lanes_write_what_the_plain_loop_writes(bits: bytes, described: types.Slice) -> None:
    values = doubles_of(bits)
    for given_as in (list, tuple, lambda each: array("d", each), numpy.array):
        with the_plain_loop():
            expected = written(given_as(values), described)
        assert written(given_as(values), described) == expected


@given(slices() | of_all_widths)
def test_what_is_written_is_each_float_as_it_travels(bits: bytes) -> None:
    tokens = b"".join(token(bits[at : at + 8], 0) for at in range(0, len(bits), 8))
    count = len(bits) // 8
    data = raw.define_slice(64, raw.FLOAT)
    data += raw.value(64, raw.SINGLETON, raw.uint(count), tokens)
    assert pygob.dumps(doubles_of(bits), FLOATS) == data
    assert as_bits(pygob.loads(data))[1] == bits


@given(st.lists(st.floats(width=32), max_size=40))
def test_float32_arrays_come_back_to_the_last_bit(values: list[float]) -> None:
    described = types.Struct("S", {"F": FLOAT32S})
    floats = array("f", values)
    data = pygob.dumps({"F": floats}, described)
    for mode in MODES[1:3] if values else ():
        assert pygob.loads(data, floats=mode).F.tobytes() == floats.tobytes()
    assert pygob.dumps({"F": numpy.array(floats, dtype=numpy.float32)}, described) == data
    assert pygob.dumps({"F": floats.tolist()}, described) == data


@given(
    st.lists(st.floats(-1, 1), min_size=8, max_size=20) | st.lists(st.floats(-8, 8, width=16), min_size=8),
    st.sampled_from([None, "x", 1, True, False, 10**400, 1e300, b"", 1j, [1.0]]),
    st.integers(0, 19),
    st.sampled_from([FLOATS, FLOAT32S]),
)
def test_what_is_no_float_is_refused_by_its_index(
    values: list[float], odd: Any, at: int, described: types.Slice
) -> None:
    mixed = [*values[:at], odd, *values[at:]]
    with the_plain_loop():
        expected = written(mixed, described)
    assert written(mixed, described) == expected


SINGLES = [struct.unpack("<f", struct.pack("<f", 0.01 * (number + 1) / 3))[0] for number in range(40)]


@given(
    st.dictionaries(
        st.integers(0, 39),
        st.sampled_from(
            [0.1, 1e300, 1e-300, -1e39, float("inf"), float("nan"), 0.0, -0.0, 5e-324, 1.0, 2**-140]
        )
        | st.floats(),
        max_size=5,
    )
)
@example({20: 0.1})
def test_numbers_that_are_no_float32_among_others_are_never_rounded(odd: dict[int, float]) -> None:
    """A stream may call a slice one of float32 and hold what no float32 is."""
    values = [odd.get(index, value) for index, value in enumerate(SINGLES)]
    tokens = b"".join(map(raw.float_, values))
    data = raw.define_slice(64, raw.FLOAT, "[]float32") + raw.value(64, raw.SINGLETON, raw.uint(40), tokens)
    expected = struct.pack("<40d", *values)
    for mode in MODES:
        if mode != "skip":
            assert struct.pack("<40d", *pygob.loads(data, floats=mode)) == expected


# ---- work


def hostile(kind: str, count: int) -> bytes:
    tokens = {
        "float64": raw.float_(0.1),
        "float32": raw.float_(array("f", [0.1])[0]),
        "headers inside": b"\xfb" + b"\xfc\0\xfb\xfc\xfb",
        "separators inside": b"\xfb" + b"\xfc\xfc\xfc\xfc\xfc",
        "mixed": raw.float_(0.1) + raw.float_(1.0) + b"\0" + raw.float_(0.5),
        "short": b"\0",
        "long": b"\xf8" + raw.float_(1.0)[1:].rjust(8, b"\0"),
        "every ninth odd": raw.float_(0.1) * 8 + b"\0",
        "every eighth odd": raw.float_(0.1) * 7 + b"\0",
    }[kind]
    parts = {"mixed": 4, "every ninth odd": 9, "every eighth odd": 8}.get(kind, 1)
    definition = raw.define_slice(64, raw.FLOAT, "[]float64")
    return definition + raw.value(64, raw.SINGLETON, raw.uint(count * parts), tokens * count)


@pytest.mark.parametrize(
    "kind",
    [
        "float64", "float32", "headers inside", "separators inside", "mixed", "short", "long",
        "every ninth odd", "every eighth odd",
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["list", "skip"])
def test_work_grows_with_the_input_and_no_faster(kind: str, mode: Literal["list", "skip"]) -> None:
    data, longer = hostile(kind, 1_000), hostile(kind, 2_000)
    values = pygob.loads(data)
    for _ in range(3):  # until nothing is left to be compiled
        pygob.loads(longer, floats=mode)
        pygob.dumps(values, FLOATS)
    once = calls(lambda: pygob.loads(data, floats=mode))
    assert calls(lambda: pygob.loads(longer, floats=mode)) <= 2 * once + 100
    once = calls(lambda: pygob.dumps(values, FLOATS))
    assert calls(lambda: pygob.dumps(values * 2, FLOATS)) <= 2 * once + 100


@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_ordinary_slices_cost_no_call_for_each_element(kind: str) -> None:
    data = hostile(kind, 5_000)
    values = pygob.loads(data)
    assert calls(lambda: pygob.loads(data)) < 1_000
    assert calls(lambda: pygob.dumps(values, FLOATS)) < 1_000


def test_a_count_beyond_the_input_costs_nothing() -> None:
    data = raw.define_slice(64, raw.FLOAT) + raw.value(
        64, raw.SINGLETON, raw.uint(1 << 40), b"\xfe\xf0\x3f" * 9
    )
    for mode in MODES:
        with pytest.raises(pygob.GobTruncated, match="length exceeds input size"):
            pygob.loads(data, floats=mode)


def test_any_two_odd_floats_among_ordinary_ones_are_read_as_they_were_written() -> None:
    """Of every two lengths that a number can have on the wire, next to each other and apart."""
    chance = random.Random(0)
    cut = [bytes(zeros) + struct.pack("<d", 2 / 3)[zeros:] for zeros in range(7)]
    odd = [0.0, 2.0, *(value for bits in cut for value in doubles_of(bits))]
    assert [len(raw.float_(value)) for value in odd] == [1, 1, 9, 8, 7, 6, 5, 4, 3]
    for first in odd:
        for second in odd:
            for one, other in ((2, 10), (0, 63), (5, 6), (40, 9)):
                values = [chance.uniform(-1.0, 1.0) for _ in range(64)]
                values[one], values[other] = first, second
                assert pygob.loads(pygob.dumps(values, FLOATS)) == values, (first, second, one, other)


@pytest.mark.parametrize("after", [2, 3, 8, 20])
def test_a_token_two_bytes_short_with_another_odd_one_behind_it(after: int) -> None:
    chance = random.Random(0)
    (two_short,) = doubles_of(bytes(2) + struct.pack("<d", 2 / 3)[2:])
    for _ in range(200):
        values = [chance.uniform(-1.0, 1.0) for _ in range(64)]
        values[2], values[2 + after] = two_short, 492.5
        assert pygob.loads(pygob.dumps(values, FLOATS)) == values
