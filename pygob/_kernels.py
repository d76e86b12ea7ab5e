"""The few inner loops where a store's time goes, and every trick they need.

A float travels as its bytes reversed, with the zeros at the end cut off. A float32 widened to
float64 is mostly five bytes long (header FB), one in eight is four (FC), one in 2,048 shorter;
a float64 is mostly eight (F8), one in 256 seven (F9). A slice of floats is therefore almost all
tokens of one width: brought to that width they form lanes of equal length, and strided copies
move a whole slice at once. Whatever does not fit goes through the plain loop, which also reports
every error.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from pygob._source import Source
from pygob._varint import float_bytes, float_value
from pygob.errors import GobDecodeError, GobEncodeError

# Shorter slices are not worth setting up for.
LANES_FROM = 8
# More odd tokens than one in this many are read one by one.
ODD_TOKENS = 8
MAX_FLOAT32 = 3.4028234663852886e38
NATIVE_ORDER_DIFFERS = sys.byteorder != "little"

_WIDTHS = {0xFB: 5, 0xFC: 5, 0xF8: 8, 0xF9: 8, 0xFD: 3, 0xFE: 3}


def _run_pattern(width: int) -> Callable[..., re.Match[bytes] | None]:
    """Matches a run of tokens of a width and of the next shorter one."""
    full, short = 256 - width, 257 - width
    wide = b"%b%b" % (re.escape(bytes((full,))), b"." * width)
    narrow = b"%b%b" % (re.escape(bytes((short,))), b"." * (width - 1))
    return re.compile(b"(?:%b%b|%b|%b)*+" % (wide, wide, wide, narrow), re.S).match


_RUNS = {width: _run_pattern(width) for width in (3, 5, 8)}

# Every token there is; a header from 80 to F7 begins none.
_ANY_TOKEN = rb"(?:\xfb.{5}|\xfc.{4}|[\0-\x7f]|\xf8.{8}|\xf9.{7}|\xfd.{3}|\xfe.{2}|\xff.|\xfa.{6})"


@lru_cache(maxsize=256)
def _tokens_pattern(count: int) -> Callable[..., re.Match[bytes] | None]:
    return re.compile(b"%b{%d}+" % (_ANY_TOKEN, count), re.S).match


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
    if source.floats == "skip":
        return _skip_floats(source, count)
    if count < LANES_FROM or count > source.end - source.pos:
        doubles = _read_one_by_one(source, count)
    else:
        doubles = _read_lanes(source, count) or _read_one_by_one(source, count)
    match source.floats:
        case "list":
            return doubles.tolist()
        case "array":
            return array("f", doubles) if is_float32 else doubles
        case _:
            import numpy  # an extra, imported when asked for

            return numpy.array(doubles, dtype=numpy.float32 if is_float32 else numpy.float64)


def _read_one_by_one(source: Source, count: int) -> array[float]:
    values = array("d")
    append = values.append
    read = source.read_uint
    try:
        for _ in range(count):
            if source.pos >= source.end:
                raise source.truncated(
                    f"gob: decoding array or slice: length exceeds input size ({count} elements)"
                )
            append(float_value(read()))
    except GobDecodeError as error:
        error.enter(f"[{len(values)}]")
        error.partial = values.tolist()
        raise
    return values


def _skip_floats(source: Source, count: int) -> list[float]:
    """Check that the elements are there and well formed."""
    if count <= source.end - source.pos:
        match = _tokens_pattern(count)(source.data, source.pos)
        if match is not None:
            source.pos = match.end()
            return []
    _read_one_by_one(source, count)
    return []


def _read_lanes(source: Source, count: int) -> array[float] | None:
    """Read the elements all at once, or return `None`, having read nothing, if they vary too much."""
    data, start = source.data, source.pos
    width = _WIDTHS.get(data[start])
    if width is None:
        width = _WIDTHS.get(data[min(start + 1, source.end - 1)], 5)
    gathered = _gather(data, start, count, width)
    if gathered is None:
        return None
    lanes, odd, source.pos = gathered
    step = width + 1
    doubles = bytearray(8 * count)
    for byte in range(1, step):
        doubles[7 - width + byte :: 8] = lanes[byte::step]
    for index, token in odd:
        doubles[8 * index : 8 * index + 8] = token
    result = array("d")
    result.frombytes(doubles)
    if NATIVE_ORDER_DIFFERS:
        result.byteswap()
    return result


def _gather(
    data: bytes, start: int, count: int, width: int
) -> tuple[bytes, list[tuple[int, bytes]], int] | None:
    """Bring tokens to one width.

    Returns:
        Lanes of a header and `width` bytes each; the elements that are no such token, as their
        index and little-endian float64; and where the slice ends. `None` if the tokens are not
        mostly of this width, or not all there.
    """
    step = width + 1
    run = _RUNS[width]
    filler = bytes((256 - width,)) + bytes(width)
    parts: list[bytes] = []
    odd: list[tuple[int, bytes]] = []
    done = 0
    position = start
    while done < count:
        match = run(data, position, position + (count - done) * step)
        assert match is not None
        stop = match.end()
        if stop > position:
            lanes = _widen(data[position:stop], width)
            parts.append(lanes)
            done += len(lanes) // step
            position = stop
            continue
        if stop >= len(data) or len(odd) > count // ODD_TOKENS:
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
    # More than asked for: the run went on into whatever follows the slice.
    return (b"".join(parts), odd, position) if done == count else None


def _widen(run: bytes, width: int) -> bytes:
    """Make every token of a run as wide as the widest by giving short ones their zero back."""
    return _exchange(run, bytes((257 - width,)), bytes((256 - width, 0)), width + 1)


def _narrow(lanes: bytes, width: int) -> bytes:
    """The reverse of `_widen`: lanes that begin with a zero become short tokens."""
    return _exchange(lanes, bytes((256 - width, 0)), bytes((257 - width,)), width + 1)


def _exchange(tokens: bytes, old: bytes, new: bytes, step: int) -> bytes:
    """Replace `old` by `new` where a token begins, and only there."""
    right = step - 2
    pieces = (bytes(right) + tokens).split(old)
    # The same bytes can stand inside a token too. Such a split leaves a piece of wrong length.
    if any([len(piece) % step != right for piece in pieces]):  # noqa: C419 (a list is faster here)
        pieces = _rejoined(pieces, step, right, old)
    return new.join(pieces)[right:]


def _rejoined(pieces: list[bytes], step: int, right: int, separator: bytes) -> list[bytes]:
    """Undo the splits that were inside tokens."""
    result: list[bytes] = []
    current = bytearray()
    is_open = False
    for piece in pieces:
        if is_open:
            current += separator
            current += piece
        else:
            current = bytearray(piece)
        is_open = len(current) % step != right
        if not is_open:
            result.append(bytes(current))
    return result


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
    try:
        doubles = array("d", values)
        if is_float32 and not (isinstance(values, array) and values.typecode == "f"):
            if max(doubles) > MAX_FLOAT32 or min(doubles) < -MAX_FLOAT32:
                return False
            doubles = array("d", array("f", doubles))
    except (TypeError, ValueError, OverflowError):
        return False
    if NATIVE_ORDER_DIFFERS:
        doubles.byteswap()
    raw = doubles.tobytes()
    count = len(doubles)
    width = 8 if raw[0::8].count(0) * 2 < count else 5
    if width == 5 and any(raw[byte::8].count(0) != count for byte in range(3)):
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
        buffer += _narrow(lanes[begin * step : index * step], width)
        buffer += float_bytes(float_value(int.from_bytes(raw[8 * index : 8 * index + 8], "big")))
        begin = index + 1
    buffer += _narrow(lanes[begin * step :] if begin else lanes, width)
    return True


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
