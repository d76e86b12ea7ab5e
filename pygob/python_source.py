r"""Dataclasses for the types of a stream, as a module ready to use.

>>> import pygob
>>> from pygob import types
>>> from pygob.python_source import python_source
>>> point = types.Struct("Point", {"X": types.INT, "Tags": types.Slice(types.STRING)})
>>> [found] = pygob.iter_values(pygob.dumps({"X": 1}, point))
>>> print("\n".join(list(python_source([found.type]))[-4:]))
@dataclass
class Point:
    X: int = 0
    Tags: list[str] = field(default_factory=list)
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pygob import types
from pygob._type_names import TypeNames

_SCALARS = {
    "bool": ("bool", "False"),
    "int": ("int", "0"),
    "uint": ("Annotated[int, types.UINT]", "0"),
    "float": ("float", "0.0"),
    "complex": ("complex", "0j"),
    "string": ("str", '""'),
    "bytes": ("bytes", 'b""'),
    "interface": ("Interface | None", "None"),
}
_PLAIN = re.compile(r"[\w.]*", re.ASCII)
_IMPORTED = ("Annotated", "Interface", "Opaque", "dataclass", "field", "types", "annotations")
# An array of more elements is written as what it is to gob.
_MOST_ELEMENTS = 8
_MOST_LEVELS = 40


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type in Python: its annotation, and the default of a field, as a value or as what makes one."""

    annotation: str
    default: str
    is_made: bool = False


def python_source(roots: Iterable[types.Type], *, values: Sequence[types.Type] = ()) -> Iterator[str]:
    """Yield the lines of a module with a dataclass for every struct.

    What is not on the wire is not known: sizes of numbers, and which fields are pointers. Types that
    marshal themselves are `Opaque`.

    Args:
        roots: The types of values, as a stream defines them.
        values: Those of them that the values are of. Where not all are structs, a comment lists them.

    Raises:
        ValueError: A type cannot be said in Python: one that holds itself without a struct between, or a
            long array of structs.
    """
    roots = list(roots)
    names = TypeNames(roots, [*_IMPORTED, *dir(builtins), *keyword.kwlist])
    source = _Source(names)
    classes = [source.lines(each) for each in names.order if isinstance(each, types.Struct)]
    body = [line for lines in classes for line in ("", "", *lines)]
    used = "\n".join(body)
    yield "from __future__ import annotations"
    if classes:
        yield from ("", f"from dataclasses import dataclass{', field' if 'field(' in used else ''}")
    if "Annotated[" in used:
        yield "from typing import Annotated"
    own = [name for name in ("Interface", "Opaque", "types") if re.search(rf"\b{name}\b", used)]
    if own:
        yield from ("", f"from pygob import {', '.join(own)}")
    yield from body
    if not all(isinstance(each, types.Struct) for each in values):
        annotations = ", ".join(source.annotation(each) for each in values)
        yield from ("", f"# The values of the stream: {annotations}.")


def _quoted(text: str) -> str:
    return f'"{text}"' if _PLAIN.fullmatch(text) else repr(text)


class _Source:
    def __init__(self, names: TypeNames) -> None:
        self._names = names
        self._keys: set[types.Type] = set()

    def annotation(self, described: types.Type) -> str:
        """A type as an annotation, of a value that is there."""
        return self._part(described, 0)

    def lines(self, described: types.Struct) -> list[str]:
        """The class of a struct."""
        name = self._names[described]
        frozen = "(frozen=True)" if described in self._as_keys() else ""
        lines = [f"@dataclass{frozen}", f"class {name}:"]
        if described.name and described.name != name:
            lines.append(f"    __gob_name__ = {_quoted(described.name)}")
        taken: set[str] = set()
        for number, (field_name, kind) in enumerate(described.fields):
            lines.append(f"    {self._field(field_name, number, kind, taken)}")
        return lines if len(lines) > 2 else [*lines, "    pass"]

    def _as_keys(self) -> set[types.Type]:
        if not self._keys:
            for described in self._names.order:
                for part in described.children():
                    if isinstance(part, types.Map):
                        self._keys.add(part.key)
        return self._keys

    def _field(self, name: str, number: int, described: types.Type, taken: set[str]) -> str:
        kind = self._kind(described, 0)
        attribute = name
        is_same = unicodedata.normalize("NFKC", name) == name  # as Python reads names
        is_own = name.isidentifier() and name[0].isupper() and is_same and not keyword.iskeyword(name)
        if not is_own or name in taken:
            attribute = f"field_{number}"
        taken.add(attribute)
        arguments = [f"default_factory={kind.default}" if kind.is_made else f"default={kind.default}"]
        if attribute != name:
            arguments.append(f'metadata={{"gob": {_quoted(name)}}}')
        is_plain = attribute == name and not kind.is_made
        default = kind.default if is_plain else f"field({', '.join(arguments)})"
        return f"{attribute}: {kind.annotation} = {default}"

    def _kind(self, described: types.Type, depth: int) -> _Kind:
        if depth > _MOST_LEVELS:
            raise ValueError(f"{described.short_text()} holds itself, or nests too deep for an annotation")
        match described:
            case types.Basic():
                return _Kind(*_SCALARS[described.kind])
            case types.Struct():
                return _Kind(f"{self._names[described]} | None", "None")
            case types.Slice():
                return _Kind(f"list[{self._part(described.elem, depth)}]", "list", is_made=True)
            case types.Map():
                key, elem = self._part(described.key, depth), self._part(described.elem, depth)
                return _Kind(f"dict[{key}, {elem}] | None", "None")
            case types.Array():
                return self._array(described, depth)
            case types.Opaque():
                kind = f'types.Opaque("{self._names[described]}", "{described.marshaler}")'
                return _Kind(f"Annotated[Opaque | None, {kind}]", "None")
        raise AssertionError(described)

    def _part(self, described: types.Type, depth: int) -> str:
        """The annotation of an element or a key, which is no nil pointer."""
        annotation = self._kind(described, depth + 1).annotation
        if described.kind == "interface":
            return annotation
        if annotation.startswith("Annotated["):
            return annotation.replace(" | None", "", 1)
        return annotation.removesuffix(" | None")

    def _array(self, described: types.Array, depth: int) -> _Kind:
        if 0 < described.length <= _MOST_ELEMENTS:
            parts = [self._part(described.elem, depth)] * described.length
            return _Kind(f"tuple[{', '.join(parts)}] | None", "None")
        return _Kind(f"Annotated[tuple | None, {_expression(described)}]", "None")


def _expression(described: types.Type) -> str:
    """A type as the expression that makes it."""
    match described:
        case types.Basic():
            return f"types.{described.kind.upper()}"
        case types.Array():
            return f"types.Array({described.length}, {_expression(described.elem)})"
        case types.Slice():
            return f"types.Slice({_expression(described.elem)})"
        case types.Map():
            return f"types.Map({_expression(described.key)}, {_expression(described.elem)})"
        case types.Opaque():
            return f'types.Opaque({_quoted(described.name)}, "{described.marshaler}")'
        case _:
            raise ValueError(f"an array of more than {_MOST_ELEMENTS} or of no {described.short_text()}")
