"""Numbers of all widths as they travel, all at once: a column for each byte that some of them have.

Written below each other, right-aligned, numbers fill columns: each takes its last byte, and as many before it
as it needs; one place before these stands its header, and ahead of that are gaps. So a column holds bytes,
headers and gaps, and which of them is where follows from the bytes of the column after it, by a few
operations on integers as long as a column. Row by row the columns are the tokens, but for the gaps.
"""

from __future__ import annotations

from collections.abc import Sequence

# Gaps are known by the highest bit, which other bytes have lost when gaps are put among them.
_GAP = b"\x80"


def tokens_of(columns: Sequence[bytes]) -> bytes:
    """Numbers as they travel.

    Args:
        columns: The first byte of each number, the second of each and so on, in the order in which they
            travel, zeros ahead included; eight columns at most, of one number at least.
    """
    columns = columns[_first_needed(columns) :]
    count = len(columns[0])
    ones = int.from_bytes(b"\x01" * count, "little")
    low, high = ones * 0x7F, ones << 7
    held: list[int] = []
    gaps: list[int] = []
    begun = before = 0  # the places of numbers that have begun, and the bytes of the column before
    for left in range(len(columns), 0, -1):
        now, column = begun, int.from_bytes(columns[-left], "little")
        if begun != high:
            now |= ((column & low) + low | column if left > 1 else column) & high  # not 0; at last: above 127
            before |= ((now ^ begun) >> 7) * (256 - left)
        held.append(before)
        gaps.append(now ^ high)
        begun, before = now, column
    if gaps[0] == high:
        return columns[0]
    held.append(before)
    gaps.append(0)
    return _without_gaps(held, gaps, ones, count) if any(gaps) else _by_rows(held, count)


def _first_needed(columns: Sequence[bytes]) -> int:
    """Which column is the first that is not all zeros, or the last one."""
    zeros = bytes(len(columns[0]))
    return next((at for at, column in enumerate(columns) if column != zeros), len(columns) - 1)


def _without_gaps(held: Sequence[int], gaps: Sequence[int], ones: int, count: int) -> bytes:
    """The columns row by row, less the gaps.

    Python deletes a byte wherever it stands, and here each may stand for itself. So it is done for the lower
    seven bits of all and again for the highest ones, which leaves a value for the gaps, the same in both.
    """
    low = ones * 0x7F
    lower = _by_rows([number & low | gap for number, gap in zip(held, gaps, strict=True)], count)
    upper = _by_rows([number >> 7 & ones | gap for number, gap in zip(held, gaps, strict=True)], count)
    lower, upper = lower.translate(None, _GAP), upper.translate(None, _GAP)
    whole = int.from_bytes(lower, "little") | int.from_bytes(upper, "little") << 7
    return whole.to_bytes(len(lower), "little")


def _by_rows(columns: Sequence[int], count: int) -> bytes:
    rows = bytearray(len(columns) * count)
    for at, column in enumerate(columns):
        rows[at :: len(columns)] = column.to_bytes(count, "little")
    return bytes(rows)
