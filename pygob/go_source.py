r"""Go source for the types of a stream: declarations that compile, and decode it.

>>> import pygob
>>> from pygob import types
>>> from pygob.go_source import go_source
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
from collections.abc import Iterable, Iterator, Sequence

from pygob import types
from pygob._go_text import is_own
from pygob._type_names import TypeNames, reachable

# Words that are no names for types: Go's own, and those of a program's functions.
_KEYWORDS = re.findall(
    r"\w+",
    "break default func interface select case defer go map struct chan else goto package switch const"
    " fallthrough if range type continue for import return var string error any main init",
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
    roots: Iterable[types.Type], *, values: Sequence[types.Type] = (), package: str = "main"
) -> Iterator[str]:
    """Yield the lines of a Go file that declares the types.

    What is not on the wire is not known: sizes of most numbers, and what is a pointer. Of a type that
    marshals itself and is not known by name, a stand-in keeps the bytes.

    Args:
        roots: The types of values, as a stream defines them.
        values: Those of them that the values are of. Where not all are structs, a comment lists them.
        package: The name of the package.

    Raises:
        ValueError: A type holds itself without a name.
    """
    roots = list(roots)
    source = _Source(TypeNames(roots, [*_KEYWORDS, *types.BASICS]))
    declarations = [line for each in reachable(roots) for line in source.lines(each)]
    texts = source.texts(values)
    yield f"package {package}"
    if source.imports:
        yield ""
        if len(source.imports) == 1:
            yield f'import "{min(source.imports)}"'
        else:
            yield from ("import (", *(f'\t"{name}"' for name in sorted(source.imports)), ")")
    yield from declarations
    if texts:
        yield from ("", f"// The values of the stream: {', '.join(texts)}.")


class _Source:
    def __init__(self, names: TypeNames) -> None:
        self._names = names
        self.imports: set[str] = set()

    def lines(self, described: types.Type) -> list[str]:
        """The declaration of a type that needs one, after an empty line."""
        if isinstance(described, types.Struct):
            return ["", *self._struct(described)]
        if isinstance(described, types.Opaque) and (described.name, described.marshaler) not in _KNOWN:
            return ["", *self._stand_in(described)]
        return []

    def texts(self, values: Sequence[types.Type]) -> list[str]:
        """What each value is, where not all are structs; imports nothing."""
        if all(isinstance(each, types.Struct) for each in values):
            return []
        imports = set(self.imports)
        found = [self._text(each) for each in values]
        self.imports = imports
        return found

    def _struct(self, described: types.Struct) -> list[str]:
        fields = [(name, self._text(kind)) for name, kind in described.fields if name[:1].isupper()]
        if not fields:
            return [f"type {self._names[described]} struct{{}}"]
        width = max(len(name) for name, _ in fields)
        body = [f"\t{name:<{width}} {kind}" for name, kind in fields]
        return [f"type {self._names[described]} struct {{", *body, "}"]

    def _stand_in(self, described: types.Opaque) -> list[str]:
        name = self._names[described]
        encode, decode = _METHODS[described.marshaler]
        own = described.name or "its name is not in the stream"
        return [
            f"// {name} stands in for a type that marshals itself ({own}) and keeps its bytes.",
            f"type {name} []byte",
            "",
            f"func (t {name}) {encode}() ([]byte, error) {{ return t, nil }}",
            "",
            f"func (t *{name}) {decode}(data []byte) error {{",
            "\t*t = append((*t)[:0], data...)",
            "\treturn nil",
            "}",
        ]

    def _text(self, described: types.Type) -> str:
        """The type of a field, an element or a key."""
        pieces: list[str] = []
        pending: list[str | types.Type] = [described]
        while pending:
            part = pending.pop()
            match part:
                case str():
                    pieces.append(part)
                case types.Struct():
                    pieces.append(self._struct_text(part, described))
                case types.Opaque():
                    pieces.append(self._opaque_text(part))
                case types.Basic():
                    pieces.append(_BASIC_TEXTS.get(part.kind) or part.text())
                case _ if is_own(part.name):
                    pieces.append(part.name)
                case types.Slice():
                    pending += [part.elem, "[]"]
                case types.Array():
                    pending += [part.elem, f"[{part.length}]"]
                case types.Map():
                    pending += [part.elem, "]", part.key, "map["]
            if len(pieces) > _MOST_PIECES:
                raise ValueError(f"{described.short_text()} holds itself without a name")
        return "".join(pieces)

    def _struct_text(self, described: types.Struct, field: types.Type) -> str:
        """A struct that is a field itself may be one that holds it: then only a pointer can lead to it."""
        name = self._names[described]
        return f"*{name}" if field is described and self._holds_itself(described) else name

    @staticmethod
    def _holds_itself(described: types.Struct) -> bool:
        return described in set(reachable(described.children()))

    def _opaque_text(self, described: types.Opaque) -> str:
        known = _KNOWN.get((described.name, described.marshaler))
        if known is None:
            return self._names[described]
        self.imports.add(known[0])
        return known[1]
