"""big.Float and BigFloat."""

import math
import struct
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob import GobDecodeError, Opaque
from pygob.marshalers import Accuracy, BigFloat, Form, Marshalers, RoundingMode

MARSHALERS = Marshalers()


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "gob", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


class TestBigFloat:
    """big.Float and BigFloat."""

    @given(st.floats(allow_nan=False))
    def test_every_float_comes_back_exactly(self, value: float) -> None:
        number = BigFloat.of(value)
        back = decoded("big.Float", encoded("big.Float", number))
        assert back == number
        assert struct.pack(">d", float(back)) == struct.pack(">d", value)

    @given(st.integers(), st.integers(0, 300))
    def test_conversions_are_exact(self, numerator: int, power: int) -> None:
        exact = Fraction(numerator, 1 << power)
        number = BigFloat.of(exact)
        assert number.to_fraction() == exact
        assert Fraction(number.to_decimal()) == exact
        if exact.denominator == 1:
            assert number.to_int() == exact
        else:
            with pytest.raises(ValueError, match="not a whole number"):
                number.to_int()

    @given(st.integers(1, 1 << 200), st.integers(-1080, 1020))
    def test_the_nearest_float_is_rounded_once(self, mantissa: int, exponent: int) -> None:
        number = BigFloat.of(Fraction(mantissa) * Fraction(2) ** (exponent - mantissa.bit_length()))
        assert float(number) == float(number.to_fraction())

    def test_all_fields_travel(self) -> None:
        number = BigFloat(
            Form.FINITE, True, 100, RoundingMode.TO_POSITIVE_INF, Accuracy.BELOW, 0xC << 124, -(1 << 31)
        )
        payload = encoded("big.Float", number)
        assert payload == bytes.fromhex("01a30000006480000000c0000000000000000000000000000000")
        assert decoded("big.Float", payload) == number

    def test_words_of_small_machines_are_read(self) -> None:
        payload = bytes.fromhex("010a0000001800000001c0000000")
        assert float(decoded("big.Float", payload)) == 1.5
        assert encoded("big.Float", decoded("big.Float", payload)) == payload

    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            (BigFloat.of(1.5), "<BigFloat 0x.cp+1 precision=53>"),
            (BigFloat.of(-math.inf), "<BigFloat -Inf precision=53>"),
            (BigFloat.of(-0.0), "<BigFloat -0 precision=53>"),
            (BigFloat.of((1 << 100) + 1), "<BigFloat 0x.8...p+101 precision=101>"),
        ],
    )
    def test_repr(self, number: BigFloat, shown: str) -> None:
        assert repr(number) == shown

    def test_a_short_payload_makes_no_huge_number_unasked(self) -> None:
        number = BigFloat(Form.FINITE, False, 53, mantissa=1 << 63, exponent=(1 << 31) - 1)
        for convert in (number.to_fraction, number.to_decimal, number.to_int):
            with pytest.raises(OverflowError, match="2,147,483,647 bits"):
                convert()
        with pytest.raises(OverflowError, match="beyond what a float holds"):
            float(number)
        assert float(BigFloat(Form.FINITE, True, 53, mantissa=1 << 63, exponent=-(1 << 31))) == 0.0

    def test_infinity(self) -> None:
        infinite = BigFloat.of(-math.inf)
        assert infinite.to_decimal() == Decimal("-Infinity")
        assert float(infinite) == -math.inf
        for convert in (infinite.to_fraction, infinite.to_int):
            with pytest.raises(OverflowError, match="infinite"):
                convert()

    def test_zero_keeps_its_sign(self) -> None:
        assert str(BigFloat.of(-0.0).to_decimal()) == "-0"
        assert BigFloat.of(-0.0).to_int() == 0
        assert BigFloat.of(0) == BigFloat(Form.ZERO, precision=64)

    @pytest.mark.parametrize(
        ("value", "precision", "message"),
        [
            (math.nan, None, "no NaN"),
            (Fraction(1, 3), None, "power of two"),
            (0.1, 51, "takes 52 bits"),
            (1, 0, "takes 1 bits"),
            (1, 1 << 32, "32 bits"),
        ],
    )
    def test_numbers_it_cannot_be_are_refused(
        self, value: float | Fraction, precision: int | None, message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            BigFloat.of(value, precision)

    @pytest.mark.parametrize(
        "arguments",
        [
            {"form": Form.ZERO, "mantissa": 1 << 31},
            {"form": Form.FINITE, "mantissa": 1 << 31, "precision": 1, "exponent": 1 << 31},
            {"form": Form.FINITE, "mantissa": 1 << 30, "precision": 1},
            {"form": Form.FINITE, "precision": 1},
            {"form": Form.FINITE, "mantissa": 1 << 31},
            {"form": Form.INF, "precision": -1},
        ],
    )
    def test_fields_that_are_no_number_are_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"mantissa|exponent|precision|msb"):
            BigFloat(**arguments)

    @pytest.mark.parametrize(
        ("payload", "message"),
        [
            ("010a0000", "buffer too small"),
            ("020a00000035", "encoding version 2 not supported"),
            ("010a00000035000000", "buffer too small for finite form float"),
            ("010a0000003500000001", "nonzero finite number with empty mantissa"),
            ("010a00000035000000010000000000000001", "msb not set in last word 0x1"),
            ("010a00000000000000018000000000000000", "zero precision finite number"),
            ("01ca00000035", "6 is not a valid RoundingMode"),
            ("011a00000035", "2 is not a valid Accuracy"),
            ("010e00000035", "3 is not a valid Form"),
        ],
    )
    def test_malformed(self, payload: str, message: str) -> None:
        with pytest.raises(GobDecodeError, match=f"Float.GobDecode: {message}"):
            decoded("big.Float", bytes.fromhex(payload))
