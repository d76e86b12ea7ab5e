"""What a map becomes: a dict, or `Pairs` where its keys are none that a dict holds in reasonable time."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pygob._compound import nests_deeper
from pygob._reading.probing import FEW_KEYS, is_slow_dict
from pygob.values import Pairs

# Deeper keys are not hashed.
MAX_KEY_DEPTH = 32
# Keys with one hash that a dict may hold; more are a hostile stream's doing.
MAX_COLLISIONS = 32
# Kinds of which nobody can choose values by their hashes: Python keeps those of texts secret.
SAFE_KEYS = frozenset(("bool", "string", "bytes"))
# Kinds whose values can be chosen by their hashes, but no more than a few have the same one.
NUMBER_KEYS = frozenset(("int", "uint", "float"))
# Kinds whose values may have nothing but numbers in their hashes; structs and interfaces have names.
PARTS_OF_NUMBERS = frozenset(("complex", "array"))


def map_of(entries: list[tuple[Any, Any]], kind: str, height: int | None) -> dict[Any, Any] | Pairs:
    """The map of these keys and elements; of a key sent twice the last element.

    Args:
        entries: The keys and elements.
        kind: The kind of the keys.
        height: How many levels the keys can nest, or `None` when their type does not say.
    """
    if kind in SAFE_KEYS:
        return dict(entries)
    if kind in NUMBER_KEYS:
        is_slow = len(entries) > FEW_KEYS and is_slow_dict([hash(key) for key, _ in entries])
        return Pairs(entries) if is_slow else dict(entries)
    # Python hashes by recursion, tuples without a limit.
    is_deep = height is None or height >= MAX_KEY_DEPTH
    if is_deep and any(nests_deeper(key, MAX_KEY_DEPTH) for key, _ in entries):
        return Pairs(entries)
    return _guarded_dict(entries, kind)


def _guarded_dict(entries: list[tuple[Any, Any]], kind: str) -> dict[Any, Any] | Pairs:
    """A dict of keys that may all have one hash, or `Pairs` where too many have."""
    try:
        if len(entries) <= MAX_COLLISIONS:
            return dict(entries)
        hashes = [hash(key) for key, _ in entries]
    except TypeError:  # a key that Python cannot hash
        return Pairs(entries)
    if kind in PARTS_OF_NUMBERS and len(entries) > FEW_KEYS and is_slow_dict(hashes):
        return Pairs(entries)
    codes = Counter(hashes)
    if max(codes.values()) <= MAX_COLLISIONS:
        return dict(entries)
    result: dict[Any, Any] = {}
    collisions: Counter[int] = Counter()
    for key, elem in entries:
        size = len(result)
        result[key] = elem
        if len(result) > size:  # not one key again and again
            code = hash(key)
            collisions[code] += 1
            if collisions[code] > MAX_COLLISIONS:
                return Pairs(entries)
    return result
