"""Values made of other values: how deep they nest, and how `copy` and `pickle` take them apart.

Python's own way follows a value by recursion. A deep one is taken apart into its containers, side by
side, and put together again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, TypeAlias

# Deeper values are pickled and deeply copied in a form without depth.
PICKLED_DEPTH = 16

SCALARS = frozenset((bool, int, float, complex, str, bytes))
_PLAIN_CONTAINERS = frozenset((list, tuple, dict))


class Compound:
    """A value of pygob's own that holds others; a subclass of it is copied as what it is."""

    __slots__ = ()

    def _parts(self) -> Iterable[Any]:
        """What it holds."""
        raise NotImplementedError

    def _head(self) -> Any:
        """What belongs to it beside that."""
        raise NotImplementedError

    @classmethod
    def _empty(cls, head: Any) -> Self:
        """One that holds nothing yet."""
        raise NotImplementedError

    def _fill(self, head: Any, parts: list[Any]) -> None:
        """Give it what it holds."""
        raise NotImplementedError

    def _made_from(self) -> tuple[Any, ...]:
        """What makes it, and of what, in the form of `__reduce__`."""
        raise NotImplementedError

    def __reduce__(self) -> tuple[Any, ...]:
        if nests_deeper(self, PICKLED_DEPTH):
            return _unflattened, (_flattened(self),)
        return self._made_from()


def nests_deeper(value: Any, levels: int) -> bool:
    """Whether a value has more levels of structs, interfaces, lists, tuples and dicts than given."""
    layer = [value]
    for left in range(levels, 0, -1):
        layer = list({id(part): part for item in layer for part in _parts_of(item)}.values())
        if SCALARS.issuperset(map(type, layer)):
            return bool(layer) and left < 2
    return True


def is_plain(values: list[Any] | tuple[Any, ...]) -> bool:
    """Whether a slice or an array, which is of one type, is one of numbers or texts."""
    return bool(values) and type(values[0]) in SCALARS and type(values[-1]) in SCALARS


def _parts_of(value: Any) -> Iterable[Any]:
    """What a value holds; nothing for a slice or an array of numbers or texts, however long."""
    match value:
        case Compound():
            return value._parts()
        case list() | tuple():
            return () if is_plain(value) else value
        case dict():
            return (*value, *value.values())
        case _:
            return ()


# One container without what it contains: its class, what else belongs to it, its parts where those
# are no containers, and by index the numbers of those that are.
_Node: TypeAlias = tuple[type, Any, list[Any], dict[int, int]]


def _flattened(root: Any) -> list[_Node]:
    """All containers of a value side by side, each after those it contains, `root` last."""
    order: list[Any] = []
    seen: set[int] = set()
    pending = [(root, False)]
    while pending:
        item, is_done = pending.pop()
        if is_done:
            order.append(item)
        elif id(item) not in seen and (isinstance(item, Compound) or type(item) in _PLAIN_CONTAINERS):
            seen.add(id(item))
            pending.append((item, True))
            pending.extend((part, False) for part in _parts_of(item))
    numbers = {id(item): number for number, item in enumerate(order)}
    return [_node(item, numbers) for item in order]


def _node(value: Any, numbers: dict[int, int]) -> _Node:
    head = value._head() if isinstance(value, Compound) else None
    parts = list(value) if isinstance(value, list | tuple) else list(_parts_of(value))
    links = {index: numbers[id(part)] for index, part in enumerate(parts) if id(part) in numbers}
    return type(value), head, [None if n in links else part for n, part in enumerate(parts)], links


def _unflattened(nodes: list[_Node]) -> Any:
    """The value that was flattened."""
    made = [kind._empty(head) if issubclass(kind, Compound) else kind() for kind, head, _, _ in nodes]
    # Tuples first, since they are made whole and anything may hold them. What they hold comes before.
    for number, (kind, _, leaves, links) in enumerate(nodes):
        if kind is tuple:
            made[number] = tuple(made[links[n]] if n in links else leaf for n, leaf in enumerate(leaves))
    held = [
        [made[links[n]] if n in links else leaf for n, leaf in enumerate(leaves)]
        for *_, leaves, links in nodes
    ]
    for item, (_, head, _, _), parts in zip(made, nodes, held, strict=True):
        match item:
            case Compound():
                item._fill(head, parts)
            case list():
                item += parts
            case dict():
                item.update(zip(parts[: len(parts) // 2], parts[len(parts) // 2 :], strict=True))
    return made[-1]
