"""Slices of floats, written all at once."""

from __future__ import annotations

import struct
from array import array
from typing import Any, Protocol

from pygob._kernels.lanes import LANES_FROM, ODD_TOKENS, narrow
from pygob._varint import float_bytes, float_value
from pygob.errors import GobEncodeError


class FloatWriter(Protocol):
    """What `put_floats` needs of the plan for one float."""

    is_float32: bool

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append one float."""


def put_floats(buffer: bytearray, values: Any, plan: FloatWriter) -> None:
    """Append floats, each as `plan.put` would.

    Args:
        buffer: Where to append.
        values: A list, tuple, `array.array` or `numpy.ndarray` of one dimension.
        plan: The plan of one element, which checks and rounds what needs it.
    """
    if len(values) < LANES_FROM or not _put_lanes(buffer, values, is_float32=plan.is_float32):
        _put_one_by_one(buffer, values, plan)


def _put_one_by_one(buffer: bytearray, values: Any, plan: FloatWriter) -> None:
    index = 0
    try:
        for index, value in enumerate(values):  # noqa: B007 (the handler reads it)
            plan.put(buffer, value)
    except GobEncodeError as error:
        error.enter(f"[{index}]")
        raise


def _put_lanes(buffer: bytearray, values: Any, *, is_float32: bool) -> bool:
    """Append the elements all at once; or return `False`, having appended nothing."""
    is_rounded = not is_float32 or (isinstance(values, array) and values.typecode == "f")
    elements = floats = values.tolist() if hasattr(values, "tolist") else values
    count = len(floats)
    try:
        if not is_rounded:
            floats = struct.unpack(f"{count}f", struct.pack(f"{count}f", *floats))
        raw = struct.pack(f"<{count}d", *floats)
    except (TypeError, ValueError, OverflowError, struct.error):
        return False  # not all are numbers that fit
    if not isinstance(values, array) and _has_ones_or_zeros(raw) and bool in map(type, elements):
        return False  # it packs bools, as these numbers
    lowest, zeros = raw[0::8], bytes(count)
    if lowest == zeros:
        width = 5
        if raw[1::8] != zeros or raw[2::8] != zeros:
            return False
    else:
        width = 8
        if lowest.count(0) * 2 >= count:
            return False
    odd = _shorter_still(raw, width)
    if len(odd) > count // ODD_TOKENS:
        return False
    step = width + 1
    filled = bytearray(bytes((256 - width,))) * (step * count)
    for byte in range(1, step):
        filled[byte::step] = raw[7 - width + byte :: 8]
    lanes = bytes(filled)
    begin = 0
    for index in odd:
        buffer += narrow(lanes[begin * step : index * step], width)
        buffer += float_bytes(float_value(int.from_bytes(raw[8 * index : 8 * index + 8], "big")))
        begin = index + 1
    buffer += narrow(lanes[begin * step :] if begin else lanes, width)
    return True


def _has_ones_or_zeros(raw: bytes) -> bool:
    """Whether among little-endian float64 there may be 1.0 or 0.0, by one of their two highest bytes."""
    return 0xF0 in raw[6::8] or 0 in raw[7::8]


def _shorter_still(raw: bytes, width: int) -> list[int]:
    """Indexes of the little-endian float64 that have two zero bytes at the end of a token's width."""
    first, second = raw[8 - width :: 8], raw[9 - width :: 8]
    if 0 not in first or 0 not in second:
        return []
    pairs = bytearray(2 * len(first))
    pairs[0::2], pairs[1::2] = first, second
    found = []
    at = pairs.find(b"\0\0")
    while at >= 0:
        if at % 2 == 0:
            found.append(at // 2)
        at = pairs.find(b"\0\0", at + 1)
    return found
