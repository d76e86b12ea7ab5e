"""Slices of integers, written all at once."""

from __future__ import annotations

import struct
from array import array
from operator import countOf
from typing import Any

from pygob._kernels.columns import tokens_of
from pygob._kernels.signs import MOST_WORDS, to_wire

# Fewer are not worth setting up for.
_TOGETHER_FROM = 24


def put_integers(buffer: bytearray, values: Any, *, is_signed: bool, bits: int) -> int:
    """Append integers, as many as there are before some that need a closer look.

    Args:
        buffer: Where to append.
        values: A list, tuple, `array.array` or `numpy.ndarray` of one dimension.
        is_signed: Whether they are signed.
        bits: The size of the type.

    Returns:
        How many were appended.
    """
    done, count = 0, len(values)
    while count - done >= _TOGETHER_FROM:
        numbers = _plain(values[done : done + MOST_WORDS])
        if numbers is None:
            break
        words = _words(numbers, is_signed=is_signed, bits=bits)
        if words is None:
            break
        buffer += words
        done += len(numbers)
    return done


def _plain(values: Any) -> Any:
    """Integers that need no check of their own but for their size; `None` for others."""
    if isinstance(values, list | tuple):
        return values if countOf(map(type, values), int) == len(values) else None
    if isinstance(values, array):
        return values if values.typecode in _INTEGERS else None
    dtype = getattr(values, "dtype", None)
    if getattr(dtype, "kind", "") in ("i", "u") and values.ndim == 1:
        return values.tolist()
    return None


_INTEGERS = "bBhHiIlLqQ"


def _words(numbers: Any, *, is_signed: bool, bits: int) -> bytes | None:
    """Integers as they travel; `None` if some are out of range."""
    # Most are small, and words half as long are half the work. One that does not fit is mostly met soon.
    for size in _SIZES if bits == 64 else (bits // 8,):
        code = _CODES[size] if is_signed else _CODES[size].upper()
        try:
            words = struct.pack(f"<{len(numbers)}{code}", *numbers)
        except (struct.error, OverflowError):
            continue
        if is_signed:
            words = to_wire(words, size)
        return tokens_of([words[byte::size] for byte in range(size - 1, -1, -1)])
    return None


_SIZES = (1, 4, 8)
_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}
