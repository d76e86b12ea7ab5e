r"""Dataclasses for the types of a stream, as a module ready to use.

>>> import pygob
>>> from pygob import types
>>> from pygob.inspection.python_source import python_source
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
from pygob.inspection._type_names import TypeNames, reachable, rings

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
_IMPORTED = ("Annotated", "Interface", "Opaque", "dataclass", "field", "go_type", "types", "annotations")
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
        ValueError: A type nests too deep for an annotation.
    """
    source = _Source(list(roots))
    classes = [source.lines(each) for each in source.structs]
    body = [line for lines in classes for line in ("", "", *lines)]
    annotations = ", ".join(source.annotation(each) for each in values)
    definitions = source.definitions()
    body += ["", "", *definitions] if definitions else []
    used = "\n".join(body)
    yield "from __future__ import annotations"
    if classes:
        yield from ("", f"from dataclasses import dataclass{', field' if 'field(' in used else ''}")
    if "Annotated[" in used:
        yield "from typing import Annotated"
    own = [name for name in ("Interface", "Opaque", "types") if re.search(rf"\b{name}\b", used)]
    if own:
        yield from ("", f"from pygob import {', '.join(own)}")
    if "go_type(" in used:
        yield "from pygob.binding import go_type"
    yield from body
    if not all(isinstance(each, types.Struct) for each in values):
        yield from ("", f"# The values of the stream: {annotations}.")


def _quoted(text: str) -> str:
    return f'"{text}"' if _PLAIN.fullmatch(text) else repr(text)


class _Source:
    def __init__(self, roots: Sequence[types.Type]) -> None:
        self._types = list(reachable(roots))
        found = rings(roots)
        self._names = TypeNames(roots, [*_IMPORTED, *dir(builtins), *keyword.kwlist], found)
        self.structs = [each for each in self._names.order if isinstance(each, types.Struct)]
        # Slices, arrays and maps that no annotation can say, by their names.
        self._defined = {each: self._names[each] for each in self._names.order if each in found}
        as_keys = [each.key for each in self._types if isinstance(each, types.Map)]
        self._in_keys = set(reachable(as_keys))

    def annotation(self, described: types.Type) -> str:
        """A type as an annotation, of a value that is there."""
        return self._part(described, 0)

    def lines(self, described: types.Struct) -> list[str]:
        """The class of a struct."""
        name = self._names[described]
        frozen = "(frozen=True)" if described in self._in_keys else ""
        lines = [f"@dataclass{frozen}", f"class {name}:"]
        if described.name and described.name != name:
            lines.append(f"    __gob_name__ = {_quoted(described.name)}")
        taken: set[str] = set()
        for number, (field_name, kind) in enumerate(described.fields):
            lines.append(f"    {self._field(field_name, number, kind, taken)}")
        return lines if len(lines) > 2 else [*lines, "    pass"]

    def definitions(self) -> list[str]:
        """The types that annotations name: made first, then given their parts, in which they may be again."""
        made = [f"{name} = {_empty(described, name)}" for described, name in self._defined.items()]
        filled = [
            f"{name}.{part} = {self._expression(kind)}"
            for described, name in self._defined.items()
            for part, kind in zip(("elem", "key"), reversed(list(described.children())), strict=False)
        ]
        return made + filled

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
            raise ValueError(f"{described.short_text()} nests too deep for an annotation")
        if described in self._defined:
            return self._of_defined(described)
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
        elem = described.elem
        if isinstance(elem, types.Basic | types.Opaque):
            return _Kind(f"Annotated[tuple | None, {self._expression(described)}]", "None")
        self._defined[described] = self._names.free(described.name if described.is_declared else "Array")
        return self._of_defined(described)

    def _of_defined(self, described: types.Type) -> _Kind:
        name = self._defined[described]
        match described:
            case types.Slice():
                return _Kind(f"Annotated[list, {name}]", "list", is_made=True)
            case types.Map():
                return _Kind(f"Annotated[dict | None, {name}]", "None")
        return _Kind(f"Annotated[tuple | None, {name}]", "None")

    def _expression(self, described: types.Type, depth: int = 0) -> str:
        """A type as the expression that makes it, where all definitions are made."""
        if depth > _MOST_LEVELS:
            raise ValueError(f"{described.short_text()} nests too deep for an annotation")
        if described in self._defined:
            return self._defined[described]
        parts = ", ".join(self._expression(each, depth + 1) for each in _inside(described))
        match described:
            case types.Basic():
                return f"types.{described.kind.upper()}"
            case types.Array():
                return f"types.Array({described.length}, {parts})"
            case types.Slice():
                return f"types.Slice({parts})"
            case types.Map():
                return f"types.Map({parts})"
            case types.Opaque():
                return f'types.Opaque({_quoted(described.name)}, "{described.marshaler}")'
        return f"go_type({self._names[described]})"


def _inside(described: types.Type) -> Iterable[types.Type]:
    return () if isinstance(described, types.Struct) else described.children()


def _empty(described: types.Type, name: str) -> str:
    """A slice, an array or a map that is given its parts later, as the expression that makes it."""
    length = f"{described.length}, " if isinstance(described, types.Array) else ""
    own = described.name if described.is_declared else name
    return f"types.{type(described).__name__}({length}name={_quoted(own)})"
