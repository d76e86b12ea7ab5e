"""Builds the plans of types, and finds out which types bound how deep their values nest."""

from __future__ import annotations

from collections.abc import Iterable

from pygob import types
from pygob._kernels import IntegerRun
from pygob._messages.source import Source
from pygob._reading.plan import (
    ArrayPlan,
    FloatSlicePlan,
    IntSlicePlan,
    LeafPlan,
    MapPlan,
    OpaquePlan,
    Plan,
    Reader,
    Run,
    SlicePlan,
    StructPlan,
    integers_of,
)
from pygob._reading.specialized import ElementRun
from pygob._reading.value_plan import InterfacePlan

# Deeper types are read by `steps`, so that `read` needs only a little of the call stack.
MAX_READ_HEIGHT = 32

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
        match plan:
            case SlicePlan() | ArrayPlan():
                plan.run = _run_of(plan)
            case MapPlan():
                plan.run = ElementRun(plan.key, plan.elem)
    _settle_heights(built, known)


def _run_of(plan: SlicePlan | ArrayPlan) -> Run:
    return (
        IntegerRun(integers_of(plan.type))
        if plan.elem.type.kind in ("int", "uint")
        else ElementRun(plan.elem)
    )


_SLICES: dict[str, type[SlicePlan]] = {"float": FloatSlicePlan, "int": IntSlicePlan, "uint": IntSlicePlan}


def _plan_for(described: types.Type) -> Plan:
    match described:
        case types.Struct():
            return StructPlan(described)
        case types.Slice():
            return _SLICES.get(described.elem.kind, SlicePlan)(described)
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
