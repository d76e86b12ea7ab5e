"""Numbers, texts and bytes as they travel: examples from Go, and the forms Go only reads."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest

import pygob
from pygob import types
from pygob.marshalers import Marshalers
from tests.support import raw

UINTS = {0: "00", 1: "01", 127: "7f", 128: "ff80", 255: "ffff", 256: "fe0100", (1 << 64) - 1: "f8" + "ff" * 8}
INTS = {0: "00", 1: "02", -1: "01", 63: "7e", -64: "7f", 64: "ff80", -65: "ff81", -(1 << 63): "f8" + "ff" * 8}
FLOATS = {
    0.0: "00",
    1.0: "fef03f",
    17.0: "fe3140",
    -2.0: "ffc0",
    math.inf: "fef07f",
    5e-324: "f80100000000000000",
}


def sent(value: object, described: types.Type) -> str:
    """The bytes of a value that is not a struct, after its type id and the zero."""
    data = pygob.dumps(value, described)
    return data[3:].hex()


@pytest.mark.parametrize(("number", "data"), UINTS.items())
def test_uints(number: int, data: str) -> None:
    assert sent(number, types.UINT) == data
    assert pygob.loads(raw.value(raw.UINT, raw.SINGLETON, bytes.fromhex(data))) == number


@pytest.mark.parametrize(("number", "data"), INTS.items())
def test_ints(number: int, data: str) -> None:
    assert sent(number, types.INT) == data
    assert pygob.loads(raw.value(raw.INT, raw.SINGLETON, bytes.fromhex(data))) == number


@pytest.mark.parametrize(("number", "data"), FLOATS.items())
def test_floats(number: float, data: str) -> None:
    assert sent(number, types.FLOAT) == data
    assert pygob.loads(raw.value(raw.FLOAT, raw.SINGLETON, bytes.fromhex(data))) == number


def test_minus_zero_keeps_its_sign() -> None:
    assert sent(-0.0, types.FLOAT) == "ff80"
    assert math.copysign(1, pygob.loads(pygob.dumps(-0.0))) == -1


@pytest.mark.parametrize("bits", [0x7FF8000000000000, 0x7FF8DEADBEEF0001, 0xFFF4000000000001])
def test_a_nan_keeps_its_bits(bits: int) -> None:
    value = struct.unpack(">d", bits.to_bytes(8, "big"))[0]
    assert struct.pack(">d", pygob.loads(pygob.dumps(value))) == bits.to_bytes(8, "big")


def test_a_float32_is_rounded_and_then_widened() -> None:
    assert pygob.loads(pygob.dumps(0.1, types.FLOAT32)) == struct.unpack("<f", struct.pack("<f", 0.1))[0]


def test_a_float_beyond_float32_is_refused_and_infinity_is_not() -> None:
    with pytest.raises(pygob.GobEncodeError, match="out of range"):
        pygob.dumps(1e39, types.FLOAT32)
    assert pygob.loads(pygob.dumps(math.inf, types.FLOAT32)) == math.inf


def test_a_complex_number_is_two_floats() -> None:
    assert sent(1 - 2j, types.COMPLEX) == "fef03fffc0"
    assert pygob.loads(pygob.dumps(1 - 2j)) == 1 - 2j


@pytest.mark.parametrize("described", [types.INT8, types.INT16, types.INT32, types.INT64, types.INT])
def test_signed_integers_end_where_go_ends(described: types.Basic) -> None:
    low, high = -(1 << (described.bits - 1)), (1 << (described.bits - 1)) - 1
    assert [pygob.loads(pygob.dumps(n, described)) for n in (low, high)] == [low, high]
    for beyond in (low - 1, high + 1):
        with pytest.raises(pygob.GobEncodeError, match=f"out of range for Go's {described.text()}"):
            pygob.dumps(beyond, described)


@pytest.mark.parametrize("described", [types.UINT8, types.UINT16, types.UINT32, types.UINT64, types.UINT])
def test_unsigned_integers_end_where_go_ends(described: types.Basic) -> None:
    high = (1 << described.bits) - 1
    assert pygob.loads(pygob.dumps(high, described)) == high
    for beyond in (-1, high + 1):
        with pytest.raises(pygob.GobEncodeError, match=f"out of range for Go's {described.text()}"):
            pygob.dumps(beyond, described)


def test_an_integer_that_no_int64_holds_comes_with_what_to_write_instead() -> None:
    assert "uint64 holds it: give types.UINT64" in refusal(2**63, types.INT)
    assert pygob.loads(pygob.dumps(2**63, types.UINT64)) == 2**63
    for number, described in [(2**64, types.INT), (-(2**63) - 1, types.INT), (2**64, types.UINT64)]:
        assert "no integer of more than 64 bits: Go sends a big.Int" in refusal(number, described)
        assert again(number) == number
    for number, described in [(-1, types.UINT64), (2**63, types.UINT32), (2**64, types.INT8)]:
        assert refusal(number, described).endswith(f"(in {described.text()})")
        assert "big.Int" not in refusal(number, described)


def refusal(number: int, described: types.Type) -> str:
    with pytest.raises(pygob.GobEncodeError) as refused:
        pygob.dumps(number, described)
    return str(refused.value)


def again(number: int) -> Any:
    """A number sent as the big.Int that the refusal speaks of."""
    marshalers = Marshalers()
    sent = pygob.dumps(number, marshalers.type_of("big.Int"), marshalers=marshalers)
    return pygob.loads(sent, marshalers.type_of("big.Int"), marshalers=marshalers)


def test_text_that_is_not_utf8_survives() -> None:
    data = raw.value(raw.STRING, raw.SINGLETON, raw.text(b"a\xff\xfe"))
    assert pygob.loads(data) == "a\udcff\udcfe"
    assert pygob.Stream.parse(data).to_bytes() == data


def test_a_surrogate_that_stands_for_no_byte_cannot_be_sent() -> None:
    with pytest.raises(pygob.GobEncodeError, match="lone surrogate at index 1"):
        pygob.dumps("a\ud800")


def test_bytes_and_arrays_of_bytes_differ() -> None:
    assert sent(b"\x80", types.BYTES) == "0180"
    assert pygob.loads(pygob.dumps((128, 1), types.Array(2, types.UINT8))) == (128, 1)


@pytest.mark.parametrize(
    ("value", "described"),
    [
        (1, types.BOOL),
        (True, types.INT),
        ("1", types.INT),
        (1.0, types.INT),
        (b"x", types.STRING),
        ("x", types.BYTES),
        ("x", types.COMPLEX),
        ("abc", types.Slice(types.STRING)),
        (5, types.Slice(types.INT)),
        ([], types.Map(types.INT, types.INT)),
        (5, types.Struct("S", {"A": types.INT})),
    ],
)
def test_a_value_of_the_wrong_python_type_is_refused(value: object, described: types.Type) -> None:
    with pytest.raises(pygob.GobEncodeError, match=f"{type(value).__name__} given where"):
        pygob.dumps(value, described)
