"""Two descriptions of types side by side, with all that they are made of."""

from __future__ import annotations

from collections.abc import Callable

from pygob import types


def all_agree(one: types.Type, other: types.Type, agree: Callable[[types.Type, types.Type], bool]) -> bool:
    """Whether two types agree, and every two that lie at one place in them; they may be recursive.

    Args:
        one: A type.
        other: A type.
        agree: Whether two types agree but for those that they are made of, of which they then have as many.
    """
    pending = [(one, other)]
    seen: set[tuple[types.Type, types.Type]] = set()
    while pending:
        mine, yours = pair = pending.pop()
        if mine is yours or pair in seen:
            continue
        seen.add(pair)
        if not agree(mine, yours):
            return False
        pending.extend(zip(mine.children(), yours.children(), strict=True))
    return True
