"""Gob's primitives as bytes: the one way integers and floats are written.

Source: Go's encoding/gob documentation, "Encoding Details". An unsigned integer below 128 is one
byte; otherwise the negated count of its bytes, then the bytes, most significant first. A signed
integer keeps its sign in bit 0. A float is its IEEE 754 bits reversed, as an unsigned integer.
"""

from __future__ import annotations

import struct

UINT64_MAX = (1 << 64) - 1
INT64_MIN = -(1 << 63)
INT64_MAX = (1 << 63) - 1

_ONE_BYTE = [bytes([value]) for value in range(128)]
_double_bytes = struct.Struct("<d").pack
_double_value = struct.Struct("<d").unpack
_single = struct.Struct("<f")


def uint_bytes(value: int) -> bytes:
    """Encode an unsigned integer of at most 64 bits."""
    if value < 128:
        return _ONE_BYTE[value]
    width = (value.bit_length() + 7) >> 3
    return bytes((256 - width,)) + value.to_bytes(width, "big")


def int_bytes(value: int) -> bytes:
    """Encode a signed integer of at most 64 bits."""
    return uint_bytes(value << 1 if value >= 0 else (~value << 1) | 1)


def float_bytes(value: float) -> bytes:
    """Encode a float64; the zeros at the small end of its significand cost nothing."""
    reversed_bits = _double_bytes(value).lstrip(b"\0")
    if not reversed_bits:
        return b"\0"
    if len(reversed_bits) == 1 and reversed_bits[0] < 128:
        return reversed_bits
    return bytes((256 - len(reversed_bits),)) + reversed_bits


def signed(value: int) -> int:
    """The signed integer that an unsigned one of the wire stands for."""
    return ~(value >> 1) if value & 1 else value >> 1


def float_value(bits: int) -> float:
    """The float64 that an unsigned integer of the wire stands for, every bit kept."""
    value: float = _double_value(bits.to_bytes(8, "big"))[0]
    return value


def round_to_float32(value: float) -> float:
    """The float32 nearest to a value, as storing it in one rounds it.

    Raises:
        OverflowError: The value is finite and too large.
    """
    rounded: float = _single.unpack(_single.pack(value))[0]
    return rounded


def as_int32(value: int) -> int:
    """A signed integer cut to 32 bits, as Go cuts type ids."""
    value &= 0xFFFFFFFF
    return value if value < 1 << 31 else value - (1 << 32)
