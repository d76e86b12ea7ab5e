"""Write plans of values with parts: structs, slices, arrays and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

from pygob import types
from pygob._messages.varint import uint_bytes
from pygob._trampoline import Step
from pygob._writing.leaf import Session, WritePlan, check_depth, is_put
from pygob.binding._own_code import PLAIN, asked, check_unchanged, elements_of, entries_of, failed
from pygob.errors import GobEncodeError
from pygob.values import ZEROS, Pairs, Struct, shown, shown_key, struct_type, struct_values


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

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append the fields by plain calls."""
        last = number = -1
        try:
            for number, item in self._sent(value):
                plan = self._plan_if_sent(number, item)
                if plan is not None:
                    _put_step(buffer, last, number)
                    last = number
                    plan.put(buffer, item)
        except GobEncodeError as error:
            error.enter(self._step(number))
            raise
        except Exception as error:
            raise failed(error, self._step(number)) from error
        buffer.append(0)

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append the fields as a walk."""
        check_depth(session, depth)
        buffer = session.blocks.buffer
        last = number = -1
        try:
            for number, item in self._sent(value):
                plan = self._plan_if_sent(number, item)
                if plan is None:
                    continue
                if number in self.own_payloads and session.is_zero(item, self.own_payloads[number]):
                    continue
                _put_step(buffer, last, number)
                last = number
                if is_put(plan, session, depth):
                    plan.put(buffer, item)
                else:
                    yield plan.steps(session, item, depth + 1)
        except GobEncodeError as error:
            error.enter(self._step(number))
            raise
        except Exception as error:
            raise failed(error, self._step(number)) from error
        buffer.append(0)

    def _plan_if_sent(self, number: int, item: Any) -> WritePlan | None:
        """How a field is written, or `None` if it is left out."""
        plan = self.fields[number][1]
        if item is None and not self.takes_none[number]:
            raise GobEncodeError(f"None given where Go's {plan.type.short_text()} has no nil")
        return None if plan.is_omitted(item) else plan

    def _step(self, number: int) -> str:
        return f".{self.fields[number][0]}" if number >= 0 else ""

    def _sent(self, value: Any) -> Iterable[tuple[int, Any]]:
        """The fields by number, in order, those that Go sends even when they are zero among them."""
        if value is None:
            raise GobEncodeError("nil pointer where Go must send a struct")
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
        if type(value) is not dict and isinstance(value, Struct) and struct_type(value) is self.type:
            return sorted(struct_values(value).items())
        binding = self.type.binding
        if binding is not None and binding.is_instance(value):
            return [(number, binding.get(value, number)) for number in range(len(self.fields))]
        if isinstance(value, Mapping):
            given: dict[Any, Any] = asked(value, dict, entries_of(value))
            if not given.keys() <= self.type.numbers.keys():
                unknown = [name for name in given if name not in self.type.numbers]
                raise GobEncodeError(
                    f"struct {self.type.name or '(unnamed)'} has no field {shown(unknown[0])}; "
                    f"its fields are: {', '.join(self.type.numbers) or 'none'}"
                )
            return [(n, given[name]) for n, (name, _) in enumerate(self.fields) if name in given]
        raise GobEncodeError(
            f"{type(value).__name__} given where struct {self.type.name or '(unnamed)'} "
            "takes a Struct or a mapping"
        )


def _put_step(buffer: bytearray, last: int, number: int) -> None:
    """Append how far it is from one field to the next."""
    buffer += uint_bytes(number - last)


class _ElementsPlan(WritePlan):
    """What slices and arrays share: a count and the elements, zeros included."""

    type: types.Slice | types.Array

    def link(self, plan_of: Callable[[types.Type], WritePlan]) -> None:
        """Find the plan of the elements."""
        self.elem = plan_of(self.type.elem)
        self.elem_is_pointer = isinstance(self.type.elem, types.Pointer)
        self.elem_is_sure_pointer = _is_sure_pointer(self.type.elem)

    def _elements(self, value: Any) -> Any:
        raise NotImplementedError

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append the elements by plain calls."""
        elements = self._elements(value)
        buffer += uint_bytes(len(elements))
        put = self.elem.put
        index = done = self.elem.put_many(buffer, elements)
        try:
            for index, item in enumerate(elements[done:], done):  # noqa: B007 (the handler reads it)
                if item is None and self.elem_is_sure_pointer:
                    raise GobEncodeError("encodeArray: nil element")
                put(buffer, item)
        except GobEncodeError as error:
            error.enter(f"[{index}]")
            raise
        except Exception as error:
            raise failed(error, f"[{index}]") from error
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
                if is_put(plan, session, depth):
                    plan.put(buffer, item)
                else:
                    yield plan.steps(session, item, depth + 1)
        except GobEncodeError as error:
            error.enter(f"[{index}]")
            raise
        except Exception as error:
            raise failed(error, f"[{index}]") from error
        check_unchanged(value, len(elements))


class SlicePlan(_ElementsPlan):
    """A list, a tuple or anything with a length and elements; `None` is a nil slice."""

    def is_omitted(self, value: Any) -> bool:
        """Whether the slice is empty."""
        if type(value) in PLAIN:
            return not value
        return not len(self._elements(value))

    def _elements(self, value: Any) -> Any:
        if value is None:
            return ()
        return _sequence(value, self.type)


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
    if type(value) in PLAIN:
        return elements_of(value)
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

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append the entries by plain calls."""
        entries = self._entries(value)
        buffer += uint_bytes(len(entries))
        put_key, put_elem = self.key.put, self.elem.put
        key: Any = None
        try:
            for key, item in entries:
                if key is None or item is None:
                    self._check_pointers(key, item)
                put_key(buffer, key)
                put_elem(buffer, item)
        except GobEncodeError as error:
            error.enter(shown_key(key))
            raise
        except Exception as error:
            raise failed(error, shown_key(key)) from error
        check_unchanged(value, len(entries))

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append the entries as a walk."""
        check_depth(session, depth)
        buffer = session.blocks.buffer
        entries = self._entries(value)
        buffer += uint_bytes(len(entries))
        key_plan, elem_plan = self.key, self.elem
        key: Any = None
        try:
            for key, item in entries:
                self._check_pointers(key, item)
                if is_put(key_plan, session, depth):
                    key_plan.put(buffer, key)
                else:
                    yield key_plan.steps(session, key, depth + 1)
                if is_put(elem_plan, session, depth):
                    elem_plan.put(buffer, item)
                else:
                    yield elem_plan.steps(session, item, depth + 1)
        except GobEncodeError as error:
            error.enter(shown_key(key))
            raise
        except Exception as error:
            raise failed(error, shown_key(key)) from error
        check_unchanged(value, len(entries))

    def _check_pointers(self, key: Any, item: Any) -> None:
        key_is_pointer, elem_is_pointer = self.has_pointers
        if (key is None and key_is_pointer) or (item is None and elem_is_pointer):
            raise GobEncodeError("encodeReflectValue: nil element")

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


def may_be_nil(described: types.Type | None) -> bool:
    """Whether `None` is a value of a type itself (a nil slice or map) and not a nil pointer."""
    return isinstance(described, types.Slice | types.Map) or (
        described is not None and types.is_bytes(described)
    )
