"""Slices of integers, read all at once.

An integer is one byte below 128, or a header and up to eight bytes, most significant first; of a signed one
bit 0 is the sign. Three ways are tried on so many elements at a time, the fastest first: bytes that are
numbers themselves, with or without a header; lanes, where most have one width; and a loop.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cache
from itertools import islice
from operator import length_hint
from typing import Any, NamedTuple

from pygob._kernels.lanes import Lanes, gather, native
from pygob._kernels.signs import MOST_WORDS, to_machine
from pygob._kernels.tokens import end_of_tokens
from pygob._messages.source import NumberSlices, Source
from pygob._messages.varint import signed

# How many tokens are looked at for the width of most, and how many of these may have another one.
_SAMPLE = 32
_UNUSUAL = 2
_MAX_TOKEN = 9


class Integers(NamedTuple):
    """What the integers of a slice are.

    Attributes:
        is_signed: Whether they have signs.
        bits: How many bits each has, as far as the stream says so.
    """

    is_signed: bool
    bits: int = 64

    def typecode(self, bits: int) -> str:
        """How an `array.array` holds integers of so many bits."""
        code = _TYPECODES[bits]
        return code if self.is_signed else code.upper()


_TYPECODES = {8: "b", 16: "h", 32: "i", 64: "q"}


class IntegerRun:
    """Reads many integers at once, for slices and arrays of them."""

    def __init__(self, integers: Integers) -> None:
        self._integers = integers

    def read(self, source: Source, count: int) -> list[int]:
        """Read elements up to the first that is not sound, or some before it.

        Args:
            source: Where to read; it goes on after the elements that were read.
            count: How many there are at most.
        """
        values: list[int] = []
        source.pos = _read_sound(source.data, source.pos, count, values, is_signed=self._integers.is_signed)
        return values


def integers_at(
    data: bytes, start: int, count: int, ints: NumberSlices, integers: Integers
) -> tuple[Any, int] | None:
    """Read a slice of integers.

    Args:
        data: The message.
        start: Where the first element begins.
        count: How many the stream claims.
        ints: What to make of them.
        integers: What they are.

    Returns:
        A list; an `array.array` or a `numpy.ndarray`; or an empty list when the caller wants the bytes
        checked only; and where the slice ends. `None` when the elements are not all there or no numbers.
    """
    if count > len(data) - start:
        return None
    if ints == "skip":
        skipped = end_of_tokens(data, start, count)
        return None if skipped is None else ([], skipped)
    values: Any = [] if ints == "list" else array(integers.typecode(64))
    end = _read_sound(data, start, count, values, is_signed=integers.is_signed)
    if len(values) < count:
        return None
    if ints != "list" and integers.bits < 64:
        values = _smaller(values, integers)
    return (_numpy_integers(values) if ints == "numpy" else values), end


def _smaller(values: array[int], integers: Integers) -> array[int]:
    """The same numbers in words of the size that the stream says; as they are where one does not fit."""
    try:
        return array(integers.typecode(integers.bits), values)
    except OverflowError:
        return values


def _numpy_integers(values: array[int]) -> Any:
    import numpy  # an extra, imported when asked for

    return numpy.array(values)


def _read_sound(
    data: bytes, start: int, count: int, values: list[int] | array[int], *, is_signed: bool
) -> int:
    """Add integers to others, some hundred at a time, as long as all of these are sound.

    Returns:
        Where those end that were added, which are at most `count`.
    """
    width = 0
    while len(values) < count:
        block = _block(data, start, min(MOST_WORDS, count - len(values)), width, is_signed=is_signed)
        if block is None:
            break
        found = block.values
        if isinstance(found, array) and (isinstance(values, list) or found.typecode != values.typecode):
            found = found.tolist()  # an array is extended by another one of its own kind only
        values.extend(found)
        start, width = block.end, block.width
    return start


class _Block(NamedTuple):
    """Some hundred integers.

    Attributes:
        values: They themselves.
        end: Where they end.
        width: How wide they were, if they were read in lanes; else 0.
    """

    values: list[int] | array[int]
    end: int
    width: int


def _block(data: bytes, start: int, count: int, width: int, *, is_signed: bool) -> _Block | None:
    """Read so many integers, of which those before were of some width, or of no particular one."""
    lanes = gather(data, start, count, width) if width else None
    if lanes is None:
        narrow = _narrow(data, start, count)
        if narrow is not None:
            return _Block(_of_one_byte(narrow[0], is_signed=is_signed), narrow[1], 0)
        width, is_usual = _usual_width(data, start, count)
        lanes = gather(data, start, count, width) if is_usual else None
    if lanes is not None:
        width = width if len(lanes.odd) * _SAMPLE < _UNUSUAL * count else 0
        return _Block(_of_lanes(lanes, is_signed=is_signed), lanes.end, width)
    loop = _wide_loop if width > _FEW_BYTES else _loop
    found = loop(data, start, count, is_signed=is_signed)
    return None if found is None else _Block(*found, 0)


# ---- numbers of one byte


def _narrow(data: bytes, start: int, count: int) -> tuple[bytes, int] | None:
    """Integers that are all below 255, without their headers, and where they end; `None` for others."""
    piece = data[start : start + count]
    if piece.isascii():
        return (piece, start + count) if len(piece) == count else None
    # Each number takes one byte more than it has headers; those of the bytes added may be more headers.
    stop, end = start, start + count
    most = start + 2 * count  # beyond that some of these bytes are no headers
    while stop < end <= most:
        stop, end = end, end + data.count(_HEADER, stop, end)
    if end > most:
        return None
    piece = data[start:end]
    headers, headed = piece.translate(_IS_HEADER), piece.translate(_IS_HEADED)
    # What stands behind each header is a byte that needs one, and nothing else does.
    if end > len(data) or headed[0] or headers[-1] or headers[:-1] != headed[1:]:
        return None
    return piece.translate(None, _HEADER), end


_HEADER = b"\xff"
_IS_HEADER = bytes(byte == 255 for byte in range(256))
_IS_HEADED = bytes(128 <= byte < 255 for byte in range(256))


def _of_one_byte(numbers: bytes, *, is_signed: bool) -> list[int]:
    if not is_signed:
        return list(numbers)
    return memoryview(numbers.translate(_SIGNED_BYTES)).cast("b").tolist()


_SIGNED = tuple(map(signed, range(256)))
_SIGNED_BYTES = bytes(number & 0xFF for number in _SIGNED)


# ---- numbers of about one width


def _usual_width(data: bytes, start: int, count: int) -> tuple[int, bool]:
    """The largest width of the first tokens, and whether it, or one byte less, is that of most."""
    if count < _SAMPLE:
        return 0, False
    widths = []
    for _ in range(_SAMPLE):
        header = data[start] if start < len(data) else 0
        widths.append(256 - header if header >= 248 else 0)
        start += 1 + widths[-1]
    width = max(widths)
    unusual = _SAMPLE - widths.count(width) - widths.count(width - 1)
    # Each that is unusual costs as much as ten in the loop, whose numbers of two bytes cost little.
    return width, width > 1 and unusual <= (_UNUSUAL if width > 2 else 0)


def _of_lanes(lanes: Lanes, *, is_signed: bool) -> array[int]:
    """The elements, in an array of words that have room for all."""
    data, width = lanes.data, lanes.width
    size = 8 if width > _SHORT_WORD or any(value[:_SHORT_WORD].strip(b"\0") for _, value in lanes.odd) else 4
    words = bytearray(size * lanes.length)
    for byte in range(1, width + 1):
        words[width - byte :: size] = data[byte :: width + 1]
    for index, value in lanes.odd:
        words[size * index : size * index + size] = value[: -size - 1 : -1]
    result = array(_typecode(size, is_signed=is_signed))
    result.frombytes(to_machine(words, size) if is_signed else words)
    return native(result)


_SHORT_WORD = 4


def _typecode(size: int, *, is_signed: bool) -> str:
    code = "q" if size > _SHORT_WORD else "i"
    return code if is_signed else code.upper()


# ---- numbers of any widths

# Numbers of so many bytes are put together byte by byte, wider ones are cut out.
_FEW_BYTES = 3


def _loop(data: bytes, start: int, count: int, *, is_signed: bool) -> tuple[list[int], int] | None:
    """Read integers that mostly have few bytes."""
    rest = iter(data[start : start + _MAX_TOKEN * count])
    there = length_hint(rest)
    tokens = islice(rest, count)
    more = rest.__next__
    try:
        if is_signed:
            small, two_bytes = _SIGNED, _signed_words()
            values = [
                small[n]
                if n < 128
                else two_bytes[more()][more()]
                if n == 254
                else small[more()]
                if n == 255
                else signed(more() << 16 | more() << 8 | more())
                if n == 253
                else signed(_long(n, rest))
                for n in tokens
            ]
        else:
            values = [
                n
                if n < 128
                else more() << 8 | more()
                if n == 254
                else more()
                if n == 255
                else more() << 16 | more() << 8 | more()
                if n == 253
                else _long(n, rest)
                for n in tokens
            ]
    except (StopIteration, _NoNumberError):
        return None
    return (values, start + there - length_hint(rest)) if len(values) == count else None


class _NoNumberError(Exception):
    """Bytes that are none, or an end where there should be more."""


def _long(header: int, rest: Iterator[int]) -> int:
    width = 256 - header
    payload = bytes(islice(rest, width))
    if width > 8 or len(payload) < width:
        raise _NoNumberError
    return int.from_bytes(payload, "big")


@cache
def _signed_words() -> tuple[tuple[int, ...], ...]:
    """Integers of two bytes: by the first, then by the second. Looking them up takes half the time."""
    rows = []
    for first in range(256):
        least = first << 7
        row = [0] * 256
        row[::2] = range(least, least + 128)
        row[1::2] = range(~least, ~least - 128, -1)
        rows.append(tuple(row))
    return tuple(rows)


def _wide_loop(data: bytes, start: int, count: int, *, is_signed: bool) -> tuple[list[int], int] | None:
    """Read integers of which many have many bytes."""
    values: list[int] = []
    append = values.append
    position = start
    try:
        for _ in range(count):
            header = data[position]
            if header < 128:
                append(header)
                position += 1
            elif header < 248:
                return None
            else:
                end = position + 257 - header
                append(int.from_bytes(data[position + 1 : end], "big"))
                position = end
    except IndexError:
        return None
    if position > len(data):
        return None
    return [~(n >> 1) if n & 1 else n >> 1 for n in values] if is_signed else values, position
