"""Values of several streams in one: their types are one where name and structure are."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

import pygob
from pygob import types
from pygob.types import INT, STRING, Map, Opaque, Pointer, Slice, Struct
from tests.support import raw
from tests.support.work import calls

NODE = Struct("Node", {"Value": INT})
NODE.fields = {"Value": INT, "Next": Pointer(NODE), "Children": Map(STRING, Slice(Pointer(NODE)))}
LEFT, RIGHT = Struct("Left"), Struct("Right")
LEFT.fields = {"A": INT, "Other": Pointer(RIGHT)}
RIGHT.fields = {"B": INT, "Other": Pointer(LEFT), "At": Opaque("Time", "gob")}


def apart(data: bytes) -> Any:
    """A value whose types no other read has seen."""
    return pygob.Decoder(io.BytesIO(data)).decode()


def pickled(data: bytes) -> Any:
    return pickle.loads(pickle.dumps(pygob.loads(data)))


def of_a_stream(data: bytes) -> Any:
    return pygob.Stream.parse(data).values[0].value


def defined(*values: Any) -> list[str]:
    """The names of the types that a stream of the values defines."""
    stream = io.BytesIO()
    encoder = pygob.Encoder(stream)
    for value in values:
        encoder.encode(value)
    return [definition.name for definition in pygob.Stream.parse(stream.getvalue()).types]


@pytest.mark.parametrize("read", [apart, pickled, of_a_stream, pygob.loads])
@pytest.mark.parametrize(
    ("value", "described", "names"),
    [
        ({"A": 1}, Struct("T", {"A": INT}), ["T"]),
        (
            {"Value": 1, "Next": {"Value": 2}, "Children": {"a": [{}]}},
            NODE,
            ["Node", "map[string][]*main.Node", "[]*main.Node"],
        ),
        ({"A": 1, "Other": {"B": 2, "Other": {"A": 3}}}, LEFT, ["Left", "Right", "Time"]),
    ],
    ids=["flat", "recursive", "each of the other"],
)
def test_values_read_apart_are_of_one_type(
    read: Callable[[bytes], Any], value: Any, described: types.Struct, names: list[str]
) -> None:
    data = pygob.dumps(value, described)
    found = defined(*(read(data) for _ in range(3)))
    assert len(found) == len(names)
    assert found[0] == names[0]
    together = io.BytesIO()
    encoder = pygob.Encoder(together)
    for _ in range(3):
        encoder.encode(read(data))
    assert list(pygob.iter_loads(together.getvalue())) == [pygob.loads(data)] * 3


def test_a_list_of_values_read_apart_defines_their_type_once() -> None:
    data = pygob.dumps({"A": 1}, Struct("T", {"A": INT}))
    assert len(pygob.Stream.parse(pygob.dumps([apart(data), apart(data)])).types) == 2


def test_values_read_apart_are_of_one_type_inside_interfaces_and_under_other_ids() -> None:
    described = Struct("T", {"A": INT, "L": Slice(Slice(INT))})
    early, late = (pygob.dumps({"A": 1, "L": [[1]]}, described, first_id=first) for first in (64, 90))
    holders = [pygob.Interface("main.T", apart(data)) for data in (early, late)]
    assert len(defined(*([holder] for holder in holders))) == 4  # [](interface), T and its two slices


@pytest.mark.parametrize(
    "other",
    [
        Struct("U", {"A": INT}),
        Struct("T", {"B": INT}),
        Struct("T", {"A": STRING}),
        Struct("T", {"A": Pointer(Struct("V", {"A": INT}))}),
        Struct("T", {"A": Slice(INT)}),
        Struct("T", {"A": types.Array(2, INT)}),
        Struct("T", {"A": Opaque("", "gob")}),
    ],
    ids=lambda other: other.declaration(),
)
def test_types_that_differ_stay_two(other: types.Struct) -> None:
    one = apart(pygob.dumps({"A": 1}, Struct("T", {"A": INT})))
    before = defined(apart(pygob.dumps({}, other)))
    assert defined(one, apart(pygob.dumps({}, other))) == ["T", *before]


def rings(*names: str) -> bytes:
    """A value of the first of types that refer to the next of them, the last one to the first."""
    members = [Struct(name) for name in names]
    for member, following in zip(members, [*members[1:], members[0]], strict=True):
        member.fields = {"Next": Pointer(following)}
    return pygob.dumps({}, members[0])


def test_rings_of_types_are_told_apart_by_all_of_their_members() -> None:
    assert len(defined(apart(rings("A", "A", "B")), apart(rings("A", "A", "B")))) == 3
    assert len(defined(apart(rings("A", "A", "B")), apart(rings("A", "A", "C")))) == 6
    assert len(defined(apart(rings("A", "A", "B")), apart(rings("A", "B", "A")))) == 3


def test_two_types_that_one_stream_defines_alike_stay_two() -> None:
    # Of two packages, say: the name of the package is not sent.
    data = (
        raw.define_struct(64, [("P", 65), ("Q", 66)], "Both")
        + raw.define_struct(65, [("X", raw.INT)], "Point")
        + raw.define_struct(66, [("X", raw.INT)], "Point")
        + raw.value(
            64,
            raw.struct_body((0, raw.struct_body((0, raw.int_(1)))), (1, raw.struct_body((0, raw.int_(2))))),
        )
    )
    for value in (pygob.loads(data), apart(data), pickled(data), copy.deepcopy(apart(data))):
        assert pygob.dumps(value) == data
    assert len(defined(apart(data), apart(data))) == 3
    stream = pygob.Stream.parse(data)
    assert stream.to_bytes() == data
    stream.append(apart(data))
    assert [definition.id for definition in pygob.Stream.parse(stream.to_bytes()).types] == [64, 65, 66]


@pytest.mark.parametrize("shape", ["chain", "ring"])
def test_many_types_take_work_in_proportion(shape: str) -> None:
    def merged(count: int) -> None:
        members = [Struct(f"T{number}") for number in range(count)]
        for member, following in pairwise(members):
            member.fields = {"Next": Slice(Pointer(following))}
        members[-1].fields = {"Next": Pointer(members[0]) if shape == "ring" else INT}
        data = pygob.dumps({}, members[0])
        assert len(defined(apart(data), apart(data))) == 2 * count - 1

    merged(2)  # what is needed once
    assert calls(lambda: merged(200)) < 3 * calls(lambda: merged(100))
