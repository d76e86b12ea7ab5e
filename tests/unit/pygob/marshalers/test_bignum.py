"""big.Int and big.Rat."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob import GobDecodeError, Opaque
from pygob.marshalers import BigRat, Marshalers

MARSHALERS = Marshalers()


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "gob", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


class TestIntegersAndFractions:
    """big.Int and big.Rat."""

    @given(st.integers())
    def test_every_integer_comes_back(self, value: int) -> None:
        assert decoded("big.Int", encoded("big.Int", value)) == value

    def test_an_integer_is_sign_and_magnitude(self) -> None:
        assert encoded("big.Int", -256) == b"\x03\x01\x00"
        assert encoded("big.Int", 0) == b"\x02"

    @given(st.fractions())
    def test_every_fraction_comes_back(self, value: Fraction) -> None:
        assert decoded("big.Rat", encoded("big.Rat", value)).to_fraction() == value

    def test_gos_zero_value_is_kept_apart_from_zero(self) -> None:
        zero_value, zero = bytes.fromhex("0200000000"), bytes.fromhex("020000000001")
        assert repr(decoded("big.Rat", zero_value)) == "BigRat(0, 1, has_denominator=False)"
        assert decoded("big.Rat", zero) == BigRat(0)
        assert [encoded("big.Rat", decoded("big.Rat", p)) for p in (zero_value, zero)] == [zero_value, zero]

    def test_terms_stay_as_sent(self) -> None:
        payload = bytes.fromhex("03000000010402")
        assert decoded("big.Rat", payload) == BigRat(-4, 2)
        assert encoded("big.Rat", BigRat(-4, 2)) == payload
        assert BigRat(-4, 2).to_fraction() == -2

    @pytest.mark.parametrize("arguments", [(1, 0), (1, -2), (1, 2, False)])
    def test_a_rat_that_cannot_be_is_refused(self, arguments: tuple[Any, ...]) -> None:
        with pytest.raises(ValueError, match="denominator"):
            BigRat(*arguments)

    @pytest.mark.parametrize(
        ("name", "payload", "message"),
        [
            ("big.Int", "04", "Int.GobDecode: encoding version 2 not supported"),
            ("big.Rat", "02000000", "Rat.GobDecode: buffer too small"),
            ("big.Rat", "0200000002ff", "Rat.GobDecode: buffer too small"),
            ("big.Rat", "0000000000", "Rat.GobDecode: encoding version 0 not supported"),
        ],
    )
    def test_malformed(self, name: str, payload: str, message: str) -> None:
        with pytest.raises(GobDecodeError, match=message):
            decoded(name, bytes.fromhex(payload))
