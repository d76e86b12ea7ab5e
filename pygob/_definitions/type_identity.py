"""What makes two types that streams defined one type, whichever stream each came from.

A stream is read into types of its own. Values of several streams, or pickled ones, that are written into
one are of one Go type all the same where name and structure are: their types have one identity.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from pygob import types
from pygob._definitions.type_pairs import all_agree

# Types that refer to each other are told apart by what is that many steps from them, and no further:
# a bound for hostile ones.
MAX_STEPS = 16


def identity_of(described: types.Type) -> Hashable:
    """What is equal for types that streams defined by one name and structure.

    Time is linear in the number of types it is made of, and it is kept with each of them.
    """
    if described.identity is None:
        for component in _components(described):
            _identify(component)
    identity: Hashable = described.identity
    return identity


def is_alike(one: types.Type, other: types.Type) -> bool:
    """Whether two descriptions say the same: names, kinds, fields, lengths and all parts."""
    return all_agree(one, other, _is_named_alike)


def _is_named_alike(one: types.Type, other: types.Type) -> bool:
    return (one.package, one.name, *_head(one)) == (other.package, other.name, *_head(other))


def _identify(component: list[types.Type]) -> None:
    """Find the identities of types that are made of each other, when those of all other parts are known."""
    if any(part.identity is part for each in component for part in each.children()):
        for each in component:
            each.identity = each  # a part is like itself alone
        return
    colours = {each: _digest(each, {}) for each in component}
    if len(component) == 1 and component[0] not in component[0].children():
        component[0].identity = colours[component[0]]
        return
    # Types that refer to each other: what one is depends on the others. So they are told apart step by
    # step, by what their parts are so far, until that tells no more of them apart.
    for _ in range(MAX_STEPS):
        refined = {each: _digest(each, colours) for each in component}
        if len(set(refined.values())) == len(set(colours.values())):
            whole = sorted({(colours[each], refined[each]) for each in component})
            for each in component:
                each.identity = _hashed((refined[each], whole))
            return
        colours = refined
    for each in component:
        each.identity = each


def _digest(described: types.Type, colours: dict[types.Type, bytes]) -> bytes:
    """A type as far as its parts are known: those given, and those with an identity."""
    parts = [
        part.id if isinstance(part, types.Basic) else colours.get(part, part.identity)
        for part in described.children()
    ]
    return _hashed((_head(described), parts))


def _hashed(what: object) -> bytes:
    from hashlib import blake2b  # only for those who write what they have read

    return blake2b(repr(what).encode(), digest_size=16).digest()


def _head(described: types.Type) -> tuple[object, ...]:
    """What a type is but for the types that it is made of."""
    own: object = None
    match described:
        case types.Struct():
            own = [name for name, _ in described.fields]
        case types.Array():
            own = described.length
        case types.Opaque():
            own = described.marshaler
    return described.kind, described.wire_name, described.rank, own


def _unknown_parts(described: types.Type) -> Iterable[types.Type]:
    return (
        part for part in described.children() if not isinstance(part, types.Basic) and part.identity is None
    )


def _components(root: types.Type) -> Iterator[list[types.Type]]:
    """The types without an identity that a type is made of, each with those that it is itself a part of.

    What others are made of comes first.

    Source: Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion.
    """
    numbers = {root: 0}
    lowest = {root: 0}
    waiting = {root: None}  # a dictionary for its order
    walk = [(root, iter(_unknown_parts(root)))]
    while walk:
        described, parts = walk[-1]
        for part in parts:
            if part not in numbers:
                numbers[part] = lowest[part] = len(numbers)
                waiting[part] = None
                walk.append((part, iter(_unknown_parts(part))))
                break
            if part in waiting:
                lowest[described] = min(lowest[described], numbers[part])
        else:
            walk.pop()
            if walk:
                parent = walk[-1][0]
                lowest[parent] = min(lowest[parent], lowest[described])
            if lowest[described] == numbers[described]:
                component: list[types.Type] = []
                while not component or component[-1] is not described:
                    component.append(waiting.popitem()[0])
                yield component
