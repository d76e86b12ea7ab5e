"""Floats of all widths as they travel: where they end, and what they are."""

from __future__ import annotations

import re
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


def sound_tokens(data: bytes, position: int, count: int) -> tuple[bytearray, int]:
    """Read tokens of all widths, some hundred at a time, as long as all of these are sound.

    Returns:
        Little-endian float64, and where the tokens end.
    """
    doubles = bytearray()
    split = _token_splitter()
    while len(doubles) < 8 * count:
        end = end_of_tokens(data, position, min(_TOKENS_AT_A_TIME, count - len(doubles) // 8))
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
