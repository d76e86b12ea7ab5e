"""Decoded values that Python has no type of its own for.

Numbers, strings, bytes, slices (list), arrays (tuple) and maps (dict) are plain Python. What Go
has beyond them is here: structs, interface values, values that marshal themselves, and maps
whose keys Python cannot hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Self

from pygob import types
from pygob._compound import SCALARS, Compound, is_plain
from pygob._escapes import shown_name

SHOWN_ITEMS = 6
SHOWN_CHARACTERS = 80
SHOWN_DEPTH = 4
SHOWN_INT_BITS = 1024
# How much of a value its hash looks at; values that contain themselves have no end.
HASHED_PARTS = 1 << 16

ZEROS: dict[str, Any] = {
    "bool": False,
    "int": 0,
    "uint": 0,
    "float": 0.0,
    "complex": 0j,
    "string": "",
    "bytes": b"",
}


class Struct(Compound, MutableMapping[str, Any]):
    """A struct, read and edited by attribute (`doc.ID`) or by key (`doc["ID"]`).

    Gob leaves zero values out, so a field that was not sent reads as its zero value: `0`, `""`,
    `[]` and so on, and `None` for what only a nil pointer, map or interface leaves out (a nil
    map is `None`, an empty one `{}`). So structs and arrays that a stream left out are `None`: Go
    sends them even when they are zero, unless a pointer is nil. Of a type described in Python they
    are zero values, and `None` where the type says pointer. As a mapping a struct has every field
    of its type.
    """

    __slots__ = ("_type", "_values")
    _type: types.Struct
    _values: dict[int, Any]

    def __init__(self, type: types.Struct, /, **fields: Any) -> None:
        """Make a struct of the given type; fields not named are zero.

        Raises:
            AttributeError: The type has no such field.
            TypeError: The type is no `types.Struct`.
        """
        if not isinstance(type, types.Struct):
            raise TypeError(f"the type of a Struct is a types.Struct, not {type!r:.60}")
        _set(self, "_type", type)
        _set(self, "_values", {})
        for name, value in fields.items():
            setattr(self, name, value)

    @classmethod
    def of(cls, type: types.Struct, values: dict[int, Any]) -> Self:
        """Make a struct from values by field number, keeping the dictionary itself."""
        self = _new(cls)
        _set(self, "_type", type)
        _set(self, "_values", values)
        return self

    def __getattr__(self, name: str) -> Any:
        number = self._type.numbers.get(name)
        if number is None:
            raise AttributeError(_no_field(self._type, name), name=name, obj=self)
        return self._field(number)

    def __setattr__(self, name: str, value: Any) -> None:
        number = self._type.numbers.get(name)
        if number is None:
            raise AttributeError(_no_field(self._type, name), name=name, obj=self)
        self._values[number] = value

    def __delattr__(self, name: str) -> None:
        number = self._type.numbers.get(name)
        if number is None:
            raise AttributeError(_no_field(self._type, name), name=name, obj=self)
        self._values.pop(number, None)

    def __getitem__(self, name: str) -> Any:
        return self._field(self._number(name))

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[self._number(name)] = value

    def __delitem__(self, name: str) -> None:
        """Set a field to its zero value: a struct cannot lose a field."""
        self._values.pop(self._number(name), None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._type.numbers)

    def __len__(self) -> int:
        return len(self._type.numbers)

    def __contains__(self, name: object) -> bool:
        return name in self._type.numbers

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *self._type.numbers]

    def __eq__(self, other: object) -> bool:
        return equal(self, other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        """By value, so that a struct can be the key of a map; leave such a struct unedited."""
        fields, values = self._type.fields, self._values
        if SCALARS.issuperset(map(type, values.values())):  # as in most keys
            return hash(
                (self._type.name, frozenset([(fields[n][0], value) for n, value in values.items() if value]))
            )
        is_received = self._type.wire_name is not None
        sent = [
            (fields[number][0], value)
            for number, value in values.items()
            if not _is_zero(value, fields[number][1], is_received=is_received)
        ]
        if SCALARS.issuperset([type(value) for _, value in sent]):
            return hash((self._type.name, frozenset(sent)))
        return _hash(self)

    def __repr__(self) -> str:
        return _shown(self, SHOWN_DEPTH)

    def __copy__(self) -> Self:
        return self.of(self._type, dict(self._values))

    def _parts(self) -> Iterable[Any]:
        return self._values.values()

    def _head(self) -> tuple[types.Struct, list[int]]:
        return self._type, list(self._values)

    @classmethod
    def _empty(cls, head: tuple[types.Struct, list[int]]) -> Self:
        return cls.of(head[0], {})

    def _fill(self, head: tuple[types.Struct, list[int]], parts: list[Any]) -> None:
        self._values.update(zip(head[1], parts, strict=True))

    def _made_from(self) -> tuple[Any, ...]:
        return type(self).of, (self._type, self._values)

    def _number(self, name: str) -> int:
        number = self._type.numbers.get(name)
        if number is None:
            raise KeyError(name)
        return number

    def _field(self, number: int) -> Any:
        try:
            return self._values[number]
        except KeyError:
            zero = _unsent(self._type.fields[number][1], is_received=self._type.wire_name is not None)
            if isinstance(zero, list | tuple | Struct):
                self._values[number] = zero  # kept, so that changing it is not lost
            return zero


def _unsent(described: types.Type, *, is_received: bool) -> Any:
    """What a field reads as that was not sent.

    Go sends structs and arrays always, zero or not. Where it left one out, there was a nil pointer.
    """
    base = types.strip_pointers(described)
    if isinstance(base, types.Slice):
        return []
    if base is described and not is_received:
        if isinstance(base, types.Struct):
            return Struct.of(base, {})
        if isinstance(base, types.Array):
            return tuple(_unsent(base.elem, is_received=False) for _ in range(base.length))
    return ZEROS.get(base.kind)


_set = object.__setattr__
_new = object.__new__


def struct_type(value: Struct) -> types.Struct:
    """The type of a struct value; not a method, because a field may have any name."""
    return value._type


def struct_values(value: Struct) -> dict[int, Any]:
    """The values of a struct by field number, holding only fields that were sent or set."""
    return value._values


class Interface(Compound):
    """What an interface holds: a value together with the name Go registered its type under.

    Attributes:
        name: The registered name, such as `"int"` or `"main.Point"`.
        value: The value.
        type: Its type, or `None` to let the encoder find it from `name` and `value`.
        definitions: Ids of the types that the stream defined just before this value. They make
            `Stream.to_bytes` exact and mean nothing elsewhere.
    """

    __slots__ = ("definitions", "name", "type", "value")
    __match_args__ = ("name", "value")

    def __init__(
        self, name: str, value: Any, type: types.Type | None = None, definitions: tuple[int, ...] = ()
    ) -> None:
        self.name = name
        self.value = value
        self.type = type
        self.definitions = definitions

    def __eq__(self, other: object) -> bool:
        return equal(self, other) if isinstance(other, Interface) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.name, self.value)) if type(self.value) in SCALARS else _hash(self)

    def __repr__(self) -> str:
        return _shown(self, SHOWN_DEPTH)

    def _parts(self) -> Iterable[Any]:
        return (self.value,)

    def _head(self) -> tuple[Any, ...]:
        return self.name, self.type, self.definitions

    @classmethod
    def _empty(cls, head: tuple[Any, ...]) -> Self:
        self = _new(cls)
        self.name, self.type, self.definitions = head
        return self

    def _fill(self, head: tuple[Any, ...], parts: list[Any]) -> None:
        (self.value,) = parts

    def _made_from(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.value, self.type, self.definitions)


class Opaque:
    """A value that marshals itself: the bytes it sent. `pygob.marshalers` reads the known ones.

    Two are equal when their kinds and their bytes are, and their names or one of these is empty, as
    streams often have it.

    Attributes:
        name: The name of its type as the stream has it, such as `"Time"`; often "".
        kind: `"gob"`, `"binary"` or `"text"`: the Go interface that made the bytes.
        data: The bytes.
    """

    __slots__ = ("data", "kind", "name")
    __match_args__ = ("name", "kind", "data")

    def __init__(self, name: str, kind: types.MarshalerKind, data: bytes | bytearray | memoryview) -> None:
        types.check_kind(kind)
        self.name = name
        self.kind: types.MarshalerKind = kind
        self.data = data if type(data) is bytes else _payload(data)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Opaque):
            return NotImplemented
        is_one_type = self.name == other.name or not self.name or not other.name
        return is_one_type and self.kind == other.kind and self.data == other.data

    def __hash__(self) -> int:
        return hash((self.kind, self.data))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.kind, self.data)

    def __repr__(self) -> str:
        return f"Opaque({self.name!r}, {self.kind!r}, {_clip(repr(self.data))})"


def _payload(data: object) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"the data of an Opaque are bytes, not {type(data).__name__}")
    return bytes(data)


class Pairs(Compound, list[tuple[Any, Any]]):
    """A map as its (key, value) pairs in stream order, where a dict cannot hold it.

    That is so when keys are of a type Python cannot hash, or when a hostile stream chose them
    to collide; no Go program can hold such a map either, or sends one by accident.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Pairs({super().__repr__()})"

    def _parts(self) -> Iterable[Any]:
        return self

    def _head(self) -> None:
        return None

    @classmethod
    def _empty(cls, head: None) -> Self:
        return cls()

    def _fill(self, head: None, parts: list[Any]) -> None:
        self += parts

    def _made_from(self) -> tuple[Any, ...]:
        return type(self), (list(self),)


def equal(left: Any, right: Any) -> bool:
    """Whether two decoded values are equal, however deep they are.

    Plain values compare as Python compares them (`nan != nan`). Structs are equal when their
    types have one name and their fields, zero values included, are equal by name.
    """
    pending = [(left, right)]
    compared: dict[tuple[int, int], tuple[Any, Any]] = {}  # held, so that no other gets their id
    while pending:
        a, b = pending.pop()
        if a is b:
            continue
        if type(a) in _CONTAINERS:
            if (id(a), id(b)) in compared:
                continue
            compared[id(a), id(b)] = (a, b)
        if isinstance(a, Struct) and isinstance(b, Struct):
            if a._type is not b._type and (
                a._type.name != b._type.name or a._type.numbers.keys() != b._type.numbers.keys()
            ):
                return False
            if a._type is b._type:
                numbers = a._values.keys() | b._values.keys()
                pending.extend((a._field(number), b._field(number)) for number in numbers)
            else:
                pending.extend((a[name], b[name]) for name in a)
        elif (
            isinstance(a, Mapping)
            and isinstance(b, Mapping)
            and (isinstance(a, Struct) or isinstance(b, Struct))
        ):
            if len(a) != len(b) or any(name not in b for name in a):
                return False
            pending.extend((a[name], b[name]) for name in a)
        elif isinstance(a, Interface) and isinstance(b, Interface):
            if a.name != b.name:
                return False
            pending.append((a.value, b.value))
        elif isinstance(a, dict) and isinstance(b, dict):
            if len(a) != len(b):
                return False
            for key, value in a.items():
                if key not in b:
                    return False
                pending.append((value, b[key]))
        elif (isinstance(a, list) and isinstance(b, list)) or (isinstance(a, tuple) and isinstance(b, tuple)):
            if len(a) != len(b):
                return False
            if is_plain(a):
                if a != b:
                    return False
            else:
                pending.extend(zip(a, b, strict=True))
        elif a != b:
            return False
    return True


def _hash(value: Any) -> int:
    """A hash by value, alike for values that `equal` calls equal; of the first parts of large ones.

    Raises:
        TypeError: There is a list, a map or another unhashable value in it.
    """
    hashes: list[Any] = []
    pending = [value]
    while pending and len(hashes) < HASHED_PARTS:
        match pending.pop():
            case Struct() as item:
                numbers, values, fields = item._type.numbers, item._values, item._type.fields
                is_received = item._type.wire_name is not None
                sent = sorted(
                    name
                    for name, n in numbers.items()
                    if not _is_zero(values.get(n), fields[n][1], is_received=is_received)
                )
                hashes += [item._type.name, *sent]
                pending.extend(values[numbers[name]] for name in sent)
            case Interface() as item:
                hashes.append(item.name)
                pending.append(item.value)
            case tuple() as item:
                hashes.append(len(item))
                pending.extend(item)
            case item:
                hashes.append(hash(item))
    return hash(tuple(hashes))


def _is_zero(value: Any, described: types.Type, *, is_received: bool) -> bool:
    """Whether a field holds what it reads as when it was not sent."""
    if value is None or (type(value) in _PLAIN and not value):
        return True
    if is_received:
        return False
    if isinstance(described, types.Struct) and type(value) is Struct:
        fields = value._type.fields
        return all(_is_zero(v, fields[n][1], is_received=False) for n, v in value._values.items())
    if isinstance(described, types.Array) and type(value) is tuple:
        return all(_is_zero(part, described.elem, is_received=False) for part in value)
    return False


_PLAIN = SCALARS | {list, tuple, dict}
_CONTAINERS = frozenset((Struct, Interface, Pairs, list, tuple, dict))


def shown(value: Any) -> str:
    """A decoded value in one line of moderate length, however large or deep it is."""
    return _shown(value, SHOWN_DEPTH)


def shown_key(key: Any) -> str:
    """The key of a map as a step of a path; short, and safe for a key of any depth."""
    return f"[{_shown(key, SHOWN_DEPTH)[:SHOWN_CHARACTERS]}]"


def _no_field(described: types.Struct, name: str) -> str:
    shown = ", ".join(list(described.numbers)[:12]) or "none"
    return f"struct {described.name or '(unnamed)'} has no field {name!r}; its fields are: {shown}"


def _clip(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 12] + f"...({len(text)})"


def _shown(value: Any, depth: int) -> str:
    """A short, true picture of a value: what is left out is counted, never hidden."""
    match value:
        case Struct():
            name = shown_name(value._type.name) or "struct"
            if not depth:
                return f"{name}(...)"
            fields = value._type.fields
            sent = sorted(value._values.items())
            inner = [f"{shown_name(fields[n][0])}={_shown(item, depth - 1)}" for n, item in sent[:24]]
            if len(sent) > 24:
                inner.append(f"...({len(sent)} fields)")
            return f"{name}({', '.join(inner)})"
        case Interface():
            return f"Interface({value.name!r}, {_shown(value.value, depth - 1) if depth else '...'})"
        case dict():
            pairs = _first(value.items()) if depth else []
            inner = [f"{_shown(key, depth - 1)}: {_shown(item, depth - 1)}" for key, item in pairs]
            return _shown_items(inner, "{}", len(value))
        case list() | tuple() if not isinstance(value, Pairs):
            inner = [_shown(item, depth - 1) for item in value[:SHOWN_ITEMS]] if depth else []
            return _shown_items(inner, "[]" if isinstance(value, list) else "()", len(value))
        case int() if value.bit_length() > SHOWN_INT_BITS:
            return f"<int of {value.bit_length()} bits>"
        case float() if math.isfinite(value):
            return repr(value)
        case _:
            return _clip(_repr(value))


def _repr(value: Any) -> str:
    """The `repr` of a value whose own code may fail at it."""
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 (it is needed to tell of another error)
        return f"<{type(value).__name__}>"


def _shown_items(inner: list[str], brackets: str, count: int) -> str:
    if len(inner) < count:
        inner = [*inner, f"...({count})"]
    elif brackets == "()" and count == 1:
        inner = [inner[0] + ","]
    return brackets[0] + ", ".join(inner) + brackets[1]


def _first(items: Any) -> list[Any]:
    return [item for item, _ in zip(items, range(SHOWN_ITEMS), strict=False)]
