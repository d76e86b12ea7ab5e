"""Python annotations for Go types, and dataclasses as structs.

A dataclass describes a Go struct by its annotations:

    @dataclass
    class Point:
        X: int
        Y: Annotated[int, types.INT32]
        Tags: list[str] = field(default_factory=list)

Field names are Go's, and start with a capital letter; `field(metadata={"gob": "X"})` gives a
field another name. The class may give its Go name as `__gob_name__ = "geo.Point"`; without it,
it is the class's name in package `main`.
"""

from __future__ import annotations

import copy
import dataclasses
import os
import types as python_types
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Annotated, Any, Literal, NewType, Union, get_args, get_origin

from pygob import types
from pygob._described import NoExportedFields, description, keep_description
from pygob.binding._annotations import (
    MAPPINGS,
    SEQUENCES,
    enum_base,
    filled_in,
    hints_of,
    mentions,
    plain,
    refusal,
)
from pygob.binding._missing_marshalers import marshals_itself
from pygob.errors import GobEncodeError, GobError, GobTypeError
from pygob.values import Interface, Struct

if TYPE_CHECKING:
    from pygob.marshalers import Marshalers

_SCALARS: dict[Any, types.Type] = {
    bool: types.BOOL,
    int: types.INT,
    float: types.FLOAT,
    complex: types.COMPLEX,
    str: types.STRING,
    bytes: types.BYTES,
    bytearray: types.BYTES,
    Interface: types.INTERFACE,
    Any: types.ANY,
    object: types.ANY,
}
# Structs being described: a class may refer to itself, and nobody else may see it half done.
_unfinished: dict[tuple[type, tuple[Any, ...], Marshalers | None], types.Struct] = {}
_describing = RLock()


def _start_afresh() -> None:
    """Go on in a forked process, where the thread that was describing a class is not."""
    global _describing
    _describing = RLock()
    _unfinished.clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_start_afresh)


class DataclassBinding:
    """Makes and reads the objects of a dataclass by field number."""

    def __init__(self, cls: type, fields: list[dataclasses.Field[Any]], described: types.Struct) -> None:
        self._cls = cls
        self._attributes = [each.name for each in fields]
        self._init = [each.init for each in fields]
        self._is_frozen = bool(getattr(cls, "__dataclass_params__").frozen)  # noqa: B009
        self._required = [
            number
            for number, each in enumerate(fields)
            if each.init
            and each.default is dataclasses.MISSING
            and each.default_factory is dataclasses.MISSING
        ]
        self._described = described

    def new(self, values: dict[int, Any]) -> Any:
        """Make an object; a field that was not sent has its default, or Go's zero value.

        Raises:
            GobTypeError: The class refuses the values (`__post_init__`, for one).
        """
        zeros = {n: zero_value(self._described.fields[n][1]) for n in self._required if n not in values}
        given = zeros | values
        with self._own_code():
            instance = self._cls(**self._arguments(given))
        self._set_the_rest(instance, given)
        return instance

    def get(self, instance: Any, number: int) -> Any:
        """The value of a field.

        Raises:
            GobEncodeError: It has none yet, or reading it fails.
        """
        try:
            return getattr(instance, self._attributes[number])
        except Exception as error:
            where = f"{self._cls.__name__}.{self._attributes[number]}"
            refusal = GobEncodeError(f"{where} cannot be read: {type(error).__name__}: {error}")
            refusal.enter(f".{self._described.fields[number][0]}")
            raise refusal from error

    def update(self, instance: Any, values: dict[int, Any]) -> Any:
        """Set fields; a frozen object is replaced.

        Raises:
            GobTypeError: The class refuses the values.
        """
        if self._is_frozen:
            with self._own_code():
                # What `dataclasses.replace` leaves out.
                kept = {n: self.get(instance, n) for n, is_init in enumerate(self._init) if not is_init}
                replaced = dataclasses.replace(instance, **self._arguments(values))
            self._set_the_rest(replaced, kept | values)
            return replaced
        with self._own_code():
            for number, value in values.items():
                setattr(instance, self._attributes[number], value)
        return instance

    def _arguments(self, values: dict[int, Any]) -> dict[str, Any]:
        """What the class takes when an object is made."""
        return {self._attributes[number]: value for number, value in values.items() if self._init[number]}

    def _set_the_rest(self, instance: Any, values: dict[int, Any]) -> None:
        """Set the fields that the class does not take, of a frozen object too."""
        for number, value in values.items():
            if not self._init[number]:
                object.__setattr__(instance, self._attributes[number], value)

    @contextmanager
    def _own_code(self) -> Iterator[None]:
        """Where code of the class runs, which may refuse what it is given."""
        try:
            yield
        except GobError:
            raise
        except Exception as error:
            raise GobTypeError(
                f"{self._cls.__name__} refuses the value: {type(error).__name__}: {error}"
            ) from error

    def has_default(self, number: int) -> bool:
        """Whether the class has a value of its own for a field that is not given."""
        return number not in self._required

    def is_instance(self, value: Any) -> bool:
        """Whether a value is of the class."""
        return isinstance(value, self._cls)


def zero_value(described: types.Type) -> Any:
    """Go's zero value of a type, as decoding would give it: `None` for nil."""
    match described:
        case types.Pointer() | types.Map() | types.Opaque():
            return None
        case _ if types.is_bytes(described):
            return b""
        case types.Slice():
            return []
        case types.Array():
            return tuple(zero_value(described.elem) for _ in range(described.length))
        case types.Struct(binding=None):
            return Struct(described)
        case types.Struct():
            assert described.binding is not None
            return described.binding.new({})
        case types.Basic():
            zeros: dict[str, Any] = {
                "bool": False,
                "float": 0.0,
                "complex": 0j,
                "string": "",
                "interface": None,
            }
            zero = zeros.get(described.kind, 0)
            return described.converted(zero)
        case _:
            return None


def go_type(annotation: Any, marshalers: Marshalers | None = None) -> types.Type:
    """The Go type that a Python type annotation, a dataclass or a `pygob.types` object stands for.

    `list[T]` is a slice, `tuple[T, T, T]` an array of three, `dict[K, V]` a map, `T | None` a
    pointer, a dataclass a struct, an `IntEnum` or `StrEnum` and a `NewType` a named type, `Any` an
    interface; `Annotated[..., types.INT32]` says what Python's type cannot. A class whose values only
    marshalers know, such as `GoTime`, is a type that marshals itself when they are given.

    Raises:
        TypeError: The annotation does not stand for a Go type; the message names it.
    """
    annotation = plain(annotation)
    if isinstance(annotation, types.Type):
        return annotation
    scalar = _SCALARS.get(annotation) if isinstance(annotation, Hashable) else None
    if scalar is not None:
        return scalar
    opaque = _taken(annotation, marshalers)
    if opaque is not None:
        return opaque
    if isinstance(annotation, NewType) or enum_base(annotation) is not None:
        return _named_type(annotation, marshalers)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in SEQUENCES:
        return types.Slice(go_type(arguments[0], marshalers))
    if origin in MAPPINGS:
        key, elem = arguments
        return types.Map(go_type(key, marshalers), go_type(elem, marshalers))
    if origin is tuple and arguments and Ellipsis not in arguments:
        if any(each != arguments[0] for each in arguments):
            raise TypeError(f"{annotation}: the elements of a Go array are of one type")
        return types.Array(len(arguments), go_type(arguments[0], marshalers))
    if origin in (Union, python_types.UnionType):
        return _optional(annotation, arguments, marshalers)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:], marshalers)
    if origin is Literal:
        return _literal(annotation, arguments)
    cls = origin or annotation
    if isinstance(cls, type) and dataclasses.is_dataclass(cls) and not marshals_itself(cls):
        return struct_of(cls, arguments, marshalers)
    raise refusal(annotation)


def _optional(annotation: Any, arguments: tuple[Any, ...], marshalers: Marshalers | None) -> types.Type:
    """`T | None`: a pointer, or T itself where T has a nil of its own."""
    rest = [each for each in arguments if each is not type(None)]
    if len(rest) != 1 or len(rest) == len(arguments):
        raise TypeError(f"{annotation}: a Go value has one type, or is nil")
    inner = go_type(rest[0], marshalers)
    has_nil = isinstance(inner, types.Map | types.Slice) or inner.kind in ("interface", "bytes")
    return inner if has_nil else types.Pointer(inner)


def _annotated(annotation: Any, remarks: tuple[Any, ...], marshalers: Marshalers | None) -> types.Type:
    """What a remark says; of an enum the members stay."""
    given = next((each for each in remarks if isinstance(each, types.Type)), None)
    if given is None:
        return go_type(annotation, marshalers)
    if enum_base(annotation) is not None and type(given) is types.Basic and given.convert is None:
        return types.named(given, _go_name(annotation), annotation)
    return given


def _literal(annotation: Any, values: tuple[Any, ...]) -> types.Type:
    """The type that all the values are of."""
    kinds = {type(value) for value in values}
    if len(kinds) != 1:
        raise TypeError(f"{annotation}: a Go value has one type")
    return go_type(kinds.pop())


def _named_type(annotation: Any, marshalers: Marshalers | None) -> types.Type:
    """`NewType("Celsius", float)` as Go's `type Celsius float64`; an enum likewise, with its members.

    There is one description for each. A new type made of a dataclass is the dataclass's own.
    """
    marshalers = _who_matters((annotation,), marshalers)
    known: types.Type | None = _description(annotation, (), marshalers)
    if known is not None:
        return known
    is_enum = not isinstance(annotation, NewType)
    inner = go_type(enum_base(annotation) if is_enum else annotation.__supertype__, marshalers)
    described = inner
    if isinstance(inner, types.Basic) and inner.kind != "interface" and not types.is_bytes(inner):
        described = types.named(inner, _go_name(annotation), annotation if is_enum else inner.convert)
    elif isinstance(inner, types.Slice | types.Array | types.Map):
        described = copy.copy(inner)
        described.package, _, described.name = _go_name(annotation).rpartition(".")
    with _describing:
        known = _description(annotation, (), marshalers)  # another thread may have been here
        if known is None:
            _keep_description(annotation, (), marshalers, described)
    return known or described


def _taken(annotation: Any, marshalers: Marshalers | None) -> types.Type | None:
    """The type that a class stands for whose values only marshalers know."""
    cls = get_origin(annotation) or annotation
    if marshalers is None or not isinstance(cls, type):
        return None
    try:
        return marshalers.type_for_class(cls)
    except GobEncodeError as error:
        raise TypeError(str(error)) from None


def _who_matters(parts: Iterable[Any], marshalers: Marshalers | None) -> Marshalers | None:
    """The marshalers if they know a class in an annotation; without one, it is described once for all."""
    if marshalers is None or mentions(parts, lambda part: _taken(part, marshalers) is not None):
        return marshalers
    return None


def _description(annotation: Any, arguments: tuple[Any, ...], marshalers: Marshalers | None) -> Any:
    return description(annotation, arguments, marshalers.knowledge if marshalers is not None else None)


def _keep_description(
    annotation: Any, arguments: tuple[Any, ...], marshalers: Marshalers | None, described: types.Type
) -> None:
    knowledge = marshalers.knowledge if marshalers is not None else None
    keep_description(annotation, arguments, knowledge, described)


def struct_of(
    cls: type, arguments: tuple[Any, ...] = (), marshalers: Marshalers | None = None
) -> types.Struct:
    """The Go struct that a dataclass describes.

    Args:
        cls: The class.
        arguments: The types that a generic class is given, `(int,)` for `Box[int]`.
        marshalers: Who knows classes that stand for types that marshal themselves.

    Raises:
        TypeError: A field's name or annotation does not stand for one in Go.
    """
    known: types.Struct | None = _description(cls, arguments, marshalers)
    if known is not None:
        return known
    if _who_matters((cls, *arguments), marshalers) is not marshalers:
        known = struct_of(cls, arguments)
        with _describing:
            if not _unfinished:  # it is known to all now
                _keep_description(cls, arguments, marshalers, known)
        return known
    with _describing:
        known = _description(cls, arguments, marshalers)
        known = known or _unfinished.get((cls, arguments, marshalers))
        if known is not None:
            return known
        is_outermost = not _unfinished
        try:
            described = _describe(cls, arguments, marshalers)
            if is_outermost:
                for (each, given, whose), struct in _unfinished.items():
                    _keep_description(each, given, whose, struct)
        except RecursionError:
            raise TypeError(f"{cls.__name__}: the types that it is made of have no end") from None
        finally:
            if is_outermost:
                _unfinished.clear()
    return described


def _describe(cls: type, arguments: tuple[Any, ...], marshalers: Marshalers | None) -> types.Struct:
    package, _, name = _go_name(cls).rpartition(".")
    described = _unfinished[cls, arguments, marshalers] = types.Struct(name, package=package)
    if arguments:
        described.name += f"[{','.join(go_type(each, marshalers).text() for each in arguments)}]"
    hints = filled_in(hints_of(cls), cls, arguments)
    fields = [each for each in dataclasses.fields(cls) if not each.name.startswith("_")]
    if not fields and dataclasses.fields(cls):
        raise NoExportedFields(f"type {_go_name(cls)} has no exported fields")
    names = [_field_name(cls, each) for each in fields]
    _refuse_repeated(cls, names, fields)
    described.fields = [
        (name, _field_type(cls, each, hints, marshalers)) for name, each in zip(names, fields, strict=True)
    ]
    described.binding = DataclassBinding(cls, fields, described)
    return described


def _refuse_repeated(cls: type, names: list[str], fields: list[dataclasses.Field[Any]]) -> None:
    """Refuse two attributes for one field of the struct: only one of them would be read and written."""
    attributes: dict[str, str] = {}
    for name, each in zip(names, fields, strict=True):
        other = attributes.setdefault(name, each.name)
        if other != each.name:
            raise TypeError(
                f"{cls.__name__}.{each.name}: Go's field {name} is {cls.__name__}.{other} already"
            )


def _go_name(cls: Any) -> str:
    return str(cls.__dict__.get("__gob_name__", f"main.{cls.__name__}"))


def _field_name(cls: type, each: dataclasses.Field[Any]) -> str:
    name = str(each.metadata.get("gob", each.name))
    if not name[:1].isupper():
        raise TypeError(
            f"{cls.__name__}.{each.name}: Go sends only fields whose name starts with a capital letter; "
            f'give its Go name as field(metadata={{"gob": {name[:1].upper() + name[1:]!r}}})'
        )
    return name


def _field_type(
    cls: type, each: dataclasses.Field[Any], hints: Mapping[str, Any], marshalers: Marshalers | None
) -> types.Type:
    try:
        return go_type(hints[each.name], marshalers)
    except TypeError as error:
        kind = NoExportedFields if isinstance(error, NoExportedFields) else TypeError
        raise kind(f"{cls.__name__}.{each.name}: {error}") from None
