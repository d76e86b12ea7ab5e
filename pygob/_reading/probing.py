"""Whether a dict of many keys would be slow to make, because somebody chose them so.

Python hashes a number to itself, and a dict tries the slots of its table in an order that follows
from the hash alone. So numbers can be chosen of which each goes past all those before it, and a
dict of them takes time with the square of their count. What a dict would do is done here first,
on the hashes, and given up as soon as it takes too long.

Source: CPython's Objects/dictobject.c, `lookdict` and `insertion_resize`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

# Tables up to this size are filled fast enough whatever the keys.
SMALL_TABLE = 1 << 14
# A dict of at most so many keys has such a table.
FEW_KEYS = SMALL_TABLE * 2 // 3
# How many slots a key may go past on average. Multiples of powers of two, the worst that are not
# chosen for it, go past 25.
SLOTS_PASSED = 40

_UNSIGNED = (1 << 64) - 1


def is_slow_dict(hashes: Sequence[int]) -> bool:
    """Whether keys with these hashes, put into a dict one by one, would pass too many slots.

    Keys with one hash are taken for the same key.
    """
    size = SMALL_TABLE
    while len(hashes) > size * 2 // 3:  # of each table the dict grows through, as all of them are filled anew
        size *= 2
        if _is_slow_table(hashes, size):
            return True
    return False


def _is_slow_table(hashes: Sequence[int], size: int) -> bool:
    """Whether a table is slow to fill up to where a dict changes to a larger one."""
    table: list[int | None] = [None] * size
    mask = size - 1
    room = size * 2 // 3
    left = SLOTS_PASSED * min(room, len(hashes))
    rest = iter(hashes)
    while part := list(islice(rest, room)):
        for code in part:
            slot = code & mask
            found = table[slot]
            if found is None:
                table[slot] = code
                room -= 1
            elif found != code:
                perturb = code & _UNSIGNED
                while found is not None and found != code:
                    perturb >>= 5
                    slot = (5 * slot + perturb + 1) & mask
                    found = table[slot]
                    left -= 1
                if left < 0:
                    return True
                if found is None:
                    table[slot] = code
                    room -= 1
    return False
