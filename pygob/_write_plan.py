"""Write plans: how a value of each type becomes bytes.

The counterpart of `_plan`. A value without parts, and a container of such values, is written by
a plain call (`put`); everything else is walked as a generator (`steps`), so that depth costs no
call stack.

Source of the rules: Go's encoding/gob, encode.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

from pygob import types
from pygob._kernels import put_floats
from pygob._own_code import asked, check_unchanged, elements_of, entries_of
from pygob._trampoline import Step
from pygob._value_plan import MAX_NAME_BYTES
from pygob._varint import (
    int_bytes,
    uint_bytes,
)
from pygob._write_leaf import (
    BasicPlan,
    BoolPlan,
    BytesPlan,
    ComplexPlan,
    FloatPlan,
    IntPlan,
    OpaquePlan,
    Session,
    StringPlan,
    UintPlan,
    WritePlan,
    text_bytes,
)
from pygob.errors import GobEncodeError
from pygob.values import ZEROS, Interface, Pairs, Struct, shown_key, struct_type, struct_values


class StructPlan(WritePlan):
    """Fields that are not zero, each after its delta, and 0 at the end."""

    type: types.Struct

    def link(self, plan_of: Callable[[types.Type], WritePlan]) -> None:
        """Find the plan of every field."""
        self.fields = [(name, plan_of(field_type)) for name, field_type in self.type.fields]
        is_received = self.type.wire_name is not None  # a stream does not tell what is a pointer
        self.zeros = {
            number: _zero(field_type)
            for number, (_, field_type) in enumerate(self.type.fields)
            if isinstance(field_type, types.Struct | types.Array) and not is_received
        }
        # Behind a pointer even a zero value is sent, and what a stream defined may be a pointer.
        self.own_payloads = {
            number: field_type
            for number, (_, field_type) in enumerate(self.type.fields)
            if isinstance(field_type, types.Opaque) and not is_received
        }
        self.takes_none = [is_received or _takes_none(field_type) for _, field_type in self.type.fields]

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append the fields as a walk."""
        check_depth(session, depth)
        if value is None:
            raise GobEncodeError("nil pointer where Go must send a struct")
        buffer = session.blocks.buffer
        fields = self.fields
        last = number = -1
        try:
            for number, item in self._sent(value):
                plan = fields[number][1]
                if item is None and not self.takes_none[number]:
                    raise GobEncodeError(f"None given where Go's {plan.type.short_text()} has no nil")
                if plan.is_omitted(item):
                    continue
                if number in self.own_payloads and session.is_zero(item, self.own_payloads[number]):
                    continue
                buffer += uint_bytes(number - last)
                last = number
                if plan.is_leaf:
                    check_depth(session, depth + plan.height)
                    plan.put(buffer, item)
                else:
                    yield plan.steps(session, item, depth + 1)
        except GobEncodeError as error:
            if number >= 0:
                error.enter(f".{fields[number][0]}")
            raise
        buffer.append(0)

    def _sent(self, value: Any) -> Iterable[tuple[int, Any]]:
        """The fields by number, in order, those that Go sends even when they are zero among them."""
        present = self._present(value)
        if not self.zeros:
            return present
        given = dict(present)
        for number, zero in self.zeros.items():
            if given.get(number) is None:
                given[number] = zero
        return sorted(given.items())

    def _present(self, value: Any) -> Iterable[tuple[int, Any]]:
        """The fields that may be sent, by number, in order."""
        if isinstance(value, Struct) and struct_type(value) is self.type:
            return sorted(struct_values(value).items())
        binding = self.type.binding
        if binding is not None and binding.is_instance(value):
            return [(number, binding.get(value, number)) for number in range(len(self.fields))]
        if isinstance(value, Mapping):
            given: dict[Any, Any] = asked(value, dict, entries_of(value))
            unknown = [name for name in given if name not in self.type.numbers]
            if unknown:
                raise GobEncodeError(
                    f"struct {self.type.name or '(unnamed)'} has no field {unknown[0]!r}; "
                    f"its fields are: {', '.join(self.type.numbers) or 'none'}"
                )
            return [(n, given[name]) for n, (name, _) in enumerate(self.fields) if name in given]
        raise GobEncodeError(
            f"{type(value).__name__} given where struct {self.type.name or '(unnamed)'} "
            "takes a Struct or a mapping"
        )


class _ElementsPlan(WritePlan):
    """What slices and arrays share: a count and the elements, zeros included."""

    type: types.Slice | types.Array
    height = 1

    def link(self, plan_of: Callable[[types.Type], WritePlan]) -> None:
        """Find the plan of the elements."""
        self.elem = plan_of(self.type.elem)
        self.elem_is_pointer = isinstance(self.type.elem, types.Pointer)
        self.elem_is_sure_pointer = _is_sure_pointer(self.type.elem)
        self.is_leaf = isinstance(self.elem, BasicPlan | BytesPlan)

    def _elements(self, value: Any) -> Any:
        raise NotImplementedError

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append elements that are leaves."""
        elements = self._elements(value)
        buffer += uint_bytes(len(elements))
        put = self.elem.put
        index = 0
        try:
            for index, item in enumerate(elements):  # noqa: B007 (the handler reads it)
                if item is None and self.elem_is_sure_pointer:
                    raise GobEncodeError("encodeArray: nil element")
                put(buffer, item)
        except GobEncodeError as error:
            error.enter(f"[{index}]")
            raise
        check_unchanged(value, len(elements))

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append the elements as a walk."""
        check_depth(session, depth)
        elements = self._elements(value)
        buffer = session.blocks.buffer
        buffer += uint_bytes(len(elements))
        plan = self.elem
        index = 0
        try:
            for index, item in enumerate(elements):  # noqa: B007 (the handler reads it)
                if item is None and self.elem_is_pointer:
                    raise GobEncodeError("encodeArray: nil element")
                if plan.is_leaf:
                    check_depth(session, depth + plan.height)
                    plan.put(buffer, item)
                else:
                    yield plan.steps(session, item, depth + 1)
        except GobEncodeError as error:
            error.enter(f"[{index}]")
            raise
        check_unchanged(value, len(elements))


class SlicePlan(_ElementsPlan):
    """A list, a tuple or anything with a length and elements; `None` is a nil slice."""

    def is_omitted(self, value: Any) -> bool:
        """Whether the slice is empty."""
        return not len(self._elements(value))

    def _elements(self, value: Any) -> Any:
        if value is None:
            return ()
        return _sequence(value, self.type)


class FloatSlicePlan(SlicePlan):
    """A slice of floats, written by a kernel."""

    elem: FloatPlan

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append the floats all at once."""
        elements = self._elements(value)
        buffer += uint_bytes(len(elements))
        put_floats(buffer, elements, self.elem)
        check_unchanged(value, len(elements))


class ArrayPlan(_ElementsPlan):
    """A sequence of exactly the type's length, sent even when all zero."""

    type: types.Array

    def _elements(self, value: Any) -> Any:
        elements = _sequence(value, self.type)
        if len(elements) != self.type.length:
            raise GobEncodeError(
                f"{len(elements)} elements given where Go's {self.type.text()} takes {self.type.length}"
            )
        return elements


def _sequence(value: Any, described: types.Type) -> Any:
    if (
        isinstance(value, str | bytes | Mapping | Set)
        or not hasattr(value, "__len__")
        or not hasattr(value, "__iter__")
    ):
        raise GobEncodeError(
            f"{type(value).__name__} given where Go's {described.text()} takes a list or tuple"
        )
    return elements_of(value)


class MapPlan(WritePlan):
    """A count, then each key and its element; an empty map is sent, a nil one (`None`) not."""

    type: types.Map

    def link(self, plan_of: Callable[[types.Type], WritePlan]) -> None:
        """Find the plans of the keys and of the elements."""
        self.key = plan_of(self.type.key)
        self.elem = plan_of(self.type.elem)
        self.has_pointers = _is_sure_pointer(self.type.key), _is_sure_pointer(self.type.elem)

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append the entries as a walk."""
        check_depth(session, depth)
        buffer = session.blocks.buffer
        entries = self._entries(value)
        buffer += uint_bytes(len(entries))
        key_plan, elem_plan = self.key, self.elem
        key: Any = None
        key_is_pointer, elem_is_pointer = self.has_pointers
        try:
            for key, item in entries:
                if (key is None and key_is_pointer) or (item is None and elem_is_pointer):
                    raise GobEncodeError("encodeReflectValue: nil element")
                if key_plan.is_leaf:
                    check_depth(session, depth + key_plan.height)
                    key_plan.put(buffer, key)
                else:
                    yield key_plan.steps(session, key, depth + 1)
                if elem_plan.is_leaf:
                    check_depth(session, depth + elem_plan.height)
                    elem_plan.put(buffer, item)
                else:
                    yield elem_plan.steps(session, item, depth + 1)
        except GobEncodeError as error:
            error.enter(shown_key(key))
            raise
        check_unchanged(value, len(entries))

    def _entries(self, value: Any) -> Any:
        if value is None:
            return ()
        if isinstance(value, Pairs):
            return _checked(elements_of(value))
        if isinstance(value, Mapping):
            return entries_of(value)
        raise GobEncodeError(
            f"{type(value).__name__} given where Go's {self.type.text()} takes a dict or Pairs"
        )


def _checked(pairs: list[Any]) -> list[Any]:
    """Pairs as they are, if that is what they are."""
    for index, entry in enumerate(pairs):
        if not isinstance(entry, tuple) or len(entry) != 2:
            raise GobEncodeError(f"Pairs hold (key, element) tuples; number {index} is {entry!r:.60}")
    return pairs


def _zero(described: types.Type) -> Any:
    """The zero value of a type, for the fields that Go sends even so."""
    match described:
        case types.Struct():
            return {}
        case types.Array():
            return (_zero(described.elem),) * described.length
        case types.Basic():
            return ZEROS.get(described.kind)
        case _:
            return None


def _is_sure_pointer(described: types.Type) -> bool:
    """Whether `None` is a nil pointer, and not what a pointer leads to: a nil slice, map or interface."""
    base = types.strip_pointers(described)
    return base is not described and not may_be_nil(base) and base.kind != "interface"


def _takes_none(described: types.Type) -> bool:
    """Whether a field may be None: a nil, or for a struct or an array its zero value."""
    return not isinstance(described, types.Basic) or described.kind in ("interface", "bytes")


class InterfacePlan(WritePlan):
    """A registered name, definitions as needed, the type id, and the value in a block."""

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append the value as a walk."""
        check_depth(session, depth)
        blocks = session.blocks
        if value is None:
            blocks.buffer.append(0)
            return
        if not isinstance(value, Interface):
            value = session.wrap(value)
        if not isinstance(value.name, str):
            raise GobEncodeError(f"the name of a type in an interface is a str, not {value.name!r:.60}")
        name = text_bytes(value.name)
        if not name or len(name) > MAX_NAME_BYTES:
            raise GobEncodeError(f"an interface name has 1 to {MAX_NAME_BYTES} bytes, not {len(name)}")
        if value.value is None and not may_be_nil(value.type):
            raise GobEncodeError("gob: cannot encode nil pointer inside interface")
        try:
            described = session.interface_type(value)
            blocks.buffer += uint_bytes(len(name))
            blocks.buffer += name
            type_id = session.send_definitions(described, value.definitions)
            blocks.buffer += int_bytes(type_id)
            blocks.open_block()
            yield value_steps(session, described, value.value, depth + 1)
            blocks.close_block()
        except GobEncodeError as error:
            error.enter(f".({value.name})")
            raise


def may_be_nil(described: types.Type | None) -> bool:
    """Whether `None` is a value of a type itself (a nil slice or map) and not a nil pointer."""
    return isinstance(described, types.Slice | types.Map) or (
        described is not None and types.is_bytes(described)
    )


def value_steps(session: Session, described: types.Type, value: Any, depth: int) -> Step:
    """Append a value that a message or an interface holds: what is not a struct follows a 0."""
    plan = write_plan(described)
    if not isinstance(plan, StructPlan):
        session.blocks.buffer.append(0)
    if plan.is_leaf:
        check_depth(session, depth - 1 + plan.height)
        plan.put(session.blocks.buffer, value)
    else:
        yield plan.steps(session, value, depth)


def check_depth(session: Session, depth: int) -> None:
    """Refuse a value nested deeper than the limit, which a value that contains itself is too."""
    if depth > session.max_depth:
        raise GobEncodeError(
            f"the value nests deeper than {session.max_depth:,} levels (Limits.depth), or contains itself"
        )


_BASIC_PLANS: dict[str, type[WritePlan]] = {
    "bool": BoolPlan,
    "int": IntPlan,
    "uint": UintPlan,
    "float": FloatPlan,
    "string": StringPlan,
    "complex": ComplexPlan,
}


def write_plan(root: types.Type) -> WritePlan:
    """The plan of a type, built with those it needs at first use and kept with the types."""
    if root.compiled is not None:
        return root.compiled  # type: ignore[no-any-return]
    known: dict[types.Type, WritePlan] = {}
    built: list[WritePlan] = []
    pending = [root]
    while pending:
        described = pending.pop()
        base = types.strip_pointers(described)
        if any(not isinstance(part, types.Type) for part in (base, *base.children())):
            raise GobEncodeError(f"a {base.kind} has a part that is not described yet")
        if base not in known:
            plan: WritePlan | None = base.compiled
            if plan is None:
                plan = _plan_for(base)
                built.append(plan)
                if not isinstance(plan, BytesPlan | OpaquePlan):
                    pending.extend(base.children())
            known[base] = plan
        known[described] = known[base]
    for plan in built:
        plan.link(known.__getitem__)
    for described, plan in known.items():
        described.compiled = plan  # only now, when other threads may use them
    return known[root]


def _plan_for(described: types.Type) -> WritePlan:
    if types.is_bytes(described):
        return BytesPlan(described)
    match described:
        case types.Struct():
            return StructPlan(described)
        case types.Slice():
            is_floats = types.strip_pointers(described.elem).kind == "float"
            return FloatSlicePlan(described) if is_floats else SlicePlan(described)
        case types.Array():
            return ArrayPlan(described)
        case types.Map():
            return MapPlan(described)
        case types.Opaque():
            return OpaquePlan(described)
        case types.Basic(kind="interface"):
            return InterfacePlan(described)
        case _:
            return _BASIC_PLANS[described.kind](described)
