"""Slices of floats, read all at once."""

from __future__ import annotations

import struct
from array import array
from typing import Any

from pygob._kernels.lanes import (
    EXPONENT_SHIFT,
    LANES_AT_A_TIME,
    SINGLE_WIDTH,
    Lanes,
    float_width,
    gather,
    native,
)
from pygob._kernels.tokens import end_of_tokens, sound_tokens
from pygob._messages.source import NumberSlices, Source
from pygob._messages.varint import float_value
from pygob.errors import GobDecodeError


def read_floats(source: Source, count: int, *, is_float32: bool) -> Any:
    """Read a slice of floats as the source's `floats` asks.

    Args:
        source: The message, at the first element.
        count: How many elements the stream claims.
        is_float32: Whether the elements are known to come from float32.

    Returns:
        A list; an `array.array` or a `numpy.ndarray` of float32 or float64; or an empty list
        when the caller wants the bytes checked only.
    """
    found = _all_at_once(source.data, source.pos, count, source.floats, is_float32=is_float32)
    if found is None:
        numbers, source.pos = sound_tokens(source.data, source.pos, count)
        if len(numbers) < count:
            _read_one_by_one(source, count, numbers)
        return _finished(numbers, source.floats, is_float32=is_float32)
    values, source.pos = found
    return values


def floats_at(
    data: bytes, start: int, count: int, floats: NumberSlices, *, is_float32: bool
) -> tuple[Any, int] | None:
    """Read a slice of floats.

    Returns:
        The slice, as `read_floats` gives it, and where it ends; or `None` when the elements are
        not all there or no numbers.
    """
    found = _all_at_once(data, start, count, floats, is_float32=is_float32)
    if found is not None or floats == "skip":
        return found
    numbers, end = sound_tokens(data, start, count)
    return (_finished(numbers, floats, is_float32=is_float32), end) if len(numbers) == count else None


def _all_at_once(
    data: bytes, start: int, count: int, floats: NumberSlices, *, is_float32: bool
) -> tuple[Any, int] | None:
    """Read a slice of floats whose tokens are mostly of one length, or pass over one of any."""
    if count > len(data) - start:
        return None
    if floats == "skip":
        end = end_of_tokens(data, start, count)
        return None if end is None else ([], end)
    width = float_width(data, start, count)
    lanes = gather(data, start, count, width) if width else None
    if lanes is None:
        return None
    if floats == "array" and is_float32:
        singles = _singles(lanes)
        if singles is not None:
            return singles, lanes.end
    return _finished(_doubles(lanes), floats, is_float32=is_float32), lanes.end


def _finished(numbers: list[float] | array[float], floats: NumberSlices, *, is_float32: bool) -> Any:
    """Numbers as what the caller asked for."""
    if floats == "skip":
        return []
    if floats == "list":
        return numbers if isinstance(numbers, list) else numbers.tolist()
    doubles = array("d", numbers) if isinstance(numbers, list) else numbers
    if floats == "numpy":
        return _numpy_floats(doubles, is_float32=is_float32)
    return _float32_if_exact(doubles) if is_float32 else doubles


def _float32_if_exact(doubles: array[float]) -> array[float]:
    """The same numbers as float32; as they are where a stream that says float32 holds others."""
    singles = array("f", doubles)
    return singles if array("d", singles).tobytes() == doubles.tobytes() else doubles


def _numpy_floats(doubles: array[float], *, is_float32: bool) -> Any:
    import numpy  # an extra, imported when asked for

    values = numpy.frombuffer(doubles, numpy.float64)
    if is_float32:
        with numpy.errstate(over="ignore", invalid="ignore"):
            singles = values.astype(numpy.float32)
            if singles.astype(numpy.float64).tobytes() == doubles.tobytes():
                return singles
    return values.copy()


def _read_one_by_one(source: Source, count: int, values: list[float]) -> None:
    """Read the elements that follow those before, and add them to these; or explain what is wrong."""
    try:
        for _ in range(count - len(values)):
            if source.pos >= source.end:
                raise source.truncated(
                    f"gob: decoding array or slice: length exceeds input size ({count} elements)"
                )
            values.append(float_value(source.read_uint()))
    except GobDecodeError as error:
        error.enter(f"[{len(values)}]")
        error.partial = values
        raise


def _doubles(lanes: Lanes) -> array[float]:
    """The elements as float64."""
    data, width = lanes.data, lanes.width
    doubles = bytearray(8 * lanes.length)
    for byte in range(1, width + 1):
        doubles[7 - width + byte :: 8] = data[byte :: width + 1]
    for index, value in lanes.odd:
        doubles[8 * index : 8 * index + 8] = value
    result = array("d")
    result.frombytes(doubles)
    return native(result)


def _singles(lanes: Lanes) -> array[float] | None:
    """The elements as float32, if none needs rounding and most are ordinary numbers."""
    if lanes.width != SINGLE_WIDTH:
        return None
    data, count = lanes.data, lanes.length
    low, high = data[1::6], data[5::6].translate(_HIGH_BITS)
    if low.translate(None, _NO_ROUNDING) or _NOT_ORDINARY in high:
        return None
    odd = array("f")
    if lanes.odd:
        values = struct.unpack(f"<{len(lanes.odd)}d", b"".join([value for _, value in lanes.odd]))
        odd = _float32_if_exact(array("d", values))
        if odd.typecode != "f":
            return None
    singles = b"".join(
        [
            _narrowed(data[6 * start : 6 * stop], low[start:stop], high[start:stop])
            for start, stop in ((at, at + LANES_AT_A_TIME) for at in range(0, count, LANES_AT_A_TIME))
        ]
    )
    result = array("f")
    result.frombytes(singles)
    result = native(result)
    for (index, _), value in zip(lanes.odd, odd, strict=True):
        result[index] = value
    return result


# Lowest byte of a float32's significand, widened: its low five bits are zero.
_NO_ROUNDING = bytes(range(0, 256, 32))
# From the highest byte of a float64 to the five highest bits of the same float32: sign and upper exponent.
# Ordinary are numbers from 2**-111 up to 2**113: no zero, subnormal or infinity.
_NOT_ORDINARY = 0xFF
_HIGH_BITS = bytes(
    (byte >> 7) << 4 | (byte & 0x7F) - EXPONENT_SHIFT // 16 if 0x39 <= byte & 0x7F < 0x47 else _NOT_ORDINARY
    for byte in range(256)
)


def _narrowed(lanes: bytes, low: bytes, high: bytes) -> bytes:
    """Lanes of a header and five bytes as little-endian float32.

    A float32 is those bytes moved down by 29 bits, but for its highest five bits, which a table gives. So
    32 bits of each lane are moved up by three in one big integer. The three bits that come in from below
    are put where they come from: above the five highest bits of the number before.

    Args:
        lanes: The lanes.
        low: The first byte of each.
        high: The five highest bits of each.
    """
    count = len(low)
    above = int.from_bytes(high, "little") | int.from_bytes(low, "little") >> 8
    words = bytearray(4 * count)
    for byte in range(3):
        words[byte::4] = lanes[byte + 2 :: 6]
    words[3::4] = above.to_bytes(count, "little")
    whole = int.from_bytes(words, "little") << 3 | low[0] >> 5
    return whole.to_bytes(4 * count, "little")
