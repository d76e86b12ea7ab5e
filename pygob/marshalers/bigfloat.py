"""`big.Float`: binary floating point of any precision, with its rounding mode and accuracy.

Source: Go's math/big/floatmarsh.go and float.go.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from enum import Enum, IntEnum
from fractions import Fraction

from pygob.errors import GobCorrupt, GobTruncated
from pygob.marshalers.bignum import magnitude_bytes
from pygob.marshalers.marshaler import Marshaler, check_whole

VERSION = 1
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1
UINT32_MAX = (1 << 32) - 1
# Go's mantissas are whole words: of 64 bits, on small machines of 32.
WORD_BITS, SMALL_WORD_BITS = 64, 32
# A short payload can name a number of two thousand million bits: no conversion makes one unasked.
MAX_BITS = 1 << 16

_HEADER = struct.Struct(">BBI")  # version, flags, precision
_EXPONENT = struct.Struct(">i")
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


class RoundingMode(IntEnum):
    """How Go rounds the results of operations on the number."""

    TO_NEAREST_EVEN = 0
    TO_NEAREST_AWAY = 1
    TO_ZERO = 2
    AWAY_FROM_ZERO = 3
    TO_NEGATIVE_INF = 4
    TO_POSITIVE_INF = 5


class Accuracy(IntEnum):
    """How the number compares with the exact result it was rounded from."""

    BELOW = -1
    EXACT = 0
    ABOVE = 1


class Form(Enum):
    """What sort of number it is; the values are Go's."""

    ZERO = 0
    FINITE = 1
    INF = 2


@dataclass(frozen=True, slots=True, repr=False)
class BigFloat:
    """A Go `big.Float` with all its fields. Two are equal when all of them are.

    A finite number is 0.mantissa times 2 to the exponent, the mantissa's first bit being set.

    Attributes:
        form: Zero, finite or infinite.
        negative: The sign; a zero has one too.
        precision: Bits of mantissa that Go rounds to; 0 if none was set yet.
        mode: How Go rounds.
        accuracy: Which way the last operation rounded.
        mantissa: The bits after the point, as an integer of a whole number of 32-bit words.
        exponent: The power of two.
    """

    form: Form
    negative: bool = False
    precision: int = 0
    mode: RoundingMode = RoundingMode.TO_NEAREST_EVEN
    accuracy: Accuracy = Accuracy.EXACT
    mantissa: int = 0
    exponent: int = 0

    def __post_init__(self) -> None:
        check_whole("BigFloat", precision=self.precision, mantissa=self.mantissa, exponent=self.exponent)
        for name, given, kind in (
            ("form", self.form, Form),
            ("mode", self.mode, RoundingMode),
            ("accuracy", self.accuracy, Accuracy),
        ):
            if not isinstance(given, kind):
                raise TypeError(f"the {name} of a BigFloat is a {kind.__name__}, not {type(given).__name__}")
        if not 0 <= self.precision <= UINT32_MAX:
            raise ValueError("the precision of a BigFloat has 32 bits")
        if self.form is not Form.FINITE:
            if self.mantissa or self.exponent:
                raise ValueError(f"a BigFloat of form {self.form.name} has neither mantissa nor exponent")
        elif problem := _mantissa_problem(self.mantissa, self.precision):
            raise ValueError(problem)
        elif not INT32_MIN <= self.exponent <= INT32_MAX:
            raise ValueError("the exponent of a BigFloat has 32 bits")

    @classmethod
    def of(cls, value: int | float | Fraction, precision: int | None = None) -> BigFloat:
        """The number exactly, in as few words as hold it.

        Args:
            value: The number.
            precision: Bits of mantissa. As in Go: 53 for a float, for others as many as the
                value needs, at least 64.

        Raises:
            ValueError: The number is NaN, or takes more bits than the precision or exponent have.
            TypeError: It is no number.
        """
        if not isinstance(value, int | float | Fraction) or isinstance(value, bool):
            raise TypeError(f"BigFloat.of takes an int, a float or a Fraction, not {type(value).__name__}")
        if isinstance(value, float):
            precision = 53 if precision is None else precision
            negative = math.copysign(1.0, value) < 0
            if math.isnan(value):
                raise ValueError("big.Float has no NaN")
            if math.isinf(value):
                return cls(Form.INF, negative, precision)
        else:
            negative = value < 0
        exact = Fraction(value)
        if exact.denominator & (exact.denominator - 1):
            raise ValueError("a BigFloat holds only fractions whose denominator is a power of two")
        numerator = abs(exact.numerator)
        odd = numerator >> _trailing_zeros(numerator)
        needed = odd.bit_length()
        precision = max(WORD_BITS, needed) if precision is None else precision
        if not numerator:
            return cls(Form.ZERO, negative, precision)
        if needed > precision:
            raise ValueError(f"the number takes {needed} bits, more than the precision of {precision}")
        mantissa = odd << -needed % WORD_BITS
        exponent = numerator.bit_length() - exact.denominator.bit_length() + 1
        return cls(Form.FINITE, negative, precision, mantissa=mantissa, exponent=exponent)

    def to_fraction(self, max_bits: int = MAX_BITS) -> Fraction:
        """The number exactly.

        Raises:
            OverflowError: It is infinite, or takes more than `max_bits` bits to write down.
        """
        odd, power = self._parts(max_bits)
        return Fraction(odd << power) if power >= 0 else Fraction(odd, 1 << -power)

    def to_decimal(self, max_bits: int = MAX_BITS) -> Decimal:
        """The number exactly, or an infinity.

        Raises:
            OverflowError: It takes more than `max_bits` bits to write down.
        """
        if self.form is not Form.FINITE:
            sign = "-" if self.negative else ""
            return Decimal(f"{sign}{'Infinity' if self.form is Form.INF else '0'}")
        odd, power = self._parts(max_bits)
        if power >= 0:
            return Decimal(odd << power)
        return _EXACT.scaleb(Decimal(odd * 5**-power), power)

    def to_int(self, max_bits: int = MAX_BITS) -> int:
        """The number, which must be whole.

        Raises:
            ValueError: It is not whole.
            OverflowError: It is infinite, or takes more than `max_bits` bits to write down.
        """
        odd, power = self._parts(max_bits)
        if power < 0:
            raise ValueError(f"{self!r} is not a whole number")
        return odd << power

    def __float__(self) -> float:
        """The nearest float.

        Raises:
            OverflowError: It is finite, but beyond what a float holds.
        """
        sign = -1.0 if self.negative else 1.0
        if self.form is not Form.FINITE:
            return sign * (math.inf if self.form is Form.INF else 0.0)
        if self.exponent < -1100:
            return sign * 0.0
        if self.exponent > 1100:
            raise OverflowError(f"{self!r} is beyond what a float holds")
        # 64 leading bits, and one that says whether any follow, round as the whole would.
        cut = max(self.mantissa.bit_length() - WORD_BITS, 0)
        leading = self.mantissa >> cut << 1 | (_trailing_zeros(self.mantissa) < cut)
        power = self.exponent - leading.bit_length()
        return sign * (float(leading << power) if power >= 0 else leading / (1 << -power))

    def __repr__(self) -> str:
        return f"<BigFloat {self._text()} precision={self.precision}>"

    def _text(self) -> str:
        sign = "-" if self.negative else ""
        if self.form is not Form.FINITE:
            return sign + ("Inf" if self.form is Form.INF else "0")
        cut = max(self.mantissa.bit_length() - WORD_BITS, 0)
        digits = f"{self.mantissa >> cut:x}".rstrip("0")
        more = "..." if _trailing_zeros(self.mantissa) < cut else ""
        return f"{sign}0x.{digits}{more}p{self.exponent:+d}"

    def _parts(self, max_bits: int) -> tuple[int, int]:
        """The number as a signed odd integer times a power of two."""
        if self.form is Form.INF:
            raise OverflowError("the number is infinite")
        zeros = _trailing_zeros(self.mantissa)
        odd = self.mantissa >> zeros
        power = self.exponent - self.mantissa.bit_length() + zeros
        bits = odd.bit_length() + abs(power)
        if bits > max_bits:
            raise OverflowError(
                f"the number takes {bits:,} bits to write down, more than max_bits={max_bits:,}"
            )
        return (-odd if self.negative else odd), power


def _trailing_zeros(value: int) -> int:
    return (value & -value).bit_length() - 1 if value else 0


def _mantissa_problem(mantissa: int, precision: int) -> str | None:
    """Why the fields are no finite number, in Go's words."""
    bits = mantissa.bit_length()
    if not mantissa:
        return "nonzero finite number with empty mantissa"
    if bits % SMALL_WORD_BITS:
        last_word = mantissa >> (bits - bits % WORD_BITS)
        return f"msb not set in last word {last_word:#x}"
    if not precision:
        return "zero precision finite number"
    return None


def _decode(data: bytes) -> BigFloat | None:
    if not data:
        return None
    if len(data) < _HEADER.size:
        raise GobTruncated("Float.GobDecode: buffer too small", len(data))
    version, flags, precision = _HEADER.unpack_from(data)
    if version != VERSION:
        raise GobCorrupt(f"Float.GobDecode: encoding version {version} not supported")
    try:
        mode, accuracy = RoundingMode(flags >> 5), Accuracy((flags >> 3 & 3) - 1)
        form = Form(flags >> 1 & 3)
    except ValueError as error:
        # Go takes them, and panics once the number is used.
        raise GobCorrupt(f"Float.GobDecode: {error}", 1) from None
    negative = bool(flags & 1)
    if form is not Form.FINITE:
        return BigFloat(form, negative, precision, mode, accuracy)
    start = _HEADER.size + _EXPONENT.size
    if len(data) < start:
        raise GobTruncated("Float.GobDecode: buffer too small for finite form float", len(data))
    (exponent,) = _EXPONENT.unpack_from(data, _HEADER.size)
    mantissa = int.from_bytes(data[start:], "big")
    if problem := _mantissa_problem(mantissa, precision):
        raise GobCorrupt(f"Float.GobDecode: {problem}", start)
    return BigFloat(form, negative, precision, mode, accuracy, mantissa, exponent)


def _encode(value: BigFloat | None) -> bytes:
    if value is None:
        return b""
    flags = value.mode << 5 | (value.accuracy + 1) << 3 | value.form.value << 1 | value.negative
    header = _HEADER.pack(VERSION, flags, value.precision)
    if value.form is not Form.FINITE:
        return header
    return header + _EXPONENT.pack(value.exponent) + magnitude_bytes(value.mantissa)


FLOAT = Marshaler("big.Float", "gob", _decode, _encode, (BigFloat, type(None)))
