"""Descriptions of Go types, as plain data: what a value is encoded as or decoded into.

Every description prints as a Go declaration. A description is complete when it is first used;
a recursive one is tied together by assigning `elem`, `key` or `fields` after creation:

    node = Struct("Node")
    node.fields = {"Value": INT, "Next": Pointer(node)}

Descriptions are compared by identity. Two equal unnamed descriptions (`Slice(INT)` twice) are
nevertheless one Go type, as in Go; two named ones are two. Types of one name and structure that
different streams defined are written as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Literal, Protocol

from pygob._escapes import shown_name
from pygob.errors import GobTypeError

MarshalerKind = Literal["gob", "binary", "text"]


def check_kind(kind: str) -> None:
    """Refuse what is no kind of marshaler.

    Raises:
        ValueError: It is none.
    """
    if kind not in ("gob", "binary", "text"):
        raise ValueError(f'a type marshals itself as "gob", "binary" or "text", not {kind!r:.40}')


# Ids of the types every decoder knows (Go's encoding/gob documentation, "Types and Values").
BOOL_ID, INT_ID, UINT_ID, FLOAT_ID, BYTES_ID, STRING_ID, COMPLEX_ID, INTERFACE_ID = range(1, 9)

# The name of a declared type, a generic one too. Other names are the texts of types that have none.
_DECLARED_NAME = re.compile(r"(?!map\[)[^\W\d]\w*(?:\[.*\])?")
# How many nested literals a printed declaration shows before it says "...".
PRINTED_LITERALS = 48
# The same for the text of a type, whole for any that Go can declare. A stream can define types that
# hold themselves without a name, which have no end.
TEXT_LITERALS = 10_000


class Type:
    """A Go type.

    Attributes:
        name: The type's name in Go without its package, or "" for an unnamed type.
        package: The name of its package, used where Go prints the type qualified (`main.Point`).
        wire_name: The name exactly as a stream had it, or `None` for a description that no
            stream defined. It wins over `name` when the type is written again.
        compiled: What the encoder has worked out about the type, kept from one use to the next.
        identity: What the types that streams define with one name and structure have in common, once
            that was asked for.
        is_shared: Whether other streams may have the type too; it cannot be changed then.
        rank: How many types of its stream with the same definition came before it.
    """

    __slots__ = ("__weakref__", "compiled", "identity", "is_shared", "name", "package", "rank", "wire_name")
    kind: ClassVar[str]

    def __init__(self, name: str = "", *, package: str = "") -> None:
        self.is_shared = False
        self.name = name
        self.package = package
        self.wire_name: str | None = None
        self.compiled: Any = None
        self.identity: Any = None
        self.rank = 0

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("elem", "key") and value is not None:
            _check_part(value, f"the {name} of a {self.kind}")
        if name not in ("compiled", "identity", "is_shared") and self.is_shared:
            raise AttributeError(
                f"{name}: a type that a stream defined may belong to other streams too and cannot be "
                "changed; describe a type of your own with pygob.types"
            )
        object.__setattr__(self, name, value)

    def __getstate__(self) -> Any:
        state: Any = super().__getstate__()
        if isinstance(state, tuple):
            state[1]["compiled"] = state[1]["identity"] = None
        return state

    def __setstate__(self, state: Any) -> None:
        for name, value in state[1].items():
            object.__setattr__(self, name, value)

    def children(self) -> Iterable[Type]:
        """The types this one is made of, in the order Go visits them."""
        return ()

    def text(self) -> str:
        """The type as Go's reflect package prints it, such as `map[string]*main.Point`."""
        return _printed([self], TEXT_LITERALS)

    def short_text(self) -> str:
        """The same with "..." in place of what nests too much: a stream can define types without end."""
        return _printed([self], PRINTED_LITERALS)

    def _pieces(self) -> list[str | Type]:
        """The literal of the type, with the types inside it not yet printed."""
        raise NotImplementedError

    def declaration(self) -> str:
        """The type as a Go declaration, such as `type Point struct { X int; Y int }`.

        Of a basic type, and one whose name in the stream is only Go's text of it (`[]main.Point`), the text.
        """
        if not self.is_declared:
            return self.short_text()
        return f"type {self.name} {_printed(self._pieces(), PRINTED_LITERALS)}"

    @property
    def is_declared(self) -> bool:
        """Whether the type has a name of its own, and not only Go's text of it (`[]main.Point`)."""
        return _DECLARED_NAME.fullmatch(self.name) is not None

    def __repr__(self) -> str:
        return f"<{shown_name(self.declaration())}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Type:
        return self  # a copied value is still of the same type


def _check_part(part: object, what: str) -> None:
    """Refuse what is no description, such as Python's own `int`."""
    if not isinstance(part, Type):
        raise TypeError(f"{what} is described by pygob.types, such as types.INT, not {part!r:.60}")


def _printed(pieces: list[str | Type], budget: int) -> str:
    """Pieces of a type as text, with at most `budget` literals inside them."""
    parts: list[str] = []
    pending = pieces[::-1]
    while pending:
        piece = pending.pop()
        if isinstance(piece, str):
            parts.append(piece)
        elif piece.name:
            parts.append(f"{piece.package}.{piece.name}" if piece.package else piece.name)
        elif budget == 0:
            parts.append("...")
        else:
            budget -= 1
            pending.extend(reversed(piece._pieces()))
    return "".join(parts)


class Basic(Type):
    """A type every decoder knows: numbers, strings, bytes, interfaces.

    Attributes:
        id: Its type id on the wire, shared by all sizes of one class of number.
        bits: The size that decoding into it checks for overflow, or 0 where size means nothing.
        convert: What makes the Python value of a decoded one, such as the class of an enum; it
            refuses a value by `ValueError`. `None` for the value itself.
    """

    __slots__ = ("bits", "convert", "id", "underlying")

    def __init__(self, name: str, type_id: int, bits: int = 0, *, package: str = "") -> None:
        super().__init__(name, package=package)
        self.id = type_id
        self.bits = bits
        self.convert: Callable[[Any], Any] | None = None
        self.underlying = name

    @property
    def kind(self) -> str:  # type: ignore[override]
        """The class of the type on the wire: `bool`, `int`, `uint`, `float` and so on."""
        return BASIC_KINDS[self.id]

    @property
    def is_declared(self) -> bool:
        """Whether it is another name for one of Go's own types."""
        return self.name != self.underlying

    def converted(self, value: Any) -> Any:
        """The Python value of a decoded one.

        Raises:
            GobTypeError: There is none; an enum has no such member.
        """
        if self.convert is None:
            return value
        try:
            return self.convert(value)
        except ValueError as error:
            raise GobTypeError(f"{value!r:.60} is no value of {self.text()}: {error}") from error

    def _pieces(self) -> list[str | Type]:
        return [self.underlying]

    def __repr__(self) -> str:
        return f"<{self.text()}>"

    def __reduce__(self) -> Any:
        if not self.package and self.name in BASICS:
            return _basic, (self.name,)
        return named, (BASICS[self.underlying], self.text(), self.convert)


class StructBinding(Protocol):
    """How a Python class stands for a struct; `pygob.binding.go_types` makes these for dataclasses."""

    def new(self, values: dict[int, Any]) -> Any:
        """Make an object from values by field number; fields without one get their default."""

    def get(self, instance: Any, number: int) -> Any:
        """The value of a field."""

    def update(self, instance: Any, values: dict[int, Any]) -> Any:
        """Set fields by number, in place if the class allows it; returns the object to use."""

    def has_default(self, number: int) -> bool:
        """Whether the class has a value of its own for a field that is not given."""

    def is_instance(self, value: Any) -> bool:
        """Whether a value is of the class."""


class Struct(Type):
    """A struct with exported fields, in order.

    A mapping is enough for any struct Go can declare. On the wire, two fields may share one
    name; such a type is given as pairs.

    Attributes:
        binding: The Python class that stands for it, if one does.
        embedded: Names of the fields that are embedded types. They show only in the text of a
            struct without a name, which a stream may carry.
    """

    __slots__ = ("_fields", "_numbers", "binding", "embedded")
    kind = "struct"

    def __init__(
        self,
        name: str = "",
        fields: Mapping[str, Type] | Iterable[tuple[str, Type]] = (),
        *,
        package: str = "",
        embedded: Iterable[str] = (),
    ) -> None:
        super().__init__(name, package=package)
        self.binding: StructBinding | None = None
        self.embedded = frozenset(embedded)
        self.fields = fields

    @property
    def fields(self) -> tuple[tuple[str, Type], ...]:
        """The fields as (name, type), in wire order."""
        return self._fields

    @fields.setter
    def fields(self, fields: Mapping[str, Type] | Iterable[tuple[str, Type]]) -> None:
        pairs = tuple(fields.items() if isinstance(fields, Mapping) else fields)
        for pair in pairs:
            if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
                raise TypeError(f"a field is given as its name and type, not as {pair!r:.60}")
            _check_part(pair[1], f"field {pair[0]} of struct {self.name or '(unnamed)'}")
            if not pair[0]:
                raise ValueError(f"a field of struct {self.name or '(unnamed)'} has no name")
        self._fields = pairs
        self._numbers = {name: number for number, (name, _) in enumerate(self._fields)}

    @property
    def numbers(self) -> Mapping[str, int]:
        """The field number of each name; the last one where a name repeats, as it wins in Go."""
        return self._numbers

    def children(self) -> Iterable[Type]:
        """The types of the fields."""
        return (field_type for _, field_type in self._fields)

    def _pieces(self) -> list[str | Type]:
        if not self._fields:
            return ["struct {}"]
        pieces: list[str | Type] = []
        for name, field_type in self._fields:
            pieces += ["; ", "" if name in self.embedded else f"{name} ", field_type]
        return ["struct { ", *pieces[1:], " }"]


class _Container(Type):
    __slots__ = ("elem",)

    def __init__(self, elem: Type | None = None, name: str = "", *, package: str = "") -> None:
        super().__init__(name, package=package)
        self.elem: Type = elem  # type: ignore[assignment]

    def children(self) -> Iterable[Type]:
        """The type of the elements."""
        return (self.elem,)


class Slice(_Container):
    """A slice. `[]byte` is not one: use `BYTES`."""

    __slots__ = ()
    kind = "slice"

    def _pieces(self) -> list[str | Type]:
        return ["[]", self.elem]


class Array(_Container):
    """An array of a fixed length. `[N]byte` is an ordinary array of `UINT8`."""

    __slots__ = ("length",)
    kind = "array"

    def __init__(self, length: int, elem: Type | None = None, name: str = "", *, package: str = "") -> None:
        super().__init__(elem, name, package=package)
        if not isinstance(length, int) or isinstance(length, bool):
            raise TypeError(f"the length of an array is an int, not {length!r:.60}")
        if length < 0:
            raise ValueError(f"the length of an array is 0 or more, not {length}")
        self.length = length

    def _pieces(self) -> list[str | Type]:
        return [f"[{self.length}]", self.elem]


class Map(_Container):
    """A map."""

    __slots__ = ("key",)
    kind = "map"

    def __init__(
        self, key: Type | None = None, elem: Type | None = None, name: str = "", *, package: str = ""
    ) -> None:
        super().__init__(elem, name, package=package)
        self.key: Type = key  # type: ignore[assignment]

    def children(self) -> Iterable[Type]:
        """The types of the keys and of the elements."""
        return (self.key, self.elem)

    def _pieces(self) -> list[str | Type]:
        return ["map[", self.key, "]", self.elem]


class Pointer(Type):
    """A pointer. Gob sends what it points to, so it matters only for names and for nil.

    Raises:
        TypeError: `elem` would make it a pointer to itself, which stands for no value.
    """

    __slots__ = ("elem",)
    kind = "pointer"

    def __init__(self, elem: Type | None = None) -> None:
        super().__init__()
        self.elem: Type = elem  # type: ignore[assignment]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "elem":
            base = value
            while isinstance(base, Pointer) and base is not self:
                base = base.elem
            if base is self:
                raise TypeError("gob: can't represent recursive pointer type")
        super().__setattr__(name, value)

    def children(self) -> Iterable[Type]:
        """The type pointed to."""
        return (self.elem,)

    def _pieces(self) -> list[str | Type]:
        return ["*", self.elem]


class Opaque(Type):
    """A type that marshals itself: what it sends are bytes only it understands.

    Attributes:
        marshaler: `"gob"` for a GobEncoder, `"binary"` for a BinaryMarshaler, `"text"` for a
            TextMarshaler (which Go reads but never sends).
        exported: Types of the exported fields the Go type has as a struct. Their values are
            never sent, but Go sends their definitions all the same.

    Raises:
        ValueError: There is no such kind of marshaler.
    """

    __slots__ = ("exported", "marshaler")
    kind = "opaque"

    def __init__(
        self,
        name: str,
        marshaler: MarshalerKind = "binary",
        *,
        package: str = "",
        exported: tuple[Type, ...] = (),
    ) -> None:
        super().__init__(name, package=package)
        check_kind(marshaler)
        self.marshaler: MarshalerKind = marshaler
        self.exported = exported

    def _pieces(self) -> list[str | Type]:
        return [{"gob": "GobEncoder", "binary": "BinaryMarshaler", "text": "TextMarshaler"}[self.marshaler]]


BASIC_KINDS = {
    BOOL_ID: "bool",
    INT_ID: "int",
    UINT_ID: "uint",
    FLOAT_ID: "float",
    BYTES_ID: "bytes",
    STRING_ID: "string",
    COMPLEX_ID: "complex",
    INTERFACE_ID: "interface",
}

BOOL = Basic("bool", BOOL_ID)
INT = Basic("int", INT_ID, 64)
INT8 = Basic("int8", INT_ID, 8)
INT16 = Basic("int16", INT_ID, 16)
INT32 = Basic("int32", INT_ID, 32)
INT64 = Basic("int64", INT_ID, 64)
UINT = Basic("uint", UINT_ID, 64)
UINT8 = Basic("uint8", UINT_ID, 8)
UINT16 = Basic("uint16", UINT_ID, 16)
UINT32 = Basic("uint32", UINT_ID, 32)
UINT64 = Basic("uint64", UINT_ID, 64)
UINTPTR = Basic("uintptr", UINT_ID, 64)
FLOAT = Basic("float64", FLOAT_ID, 64)
FLOAT64 = FLOAT
FLOAT32 = Basic("float32", FLOAT_ID, 32)
COMPLEX = Basic("complex128", COMPLEX_ID, 64)
COMPLEX128 = COMPLEX
COMPLEX64 = Basic("complex64", COMPLEX_ID, 32)
STRING = Basic("string", STRING_ID)
BYTES = Basic("[]uint8", BYTES_ID)
INTERFACE = Basic("interface {}", INTERFACE_ID)
# The same to Go; decoding into it gives the value itself, without the `Interface` around it.
ANY = Basic("interface {}", INTERFACE_ID)

BASICS: dict[str, Basic] = {
    basic.name: basic
    for basic in (
        BOOL, INT, INT8, INT16, INT32, INT64, UINT, UINT8, UINT16, UINT32, UINT64, UINTPTR,
        FLOAT, FLOAT32, COMPLEX, COMPLEX64, STRING, BYTES, INTERFACE,
    )
}  # fmt: skip

# The type a stream means by each of the ids it need not define.
WIRE_BASICS: dict[int, Basic] = {
    basic.id: basic for basic in (BOOL, INT, UINT, FLOAT, BYTES, STRING, COMPLEX, INTERFACE)
}


def named(basic: Basic, name: str, convert: Callable[[Any], Any] | None = None) -> Basic:
    """A named basic type, such as `named(FLOAT, "main.Celsius")`.

    Args:
        basic: The underlying type.
        name: The name, with its package before the first dot if it has one.
        convert: What makes the Python value of a decoded one; see `Basic`.
    """
    package, dot, own = name.partition(".")
    result = Basic(own if dot else name, basic.id, basic.bits, package=package if dot else "")
    result.underlying = basic.underlying
    result.convert = convert
    return result


def is_bytes(described: Type) -> bool:
    """Whether a type travels as bytes: `[]uint8` under any name."""
    if isinstance(described, Slice):
        return isinstance(described.elem, Basic) and described.elem.id == UINT_ID and described.elem.bits == 8
    return isinstance(described, Basic) and described.id == BYTES_ID


def strip_pointers(described: Type) -> Type:
    """The type at the end of any pointers: the base type that gob sends."""
    while isinstance(described, Pointer):
        described = described.elem
    return described


def _basic(name: str) -> Basic:
    return BASICS[name]
