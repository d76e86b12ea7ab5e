"""`big.Int` and `big.Rat`: numbers of any size.

Source: Go's math/big/intmarsh.go and ratmarsh.go. Go sends a nil pointer to one as no bytes at
all; it is `None` here. Reading takes time linear in the payload: no text, no reduction.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pygob.errors import GobCorrupt, GobTruncated
from pygob.marshalers.marshaler import Marshaler, check_whole

# The first byte is the version and, in bit 0, the sign.
VERSION = 1
RAT_HEADER_BYTES = 5
SHOWN_BITS = 128


@dataclass(frozen=True, slots=True, repr=False)
class BigRat:
    """A Go `big.Rat`: two integers as they were sent, which in Go are always in lowest terms.

    Attributes:
        numerator: The numerator, with the sign.
        denominator: The denominator, at least 1.
        has_denominator: `False` when a denominator of 1 was not sent: Go's zero value of the type,
            as opposed to a `big.Rat` that was set to a whole number.
    """

    numerator: int
    denominator: int = 1
    has_denominator: bool = True

    def __post_init__(self) -> None:
        check_whole("BigRat", numerator=self.numerator, denominator=self.denominator)
        if self.denominator < 1 or (self.denominator > 1 and not self.has_denominator):
            raise ValueError("the denominator of a BigRat is at least 1, and exactly 1 when it is not sent")

    @classmethod
    def from_fraction(cls, value: Fraction) -> BigRat:
        """The number as Go holds it after arithmetic."""
        return cls(value.numerator, value.denominator)

    def to_fraction(self) -> Fraction:
        """The number itself. Reducing it takes time that grows with the square of its size."""
        return Fraction(self.numerator, self.denominator)

    def __repr__(self) -> str:
        unsent = "" if self.has_denominator else ", has_denominator=False"
        return f"BigRat({shown_int(self.numerator)}, {shown_int(self.denominator)}{unsent})"


def shown_int(value: int) -> str:
    """An integer in decimal or, where that would be long and slow, its leading digits and size."""
    bits = value.bit_length()
    if bits <= SHOWN_BITS:
        return str(value)
    leading = abs(value) >> (bits - bits % 4 - 32)
    return f"{'-' if value < 0 else ''}{leading:#x}...({bits} bits)"


def magnitude_bytes(value: int) -> bytes:
    """The absolute value in as few big-endian bytes as hold it; none for 0."""
    size = (value.bit_length() + 7) // 8
    return abs(value).to_bytes(size, "big")


def _signed(first: int, magnitude: int) -> int:
    return -magnitude if first & 1 else magnitude


def _first_byte(value: int) -> bytes:
    return bytes((VERSION << 1 | (value < 0),))


def _check_version(first: int, name: str) -> None:
    if first >> 1 != VERSION:
        raise GobCorrupt(f"{name}.GobDecode: encoding version {first >> 1} not supported")


def _decode_int(data: bytes) -> int | None:
    if not data:
        return None
    _check_version(data[0], "Int")
    return _signed(data[0], int.from_bytes(data[1:], "big"))


def _encode_int(value: int | None) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bool):
        raise ValueError("bool given where big.Int takes an int")
    return _first_byte(value) + magnitude_bytes(value)


def _decode_rat(data: bytes) -> BigRat | None:
    if not data:
        return None
    if len(data) < RAT_HEADER_BYTES:
        raise GobTruncated("Rat.GobDecode: buffer too small", len(data))
    _check_version(data[0], "Rat")
    end = RAT_HEADER_BYTES + int.from_bytes(data[1:RAT_HEADER_BYTES], "big")
    if len(data) < end:
        raise GobTruncated("Rat.GobDecode: buffer too small", len(data))
    numerator = _signed(data[0], int.from_bytes(data[RAT_HEADER_BYTES:end], "big"))
    denominator = int.from_bytes(data[end:], "big")
    return BigRat(numerator, denominator or 1, has_denominator=denominator > 0)


def _encode_rat(value: BigRat | Fraction | None) -> bytes:
    if value is None:
        return b""
    rat = BigRat.from_fraction(value) if isinstance(value, Fraction) else value
    numerator = magnitude_bytes(rat.numerator)
    if len(numerator) >= 1 << 32:
        raise ValueError("Rat.GobEncode: numerator too large")
    denominator = magnitude_bytes(rat.denominator) if rat.has_denominator else b""
    return b"".join((_first_byte(rat.numerator), len(numerator).to_bytes(4, "big"), numerator, denominator))


INT = Marshaler("big.Int", "gob", _decode_int, _encode_int, (int, type(None)))
RAT = Marshaler("big.Rat", "gob", _decode_rat, _encode_rat, (BigRat, Fraction, type(None)))
