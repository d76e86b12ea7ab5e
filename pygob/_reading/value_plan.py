"""What stands where a value begins: definitions, a type id, and the plan that the id leads to.

So begin the values of messages and the values inside interfaces, and only they.
"""

from __future__ import annotations

from typing import Any

from pygob import types
from pygob._messages.source import Source
from pygob._messages.varint import as_int32
from pygob._reading.plan import WALK, Plan, is_zero_next
from pygob._reading.specialized import read_value
from pygob._trampoline import Step
from pygob.errors import GobDecodeError
from pygob.values import Interface

# Go refuses longer names of types in interfaces.
MAX_NAME_BYTES = 1024


class InterfacePlan(Plan):
    """A registered name, definitions as needed, a type id, a byte count and the value."""

    def attempt(self, source: Source, depth: int) -> Any:
        """Read nothing, or a value of a type that was met before and bounds its depth."""
        source.check_depth(depth)
        if is_zero_next(source):
            return None
        pos = source.pos
        try:
            name = self._name(source)
            plan = source.table.known_plan(as_int32(source.read_int()))
        except GobDecodeError:  # for the walk to explain
            plan = None
        if plan is None or not plan.is_bounded or depth + plan.height > source.limits.depth:
            source.pos = pos
            return WALK
        try:
            size = source.read_uint()
            value = read_value(plan, source, size) if plan.height else plan.read(source)
        except GobDecodeError as error:
            self._explain(error, name, plan.type)
            raise
        return Interface(name, value, plan.type)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the value, asking for the next message where a definition ends this one."""
        source.check_depth(depth)
        start = source.offset + source.pos
        name = self._name(source)
        if not name:
            return None
        described: types.Type | None = None
        try:
            type_id, definitions = yield from type_sequence(source, in_interface=True)
            plan = source.table.value_plan(type_id, source)
            described = plan.type
            source.check_height(depth, plan.height)
            source.read_uint()  # the byte count, of use only to a reader that skips
            value = plan.attempt(source, depth + 1)
            if value is WALK:
                value = yield plan.steps(source, depth + 1)
        except GobDecodeError as error:
            self._explain(error, name, described)
            if described is None:
                error.partial, error.partial_end = None, start
            raise
        return Interface(name, value, described, definitions)

    def _explain(self, error: GobDecodeError, name: str, described: types.Type | None) -> None:
        error.enter(f".({name})")
        if described is not None:
            error.partial = Interface(name, error.partial, described)

    def _name(self, source: Source) -> str:
        try:
            length = source.length("type name")
        except GobDecodeError as error:
            error.partial, error.partial_end = None, source.offset + source.pos
            raise
        if length > MAX_NAME_BYTES:
            raise source.corrupt(f"gob: name too long ({length} bytes)")
        return source.take(length).decode("utf-8", "surrogateescape")


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
    source.begin_value()
    plan = source.table.value_plan(type_id, source)
    try:
        value = read_value(plan, source, source.end) if plan.is_bounded else (yield plan.steps(source, 1))
    except GobDecodeError as error:
        error.enter(plan.type.name or plan.type.kind)
        error.type = plan.type
        raise
    return type_id, value, definitions
