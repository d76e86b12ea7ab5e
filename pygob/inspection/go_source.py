r"""Go source for the types of a stream: declarations that compile, and decode it.

>>> import pygob
>>> from pygob import types
>>> from pygob.inspection.go_source import go_source
>>> point = types.Struct("Point", {"X": types.INT, "At": types.Opaque("Time", "gob")})
>>> [found] = pygob.iter_values(pygob.dumps({"X": 1}, point))
>>> print("\n".join(go_source([found.type])))
package main
<BLANKLINE>
import "time"
<BLANKLINE>
type Point struct {
    X  int
    At time.Time
}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pygob import types
from pygob.binding.inference import registered_type
from pygob.inspection._go_text import is_literal, is_own
from pygob.inspection._type_names import TypeNames, edges_back, reachable, rings

# Words that are no names for types: Go's own, those of a program's functions, and packages.
_KEYWORDS = re.findall(
    r"\w+",
    "break default func interface select case defer go map struct chan else goto package switch const"
    " fallthrough if range type continue for import return var string error any main init"
    " gob time big netip url",
)
#: Types that marshal themselves and are known by their name: where they are from.
_KNOWN = {
    ("Time", "gob"): ("time", "time.Time"),
    ("Int", "gob"): ("math/big", "*big.Int"),
    ("Rat", "gob"): ("math/big", "*big.Rat"),
    ("Float", "gob"): ("math/big", "*big.Float"),
    ("Addr", "binary"): ("net/netip", "netip.Addr"),
    ("AddrPort", "binary"): ("net/netip", "netip.AddrPort"),
    ("Prefix", "binary"): ("net/netip", "netip.Prefix"),
    ("URL", "binary"): ("net/url", "*url.URL"),
}
_METHODS = {
    "gob": ("GobEncode", "GobDecode"),
    "binary": ("MarshalBinary", "UnmarshalBinary"),
    "text": ("MarshalText", "UnmarshalText"),
}
_MOST_PIECES = 200
_BASIC_TEXTS = {"bytes": "[]byte", "interface": "interface{}"}


def go_source(
    roots: Iterable[types.Type],
    *,
    values: Sequence[types.Type] = (),
    interfaces: Mapping[str, types.Type] | None = None,
    package: str = "main",
) -> Iterator[str]:
    """Yield the lines of a Go file that declares the types.

    What is not on the wire is not known: sizes of most numbers, and what is a pointer. Of a type that
    marshals itself and is not known by name, a stand-in keeps the bytes.

    Args:
        roots: The types of values, as a stream defines them.
        values: Those of them that the values are of. Where not all are structs, a comment lists them.
        interfaces: The types that interfaces hold, by the names that Go sends with them: the file
            registers them.
        package: The name of the package.

    Raises:
        ValueError: A type nests too deep.
    """
    roots = list(roots)
    source = _Source([*roots, *(interfaces or {}).values()])
    declarations = source.declarations()
    registrations = source.registrations(interfaces or {})
    texts = source.texts(values)
    yield f"package {package}"
    if source.imports:
        yield ""
        if len(source.imports) == 1:
            yield f'import "{min(source.imports)}"'
        else:
            yield from ("import (", *(f'\t"{name}"' for name in sorted(source.imports)), ")")
    yield from declarations
    yield from registrations
    if texts:
        yield from ("", f"// The values of the stream: {', '.join(texts)}.")


class _Source:
    def __init__(self, roots: Sequence[types.Type]) -> None:
        self._types = list(reachable(roots))
        self._names = TypeNames(roots, [*_KEYWORDS, *types.BASICS], rings(roots))
        # A struct that holds itself does so by a pointer somewhere.
        self._pointers = edges_back(self._types, _held_by_value)
        self.imports: set[str] = set()

    def declarations(self) -> list[str]:
        """The types that need a declaration, each after an empty line."""
        return [line for each in self._types for line in self._lines(each)]

    def _lines(self, described: types.Type) -> list[str]:
        match described:
            case types.Struct():
                return ["", *self._struct(described)]
            case types.Opaque():
                return ["", *self._stand_in(described)] if _known(described) is None else []
            case _ if described in self._names:
                return ["", f"type {self._names[described]} {self._literal(described)}"]
        return []

    def texts(self, values: Sequence[types.Type]) -> list[str]:
        """What each value is, where not all are structs; imports nothing."""
        if all(isinstance(each, types.Struct) for each in values):
            return []
        imports = set(self.imports)
        found = [self._text(each) for each in values]
        self.imports = imports
        return found

    def registrations(self, interfaces: Mapping[str, types.Type]) -> list[str]:
        """The function that registers what interfaces hold, except for Go's own types, which gob knows."""
        declared: list[str] = []
        calls: list[str] = []
        taken: set[str] = set()
        for name, described in interfaces.items():
            if registered_type(name) is not None:
                continue
            text = self._registered_text(name, described)
            is_own = described in self._names or is_literal(name) or isinstance(described, types.Opaque)
            if text in taken or not is_own:  # gob knows one name for a type
                own = self._names.free(name.rpartition(".")[2])
                declared += ["", f"type {own} {text}"]
                text = own
            taken.add(text)
            value = f"{text}{{}}" if isinstance(described, types.Struct) else f"*new({text})"
            value = f"(*{text})(nil)" if name.startswith("*") else value
            calls.append(f"\tgob.RegisterName({_quoted(name)}, {value})")
        if not calls:
            return []
        self.imports.add("encoding/gob")
        return [*declared, "", "func init() {", *calls, "}"]

    def _registered_text(self, name: str, described: types.Type) -> str:
        if isinstance(described, types.Opaque):
            known = _known(described, name)
            if known is not None:
                self.imports.add(known[0])
                return known[1].removeprefix("*")
        return self._text(described)

    def _struct(self, described: types.Struct) -> list[str]:
        fields = [
            (name, self._text(kind, described)) for name, kind in described.fields if name[:1].isupper()
        ]
        if not fields:
            return [f"type {self._names[described]} struct{{}}"]
        width = max(len(name) for name, _ in fields)
        body = [f"\t{name:<{width}} {kind}" for name, kind in fields]
        return [f"type {self._names[described]} struct {{", *body, "}"]

    def _stand_in(self, described: types.Opaque) -> list[str]:
        """A type that can also be the key of a map, as a slice of bytes cannot."""
        name = self._names[described]
        encode, decode = _METHODS[described.marshaler]
        own = described.name or "its name is not in the stream"
        return [
            f"// {name} stands in for a type that marshals itself ({own}) and keeps its bytes.",
            f"type {name} string",
            "",
            f"func (t {name}) {encode}() ([]byte, error) {{ return []byte(t), nil }}",
            "",
            f"func (t *{name}) {decode}(data []byte) error {{",
            f"\t*t = {name}(data)",
            "\treturn nil",
            "}",
        ]

    def _text(self, described: types.Type, holder: types.Type | None = None) -> str:
        """The type of a field, an element or a key, of what holds it."""
        return self._joined([(holder, described)], described)

    def _literal(self, described: types.Type) -> str:
        """A slice, an array or a map that has a name, spelled out."""
        return self._joined(_pieces(described), described)

    def _joined(self, pieces: list[_Piece], described: types.Type) -> str:
        texts: list[str] = []
        pending = pieces[::-1]
        while pending:
            piece = pending.pop()
            if isinstance(piece, str):
                texts.append(piece)
                continue
            if piece in self._pointers:
                texts.append("*")
            match part := piece[1]:
                case types.Opaque():
                    texts.append(self._opaque_text(part))
                case _ if part in self._names:
                    texts.append(self._names[part])
                case types.Basic():
                    texts.append(_BASIC_TEXTS.get(part.kind) or part.text())
                case _ if is_own(part.name):
                    texts.append(part.name)
                case _:
                    pending += _pieces(part)[::-1]
            if len(texts) > _MOST_PIECES:
                raise ValueError(f"{described.short_text()} nests too deep for Go source")
        return "".join(texts)

    def _opaque_text(self, described: types.Opaque) -> str:
        known = _known(described)
        if known is None:
            return self._names[described]
        self.imports.add(known[0])
        return known[1]


# Text, or a type with what holds it.
_Piece: TypeAlias = str | tuple[types.Type | None, types.Type]


def _pieces(described: types.Type) -> list[_Piece]:
    match described:
        case types.Slice():
            return ["[]", (described, described.elem)]
        case types.Array():
            return [f"[{described.length}]", (described, described.elem)]
        case types.Map():
            return ["map[", (described, described.key), "]", (described, described.elem)]
    raise AssertionError(described)


def _held_by_value(described: types.Type) -> list[types.Type]:
    """The parts of a type that lie inside its own values in memory, and may have such parts themselves."""
    if not isinstance(described, types.Struct | types.Array):
        return []
    return [each for each in described.children() if isinstance(each, types.Struct | types.Array)]


def _known(described: types.Opaque, registered: str = "") -> tuple[str, str] | None:
    """Where a type that marshals itself is from, and its text; by its name in an interface too."""
    own = registered.rpartition("/")[2].removeprefix("*")
    for (name, kind), found in _KNOWN.items():
        if kind == described.marshaler and (name == described.name or own == found[1].removeprefix("*")):
            return found
    return None


def _quoted(text: str) -> str:
    """A text as a literal of Go."""
    data = text.encode("utf-8", "surrogateescape")
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in data) + '"'
