"""Every short cut gives what the long way gives: readers made for a type, one message alone, whole slices."""

from __future__ import annotations

import base64
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import reader as core
from pygob import types
from pygob._definitions.known_definitions import KnownDefinitions
from pygob._kernels import reading
from pygob._reading import plan as _plan
from pygob._reading import specialized as _specialized
from pygob._reading import value_plan as _value_plan
from pygob.limits import DEFAULT_LIMITS
from tests.support import raw
from tests.support.descriptions import vectors
from tests.support.floats import payloads
from tests.support.sent import same
from tests.support.strategies import damaged, streams, values_of

# What slices of floats and of integers become.
NUMBERS = ("list", "array", "numpy", "skip")

# Types of every kind that a reader is made for, nested in one another.
PARTS = {
    "I": types.INT,
    "U": types.UINT,
    "B": types.BOOL,
    "F": types.FLOAT,
    "C": types.COMPLEX,
    "S": types.STRING,
    "D": types.BYTES,
    "Vector": types.Slice(types.FLOAT32),
    "Wide": types.Slice(types.FLOAT),
    "Counts": types.Slice(types.INT),
    "Small": types.Slice(types.UINT16),
    "Fixed": types.Array(3, types.INT),
    "Map": types.Map(types.STRING, types.Slice(types.STRING)),
    "Time": types.Opaque("Time", "gob"),
}
INNER = types.Struct("Inner", PARTS)
OUTER = types.Struct("Outer", {**PARTS, "Inner": INNER, "Rows": types.Slice(INNER)})
ROOTS = [
    OUTER,
    types.Slice(INNER),
    types.Map(types.INT, INNER),
    types.Map(types.FLOAT, types.STRING),
    types.STRING,
]


NEVER = 1 << 60


@contextmanager
def short_cuts(taken: Literal["none", "readers", "runs"]) -> Iterator[None]:
    """Take no short cut at all, or from the first byte on those for whole values or for their elements."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "KNOWN_DEFINITIONS", KnownDefinitions())
        patch.setattr(_specialized, "EARNED_AFTER_BYTES", 0 if taken == "readers" else NEVER)
        patch.setattr(_specialized, "EARNED_AFTER_ELEMENTS", 0)
        patch.setattr(_plan, "RUN_FROM", 1 if taken == "runs" else NEVER)
        if taken == "none":
            patch.setattr(_plan.Plan, "attempt", lambda plan, source, _: as_bounded(plan, source))
            patch.setattr(_plan.StructPlan, "attempt", lambda plan, source, _: as_bounded(plan, source))
            patch.setattr(_plan.SlicePlan, "attempt", lambda plan, source, _: as_bounded(plan, source))
            patch.setattr(_value_plan.InterfacePlan, "attempt", lambda *_: _plan.WALK)
            patch.setattr(core, "_recognised_value", lambda *_: None)
            patch.setattr(reading, "_all_at_once", lambda *_, **__: None)
            patch.setattr(reading, "sound_tokens", lambda _, position, __: ([], position))
        yield


def as_bounded(plan: Any, source: Any) -> Any:
    return plan.read(source) if plan.is_bounded else _plan.WALK


def read(data: bytes, numbers: Any, limits: pygob.Limits) -> tuple[Any, ...]:
    """Everything that can be told about reading a stream."""
    try:
        found = list(pygob.iter_values(data, floats=numbers, ints=numbers, limits=limits))
    except pygob.GobDecodeError as error:
        return (type(error), str(error), error.offset, error.path, error.partial, str(error.type))
    return tuple((*value._replace(type=None), str(value.type)) for value in found)


def agree(data: bytes, *, before: bytes = b"", limits: pygob.Limits = DEFAULT_LIMITS) -> None:
    """Hold both ways against each other, twice: the second time the definitions are known."""
    for numbers in NUMBERS:
        with short_cuts("none"):
            slow = read(data, numbers, limits)
        for taken in ("readers", "runs"):
            with short_cuts(taken):
                if before:
                    read(before, numbers, limits)
                assert same(_plain(read(data, numbers, limits)), _plain(slow))
                assert same(_plain(read(data, numbers, limits)), _plain(slow))


def _plain(told: tuple[Any, ...]) -> list[Any]:
    """Lists in place of arrays, whose NaNs would differ from themselves."""
    return [_listed(item) for item in told]


def _listed(value: Any) -> Any:
    if type(value).__name__ in ("array", "ndarray"):
        return [value.typecode if isinstance(value, array) else str(value.dtype), *value.tolist()]
    if isinstance(value, pygob.Struct):
        held = pygob.struct_values(value)
        return [str(pygob.struct_type(value)), *((number, _listed(item)) for number, item in held.items())]
    if isinstance(value, pygob.Interface):
        return [value.name, _listed(value.value), str(value.type), value.definitions]
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(_listed, value)]
    return value


made = st.sampled_from(ROOTS).flatmap(
    lambda described: values_of(described, 4).map(lambda value: pygob.dumps(value, described))
)


@given(made)
def test_sound_values(data: bytes) -> None:
    agree(data)


@given(made, st.data())
def test_damage_after_the_definitions_were_met(data: bytes, draw: st.DataObject) -> None:
    agree(draw.draw(damaged(st.just(data))), before=data)


@given(payloads(), st.sampled_from(["[]float64", "[]float32", ""]))
def test_slices_of_floats(payload: tuple[int, bytes], name: str) -> None:
    """Mostly of one width, with some of others among them; longer than need be, cut, followed by others."""
    count, tokens = payload
    definitions = raw.define_struct(64, [("F", 65), ("T", raw.STRING)]) + raw.define_slice(
        65, raw.FLOAT, name
    )
    after = b"\x01", raw.text("after"), b"\0"
    agree(
        definitions + raw.value(64, b"\x01", raw.uint(count), tokens, *after),
        before=definitions + raw.value(64, b"\x01", raw.uint(1), b"\0", *after),
    )


@given(st.one_of(streams(), damaged(streams())))
def test_streams_of_any_types(data: bytes) -> None:
    agree(data)


@given(made, st.integers(1, 40), st.integers(1, 40), st.integers(1, 8), st.integers(1, 400))
def test_limits(data: bytes, elements: int, objects: int, depth: int, message_bytes: int) -> None:
    limits = pygob.Limits(elements=elements, objects=objects, depth=depth, message_bytes=message_bytes)
    agree(data, limits=limits)
    agree(data, limits=pygob.Limits(elements=elements, objects=objects))
    agree(data, limits=pygob.Limits(total_bytes=message_bytes))


INTEGERS = [sign * (1 << bits) + more for bits in range(0, 63, 3) for sign in (1, -1) for more in (-1, 0)]


def test_integers_of_every_length() -> None:
    agree(pygob.dumps(INTEGERS, types.Slice(types.INT)))
    agree(pygob.dumps([{"I": number, "U": abs(number)} for number in INTEGERS], types.Slice(INNER)))


@pytest.mark.parametrize("length", range(1, 9))
def test_integers_longer_than_need_be(length: int) -> None:
    tokens = b"".join(bytes([256 - length]) + bytes(length - 1) + bytes([value]) for value in range(256))
    agree(raw.define_slice(65, raw.INT) + raw.value(65, raw.SINGLETON, raw.uint(256), tokens))
    agree(raw.define_slice(65, raw.INT) + raw.value(65, raw.SINGLETON, raw.uint(257), tokens))


@pytest.mark.parametrize("text", [b"\xff", b"caf\xe9", b"\xed\xa0\x80", "h\u00e4".encode(), bytes(200)])
def test_texts_that_are_not_ascii(text: bytes) -> None:
    texts = [text.decode("utf-8", "surrogateescape"), "plain", ""] * 9
    agree(pygob.dumps(texts, types.Slice(types.STRING)))
    agree(
        pygob.dumps(
            {name + str(number): name for number, name in enumerate(texts)},
            types.Map(types.STRING, types.STRING),
        )
    )


def test_what_go_sent() -> None:
    for case in vectors("conformance")[::3]:
        agree(base64.b64decode(case["stream"]))


def test_a_reader_is_made_for_the_types_above() -> None:
    """Else the tests above would compare the long way with itself."""
    for described in ROOTS:
        reader = core.GobReader()
        reader.feed(pygob.dumps(zero(described), described))
        value = reader.next_value()
        assert value is not None
        plan = reader.table.known_plan(value.type_id)
        assert plan is not None
        assert _specialized.reader_for(plan) is not _specialized._doubtful


def zero(described: types.Type) -> Any:
    match described:
        case types.Struct():
            return {}
        case types.Map():
            return {}
        case types.Slice():
            return []
    return ""


def test_names_of_a_stream_never_get_into_generated_code(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = '"); import os; os._exit(1); ("'
    described = types.Struct(
        hostile, {hostile: types.STRING, "pos": types.INT, "data": types.Slice(types.INT)}
    )
    seen: list[str] = []

    def spy(source: str, *arguments: Any) -> Any:
        seen.append(source)
        return compile(source, *arguments)

    monkeypatch.setattr(_specialized, "compile", spy, raising=False)
    with short_cuts("readers"):
        value = pygob.loads(pygob.dumps({hostile: "x", "pos": 1, "data": [1, 2]}, described))
    assert value == {hostile: "x", "pos": 1, "data": [1, 2]}
    assert seen
    assert not any("import" in source or hostile in source for source in seen)
