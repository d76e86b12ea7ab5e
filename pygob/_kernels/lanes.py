"""Slices of floats brought to lanes of one width, so that strided copies move them whole."""

from __future__ import annotations

import sys
from array import array
from functools import cache
from typing import Any, NamedTuple

# Shorter slices are not worth setting up for.
LANES_FROM = 8
# More odd tokens than one in this many are read one by one.
ODD_TOKENS = 8
# Few enough for a correction to move little, and for little to be done in vain.
LANES_AT_A_TIME = 1024
# How many lanes are looked at first for one that is to be corrected.
_LANES_AHEAD = 32
# Most numbers from 16 bits, from float32 and from float64 have so many bytes that are not zeros at the end.
HALF_WIDTH = 3
SINGLE_WIDTH = 5
_DOUBLE_WIDTH = 8
WIDTHS = (HALF_WIDTH, SINGLE_WIDTH, _DOUBLE_WIDTH)
# Exponents have a bias of 1023 in a float64, of 127 in a float32.
EXPONENT_SHIFT = 1023 - 127
NATIVE_ORDER_DIFFERS = sys.byteorder != "little"

_WIDTH_BY_HEADER = {0xFB: 5, 0xFC: 5, 0xF8: 8, 0xF9: 8, 0xFD: 3, 0xFE: 3}


class Lanes(NamedTuple):
    """A slice of floats brought to one width.

    Attributes:
        data: For each element a header and `width` bytes; 1.0 in place of the odd elements.
        width: How many bytes follow each header.
        length: How many elements there are.
        odd: The elements that do not fit: their index and little-endian float64.
        end: Where the slice ends in the input.
    """

    data: bytes
    width: int
    length: int
    odd: list[tuple[int, bytes]]
    end: int


def float_width(data: bytes, start: int, count: int) -> int:
    """The width that most floats seem to have; 0 if they are few or mostly 0."""
    if count < LANES_FROM or data.count(0, start, start + count) > LANES_FROM + count // ODD_TOKENS:
        return 0  # where zeros are many, most of them are numbers
    width = _WIDTH_BY_HEADER.get(data[start])
    return width or _WIDTH_BY_HEADER.get(data[min(start + 1, len(data) - 1)], SINGLE_WIDTH)


def gather(data: bytes, start: int, count: int, width: int) -> Lanes | None:
    """Bring tokens to the width that most of them have, or return `None` if they vary too much.

    Args:
        data: The bytes.
        start: Where the first token begins.
        count: How many there are, one at least.
        width: How many bytes most have behind their headers, or one less; 2 at least.
    """
    step = width + 1
    filler = _filler(width)
    parts: list[bytes | bytearray] = []
    odd: list[tuple[int, bytes]] = []
    done = 0
    ahead = LANES_AT_A_TIME
    position = start
    while done < count:
        wanted = min(ahead, count - done)
        there = _lanes_from(data, position, wanted, width)
        if there is None:
            return None
        lanes, small, stop = there
        found = len(lanes) // step
        parts.append(lanes)
        odd += ((done + index, value) for index, value in small)
        done += found
        if found == wanted:
            position = stop
            ahead = LANES_AT_A_TIME
            continue
        ahead = min(ahead, 4 * found + 64)  # lest what follows an odd token be looked at again and again
        if stop >= len(data) or len(odd) > LANES_FROM + done // ODD_TOKENS:
            return None
        header = data[stop]
        if 128 <= header < 248:
            return None
        position = stop + 1 if header < 128 else stop + 257 - header
        if position > len(data):
            return None
        token = data[stop:position] if header < 128 else data[stop + 1 : position]
        odd.append((done, token.rjust(8, b"\0")))
        parts.append(filler)
        done += 1
    return Lanes(b"".join(parts), width, count, odd, position)


_ONE = b"\0\0\0\0\0\0\xf0\x3f"  # 1.0 as a little-endian float64


def native(numbers: array[Any]) -> array[Any]:
    """Numbers that were little-endian, in the order of bytes of this machine."""
    if NATIVE_ORDER_DIFFERS:
        numbers.byteswap()
    return numbers


def _filler(width: int) -> bytes:
    return bytes((256 - width,)) + _ONE[-width:]


def _lanes_from(
    data: bytes, position: int, count: int, width: int
) -> tuple[bytearray, list[tuple[int, bytes]], int] | None:
    """The lanes of at most so many tokens up to one that is too long.

    Returns:
        The lanes, with 1.0 in place of numbers of one byte, such as 0; these, by their index; and where
        the lanes end in the data. None where too many tokens are not like most.

    Where tokens begin is known of the first only. So every byte that could be the header of a token one
    byte short gets its zero, wherever it stands, in one pass. Then a look at each `step`-th byte finds the
    first that is no header: in the lane before it stands a byte that was none either and loses its zero
    again. One byte in 256 does, so a slice of some hundred floats needs a handful of such corrections.
    Measured with 768 float32: 11 us, against 18 us for splitting at headers and joining what was wrong.
    """
    step = width + 1
    full, short = 256 - width, bytes((257 - width,))
    given = data[position : position + count * step]
    lanes = bytearray(given)
    # Only one float64 in 256 is short, fewer than bytes that look like it: for them it is a correction.
    is_padded = width < _DOUBLE_WIDTH
    if is_padded:
        lanes = lanes.replace(short, short + b"\0")
    zeros = len(lanes) - len(given)  # those in their place, or not yet known not to be
    small: list[tuple[int, bytes]] = []
    more = at = corrected = 0
    stop = count * step
    wrong_header = _wrong_headers(width)
    left = LANES_FROM + count // ODD_TOKENS
    ahead = _LANES_AHEAD
    while left:
        # A little more each time: corrections are mostly near each other or far between.
        horizon = min(stop, at + ahead * step)
        found = lanes[at:horizon:step].translate(wrong_header).find(1)
        if found < 0 and horizon < stop:
            at = horizon
            ahead *= 4
            continue
        ahead = _LANES_AHEAD
        left -= 1
        at = stop if found < 0 else at + found * step
        if is_padded:
            # Behind the last correction every such byte still has the zero it was given.
            begin = at - width
            payload = lanes.find(short, begin if begin > corrected else corrected, at)
            if payload >= 0:
                corrected = payload + 1
                del lanes[corrected]
                zeros -= 1
                continue
        if found < 0:
            break
        header = lanes[at]
        if header < 128:
            small.append((at // step, header.to_bytes(8, "big")))
            lanes[at : at + 1] = _filler(width)
            more += width
        elif full < header and at + step <= len(lanes) + header - full:
            lanes[at : at + 1] = bytes((full, *bytes(header - full)))
            more += header - full
        else:
            break  # a token that is longer, or cut
        at += step
    else:
        return None
    del lanes[min(at, len(lanes) // step * step) :]
    shorts = lanes[::step].count(short) if is_padded else 0
    end = position + len(lanes) - shorts - more
    if is_padded and zeros != shorts + given.count(short, end - position):
        return None  # a payload has a zero too many, and what follows looks right by chance
    return lanes, small, end


@cache
def _wrong_headers(width: int) -> bytes:
    """For each byte whether it cannot be the header of a lane: 1 or 0."""
    right = {256 - width, 257 - width} if width < _DOUBLE_WIDTH else {256 - width}
    return bytes(byte not in right for byte in range(256))


def narrow(lanes: bytes, width: int) -> bytes:
    """Lanes as they travel: those whose payload begins with a zero lose it and become short tokens."""
    step = width + 1
    part = LANES_AT_A_TIME * step
    if len(lanes) > part:
        return b"".join([narrow(lanes[start : start + part], width) for start in range(0, len(lanes), part)])
    pieces = lanes.split(bytes((256 - width, 0)))
    if len(pieces) - 1 == lanes[1::step].count(0):
        return bytes((257 - width,)).join(pieces)
    if len(lanes) == step:
        return bytes((257 - width,)) + lanes[2:] if not lanes[1] else lanes
    # One in 80 slices of some hundred floats has these two bytes inside of a payload, too.
    half = len(lanes) // step // 2 * step
    return narrow(lanes[:half], width) + narrow(lanes[half:], width)
