"""Which elements of two lists belong together, when some were put in or taken out.

Whatever is the same at both ends belongs together; between, whatever is there once in each list and in the
same order (patience diff); what is left goes by its place. So the cost is near linear in the lengths.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise

Pair = tuple[int | None, int | None]

# How often a stretch between two that belong together is looked at again.
_MOST_ROUNDS = 8


def aligned(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Pair]:
    """Yield the indexes of both lists, each once and in order; `None` where the other list has nothing."""
    pending = [(0, len(old), 0, len(new), _MOST_ROUNDS)]
    while pending:
        start, end, new_start, new_end, rounds = pending.pop()
        if rounds < 0:  # a pair that was found
            yield start, new_start
            continue
        while start < end and new_start < new_end and old[start] == new[new_start]:
            yield start, new_start
            start, new_start = start + 1, new_start + 1
        tail = 0
        while (
            start < end - tail
            and new_start < new_end - tail
            and old[end - tail - 1] == new[new_end - tail - 1]
        ):
            tail += 1
        end, new_end = end - tail, new_end - tail
        pending.extend((end + n, 0, new_end + n, 0, -1) for n in reversed(range(tail)))
        anchors = _anchors(old[start:end], new[new_start:new_end]) if rounds else []
        if not anchors:
            yield from _by_place(range(start, end), range(new_start, new_end))
            continue
        found = [(start + one, new_start + other) for one, other in anchors]
        edges = [(start - 1, new_start - 1), *found, (end, new_end)]
        stretches = []
        for (one, other), (next_one, next_other) in pairwise(edges):
            stretches.append((one + 1, next_one, other + 1, next_other, rounds - 1))
            if next_one < end:
                stretches.append((next_one, 0, next_other, 0, -1))
        pending.extend(reversed(stretches))


def _by_place(old: range, new: range) -> Iterator[Pair]:
    yield from zip(old, new, strict=False)
    yield from ((number, None) for number in old[len(new) :])
    yield from ((None, number) for number in new[len(old) :])


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The longest row of what is there once in each list, in the order of both."""
    once = {each for each, number in Counter(old).items() if number == 1}
    once &= {each for each, number in Counter(new).items() if number == 1}
    places = {each: number for number, each in enumerate(old) if each in once}
    candidates = [(places[each], number) for number, each in enumerate(new) if each in once]
    ends: list[int] = []  # of the rows of each length so far, the least index in `old` that one ends with
    rows: list[int] = []  # the candidate that is this end
    before: list[int | None] = []
    for number, (index, _) in enumerate(candidates):
        length = bisect_left(ends, index)
        before.append(rows[length - 1] if length else None)
        ends[length : length + 1] = [index]
        rows[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    at: int | None = rows[-1] if rows else None
    while at is not None:
        row.append(candidates[at])
        at = before[at]
    return row[::-1]
