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
import struct
import sys
from array import array
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

from pygob._source import FloatSlices, Source
from pygob._varint import float_bytes, float_value
from pygob.errors import GobDecodeError, GobEncodeError

# Shorter slices are not worth setting up for.
LANES_FROM = 8
# More odd tokens than one in this many are read one by one.
ODD_TOKENS = 8
NATIVE_ORDER_DIFFERS = sys.byteorder != "little"

_WIDTHS = {0xFB: 5, 0xFC: 5, 0xF8: 8, 0xF9: 8, 0xFD: 3, 0xFE: 3}


# Every token there is; a header from 80 to F7 begins none. (Dots are faster than counts here.)
_ANY_TOKEN = rb"(?:\xfb.....|\xfc....|[\0-\x7f]|\xf8........|\xf9.......|\xfd...|\xfe..|\xff.|\xfa......)"
_FOUR_TOKENS = b"(?:%b|%b)" % (rb"\xfb....." * 4, _ANY_TOKEN * 4)
_TOKENS_AT_A_TIME = 1024


@cache
def _token_blocks() -> list[tuple[int, Callable[..., re.Match[bytes] | None]]]:
    """Matchers of so many tokens each, largest first.

    Counts are hostile and a pattern costs much to compile, so any count is made up of these few, and
    nothing is compiled for those who only import.
    """
    fours = [(4 * n, re.compile(b"%b{%d}+" % (_FOUR_TOKENS, n), re.S).match) for n in (256, 64, 16, 4, 1)]
    return [*fours, (1, re.compile(_ANY_TOKEN, re.S).match)]


@cache
def _token_splitter() -> Callable[[bytes, int, int], list[bytes]]:
    """What splits tokens, zeros many at a time: most of a sparse vector are zeros."""
    return re.compile(rb"\0+|" + _ANY_TOKEN, re.S).findall


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
        doubles, end = sound_tokens(source.data, source.pos, count)
        source.pos = end
        if len(doubles) < 8 * count:
            doubles += _read_one_by_one(source, count, doubles)
        return _finished(doubles, source.floats, is_float32=is_float32)
    values, source.pos = found
    return values


def floats_at(
    data: bytes, start: int, count: int, floats: FloatSlices, *, is_float32: bool
) -> tuple[Any, int] | None:
    """Read a slice of floats.

    Returns:
        The slice, as `read_floats` gives it, and where it ends; or `None` when the elements are
        not all there or no numbers.
    """
    found = _all_at_once(data, start, count, floats, is_float32=is_float32)
    if found is not None or floats == "skip":
        return found
    doubles, end = sound_tokens(data, start, count)
    return (_finished(doubles, floats, is_float32=is_float32), end) if len(doubles) == 8 * count else None


def _all_at_once(
    data: bytes, start: int, count: int, floats: FloatSlices, *, is_float32: bool
) -> tuple[Any, int] | None:
    """Read a slice of floats whose tokens are mostly of one length, or pass over one of any."""
    if count > len(data) - start:
        return None
    if floats == "skip":
        end = _end_of_tokens(data, start, count)
        return None if end is None else ([], end)
    lanes = _gather(data, start, count) if count >= LANES_FROM else None
    if lanes is None:
        return None
    if floats == "array" and is_float32:
        singles = _singles(lanes)
        if singles is not None:
            return singles, lanes.end
    return _finished(_doubles(lanes), floats, is_float32=is_float32), lanes.end


def _finished(doubles: bytes | bytearray, floats: FloatSlices, *, is_float32: bool) -> Any:
    """Little-endian float64 as what the caller asked for."""
    if floats == "skip":
        return []
    if floats == "numpy":
        return _numpy_floats(doubles, is_float32=is_float32)
    result = _native_doubles(doubles)
    if floats == "list":
        return result.tolist()
    return _float32_if_exact(result) if is_float32 else result


def _native_doubles(doubles: bytes | bytearray) -> array[float]:
    result = array("d")
    result.frombytes(doubles)
    if NATIVE_ORDER_DIFFERS:
        result.byteswap()
    return result


def _float32_if_exact(doubles: array[float]) -> array[float]:
    """The same numbers as float32; as they are where a stream that says float32 holds others."""
    singles = array("f", doubles)
    return singles if array("d", singles).tobytes() == doubles.tobytes() else doubles


def _numpy_floats(doubles: bytes | bytearray, *, is_float32: bool) -> Any:
    import numpy  # an extra, imported when asked for

    values = numpy.frombuffer(doubles, "<f8")
    if is_float32:
        with numpy.errstate(over="ignore", invalid="ignore"):
            singles = values.astype(numpy.float32)
            if singles.astype("<f8").tobytes() == doubles:
                return singles
    return values.astype(numpy.float64)


def _read_one_by_one(source: Source, count: int, before: bytearray) -> bytes:
    """Read the elements that follow those before, all little-endian float64; or explain what is wrong."""
    values: list[float] = []
    first = len(before) // 8
    try:
        for _ in range(count - first):
            if source.pos >= source.end:
                raise source.truncated(
                    f"gob: decoding array or slice: length exceeds input size ({count} elements)"
                )
            values.append(float_value(source.read_uint()))
    except GobDecodeError as error:
        error.enter(f"[{first + len(values)}]")
        error.partial = [*_native_doubles(before), *values]
        raise
    return struct.pack(f"<{len(values)}d", *values)


def _end_of_tokens(data: bytes, position: int, count: int) -> int | None:
    """Where so many well-formed tokens end, or `None` if they are not there."""
    for size, match in _token_blocks():
        while count >= size:
            found = match(data, position)
            if found is None:
                return None
            position = found.end()
            count -= size
    return position


def sound_tokens(data: bytes, position: int, count: int) -> tuple[bytearray, int]:
    """Read tokens of all widths, some hundred at a time, as long as all of these are sound.

    Returns:
        Little-endian float64, and where the tokens end.
    """
    doubles = bytearray()
    split = _token_splitter()
    while len(doubles) < 8 * count:
        end = _end_of_tokens(data, position, min(_TOKENS_AT_A_TIME, count - len(doubles) // 8))
        if end is None:
            break
        doubles += b"".join(
            [
                (token[1:] or token).rjust(8, b"\0") if token[0] else bytes(8 * len(token))
                for token in split(data, position, end)
            ]
        )
        position = end
    return doubles, position


class _Lanes(NamedTuple):
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


def _doubles(lanes: _Lanes) -> bytearray:
    """The elements as little-endian float64."""
    data, width = lanes.data, lanes.width
    doubles = bytearray(8 * lanes.length)
    for byte in range(1, width + 1):
        doubles[7 - width + byte :: 8] = data[byte :: width + 1]
    for index, value in lanes.odd:
        doubles[8 * index : 8 * index + 8] = value
    return doubles


def _singles(lanes: _Lanes) -> array[float] | None:
    """The elements as float32, if they are ordinary numbers that need no rounding.

    One big integer holds every lane, so that each step below works on all lanes at once. In a
    lane of 48 bits, above the header: 28 bits of significand of which the low five are zero, 11
    of exponent, the sign.
    """
    data, count = lanes.data, lanes.length
    if (
        lanes.width != 5
        or data[1::6].translate(None, _NO_ROUNDING)
        or data[5::6].translate(None, _ORDINARY_EXPONENTS)
    ):
        return None
    singles = b"".join(
        [
            _packed(data[6 * start : 6 * (start + _LANES_AT_A_TIME)])
            for start in range(0, count, _LANES_AT_A_TIME)
        ]
    )
    result = array("f")
    result.frombytes(singles)
    if NATIVE_ORDER_DIFFERS:
        result.byteswap()
    for index, value in lanes.odd:
        result[index] = float_value(int.from_bytes(value, "big"))
    return result


# Exponents have a bias of 1023 in a float64, of 127 in a float32.
_EXPONENT_SHIFT = 1023 - 127
# Lowest byte of a float32's significand, widened: its low five bits are zero.
_NO_ROUNDING = bytes(range(0, 256, 32))
# Sign and upper exponent bits of numbers from 2**-111 up to 2**113: no zero, subnormal or infinity.
_ORDINARY_EXPONENTS = bytes((*range(0x39, 0x47), *range(0xB9, 0xC7)))


# Few enough for the integers below to be kept, and for little to be done in vain.
_LANES_AT_A_TIME = 4096


def _packed(lanes: bytes) -> bytearray:
    """Lanes of 48 bits as little-endian float32."""
    significand, shift, sign = _lane_masks(len(lanes) // 6)
    whole = int.from_bytes(lanes, "little")
    numbers = ((whole >> 13) & significand) - shift
    packed = (numbers | ((whole >> 16) & sign)).to_bytes(len(lanes), "little")
    singles = bytearray(4 * (len(lanes) // 6))
    for byte in range(4):
        singles[byte::4] = packed[byte::6]
    return singles


@lru_cache(maxsize=64)
def _lane_masks(count: int) -> tuple[int, int, int]:
    """In each of so many lanes: the bits of exponent and significand, the exponents' shift, the sign."""
    ones = int.from_bytes(b"\1\0\0\0\0\0" * count, "little")
    return (ones << 34) - ones, ones * (_EXPONENT_SHIFT << 23), ones << 31


def _gather(data: bytes, start: int, count: int) -> _Lanes | None:
    """Bring tokens to the width that most of them have, or return `None` if they vary too much."""
    width = _WIDTHS.get(data[start])
    if width is None:
        width = _WIDTHS.get(data[min(start + 1, len(data) - 1)], 5)
    step = width + 1
    filler = bytes((256 - width,)) + _ONE[-width:]
    parts: list[bytes] = []
    odd: list[tuple[int, bytes]] = []
    done = 0
    ahead = _LANES_AT_A_TIME
    position = start
    while done < count:
        wanted = min(ahead, count - done)
        lanes, stop = _lanes_from(data, position, wanted, width)
        found = len(lanes) // step
        parts.append(lanes)
        done += found
        if found == wanted:
            position = stop
            ahead = _LANES_AT_A_TIME
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
    return _Lanes(b"".join(parts), width, count, odd, position)


_ONE = b"\0\0\0\0\0\0\xf0\x3f"  # 1.0 as a little-endian float64


def _lanes_from(data: bytes, position: int, count: int, width: int) -> tuple[bytes, int]:
    """The lanes of at most so many tokens up to the first odd one, and where they end in the data.

    Every token is made as wide as the widest by giving short ones their zero back. Nobody has looked
    yet where tokens begin: as long as the lanes begin with the header of a full token, all of them do.
    """
    step = width + 1
    full, short = bytes((256 - width,)), bytes((257 - width,))
    pieces = (bytes(step - 2) + data[position : position + count * step]).split(short)
    wrong = _of_wrong_length(pieces, step)
    padded: list[int] = []
    if wrong:
        pieces, odd = _rejoined(pieces, wrong, short, step, _PIECES_TOGETHER)
        for index in odd:
            whole = _padded(pieces[index], width)
            if (len(whole) + 2) % step:  # where the tokens behind this piece begin is not known
                rest = (len(pieces[index]) + 2) % step
                pieces[index] = pieces[index][:-rest]
                del pieces[index + 1 :]
                break
            pieces[index] = whole
            padded.append(index)
    lanes = (full + b"\0").join(pieces)[step - 2 :]
    headers = lanes[: min(count, len(lanes) // step) * step : step]
    size = (len(headers) - len(headers.lstrip(full))) * step
    last = len(pieces) - 1
    begin = len(lanes) - len(pieces[last]) - 2
    while last and begin >= size:  # that piece is not among the lanes that are right
        last -= 1
        begin -= len(pieces[last]) + 2
    if last in padded:
        return b"", position
    return lanes[:size], position + size - last - 2 * sum(index < last for index in padded)


def _padded(piece: bytes, width: int) -> bytes:
    """A piece with the two bytes that one token in 2,048 has less than most; or as it is."""
    right = width - 1
    full = bytes((256 - width,))
    headers = piece[right :: width + 1]
    at = right + (width + 1) * (len(headers) - len(headers.lstrip(full)))
    if piece[at : at + 1] != bytes((258 - width,)):
        return piece
    return b"".join((piece[:at], full, b"\0\0", piece[at + 1 :]))


def _narrow(lanes: bytes, width: int) -> bytes:
    """Lanes as they travel: those that begin with a zero become short tokens."""
    return _exchange(lanes, bytes((256 - width, 0)), bytes((257 - width,)), width + 1)


def _exchange(tokens: bytes, old: bytes, new: bytes, step: int) -> bytes:
    """Replace `old` by `new` where a token begins, and only there."""
    pieces = (bytes(step - 2) + tokens).split(old)
    wrong = _of_wrong_length(pieces, step)
    if wrong:
        pieces, _ = _rejoined(pieces, wrong, old, step, len(pieces))
    return new.join(pieces)[step - 2 :]


def _of_wrong_length(pieces: list[bytes], step: int) -> list[int]:
    """Indexes of pieces that are no whole tokens, because the tokens were split inside of one, too."""
    return [index for index, size in enumerate(map(len, pieces)) if size % step != step - 2]


# Of more, splits inside of one token hardly ever leave; and a token of odd length would go under.
_PIECES_TOGETHER = 4


def _rejoined(
    pieces: list[bytes], wrong: list[int], separator: bytes, step: int, together: int
) -> tuple[list[bytes], list[int]]:
    """Undo the splits that were inside tokens.

    Args:
        pieces: What splitting gave, `step - 2` zeros having been put before the first token.
        wrong: Indexes of the pieces of wrong length; the first of them begins at a token.
        separator: What was split at.
        step: Length of a token with its header.
        together: How many pieces may make up one. The last may be of any length.

    Returns:
        The pieces, and the indexes of those whose length is still wrong: there is an odd token in them.
    """
    result: list[bytes] = []
    odd: list[int] = []
    done = 0
    for first in wrong:
        if first < done:
            continue  # inside a token that has been put together
        result += pieces[done:first]
        done = first + 1
        size = len(pieces[first])
        while size % step != step - 2 and done < min(first + together, len(pieces)):
            size += len(separator) + len(pieces[done])
            done += 1
        if size % step != step - 2 and done < len(pieces):
            odd.append(len(result))
            done = first + 1
        result.append(separator.join(pieces[first:done]))
    return result + pieces[done:], odd


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
        buffer += _narrow(lanes[begin * step : index * step], width)
        buffer += float_bytes(float_value(int.from_bytes(raw[8 * index : 8 * index + 8], "big")))
        begin = index + 1
    buffer += _narrow(lanes[begin * step :] if begin else lanes, width)
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
