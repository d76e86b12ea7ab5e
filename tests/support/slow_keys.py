"""Numbers chosen so that Python's dict of them takes time with the square of their count."""

from __future__ import annotations

import random


def slow_keys(slots: int = 1 << 15) -> list[int]:
    """As many numbers as a dict holds in a table of so many slots, a power of two.

    The first ones take the slots that follow each other where a dict goes from one to the next; of the
    rest every slot that is tried is one of those, so each goes past nearly all before it.
    """
    mask = slots - 1
    places: dict[int, int] = {}
    slot = 1
    while len(places) < slots * 45 // 100:
        places[slot] = len(places)
        slot = (5 * slot + 1) & mask
    keys = dict.fromkeys(places)
    rng = random.Random(1)
    while len(keys) < slots * 2 // 3:
        key = perturb = rng.getrandbits(28)
        slot = key & mask
        while slot in places and perturb:
            perturb >>= 5
            slot = (5 * slot + perturb + 1) & mask
        if not perturb and places.get(slot, slots) < len(places) // 4:
            keys[key] = None
    return list(keys)
