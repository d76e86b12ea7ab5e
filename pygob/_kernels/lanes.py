"""Slices of floats brought to lanes of one width, so that strided copies move them whole."""

from __future__ import annotations

from typing import NamedTuple

# Shorter slices are not worth setting up for.
LANES_FROM = 8
# More odd tokens than one in this many are read one by one.
ODD_TOKENS = 8
# Few enough for the integers below to be kept, and for little to be done in vain.
LANES_AT_A_TIME = 4096

_WIDTHS = {0xFB: 5, 0xFC: 5, 0xF8: 8, 0xF9: 8, 0xFD: 3, 0xFE: 3}


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


def gather(data: bytes, start: int, count: int) -> Lanes | None:
    """Bring tokens to the width that most of them have, or return `None` if they are few or vary too much."""
    if count < LANES_FROM:
        return None
    width = _WIDTHS.get(data[start])
    if width is None:
        width = _WIDTHS.get(data[min(start + 1, len(data) - 1)], 5)
    step = width + 1
    filler = bytes((256 - width,)) + _ONE[-width:]
    parts: list[bytes] = []
    odd: list[tuple[int, bytes]] = []
    done = 0
    ahead = LANES_AT_A_TIME
    position = start
    while done < count:
        wanted = min(ahead, count - done)
        lanes, stop = _lanes_from(data, position, wanted, width)
        found = len(lanes) // step
        parts.append(lanes)
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


def narrow(lanes: bytes, width: int) -> bytes:
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
