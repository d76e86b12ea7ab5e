"""The names under which types travel in interfaces."""

from __future__ import annotations

from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pygob import types
from pygob._definitions.type_pairs import all_agree
from pygob.binding.inference import described_type, infer_type, registered_type
from pygob.errors import GobEncodeError
from pygob.values import Interface, Opaque, Struct

if TYPE_CHECKING:
    from pygob.marshalers import Marshalers

# The names that Go registers for the types Python's own values are written as.
_WRAPPED_AS: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float64",
    complex: "complex128",
    str: "string",
    bytes: "[]uint8",
}


class Registry:
    """The names under which types travel in interfaces, as Go's `gob.RegisterName`.

    A registry belongs to whoever passes it to `loads`, `dumps`, `Decoder` or `Encoder`; there is
    no global one. With a registry, decoding into a type refuses names that are not registered,
    as Go does; without one it leaves such values as they were decoded.
    """

    def __init__(self) -> None:
        self._types: dict[str, types.Type] = {}
        self._names: dict[Any, str] = {}  # by the class of values, or by the type
        self._bases: dict[str, tuple[tuple[types.Type, str], ...]] = {}  # by the text of the type

    def __getstate__(self) -> dict[str, Any]:
        return {name: dict(known) for name, known in vars(self).items()}  # a copy goes its own way

    is_strict = True

    def register(self, name: str, described: Any, *, marshalers: Marshalers | None = None) -> None:
        """Register a dataclass, an annotation or a `pygob.types` object under a name.

        Args:
            name: The name Go uses: the full path of the package and the type (`example.com/geo.Point`),
                or `*geo.Point` for a pointer.
            described: What it stands for.
            marshalers: Who knows classes such as `GoTime`, whose values marshal themselves; or give
                `marshalers.type_of("time.Time")`.

        Raises:
            ValueError: The name is empty; or it, or the type, is registered otherwise already. As in Go, a
                type and pointers to it have one name, and `int`, `[]string` and so on that of Go.
            TypeError: The name is no text, or `described` does not stand for a Go type.
        """
        if not isinstance(name, str):
            raise TypeError(f"the name of a type is a str, not {name!r:.60}")
        if not name:
            raise ValueError("attempt to register empty name")
        found = described_type(described, marshalers)
        if types.is_bytes(found) and not found.name:
            found = types.BYTES
        base = types.strip_pointers(found)
        known = self.type_named(name)
        if known is not None and not _is_same(known, found):
            raise ValueError(f"gob: registering duplicate types for {name!r}")
        own = self._name_of_type(base)
        if own is not None and own != name:
            raise ValueError(
                f"gob: registering duplicate names for {found.text()}: {own!r} and {name!r}; "
                "a type and pointers to it have one name"
            )
        self._types.setdefault(name, found)
        if own is None:
            self._bases[base.text()] = (*self._bases.get(base.text(), ()), (base, name))
        self._names[_class_of(described) or base] = name

    def _name_of_type(self, base: types.Type) -> str | None:
        """The name that a type has, one that Go registers itself included."""
        text = base.text()
        own = registered_type(text)
        if own is not None and _is_same(own, base):
            return text
        return next((name for other, name in self._bases.get(text, ()) if _is_same(other, base)), None)

    def type_named(self, name: str) -> types.Type | None:
        """The type registered under a name, those that Go registers itself included."""
        return self._types.get(name) or registered_type(name)

    def name_of(self, value: Any, marshalers: Marshalers | None = None) -> str | None:
        """The name registered for the type of a value, which a marshaler may know."""
        name = self._names.get(type(value))
        if name is None and marshalers is not None:
            name = self._names.get(marshalers.type_for(value))
        return name


def _class_of(described: Any) -> type | None:
    """The class that a description is, or is a pointer to."""
    rest = [each for each in get_args(described) if each is not type(None)]
    is_optional = get_origin(described) in (Union, UnionType) and len(rest) == 1
    cls = rest[0] if is_optional else described
    return cls if isinstance(cls, type) and get_origin(cls) is None else None


def _is_same(one: types.Type, other: types.Type) -> bool:
    """Whether two descriptions are one Go type: the same object, or alike and without a name."""
    return all_agree(one, other, _is_unnamed_alike)


def _is_unnamed_alike(one: types.Type, other: types.Type) -> bool:
    return not one.name and not other.name and _head(one) == _head(other)


def _head(described: types.Type) -> tuple[Any, ...]:
    """What a type without a name is, but for the types that it is made of."""
    match described:
        case types.Struct():
            return described.kind, [name for name, _ in described.fields], described.embedded
        case types.Array():
            return described.kind, described.length
        case _:
            return (described.kind,)


def check_helpers(registry: object, marshalers: object) -> None:
    """Refuse what knows no types, such as the class in place of an object of it.

    Raises:
        TypeError: One is given and is none.
    """
    if registry is not None and not isinstance(registry, Registry):
        raise TypeError(f"registry is a pygob.Registry, not {registry!r:.60}")
    if marshalers is not None:
        from pygob.marshalers import Marshalers  # loaded already by whoever has some

        if not isinstance(marshalers, Marshalers):
            raise TypeError(f"marshalers are a pygob.marshalers.Marshalers, not {marshalers!r:.60}")


class OpenRegistry:
    """What stands in for a registry when none is given: only what Go registers itself."""

    is_strict = False

    def type_named(self, name: str) -> types.Type | None:
        """The basic type or slice of them with that name."""
        return registered_type(name)

    def name_of(self, value: Any, marshalers: Marshalers | None = None) -> str | None:
        """No name."""
        return None


def wrapped(value: Any, registry: Registry | OpenRegistry, marshalers: Marshalers | None = None) -> Interface:
    """A value as an interface holds it, under the name registered for its type.

    Raises:
        GobEncodeError: No name is registered.
    """
    name = (
        registry.name_of(value, marshalers)
        or _WRAPPED_AS.get(type(value))
        or _inferred_name(value, marshalers)
    )
    if name is None:
        what = value.name if isinstance(value, Opaque) and value.name else type(value).__name__
        raise GobEncodeError(
            f"type not registered for interface: {what}; wrap the value as Interface(name, value) with the "
            "name that Go registered for its type, or register its class"
        )
    return Interface(name, value, registry.type_named(name))


def _inferred_name(value: Any, marshalers: Marshalers | None) -> str | None:
    """The name that Go itself registers for what a value is written as when nobody says, if there is one."""
    if isinstance(value, Enum | Struct | Opaque):
        return None  # these have types of their own, which somebody has to name
    try:
        name = infer_type(value, marshalers).text()
    except GobEncodeError:
        return None
    return name if registered_type(name) is not None else None
