"""Decoding into a given type: which stream types fit it, and how values go into it.

Go decodes by name and class, not by exact type: an `int64` field takes what an `int8` sent, a
struct takes the fields it knows, and what is already in the destination stays where the stream
says nothing. The rules and the words of the errors are Go's (decode.go: compatibleType,
compileDec and the decoding operations).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pygob import types
from pygob._destination.existing import check_existing, check_keys, entries_of, give_back, holds, inserter
from pygob._destination.fitting import InterfaceTypes, Name, Part, fit, fit_all, key_identity
from pygob._reading.map_keys import NUMBER_KEYS, SAFE_KEYS
from pygob._reading.payloads import read_payload, unmarshaled, zero_of
from pygob._trampoline import Step, run
from pygob.errors import GobDecodeError, GobEncodeError, GobTypeError
from pygob.values import Interface, Pairs, Struct, shown_key, struct_values

if TYPE_CHECKING:
    from pygob.marshalers import Marshalers


@dataclass(frozen=True, slots=True)
class Assignment:
    """Puts decoded values into one destination type.

    Attributes:
        destination: The type to decode into.
        interfaces: The types that interfaces may hold.
        marshalers: Who reads the payloads of values that marshal themselves, if anybody does.
    """

    destination: types.Type
    interfaces: InterfaceTypes
    marshalers: Marshalers | None = None

    def assign(self, received: types.Type, value: Any, existing: Any, offset: int) -> Any:
        """Return the destination's value after decoding `value` into it.

        Args:
            received: The type the stream gives the value.
            value: The value as decoded.
            existing: What the destination holds now; it is updated in place where Python can.
                `None` for a zero value.
            offset: Where the value stands in the input, for errors.

        Raises:
            GobTypeError: The types do not fit, by Go's rules; or `existing`, or what is in it, is no
                value of the destination's type.
            GobDecodeError: A number is out of the destination's range.
        """
        try:
            _check_value_type(received, self.destination)
            name = self.destination.short_text()
            return run(self._into(received, self.destination, value, existing, name))
        except GobDecodeError as error:
            error.offset = offset
            base = types.strip_pointers(self.destination)
            error.enter(base.name or base.kind)
            raise

    def _into(self, received: types.Type, wanted: types.Type, value: Any, existing: Any, name: Name) -> Step:
        """Decode into one place; `name` is what Go calls it when a number does not fit."""
        wanted = types.strip_pointers(wanted)
        check_existing(wanted, existing)
        match wanted:
            case types.Struct():
                return (yield self._struct(received, wanted, value, existing))
            case types.Slice() | types.Array() if not types.is_bytes(wanted):
                return (yield self._elements(received, wanted, value, existing, name))
            case types.Map():
                return (yield self._map(received, wanted, value, existing, name))
            case types.Basic(kind="interface"):
                return (yield self._interface(wanted, value))
            case types.Basic():
                return fit(wanted, value, name)
            case types.Opaque() if self.marshalers is not None:
                return read_payload(value, self.marshalers, wanted.text() if wanted.name else None)
            case _:
                return value

    def _struct(self, received: types.Type, wanted: types.Struct, value: Any, existing: Any) -> Step:
        assert isinstance(received, types.Struct)
        assert isinstance(value, Struct)
        sent: dict[int, Any] = {}
        for number, item in sorted(struct_values(value).items()):
            field_name, field_type = received.fields[number]
            own = wanted.numbers.get(field_name)
            if own is None:
                continue
            try:
                before = sent[own] if own in sent else _field(wanted, existing, own)
                sent[own] = yield self._into(field_type, wanted.fields[own][1], item, before, field_name)
            except GobDecodeError as error:
                error.enter(f".{field_name}")
                raise
        if existing is None and self.marshalers is not None:
            self._add_zeros(wanted, sent, self.marshalers)
        return _merged(wanted, existing, sent)

    def _add_zeros(self, wanted: types.Struct, sent: dict[int, Any], marshalers: Marshalers) -> None:
        """Add Go's zero values of fields that Go left out, where nothing else would stand for them."""
        for number, (_, field_type) in enumerate(wanted.fields):
            if number in sent or (wanted.binding is not None and wanted.binding.has_default(number)):
                continue
            zero = zero_of(field_type, marshalers)
            if zero is not None:
                sent[number] = zero

    def _elements(
        self, received: types.Type, wanted: types.Slice | types.Array, value: Any, existing: Any, name: Name
    ) -> Step:
        assert isinstance(received, types.Slice | types.Array)
        base = types.strip_pointers(wanted.elem)
        name = Part("element", name)
        if isinstance(base, types.Basic) and base.kind != "interface":
            result = fit_all(base, value if isinstance(value, list | tuple) else value.tolist(), name)
        else:
            # Go reuses the elements of a slice only while they suffice; an array always has enough.
            is_enough = existing is not None and len(existing) >= len(value)
            reused = list(existing)[: len(value)] if is_enough else [None] * len(value)
            result = []
            for index, (item, before) in enumerate(zip(value, reused, strict=True)):
                try:
                    result.append((yield self._into(received.elem, wanted.elem, item, before, name)))
                except GobDecodeError as error:
                    error.enter(f"[{index}]")
                    raise
        return tuple(result) if isinstance(wanted, types.Array) else result

    def _map(self, received: types.Type, wanted: types.Map, value: Any, existing: Any, name: Name) -> Step:
        assert isinstance(received, types.Map)
        check_keys(wanted, value)
        entries = value if isinstance(value, Pairs) else value.items()
        result = entries_of(existing, wanted)
        # Go names the map itself where a key or element is a number, and more where it has parts.
        key_name, elem_name = (
            name if isinstance(types.strip_pointers(part), types.Basic) else Part(what, name)
            for what, part in (("key", wanted.key), ("element", wanted.elem))
        )
        put = inserter(result, wanted)
        is_sure = types.strip_pointers(wanted.key).kind in SAFE_KEYS | NUMBER_KEYS
        before = {} if is_sure else {key: key for key in result}
        sent: dict[Any, Any] = {}
        for key, item in entries:
            try:
                new_key = yield self._into(received.key, wanted.key, key, None, key_name)
                new_item = yield self._into(received.elem, wanted.elem, item, None, elem_name)
                if (
                    not is_sure
                    and holds(result, new_key, wanted)
                    and not (
                        (yield self._is_same_key(received, wanted, sent[new_key], key))
                        if new_key in sent
                        else _is_same_value(before[new_key], new_key)
                    )
                ):
                    raise _merging(wanted)
                put(new_key, new_item)
                if not is_sure:
                    sent[new_key] = key
            except GobDecodeError as error:
                error.enter(shown_key(key))
                raise
        return give_back(result, existing)

    def _is_same_key(self, received: types.Map, wanted: types.Map, one: Any, other: Any) -> Step:
        """Whether two keys that Python takes for one are one in Go too, once they are decoded."""
        first = yield key_identity(received.key, wanted.key, one, self.interfaces)
        return first == (yield key_identity(received.key, wanted.key, other, self.interfaces))

    def _interface(self, wanted: types.Basic, value: Any) -> Step:
        if value is None:
            return None
        assert isinstance(value, Interface)
        concrete = self.interfaces.type_named(value.name)
        inner = value.value
        if concrete is None:
            if self.interfaces.is_strict:
                raise GobTypeError(f'gob: name not registered for interface: "{value.name}"')
            if self.marshalers is not None:
                inner = yield unmarshaled(inner, self.marshalers, value.name)
        else:
            assert value.type is not None
            try:
                _check_value_type(value.type, concrete)
                inner = yield self._into(value.type, concrete, inner, None, concrete.short_text())
            except GobDecodeError as error:
                error.enter(f".({value.name})")
                raise
        return inner if wanted is types.ANY else Interface(value.name, inner, concrete or value.type)


def _merging(wanted: types.Map) -> GobTypeError:
    if wanted.key is types.ANY:
        return GobTypeError(
            "keys of different Go types, such as 1 and true, are one in Python; "
            "decode into dict[pygob.Interface, ...], which keeps them apart"
        )
    return GobTypeError(
        f"keys of {wanted.short_text()} that Go keeps apart are one in Python; "
        "decoded without a type they stay apart"
    )


def _is_same_value(one: Any, other: Any) -> bool:
    """Whether two keys that are equal are the same in Go, as far as Python's values tell."""
    pending = [(one, other)]
    while pending:
        mine, yours = pending.pop()
        if type(mine) is not type(yours):
            return False
        match mine:
            case float() | complex() | int() | str() | bytes():
                pass
            case tuple():
                pending.extend(zip(mine, yours, strict=True))
            case Struct():  # equal, so they have the same fields
                pending.extend((mine[name], yours[name]) for name in mine)
            case Interface():
                pending.append((mine.value, yours.value))
            case _ if repr(mine) != repr(yours):
                return False
    return True


def _field(wanted: types.Struct, existing: Any, number: int) -> Any:
    """What a field of the destination holds before decoding; `None` for nothing."""
    if existing is None:
        return None
    if wanted.binding is not None:
        try:
            return wanted.binding.get(existing, number)
        except GobEncodeError:  # it was never set
            return None
    return struct_values(existing).get(number)


def _merged(wanted: types.Struct, existing: Any, sent: dict[int, Any]) -> Any:
    """The destination with the fields that were sent, in place of what it held."""
    if wanted.binding is not None:
        return wanted.binding.new(sent) if existing is None else wanted.binding.update(existing, sent)
    if existing is None:
        return Struct.of(wanted, sent)
    struct_values(existing).update(sent)
    return existing


def _check_value_type(received: types.Type, wanted: types.Type) -> None:
    """Refuse a value, of a message or an interface, whose type does not fit."""
    base = types.strip_pointers(wanted)
    if not isinstance(base, types.Struct):
        if not _is_compatible(received, base):
            _refuse_single(received, wanted)
        _check_parts(received, base)
        return
    if not isinstance(received, types.Struct):
        raise GobTypeError(
            f"gob: type mismatch in decoder: want struct type {base.short_text()}; got non-struct"
        )
    _check_parts(received, base)
    is_defined = received.wire_name is not None  # else it is one of Go's own, where Go does not look
    has_none = not any(name in base.numbers for name, _ in received.fields)
    if is_defined and base.fields and received.fields and has_none:
        raise GobTypeError(f"gob: type mismatch: no fields matched compiling decoder for {base.name}")


def _refuse_single(received: types.Type, wanted: types.Type) -> None:
    remote = _remote_text(received)
    local = wanted.short_text()
    if types.strip_pointers(wanted).kind == "interface" and received.kind != "interface":
        raise GobTypeError(
            f"gob: local interface type {local} can only be decoded from remote interface type; "
            f"received concrete type {remote}"
        )
    raise GobTypeError(f"gob: decoding into local type {local}, received remote type {remote}")


def _remote_text(received: types.Type) -> str:
    """A received type in Go's words: its name as the stream has it, or its structure."""
    return received.kind if isinstance(received, types.Basic) else received.short_text()


def _check_parts(received: types.Type, wanted: types.Type) -> None:
    """Check every struct that decoding a type can reach, in Go's order: field by field, each to its depth."""
    pending: list[tuple[types.Type, types.Type, str, _Place]] = [(received, wanted, "", None)]
    seen: set[tuple[types.Type, types.Type]] = set()
    while pending:
        remote, local, field, place = pending.pop()
        if field and not _is_compatible(remote, local):
            raise _placed(f"gob: wrong type ({local.short_text()}) for received field {field}", place)
        local = types.strip_pointers(local)
        if local is None:
            raise TypeError("the type to decode into has a part that is not described yet")
        if (remote, local) in seen:
            continue
        seen.add((remote, local))
        if isinstance(local, types.Struct):
            if not isinstance(remote, types.Struct):
                raise _placed(
                    f"gob: type mismatch in decoder: want struct type {local.short_text()}; got non-struct",
                    place,
                )
            pending += [
                (
                    field_type,
                    local.fields[local.numbers[name]][1],
                    f"{remote.name}.{name}",
                    (place, f".{name}"),
                )
                for name, field_type in reversed(remote.fields)
                if name in local.numbers
            ]
        elif not types.is_bytes(local) and not isinstance(local, types.Opaque):
            steps = ("[key]", "[]") if isinstance(local, types.Map) else ("[]",)
            parts = list(zip(remote.children(), local.children(), steps, strict=False))
            pending += [(theirs, own, "", (place, step)) for theirs, own, step in reversed(parts)]


# Where a type stands in the one that is decoded: the place of what holds it, and one step of a path.
_Place: TypeAlias = tuple["_Place", str] | None


def _placed(message: str, place: _Place) -> GobTypeError:
    error = GobTypeError(message)
    while place is not None:
        place, step = place
        error.enter(step)
    return error


def _is_compatible(received: types.Type, wanted: types.Type) -> bool:
    """Go's compatibleType: classes of numbers, elements, lengths; structs are looked at later."""
    in_progress: dict[types.Type, types.Type] = {}
    pending = [(received, wanted)]
    while pending:
        remote, local = pending.pop()
        local = types.strip_pointers(local)
        if local in in_progress:
            if in_progress[local] is not remote:
                return False
            continue
        in_progress[local] = remote
        match local:
            case types.Opaque():
                if not (isinstance(remote, types.Opaque) and remote.marshaler == local.marshaler):
                    return False
            case _ if isinstance(remote, types.Opaque):
                return False
            case types.Struct():
                continue
            case _ if types.is_bytes(local):
                if remote.kind != "bytes":
                    return False
            case types.Basic():
                if remote.kind != local.kind:
                    return False
            case types.Array():
                if not (isinstance(remote, types.Array) and remote.length == local.length):
                    return False
                pending.append((remote.elem, local.elem))
            case types.Slice():
                if not isinstance(remote, types.Slice):
                    return False
                pending.append((remote.elem, local.elem))
            case types.Map():
                if not isinstance(remote, types.Map):
                    return False
                pending.append((remote.elem, local.elem))
                pending.append((remote.key, local.key))
    return True
