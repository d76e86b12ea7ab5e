"""Write plans: how a value of each type becomes bytes.

The counterpart of `_plan`. A value whose type bounds how deep it nests, and that holds no interface
and nothing that marshals itself, is written by plain calls (`put`); everything else is walked as a
generator (`steps`), so that depth costs no call stack. Both follow the same rules; the tests hold
them against each other.

Source of the rules: Go's encoding/gob, encode.go.
"""

from __future__ import annotations

from typing import Any

from pygob import types
from pygob._messages.varint import int_bytes, uint_bytes
from pygob._reading.value_plan import MAX_NAME_BYTES
from pygob._trampoline import Step
from pygob._writing.container import ArrayPlan, MapPlan, SlicePlan, StructPlan, may_be_nil
from pygob._writing.leaf import (
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
    check_depth,
    is_put,
    text_bytes,
)
from pygob._writing.map_keys import refuse_impossible_keys
from pygob.binding._own_code import failed
from pygob.errors import GobEncodeError
from pygob.values import Interface

# Deeper types are written by `steps`, so that `put` needs only a little of the call stack.
MAX_PUT_HEIGHT = 32


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
        except Exception as error:
            raise failed(error, f".({value.name})") from error


def value_steps(session: Session, described: types.Type, value: Any, depth: int) -> Step:
    """Append a value that a message or an interface holds."""
    plan = write_plan(described)
    if is_put(plan, session, depth - 1):
        put_value(session.blocks.buffer, plan, value)
        return
    if not isinstance(plan, StructPlan):
        session.blocks.buffer.append(0)
    yield plan.steps(session, value, depth)


def put_value(buffer: bytearray, plan: WritePlan, value: Any) -> None:
    """Append a value that a message or an interface holds by plain calls: what is no struct follows a 0."""
    if not isinstance(plan, StructPlan):
        buffer.append(0)
    plan.put(buffer, value)


_BASIC_PLANS: dict[str, type[WritePlan]] = {
    "bool": BoolPlan,
    "int": IntPlan,
    "uint": UintPlan,
    "float": FloatPlan,
    "string": StringPlan,
    "complex": ComplexPlan,
}


def write_plan(root: types.Type) -> WritePlan:
    """The plan of a type, built with those it needs at first use and kept with the types.

    Raises:
        GobEncodeError: The type is not described to its end, or has a map that Go has not.
    """
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
    if any(isinstance(plan, MapPlan) for plan in built):
        refuse_impossible_keys(root)
    for plan in built:
        plan.link(known.__getitem__)
    _settle_heights(built, known)
    for described, plan in known.items():
        described.compiled = plan  # only now, when other threads may use them
    return known[root]


_CONTAINERS = StructPlan | SlicePlan | ArrayPlan | MapPlan


def _settle_heights(plans: list[WritePlan], known: dict[types.Type, WritePlan]) -> None:
    """Find which types bound how deep their values nest: those all of whose parts do, cycles left out."""
    parts: dict[WritePlan, list[WritePlan]] = {
        plan: [known[part] for part in plan.type.children()]
        for plan in plans
        if isinstance(plan, _CONTAINERS)
    }
    waiting = {plan: sum(not part.is_bounded for part in own) for plan, own in parts.items()}
    parents: dict[WritePlan, list[WritePlan]] = {}
    for plan, own in parts.items():
        for part in own:
            if not part.is_bounded:
                parents.setdefault(part, []).append(plan)
    ready = [plan for plan, count in waiting.items() if not count]
    while ready:
        plan = ready.pop()
        plan.height = 1 + max((part.height for part in parts[plan]), default=0)
        plan.is_bounded = plan.height <= MAX_PUT_HEIGHT
        for parent in parents.get(plan, ()) if plan.is_bounded else ():
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)


def _plan_for(described: types.Type) -> WritePlan:
    if types.is_bytes(described):
        return BytesPlan(described)
    match described:
        case types.Struct():
            return StructPlan(described)
        case types.Slice():
            return SlicePlan(described)
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
