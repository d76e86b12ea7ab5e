"""Plans: how a value of each type is read from a message.

Every type has one plan, built once. A plan whose type bounds how deep its values nest is read
by plain calls (`read`); one that a recursive type or an interface makes unbounded is walked as
a generator (`steps`), which never touches Python's call stack. Both follow the same rules; the
tests hold them against each other.

Source of the rules: Go's encoding/gob, decode.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pygob import types
from pygob._kernels import read_floats
from pygob._source import Source, count_as_int
from pygob._trampoline import Step
from pygob._varint import INT64_MAX, as_int32
from pygob.errors import GobDecodeError
from pygob.values import Interface, Opaque, Pairs, Struct, shown_key

# Deeper types are read by `steps`, so that `read` needs only a little of the call stack.
MAX_READ_HEIGHT = 32
# Keys with one hash that a dict may hold; more are a hostile stream's doing.
MAX_COLLISIONS = 32
MAX_NAME_BYTES = 1024

Reader = Callable[[Source], Any]


class Plan:
    """How to read the values of one type.

    Attributes:
        type: The type.
        height: How many levels its values can nest, or `None` when the type does not say.
        is_bounded: Whether `read` may be used; otherwise `steps` must be.
    """

    def __init__(self, described: types.Type) -> None:
        self.type = described
        self.height: int | None = None
        self.is_bounded = False

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plans of the types this one is made of."""

    def read(self, source: Source) -> Any:
        """Read a value by plain calls."""
        raise NotImplementedError

    def steps(self, source: Source, depth: int) -> Step:
        """Read a value as a walk for the trampoline, at the given depth."""
        raise NotImplementedError


class LeafPlan(Plan):
    """A value without parts: what the source reads in one call."""

    def __init__(self, described: types.Type, reader: Reader) -> None:
        super().__init__(described)
        self.height = 0
        self.is_bounded = True
        self.read = reader  # type: ignore[assignment, method-assign]


class OpaquePlan(Plan):
    """The bytes of a value that marshals itself."""

    type: types.Opaque

    def __init__(self, described: types.Opaque) -> None:
        super().__init__(described)
        self.height = 0
        self.is_bounded = True

    def read(self, source: Source) -> Opaque:
        """Read the count and the bytes."""
        try:
            data = source.take(source.length("GobDecoder data"))
        except GobDecodeError as error:
            if error.partial is not None:
                error.partial = Opaque(self.type.name, self.type.marshaler, error.partial)
            raise
        return Opaque(self.type.name, self.type.marshaler, data)


class StructPlan(Plan):
    """Fields by delta from the one before, ended by 0 or by the end of the message."""

    type: types.Struct

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plan of every field."""
        self.fields = [plan_of(field_type) for _, field_type in self.type.fields]

    def read(self, source: Source) -> Struct:
        """Read the fields by plain calls."""
        fields = self.fields
        values: dict[int, Any] = {}
        number = -1
        try:
            while source.pos < source.end:
                delta = source.read_uint()
                if not delta:
                    break
                number = self._next_field(number, delta, source)
                values[number] = fields[number].read(source)
        except GobDecodeError as error:
            self._explain(error, number, values)
            raise
        return Struct.of(self.type, values)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the fields as a walk."""
        source.check_depth(depth)
        fields = self.fields
        values: dict[int, Any] = {}
        number = -1
        try:
            while source.pos < source.end:
                delta = source.read_uint()
                if not delta:
                    break
                number = self._next_field(number, delta, source)
                plan = fields[number]
                values[number] = (
                    plan.read(source) if plan.is_bounded else (yield plan.steps(source, depth + 1))
                )
        except GobDecodeError as error:
            self._explain(error, number, values)
            raise
        return Struct.of(self.type, values)

    def _next_field(self, number: int, delta: int, source: Source) -> int:
        if delta >= 1 << 63:
            raise source.corrupt("gob: decode: corrupted data: negative delta")
        number += delta
        if number >= len(self.fields):
            raise source.corrupt("gob: bad data: field numbers out of bounds")
        return number

    def _explain(self, error: GobDecodeError, number: int, values: dict[int, Any]) -> None:
        if 0 <= number < len(self.fields) and number not in values:
            error.enter(f".{self.type.fields[number][0]}")
            if error.partial is not None:
                values[number] = error.partial
        error.partial = Struct.of(self.type, values)


class _ElementsPlan(Plan):
    """What slices and arrays share: a count and that many elements."""

    type: types.Slice | types.Array

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plan of the elements."""
        self.elem = plan_of(self.type.elem)

    def _count(self, source: Source) -> int:
        raise NotImplementedError

    def _finish(self, values: list[Any]) -> Any:
        raise NotImplementedError

    def read(self, source: Source) -> Any:
        """Read the elements by plain calls."""
        count = self._count(source)
        source.spend_elements(min(count, source.end - source.pos))
        read = self.elem.read
        values: list[Any] = []
        append = values.append
        try:
            for _ in range(count):
                if source.pos >= source.end:
                    raise self._too_long(source, count)
                append(read(source))
        except GobDecodeError as error:
            self._explain(error, values)
            raise
        return self._finish(values)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the elements as a walk."""
        source.check_depth(depth)
        count = self._count(source)
        plan = self.elem
        values: list[Any] = []
        try:
            for _ in range(count):
                if source.pos >= source.end:
                    raise self._too_long(source, count)
                source.spend_elements(1)
                values.append(plan.read(source) if plan.is_bounded else (yield plan.steps(source, depth + 1)))
        except GobDecodeError as error:
            self._explain(error, values)
            raise
        return self._finish(values)

    def _too_long(self, source: Source, count: int) -> GobDecodeError:
        return source.truncated(f"gob: decoding array or slice: length exceeds input size ({count} elements)")

    def _explain(self, error: GobDecodeError, values: list[Any]) -> None:
        error.enter(f"[{len(values)}]")
        if error.partial is not None:
            values.append(error.partial)
        error.partial = self._finish(values)


class SlicePlan(_ElementsPlan):
    """A slice becomes a list."""

    def _count(self, source: Source) -> int:
        count = source.read_uint()
        if count > INT64_MAX:
            raise source.corrupt(f"gob: slice too big: {count} elements")
        return count

    def _finish(self, values: list[Any]) -> list[Any]:
        return values


class FloatSlicePlan(SlicePlan):
    """A slice of floats, read by a kernel into what the caller asked for."""

    def __init__(self, described: types.Slice) -> None:
        super().__init__(described)
        self.is_float32 = described.wire_name == "[]float32"

    def read(self, source: Source) -> Any:
        """Read the elements all at once."""
        count = self._count(source)
        source.spend_elements(min(count, source.end - source.pos))
        return read_floats(source, count, is_float32=self.is_float32)


class ArrayPlan(_ElementsPlan):
    """An array becomes a tuple; the count must be the type's."""

    type: types.Array

    def _count(self, source: Source) -> int:
        if source.read_uint() != self.type.length % (1 << 64):
            raise source.corrupt("gob: length mismatch in decodeArray")
        return max(self.type.length, 0)

    def _finish(self, values: list[Any]) -> tuple[Any, ...]:
        return tuple(values)


class MapPlan(Plan):
    """A count and that many keys and elements; a key sent twice keeps its last element.

    Nothing bounds the count. At the end of a message only structs can be read (as zeros), so an
    entry read there is the same as all that would follow it and ends the map.
    """

    type: types.Map

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plans of the keys and of the elements."""
        self.key = plan_of(self.type.key)
        self.elem = plan_of(self.type.elem)

    def read(self, source: Source) -> Any:
        """Read the entries by plain calls."""
        count = count_as_int(source.read_uint())
        source.spend_elements(min(count, source.end - source.pos))
        read_key, read_elem = self.key.read, self.elem.read
        entries: list[tuple[Any, Any]] = []
        append = entries.append
        key: Any = _NO_KEY
        try:
            for _ in range(count):
                at_end = source.pos >= source.end
                key = _NO_KEY
                key = read_key(source)
                append((key, read_elem(source)))
                if at_end:
                    break
        except GobDecodeError as error:
            self._explain(error, key, entries)
            raise
        return self._finish(entries)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the entries as a walk."""
        source.check_depth(depth)
        count = count_as_int(source.read_uint())
        key_plan, elem_plan = self.key, self.elem
        entries: list[tuple[Any, Any]] = []
        key: Any = _NO_KEY
        try:
            for _ in range(count):
                at_end = source.pos >= source.end
                source.spend_elements(1)
                key = _NO_KEY
                key = (
                    key_plan.read(source)
                    if key_plan.is_bounded
                    else (yield key_plan.steps(source, depth + 1))
                )
                elem = (
                    elem_plan.read(source)
                    if elem_plan.is_bounded
                    else (yield elem_plan.steps(source, depth + 1))
                )
                entries.append((key, elem))
                if at_end:
                    break
        except GobDecodeError as error:
            self._explain(error, key, entries)
            raise
        return self._finish(entries)

    def _explain(self, error: GobDecodeError, key: Any, entries: list[tuple[Any, Any]]) -> None:
        if key is _NO_KEY:
            error.enter(f"[key {len(entries)}]")
        else:
            error.enter(shown_key(key))
            if error.partial is not None:
                entries.append((key, error.partial))
        error.partial = self._finish(entries)

    def _finish(self, entries: list[tuple[Any, Any]]) -> dict[Any, Any] | Pairs:
        if self.type.key.kind in SAFE_KEYS:
            return dict(entries)
        return _guarded_dict(entries)


_NO_KEY = object()
# Kinds whose values cannot be chosen so that more than a few have one hash.
SAFE_KEYS = frozenset(("bool", "int", "uint", "float", "string", "bytes"))


def _guarded_dict(entries: list[tuple[Any, Any]]) -> dict[Any, Any] | Pairs:
    """A dict of keys whose hashes an attacker could choose, or `Pairs` where they did."""
    result: dict[Any, Any] = {}
    collisions: dict[int, int] = {}
    try:
        for key, elem in entries:
            size = len(result)
            result[key] = elem
            if len(result) > size:
                code = hash(key)
                seen = collisions[code] = collisions.get(code, 0) + 1
                if seen > MAX_COLLISIONS:
                    return Pairs(entries)
    except (TypeError, RecursionError):  # a key that Python cannot hash
        return Pairs(entries)
    return result


class InterfacePlan(Plan):
    """A registered name, definitions as needed, a type id, a byte count and the value."""

    def steps(self, source: Source, depth: int) -> Step:
        """Read the value, asking for the next message where a definition ends this one."""
        source.check_depth(depth)
        name = self._name(source)
        if not name:
            return None
        described: types.Type | None = None
        try:
            type_id, definitions = yield from type_sequence(source, in_interface=True)
            plan = source.table.value_plan(type_id, source)
            described = plan.type
            source.read_uint()  # the byte count, of use only to a reader that skips
            value = plan.read(source) if plan.is_bounded else (yield plan.steps(source, depth + 1))
        except GobDecodeError as error:
            error.enter(f".({name})")
            if described is not None:
                error.partial = Interface(name, error.partial, described)
            raise
        return Interface(name, value, described, definitions)

    def _name(self, source: Source) -> str:
        try:
            length = source.length("type name")
        except GobDecodeError as error:
            error.partial = None
            raise
        if length > MAX_NAME_BYTES:
            raise source.corrupt(f"gob: name too long ({length} bytes)")
        return source.take(length).decode("utf-8", "surrogateescape")


class SingletonPlan(Plan):
    """A value that is not a struct, where a message or an interface holds it: 0, then itself."""

    def __init__(self, inner: Plan) -> None:
        super().__init__(inner.type)
        self.inner = inner
        self.height = inner.height
        self.is_bounded = inner.is_bounded

    def read(self, source: Source) -> Any:
        """Read the zero and the value by plain calls."""
        self._check_zero(source)
        return self.inner.read(source)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the zero, then walk the value."""
        self._check_zero(source)
        return (yield self.inner.steps(source, depth))

    def _check_zero(self, source: Source) -> None:
        if source.read_uint():
            raise source.corrupt("gob: decode: corrupted data: non-zero delta for singleton")


def type_sequence(source: Source, *, in_interface: bool) -> Step:
    """Read type definitions up to a value's type id; yields `None` where a message is needed.

    Returns:
        The type id, and the ids of the types defined before it.
    """
    definitions: list[int] = []
    while True:
        if source.pos >= source.end:
            yield None
        type_id = as_int32(source.read_int())
        if type_id >= 0:
            return type_id, tuple(definitions)
        source.table.receive(-type_id, source)
        definitions.append(-type_id)
        if source.pos < source.end:
            if not in_interface:
                raise source.corrupt("extra data in buffer")
            source.read_uint()  # the count of the delimited value that follows


def value_steps(source: Source, known: tuple[int, ...] = ()) -> Step:
    """Read one top-level value with the definitions before it.

    Args:
        source: The source, empty, to be refilled whenever this yields `None`.
        known: Ids of definitions before it that were recognised without being read.

    Returns:
        The id of its type, the value and the ids of the types defined before it.
    """
    type_id, definitions = yield from type_sequence(source, in_interface=False)
    definitions = known + definitions
    source.elements = source.limits.elements
    plan = source.table.value_plan(type_id, source)
    try:
        if plan.is_bounded:
            source.check_depth(plan.height or 0)
            value = plan.read(source)
        else:
            value = yield plan.steps(source, 1)
    except GobDecodeError as error:
        error.enter(plan.type.name or plan.type.kind)
        error.type = plan.type
        raise
    return type_id, value, definitions


_LEAF_READERS: dict[str, Reader] = {
    "bool": Source.read_bool,
    "int": Source.read_int,
    "uint": Source.read_uint,
    "float": Source.read_float,
    "bytes": Source.read_bytes,
    "string": Source.read_string,
    "complex": Source.read_complex,
}


def build_plans(roots: Iterable[types.Type], known: dict[types.Type, Plan]) -> None:
    """Build the plans of types and of all they are made of, adding them to `known`.

    Works through a list, not by recursion: types nest as deep as a stream says.
    """
    pending = [described for described in roots if described not in known]
    built: list[Plan] = []
    while pending:
        described = pending.pop()
        if described in known:
            continue
        known[described] = plan = _plan_for(described)
        built.append(plan)
        pending.extend(described.children())
    for plan in built:
        plan.link(known.__getitem__)
    _settle_heights(built, known)


def _plan_for(described: types.Type) -> Plan:
    match described:
        case types.Struct():
            return StructPlan(described)
        case types.Slice():
            return FloatSlicePlan(described) if described.elem.kind == "float" else SlicePlan(described)
        case types.Array():
            return ArrayPlan(described)
        case types.Map():
            return MapPlan(described)
        case types.Opaque():
            return OpaquePlan(described)
        case types.Basic(kind="interface"):
            return InterfacePlan(described)
        case _:
            return LeafPlan(described, _LEAF_READERS[described.kind])


def _settle_heights(plans: list[Plan], known: dict[types.Type, Plan]) -> None:
    """Find which types bound the depth of their values: a longest path, cycles left out."""
    waiting = {plan.type: sum(1 for _ in plan.type.children()) for plan in plans}
    parents: dict[types.Type, list[Plan]] = {}
    ready: list[Plan] = []
    for plan in plans:
        for child in plan.type.children():
            parents.setdefault(child, []).append(plan)
            if child not in waiting:
                waiting[plan.type] -= 1
        if not waiting[plan.type]:
            ready.append(plan)
    while ready:
        plan = ready.pop()
        if isinstance(plan, InterfacePlan):
            continue
        heights = [known[child].height for child in plan.type.children()]
        bounded = [height for height in heights if height is not None]
        if len(bounded) == len(heights):
            plan.height = 1 + max(bounded, default=0) if heights or plan.height is None else plan.height
            plan.is_bounded = plan.height <= MAX_READ_HEIGHT
        for parent in parents.get(plan.type, ()):
            waiting[parent.type] -= 1
            if not waiting[parent.type]:
                ready.append(parent)
