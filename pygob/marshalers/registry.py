"""Which marshaler reads or writes what."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pygob import types
from pygob._described import Knowledge
from pygob.errors import GobCorrupt, GobDecodeError, GobEncodeError, GobTypeError
from pygob.marshalers import addresses, bigfloat, bignum, gotime, identifiers
from pygob.marshalers.marshaler import Marshaler, Unrepresentable
from pygob.values import Opaque

# What every `Marshalers` knows unless told otherwise.
STANDARD: tuple[Marshaler, ...] = (
    gotime.TIME,
    bignum.INT,
    bignum.RAT,
    bigfloat.FLOAT,
    addresses.ADDR,
    addresses.ADDR_PORT,
    addresses.PREFIX,
    identifiers.URL,
    identifiers.UUID,
)

# What gob has types of its own for, whatever marshalers take it too.
_PLAIN = frozenset((bool, int, float, complex, str, bytes, type(None)))

# What code that reads or packs bytes raises when they are wrong.
_REFUSALS = (ValueError, LookupError, ArithmeticError, EOFError, struct.error)


class Marshalers:
    """Turns `Opaque` payloads into Python values and back. Each instance has its own types.

    A payload says nothing about its type, so bytes alone are never taken as a hint: a type is
    known by its name in the stream and its kind, or by the name the caller gives.

    Attributes:
        knowledge: Another object after each `register`; what was described with the old one no longer holds.
    """

    def __init__(self, marshalers: Iterable[Marshaler] = STANDARD) -> None:
        self._by_name = {marshaler.name: marshaler for marshaler in marshalers}
        self.knowledge = Knowledge()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (tuple(self._by_name.values()),)

    def register(
        self,
        name: str,
        kind: types.MarshalerKind,
        decode: Callable[[bytes], Any],
        encode: Callable[[Any], bytes],
        python_type: type | tuple[type, ...],
    ) -> Marshaler:
        """Add a type, in place of one of the same name.

        Args:
            name: The type with its package, such as `"ulid.ULID"`; a path before it is dropped.
            kind: `"gob"` if the type has a GobEncode method, else `"binary"`.
            decode: Payload to value. It refuses a payload by raising `ValueError` (or the errors
                that unpacking bytes raises), and leaves it an `Opaque` by `Unrepresentable`.
            encode: Value to payload; refuses likewise.
            python_type: The type or types of the values.

        Raises:
            ValueError: The name names no type, or there is no such kind.
        """
        python_types = python_type if isinstance(python_type, tuple) else (python_type,)
        marshaler = Marshaler(_plain(name), kind, decode, encode, python_types)
        self._by_name[marshaler.name] = marshaler
        self.knowledge = Knowledge()  # whatever was described by the old one may be another type now
        return marshaler

    @property
    def names(self) -> Sequence[str]:
        """The names of the known types."""
        return tuple(self._by_name)

    def knows(self, name: str) -> bool:
        """Whether a type is known by a name, in any form that Go uses."""
        return _plain(name) in self._by_name

    def type_of(self, name: str) -> types.Opaque:
        """The description of a known type, to build other types of and to encode with.

        Raises:
            GobTypeError: The name is not known.
        """
        return self._named(name).type

    def decode(self, opaque: Opaque, *, as_: str | None = None) -> Any:
        """The value a payload holds; the `Opaque` itself if its type is not known.

        Args:
            opaque: The payload.
            as_: Its type, such as `"time.Time"`, `"math/big.Int"` or a name from an interface like
                `"*big.Int"`. Streams often leave the name of a type out; then only this tells.
                It is believed whatever name and kind the stream has.

        Raises:
            GobCorrupt, GobTruncated: The payload is malformed; `offset` counts from its start.
            GobTypeError: `as_` is not known, or the name in the stream fits several known types.
            TypeError: What is given is no `Opaque`.
        """
        if not isinstance(opaque, Opaque):
            raise TypeError(f"decode takes an Opaque, not {_type_name(type(opaque))}")
        marshaler = self._for_stream(opaque) if as_ is None else self._named(as_)
        if marshaler is None:
            return opaque
        try:
            return marshaler.decode(opaque.data)
        except Unrepresentable:
            return opaque
        except GobDecodeError as error:
            error.enter(marshaler.name)
            raise
        except _REFUSALS as error:
            refusal = GobCorrupt(f"{type(error).__name__}: {error}")
            refusal.enter(marshaler.name)
            raise refusal from error

    def encode(self, value: Any, *, as_: str | None = None) -> Opaque:
        """The payload of a value, with the name and kind of its Go type; an `Opaque` as it is.

        Args:
            value: The value.
            as_: Its Go type; needed where several take the same Python type (`None`).

        Raises:
            GobEncodeError: No known type takes the value, several do, or it does not fit.
            GobTypeError: `as_` is not known.
        """
        if isinstance(value, Opaque):
            return value
        marshaler = self._for_class(type(value)) if as_ is None else self._named(as_)
        try:
            if not isinstance(value, marshaler.python_types):
                takes = " or ".join(_type_name(python_type) for python_type in marshaler.python_types)
                raise GobEncodeError(f"{_type_name(type(value))} given where {marshaler.name} takes {takes}")
            data = marshaler.encode(value)
        except GobEncodeError as error:
            error.enter(marshaler.name)
            raise
        except _REFUSALS as error:
            refusal = GobEncodeError(str(error))
            refusal.enter(marshaler.name)
            raise refusal from error
        if not isinstance(data, bytes | bytearray):
            refusal = GobEncodeError(f"its encode function returned a {_type_name(type(data))}, not bytes")
            refusal.enter(marshaler.name)
            raise refusal
        return Opaque(marshaler.type.name, marshaler.kind, data)

    def type_for(self, value: Any) -> types.Opaque | None:
        """The type of a value that only a marshaler knows; `None` for what gob has a type of its own for.

        Raises:
            GobEncodeError: Several types take the value.
        """
        return self.type_for_class(type(value))

    def type_for_class(self, cls: type) -> types.Opaque | None:
        """The type of the values of a class, as `type_for` gives it for each.

        Raises:
            GobEncodeError: Several types take them.
        """
        known = {
            python_type for marshaler in self._by_name.values() for python_type in marshaler.python_types
        }
        first = next((each for each in cls.__mro__[:-1] if each in known or each in _PLAIN), None)
        return None if first is None or first in _PLAIN else self._for_class(cls).type

    def zero_payload(self, described: types.Opaque) -> bytes | None:
        """The payload of a type's zero value, which Go leaves out of structs; `None` if it is not known."""
        name = described.text() if described.name else ""
        marshaler = self._by_name.get(_plain(name)) if name else None
        return marshaler.zero if marshaler is not None else None

    def _named(self, name: str) -> Marshaler:
        marshaler = self._by_name.get(_plain(name))
        if marshaler is None:
            raise GobTypeError(f"no marshaler is known for {name!r}; known are: {', '.join(self._by_name)}")
        return marshaler

    def _for_stream(self, opaque: Opaque) -> Marshaler | None:
        fitting = [
            marshaler
            for marshaler in self._by_name.values()
            if marshaler.type.name == opaque.name and marshaler.kind == opaque.kind
        ]
        if len(fitting) > 1:
            raise GobTypeError(
                f"the stream calls the type {opaque.name!r}, which may be {_either(fitting)}; "
                "say which by as_"
            )
        return fitting[0] if fitting else None

    def _for_class(self, cls: type) -> Marshaler:
        """The one type that takes a class, or its nearest base class any type takes."""
        for python_type in cls.__mro__[:-1]:
            fitting = [m for m in self._by_name.values() if python_type in m.python_types]
            if len(fitting) > 1:
                raise GobEncodeError(f"a {_type_name(cls)} may be {_either(fitting)}; say which by as_")
            if fitting:
                return fitting[0]
        raise GobEncodeError(f"no marshaler takes a {_type_name(cls)}; known are: {', '.join(self._by_name)}")


def _plain(name: str) -> str:
    """A type's name as Go source has it, from any form: `*big.Int`, `github.com/google/uuid.UUID`."""
    return name.rpartition("/")[2].removeprefix("*")


def _either(marshalers: Iterable[Marshaler]) -> str:
    return " or ".join(marshaler.name for marshaler in marshalers)


def _type_name(python_type: type) -> str:
    return "None" if python_type is type(None) else python_type.__name__
