"""Which types the keys of a Go map may have: those whose values Go compares.

Source of the rules: The Go Programming Language Specification, "Map types" and "Comparison operators".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from pygob import types
from pygob.errors import GobEncodeError

# The step that leads to a type, and the place of what holds it: linked, as types may nest deep.
_Place: TypeAlias = "tuple[str, _Place] | None"


def refuse_impossible_keys(root: types.Type) -> None:
    """Refuse a type with a map, anywhere in it, that no Go program can have.

    Types that a stream defined are left as they are: their values may be written as they came, and
    a stream does not say where its pointers were, which Go does compare.

    Raises:
        GobEncodeError: There is one; its path leads from inside of `root` to the map.
    """
    pending: list[tuple[types.Type, _Place]] = [(root, None)]
    seen: set[types.Type] = set()
    while pending:
        described, place = pending.pop()
        base = types.strip_pointers(described)
        if base in seen or base.wire_name is not None:
            continue
        seen.add(base)
        if isinstance(base, types.Map) and (part := _incomparable(base.key)) is not None:
            error = GobEncodeError(_message(base.key, part))
            while place is not None:
                step, place = place
                error.enter(step)
            raise error
        pending.extend((part, (step, place)) for step, part in _steps(base))


def _message(key: types.Type, part: types.Type) -> str:
    holds = "" if part is key else f", which holds {part.short_text()}"
    return (
        f"Go maps have no keys of {key.short_text()}{holds}; "
        "give keys of texts, numbers, or arrays and structs of these"
    )


def _incomparable(key: types.Type) -> types.Type | None:
    """What of a key Go cannot compare."""
    pending = [key]
    seen: set[types.Type] = set()
    while pending:
        part = pending.pop()
        if part in seen or part.wire_name is not None:
            continue
        seen.add(part)
        if isinstance(part, types.Slice | types.Map) or types.is_bytes(part):
            return part
        if isinstance(part, types.Struct | types.Array):  # pointers compare, whatever they point to
            pending.extend(reversed(list(part.children())))
    return None


def _steps(described: types.Type) -> Iterator[tuple[str, types.Type]]:
    """The types that one is made of, each with the step of a path that leads to it."""
    match described:
        case types.Struct():
            for name, part in described.fields:
                yield f".{name}", part
        case types.Map():
            yield "[key]", described.key
            yield "[]", described.elem
        case types.Slice() | types.Array():
            yield "[]", described.elem
