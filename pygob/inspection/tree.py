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
from pygob.inspection._wording import bytes_shown, count, opaque_shown, payload_shown, text_shown
from pygob.values import Interface, Opaque, struct_values

#: How many numbers of a slice are shown, unless all are.
SHOWN_NUMBERS = 6
#: Longer texts are cut, unless all is shown.
SHOWN_CHARACTERS = 200

_INDENT = "  "
_NUMBERS = frozenset({"bool", "int", "uint", "float", "complex"})

# What is left to show: depth, what stands before the value, the value, its type, and the name that an
# interface has for the type.
_Item = tuple[int, str, Any, types.Type, str]
_Part = tuple[str, Any, types.Type, str]


def tree(
    value: Any,
    described: types.Type,
    *,
    numbers: int | None = SHOWN_NUMBERS,
    characters: int | None = SHOWN_CHARACTERS,
) -> Iterator[str]:
    """A decoded value as lines, parts indented below what they are part of.

    Args:
        value: The value, as the decoder gave it.
        described: Its type.
        numbers: How many numbers of a slice or an array are shown; all for None.
        characters: How many characters of a text, and a quarter as many bytes; all for None.
    """
    branches = _Branches(numbers, characters)
    pending: list[_Item] = [(0, "", value, described, "")]
    while pending:
        depth, label, value, described, name = pending.pop()
        line, parts = branches.of(value, types.strip_pointers(described), name)
        yield f"{_INDENT * depth}{label}{line}"
        pending.extend((depth + 1, f"{label}: ", *part) for label, *part in reversed(list(parts)))


class _Branches:
    """The line of one value, and its parts with their labels."""

    def __init__(self, numbers: int | None, characters: int | None) -> None:
        self._numbers = numbers
        self._characters = characters
        self._bytes = None if characters is None else characters // 4

    def of(self, value: Any, described: types.Type, name: str) -> tuple[str, Iterable[_Part]]:
        """The line and the parts of a value."""
        match described:
            case types.Struct():
                return self._struct(value, described)
            case types.Map():
                return self._map(value, described)
            case types.Slice() | types.Array() if not types.is_bytes(described):
                return self._sequence(value, described)
            case _ if described.kind == "interface":
                return self._interface(value)
            case _:
                return self._leaf(value, described, name), ()

    def _interface(self, value: Any) -> tuple[str, Iterable[_Part]]:
        """What it holds, behind the name that Go registered for the type."""
        if not isinstance(value, Interface) or value.type is None:
            return "nil", ()
        name = text_shown(value.name, None)[1:-1]
        held = types.strip_pointers(value.type)
        if held.kind == "interface":  # no Go program sends one, and a stream may nest many
            return name, [("interface", value.value, held, "")]
        if isinstance(value.value, Opaque):
            return f"{name} {payload_shown(value.value, self._bytes, value.name)}".lstrip(), ()
        line, parts = self.of(value.value, held, value.name)
        if name and isinstance(held, types.Struct):
            return f"{name}{line.removeprefix(held.name or 'struct')}", parts
        return f"{name} {line}".lstrip(), parts

    def _struct(self, value: Any, described: types.Struct) -> tuple[str, Iterable[_Part]]:
        title = described.name or "struct"
        if value is None:
            return f"{title}, not read", ()
        parts = [(*described.fields[number], part) for number, part in struct_values(value).items()]
        return (title if parts else f"{title}, all zero"), [
            (name, part, kind, "") for name, kind, part in parts
        ]

    def _map(self, value: Any, described: types.Map) -> tuple[str, Iterable[_Part]]:
        text = described.short_text()
        if value is None:
            return f"{text}, nil", ()
        entries = list(value.items()) if isinstance(value, dict) else list(value)
        title = _titled(text, len(entries), "entry")
        parts: list[_Part] = []
        for key, elem in entries:
            inside, kind = (key.value, key.type) if isinstance(key, Interface) else (key, described.key)
            if kind is not None and (kind.kind in _NUMBERS or kind.kind == "string"):
                parts.append((self._leaf(inside, kind, ""), elem, described.elem, ""))
            else:
                parts += [("key", key, described.key, ""), ("value", elem, described.elem, "")]
        return title, parts

    def _sequence(
        self, value: Sequence[Any] | None, described: types.Slice | types.Array
    ) -> tuple[str, Iterable[_Part]]:
        items = value if value is not None else ()
        title = _titled(described.short_text(), len(items), "element")
        if described.elem.kind not in _NUMBERS:
            return title, [(f"[{index}]", item, described.elem, "") for index, item in enumerate(items)]
        if not len(items):
            return title, ()
        shown = items if self._numbers is None else items[: self._numbers]
        numbers = " ".join(self._leaf(item, described.elem, "") for item in shown)
        return f"{title}: {numbers}{' …' if len(shown) < len(items) else ''}", ()

    def _leaf(self, value: Any, described: types.Type, name: str) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case str():
                return text_shown(value, self._characters)
            case bytes():
                return bytes_shown(value, self._bytes)
            case Opaque():
                return opaque_shown(value, self._bytes, name)
            case None:
                return "nil"
            case complex():
                return str(value).replace("j", "i")
            case _:
                return (
                    f"{value:.6g}" if described.kind == "float" and self._numbers is not None else str(value)
                )


def _titled(text: str, number: int, noun: str) -> str:
    return f"{text}, {count(number, noun)}" if number else f"{text}, empty"
