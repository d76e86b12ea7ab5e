r"""A value as a tree of lines that a person reads.

    >>> import pygob
    >>> [value] = pygob.iter_values(pygob.dumps({"b": [1, 2], "a": []}, pygob.types.Map(
    ...     pygob.types.STRING, pygob.types.Slice(pygob.types.INT))))
    >>> print("\n".join(tree(value.value, value.type)))
    map[string][]int, 2 entries
      "b": []int, 2 elements: 1 2
      "a": []int, empty

A part stands below what it is part of, indented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pygob import types
from pygob._wording import bytes_shown, count, opaque_shown, text_shown
from pygob.values import Interface, Opaque, struct_values

#: How many numbers of a slice are shown, unless all are.
SHOWN_NUMBERS = 6
#: Longer texts are cut, unless all is shown.
SHOWN_CHARACTERS = 200

_INDENT = "  "
_NUMBERS = frozenset({"bool", "int", "uint", "float", "complex"})

# What is left to show: depth, what stands before the value, the value and its type.
_Item = tuple[int, str, Any, types.Type]


def tree(value: Any, described: types.Type, *, full: bool = False) -> Iterator[str]:
    """A decoded value as lines, parts indented below what they are part of.

    Args:
        value: The value, as the decoder gave it.
        described: Its type.
        full: Show every number and every character instead of the first ones.
    """
    pending: list[_Item] = [(0, "", value, described)]
    while pending:
        depth, label, value, described = pending.pop()
        described = types.strip_pointers(described)
        line, parts = _shown(value, described, full)
        yield f"{_INDENT * depth}{label}{line}"
        pending.extend((depth + 1, f"{name}: ", part, kind) for name, part, kind in reversed(list(parts)))


def _shown(
    value: Any, described: types.Type, full: bool
) -> tuple[str, Iterable[tuple[str, Any, types.Type]]]:
    """The line of a value, and its parts with their names."""
    match described:
        case types.Struct():
            title = described.name or "struct"
            if value is None:
                return f"{title}, not read", ()
            fields = struct_values(value)
            parts = [(described.fields[number][0], part, described.fields[number][1])
                     for number, part in fields.items()]  # fmt: skip
            return (title if parts else f"{title}, all zero"), parts
        case types.Map():
            text = described.short_text()
            if value is None:
                return f"{text}, nil", ()
            entries = list(value.items()) if isinstance(value, dict) else list(value)
            if described.key.kind in _NUMBERS or described.key.kind == "string":
                named = [(_leaf(key, described.key, full), elem, described.elem) for key, elem in entries]
                return _titled(text, len(entries), "entry"), named
            pairs = [part for key, elem in entries
                     for part in (("key", key, described.key), ("value", elem, described.elem))]  # fmt: skip
            return _titled(text, len(entries), "entry"), pairs
        case types.Slice() | types.Array() if not types.is_bytes(described):
            return _sequence(value, described, full)
        case _ if described.kind == "interface":
            return _interface(value)
        case _:
            return _leaf(value, described, full), ()


def _sequence(
    value: Sequence[Any] | None, described: types.Slice | types.Array, full: bool
) -> tuple[str, Iterable[tuple[str, Any, types.Type]]]:
    text = described.short_text()
    items = value if value is not None else ()
    title = _titled(text, len(items), "element")
    if described.elem.kind not in _NUMBERS:
        return title, [(f"[{index}]", item, described.elem) for index, item in enumerate(items)]
    if not len(items):
        return title, ()
    shown = items if full else items[:SHOWN_NUMBERS]
    numbers = " ".join(_leaf(item, described.elem, full) for item in shown)
    return f"{title}: {numbers}{' …' if len(shown) < len(items) else ''}", ()


def _interface(value: Any) -> tuple[str, Iterable[tuple[str, Any, types.Type]]]:
    if not isinstance(value, Interface) or value.type is None:
        return "nil", ()
    return "interface", [(value.name, value.value, value.type)]


def _titled(text: str, number: int, noun: str) -> str:
    return f"{text}, {count(number, noun)}" if number else f"{text}, empty"


def _leaf(value: Any, described: types.Type, full: bool) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text_shown(value, None if full else SHOWN_CHARACTERS)
        case bytes():
            return bytes_shown(value, None if full else SHOWN_CHARACTERS // 4)
        case Opaque():
            return opaque_shown(value, None if full else SHOWN_CHARACTERS // 4)
        case None:
            return "nil"
        case _:
            return f"{value:.6g}" if described.kind == "float" and not full else str(value)
