"""Signed integers as the wire has them and as machines do, many at a time in one integer as long as all.

The wire keeps the sign in bit 0 and, of a negative number, the complement above it.
"""

from __future__ import annotations

from functools import cache

#: So many words at most are converted at a time.
MOST_WORDS = 1024


def to_machine(words: bytes | bytearray, size: int) -> bytes:
    """Little-endian words of the wire, each of so many bytes, in two's complement."""
    ones, others = _masks(size)
    bits = int.from_bytes(words, "little")
    negative = bits & ones
    bits = (bits & others) >> 1 ^ _filled(negative, size)
    return bits.to_bytes(len(words), "little")


def to_wire(words: bytes, size: int) -> bytes:
    """Little-endian words in two's complement as words of the wire."""
    ones, others = _masks(size)
    bits = int.from_bytes(words, "little")
    negative = bits >> 8 * size - 1 & ones
    bits = bits << 1 & others ^ _filled(negative, size)
    return bits.to_bytes(len(words), "little")


def _filled(lowest: int, size: int) -> int:
    """Words all of whose bits are as their lowest one."""
    return (lowest << 8 * size) - lowest


@cache
def _masks(size: int) -> tuple[int, int]:
    """Bit 0 of each word, and all other bits."""
    ones = int.from_bytes((1).to_bytes(size, "little") * MOST_WORDS, "little")
    return ones, _filled(ones, size) ^ ones
