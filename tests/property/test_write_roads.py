"""Values written by plain calls are the bytes, and fail with the errors, that the walk gives."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import encoder, types
from pygob._writing import container as _write_container
from pygob._writing import plan as _write_plan
from pygob._writing.leaf import BasicPlan, BytesPlan
from pygob.encoder import GobWriter
from tests.support.strategies import values_of

PARTS = {
    "I": types.INT,
    "U": types.UINT,
    "B": types.BOOL,
    "F": types.FLOAT,
    "C": types.COMPLEX,
    "S": types.STRING,
    "D": types.BYTES,
    "Small": types.INT8,
    "Vector": types.Slice(types.FLOAT32),
    "Fixed": types.Array(3, types.INT),
    "Texts": types.Map(types.STRING, types.Slice(types.STRING)),
    "Pointer": types.Pointer(types.STRING),
    "Pointers": types.Slice(types.Pointer(types.INT)),
}
INNER = types.Struct("Inner", PARTS)
OUTER = types.Struct(
    "Outer", {**PARTS, "Inner": INNER, "Rows": types.Slice(INNER), "Next": types.Array(2, INNER)}
)
MIXED = types.Struct(
    "Mixed", {"Rows": types.Slice(INNER), "Time": types.Opaque("Time", "gob"), "Any": types.INTERFACE}
)
TREE = types.Struct("Tree", {"Inner": INNER})
TREE.fields = {"Inner": INNER, "Left": types.Pointer(TREE), "Others": types.Slice(TREE)}
BOUNDED = [OUTER, types.Slice(OUTER), types.Map(types.INT, INNER), types.Map(types.STRING, types.STRING)]
ROOTS = [*BOUNDED, MIXED, TREE]


@contextmanager
def the_walk() -> Iterator[None]:
    """Nothing is written by a plain call but what has no parts."""

    def is_leaf(plan: Any, _session: Any, _depth: int) -> bool:
        return isinstance(plan, BasicPlan | BytesPlan)

    def unbounded(described: types.Type) -> Any:
        """The plan of a whole value, as that of one which plain calls cannot write."""
        plan = copy.copy(_write_plan.write_plan(described))
        plan.is_bounded = False
        return plan

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_root_plan", unbounded)
        patch.setattr(_write_container, "is_put", is_leaf)
        patch.setattr(_write_plan, "is_put", is_leaf)
        yield


def written(value: Any, described: types.Type, limits: pygob.Limits) -> bytes | tuple[Any, ...]:
    try:
        return pygob.dumps(value, described, limits=limits)
    except pygob.GobEncodeError as error:
        return str(error), error.path


def walked(value: Any, described: types.Type, limits: pygob.Limits) -> bytes | tuple[Any, ...]:
    with the_walk():
        writer = GobWriter()
        definitions = writer.define(described)
        try:
            return definitions + writer.fork(limits=limits).encode(value, described)
        except pygob.GobEncodeError as error:
            return str(error), error.path


WRONG = [None, "x", "\ud800", "\udcff", -1, 200, True, 1.5, 10**400, b"b", 1j, [], [None], {}, {"x": 1}, (1,)]


def with_something_else(value: Any, choose: st.DataObject) -> Any:
    """The value with one of its parts, whichever, replaced by what mostly does not belong there."""
    value = copy.deepcopy(value)
    place, key, part = None, None, value
    while isinstance(part, pygob.Struct | dict | list) and len(part) and choose.draw(st.integers(0, 4)):
        keys = range(len(part)) if isinstance(part, list) else list(part)
        place, key = part, choose.draw(st.sampled_from(keys))
        part = place[key]
    odd = choose.draw(st.sampled_from(WRONG))
    if place is None:
        return odd
    place[key] = odd
    return value


@given(st.data(), st.sampled_from(ROOTS))
def test_sound_values(choose: st.DataObject, described: types.Type) -> None:
    value = choose.draw(values_of(described, 3))
    found = written(value, described, pygob.Limits())
    assert isinstance(found, bytes)
    assert found == walked(value, described, pygob.Limits())


@given(st.data(), st.sampled_from(ROOTS))
def test_values_that_do_not_fit(choose: st.DataObject, described: types.Type) -> None:
    value = with_something_else(choose.draw(values_of(described, 3)), choose)
    assert written(value, described, pygob.Limits()) == walked(value, described, pygob.Limits())


@given(st.data(), st.sampled_from(ROOTS), st.integers(1, 6))
def test_depth(choose: st.DataObject, described: types.Type, depth: int) -> None:
    value = choose.draw(values_of(described, 3))
    limits = pygob.Limits(depth=depth)
    assert written(value, described, limits) == walked(value, described, limits)


def test_the_types_above_are_written_by_plain_calls() -> None:
    """Else the tests above would compare the walk with itself."""
    assert all(_write_plan.write_plan(described).is_bounded for described in (*BOUNDED, INNER))
    assert not any(_write_plan.write_plan(described).is_bounded for described in (MIXED, TREE))


def test_the_walk_writes_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else both would be plain calls."""

    def wrong(*_: Any) -> None:
        raise AssertionError("a plain call")

    monkeypatch.setattr(_write_container.SlicePlan, "put", wrong)
    monkeypatch.setattr(_write_container.StructPlan, "put", wrong)
    assert isinstance(walked({"Rows": [{"Vector": [1.0]}]}, OUTER, pygob.Limits()), bytes)
