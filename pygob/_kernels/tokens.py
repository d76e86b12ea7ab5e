"""Floats of all widths as they travel: where they end, and what they are."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import cache

# Every token there is; a header from 80 to F7 begins none. (Dots are faster than counts here.)
_ANY_TOKEN = rb"(?:\xfb.....|\xfc....|[\0-\x7f]|\xf8........|\xf9.......|\xfd...|\xfe..|\xff.|\xfa......)"
_FOUR_TOKENS = b"(?:%b%b|%b)" % (rb"\xfb....." * 2, _ANY_TOKEN * 2, _ANY_TOKEN * 4)
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


def end_of_tokens(data: bytes, position: int, count: int) -> int | None:
    """Where so many well-formed tokens end, or `None` if they are not there."""
    for size, match in _token_blocks():
        while count >= size:
            found = match(data, position)
            if found is None:
                return None
            position = found.end()
            count -= size
    return position


def sound_tokens(data: bytes, position: int, count: int) -> tuple[list[float], int]:
    """Read tokens of all widths, some hundred at a time, as long as all of these are sound.

    Returns:
        The numbers, at most `count`, and where their tokens end.
    """
    numbers: list[float] = []
    while len(numbers) < count:
        wanted = min(_TOKENS_AT_A_TIME, count - len(numbers))
        is_sparse = data.count(0, position, position + wanted) > wanted // 2
        found = (_sparse_floats if is_sparse else _floats)(data, position, wanted)
        if found is None:
            break
        numbers += found[0]
        position = found[1]
    return numbers, position


def _sparse_floats(data: bytes, position: int, count: int) -> tuple[list[float], int] | None:
    """So many floats of which most are 0."""
    end = end_of_tokens(data, position, count)
    if end is None:
        return None
    doubles = [
        (token[1:] or token).rjust(8, b"\0") if token[0] else bytes(8 * len(token))
        for token in _token_splitter()(data, position, end)
    ]
    return list(struct.unpack(f"<{count}d", b"".join(doubles))), end


def _floats(data: bytes, position: int, count: int) -> tuple[list[float], int] | None:
    """So many floats, one after the other."""
    numbers: list[float] = []
    append = numbers.append
    of_one_byte, of_two = _short_floats()
    try:
        for _ in range(count):
            header = data[position]
            if header == 248:  # all eight bytes
                append(*_double_at(data, position + 1))
                position += 9
            elif header < 128:
                append(of_one_byte[header])
                position += 1
            elif header == 254:  # such as 1.0, 0.5 and 100.0
                append(of_two[data[position + 1]][data[position + 2]])
                position += 3
            elif header > 248:
                end = position + 257 - header
                append(*_double_at(data[position + 1 : end].rjust(8, b"\0")))
                position = end
            else:
                return None
    except (IndexError, struct.error):
        return None
    return (numbers, position) if position <= len(data) else None


_double_at = struct.Struct("<d").unpack_from


@cache
def _short_floats() -> tuple[tuple[float, ...], tuple[tuple[float, ...], ...]]:
    """Floats of one byte; and of two bytes, by the first, then by the second."""
    by_last = b"".join(bytes((*bytes(6), 0, last)) for last in range(256))
    rows = []
    for first in range(256):
        row = bytearray(by_last)
        row[6::8] = bytes((first,)) * 256
        rows.append(struct.unpack("<256d", row))
    return rows[0], tuple(rows)
