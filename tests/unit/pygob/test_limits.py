"""Limits: what each one counts, at its edge."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from typing import Any

import pytest

import pygob
from pygob import types
from pygob.inspection.annotation import annotate
from tests.support import raw

NODE = raw.define_struct(64, [("Next", 64)], "Node")


@pytest.mark.parametrize("name", ["message_bytes", "depth", "elements", "objects", "definitions"])
def test_a_limit_of_nothing_is_a_mistake(name: str) -> None:
    with pytest.raises(ValueError, match=f"Limits.{name} must be at least 1"):
        pygob.Limits(**{name: 0})


def test_a_stream_of_negative_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="total_bytes"):
        pygob.Limits(total_bytes=-1)


def test_a_message_of_exactly_the_limit_is_read() -> None:
    data = pygob.dumps("x" * 96)
    size = data[0]
    assert pygob.loads(data, limits=pygob.Limits(message_bytes=size)) == "x" * 96
    with pytest.raises(pygob.GobLimitExceeded, match="message_bytes"):
        pygob.loads(data, limits=pygob.Limits(message_bytes=size - 1))


def test_a_message_is_refused_by_its_length_before_its_bytes_arrive() -> None:
    reader = pygob.GobReader(limits=pygob.Limits(message_bytes=100))
    reader.feed(raw.uint(101))
    with pytest.raises(pygob.GobLimitExceeded, match="message_bytes"):
        reader.next_value()


def test_definitions_seen_before_are_held_to_the_limit_too() -> None:
    described = types.Struct("LimitsOfDefinitions", {"A": types.INT, "B": types.INT})
    data = pygob.dumps({"A": 1}, described)
    small = pygob.Limits(message_bytes=data[0] - 1)
    for _ in range(2):
        with pytest.raises(pygob.GobLimitExceeded, match="message_bytes"):
            pygob.loads(data, limits=small)
        assert pygob.loads(data).A == 1


def test_a_value_of_exactly_the_depth_is_read() -> None:
    data = NODE + raw.value(64, b"\1" * 9 + b"\0" * 10)
    assert pygob.loads(data, limits=pygob.Limits(depth=10)) is not None
    with pytest.raises(pygob.GobLimitExceeded, match="invalid nesting depth"):
        pygob.loads(data, limits=pygob.Limits(depth=9))


def test_the_depth_of_a_type_that_bounds_it_counts_whatever_the_value_holds() -> None:
    data = pygob.dumps([], types.Slice(types.Slice(types.Slice(types.INT))))
    assert pygob.loads(data, limits=pygob.Limits(depth=3)) == []
    with pytest.raises(pygob.GobLimitExceeded, match="invalid nesting depth"):
        pygob.loads(data, limits=pygob.Limits(depth=2))


def a_list(count: int, tags: types.Type | None) -> tuple[types.Struct, dict[str, object]]:
    """A linked list of some nodes, the last of them with a field of another type."""
    node = types.Struct("Node")
    node.fields = {"Next": types.Pointer(node)} | ({"Tags": tags} if tags else {})
    value: dict[str, object] = {"Tags": TAGS[tags]} if tags else {}
    for _ in range(count - 1):
        value = {"Next": value}
    return node, value


TAGS: dict[types.Type, object] = {
    types.Slice(types.INT): [1],
    types.Slice(types.FLOAT): [1.0] * 20,
    types.Slice(types.STRING): ["a"],
    types.Array(1, types.INT): (1,),
    types.Array(1, types.Slice(types.INT)): ([1],),
    types.Map(types.STRING, types.Slice(types.INT)): {"a": [1]},
    types.Map(types.Array(1, types.INT), types.INT): {(1,): 1},
    types.Struct("Inner", {"A": types.Slice(types.Slice(types.INT))}): {"A": [[1]]},
    types.INTERFACE: pygob.Interface("[]int", [1]),
    types.Slice(types.INTERFACE): [pygob.Interface("[]int", [1])],
}
LEVELS = [1, 1, 1, 1, 2, 2, 2, 3, 2, 3]


@pytest.mark.parametrize(("tags", "levels"), [*zip(TAGS, LEVELS, strict=True)], ids=str)
def test_the_depth_counts_every_level_of_what_lies_at_the_end(tags: types.Type, levels: int) -> None:
    described, value = a_list(5, tags)
    data = pygob.dumps(value, described)
    exact, less = pygob.Limits(depth=5 + levels), pygob.Limits(depth=4 + levels)
    assert pygob.loads(data, limits=exact) == pygob.loads(data)
    with pytest.raises(pygob.GobLimitExceeded, match="invalid nesting depth"):
        pygob.loads(data, limits=less)
    assert pygob.dumps(value, described, limits=exact) == data
    with pytest.raises(pygob.GobEncodeError, match="nests deeper than"):
        pygob.dumps(value, described, limits=less)


def test_a_depth_error_is_the_same_the_second_time() -> None:
    data = pygob.dumps([[1]], types.Slice(types.Slice(types.INT), name="LimitsOfDepth"))
    told = []
    for _ in range(3):
        with pytest.raises(pygob.GobLimitExceeded) as info:
            pygob.loads(data, limits=pygob.Limits(depth=1))
        told.append((str(info.value), info.value.offset))
        pygob.loads(data)
    assert told[0] == told[1] == told[2]


def test_elements_are_counted_over_the_whole_value() -> None:
    data = pygob.dumps([[1, 2], [3, 4]])
    assert pygob.loads(data, limits=pygob.Limits(elements=6)) == [[1, 2], [3, 4]]
    with pytest.raises(pygob.GobLimitExceeded, match="elements"):
        pygob.loads(data, limits=pygob.Limits(elements=5))


def test_elements_are_counted_anew_for_every_value() -> None:
    data = pygob.dumps([1, 2])
    data += data[data[0] + 1 :]  # the value again, without its definition
    assert list(pygob.iter_loads(data, limits=pygob.Limits(elements=2))) == [[1, 2], [1, 2]]


def test_entries_of_maps_are_elements() -> None:
    with pytest.raises(pygob.GobLimitExceeded, match="elements"):
        pygob.loads(pygob.dumps({"a": 1, "b": 2}), limits=pygob.Limits(elements=1))


INNER = types.Struct("LimitsOfObjects", {"A": types.INT})
TREE = types.Struct("LimitsOfTrees")
TREE.fields = {"Kids": types.Slice(TREE)}


@pytest.mark.parametrize(
    ("value", "described", "objects"),
    [
        ([1, 2, 3], types.Slice(types.INT), 1),
        (["a", "b"], types.Slice(types.STRING), 1),
        ([{"A": 1}, {"A": 2}], types.Slice(INNER), 2),
        ([[1], [2], [3]], types.Slice(types.Slice(types.INT)), 3),
        (((1,), (2,)), types.Array(2, types.Array(1, types.INT)), 2),
        ({"a": {"A": 1}}, types.Map(types.STRING, INNER), 1),
        ([(pygob.Struct(INNER, A=1), 5)], types.Map(INNER, types.INT), 3),
        ([None, pygob.Interface("int", 1, types.INT)], types.Slice(types.INTERFACE), 2),
        ({"Kids": [{"Kids": []}, {"Kids": [{}]}]}, TREE, 3 * 2 + 3),
    ],
    ids=lambda part: part.kind if isinstance(part, types.Type) else None,
)
def test_objects_are_what_is_more_than_a_number_or_a_text(
    value: object, described: types.Type, objects: int
) -> None:
    data = pygob.dumps(dict(value) if described.kind == "map" else value, described)  # type: ignore[call-overload]
    pygob.loads(data, limits=pygob.Limits(objects=objects))
    if objects > 1:
        with pytest.raises(pygob.GobLimitExceeded, match="objects"):
            pygob.loads(data, limits=pygob.Limits(objects=objects - 1))


def test_objects_are_counted_over_the_whole_value_and_anew_for_the_next() -> None:
    data = pygob.dumps([[[1], [2]], [[3]]])
    assert pygob.loads(data, limits=pygob.Limits(objects=5)) == [[[1], [2]], [[3]]]
    with pytest.raises(pygob.GobLimitExceeded, match="objects"):
        pygob.loads(data, limits=pygob.Limits(objects=4))


def test_definitions_are_types_and_fields() -> None:
    described = types.Struct("LimitsOfFields", {"A": types.INT, "B": types.Slice(types.INT), "C": types.INT})
    data = pygob.dumps({"A": 1}, described)
    for _ in range(2):  # met before, the second time
        assert pygob.loads(data, limits=pygob.Limits(definitions=5)).A == 1
        for definitions in (1, 4):
            with pytest.raises(pygob.GobLimitExceeded, match="too many types and fields") as info:
                pygob.loads(data, limits=pygob.Limits(definitions=definitions))
            assert info.value.limit == "definitions"


def test_a_stream_of_exactly_the_total_is_read() -> None:
    data = pygob.dumps("abc")
    assert pygob.loads(data, limits=pygob.Limits(total_bytes=len(data))) == "abc"
    with pytest.raises(pygob.GobLimitExceeded, match="total_bytes"):
        pygob.loads(data, limits=pygob.Limits(total_bytes=len(data) - 1))


@pytest.mark.parametrize(
    "data",
    [
        raw.define_slice(64, raw.INT) + raw.value(64, raw.SINGLETON, raw.uint(1 << 60), b"\2"),
        raw.define_slice(64, raw.FLOAT) + raw.value(64, raw.SINGLETON, raw.uint(1 << 60), b"\2"),
        raw.define_array(64, raw.INT, 1 << 60) + raw.value(64, raw.SINGLETON, raw.uint(1 << 60), b"\2"),
        raw.define_map(64, raw.INT, raw.INT) + raw.value(64, raw.SINGLETON, raw.uint(1 << 60), b"\2\2"),
        raw.value(raw.STRING, raw.SINGLETON, raw.uint(1 << 60), b"x"),
        raw.message(raw.int_(-64), b"\3\2", raw.uint(1 << 60), b"\0"),
    ],
    ids=["slice", "floats", "array", "map", "string", "fields of a definition"],
)
def test_a_count_that_lies_costs_nothing(data: bytes) -> None:
    with pytest.raises(pygob.GobDecodeError) as info:
        pygob.loads(data)
    assert len(repr(info.value.partial)) < 300


def test_a_map_that_runs_into_the_end_of_its_message_ends_with_one_zero_entry() -> None:
    data = (
        raw.define_map(64, 65, 65)
        + raw.define_struct(65, [])
        + raw.value(64, raw.SINGLETON, raw.uint(1 << 60))
    )
    (entry,) = pygob.loads(data).items()
    assert [dict(part) for part in entry] == [{}, {}]


def test_a_stream_longer_than_the_limit_never_ends_well() -> None:
    decoder = pygob.Decoder(io.BytesIO(pygob.dumps(1) * 3), limits=pygob.Limits(total_bytes=5))
    assert decoder.decode() == 1
    for _ in range(3):
        with pytest.raises(pygob.GobLimitExceeded, match="total_bytes=5"):
            decoder.decode()


@pytest.mark.parametrize("total", range(40))
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_what_is_within_the_limit_is_read_whatever_the_pieces(total: int, piece: int) -> None:
    writer = pygob.GobWriter()
    parts = [writer.encode(number) for number in range(5)] + [writer.encode("text"), writer.encode([1, 2])]
    data = b"".join(parts)
    whole = sum(len(b"".join(parts[: count + 1])) <= total for count in range(len(parts)))
    reader = pygob.GobReader(limits=pygob.Limits(total_bytes=total))
    values: list[Any] = []

    def read_all() -> None:
        for start in range(0, len(data), piece):
            reader.feed(data[start : start + piece])
            while (value := reader.next_value()) is not None:
                values.append(value.value)

    with pytest.raises(pygob.GobLimitExceeded, match="the stream is longer") as info:
        read_all()
    assert len(values) == whole
    assert (info.value.limit, info.value.offset) == ("total_bytes", total)
    reader.close()
    assert not reader.is_at_end
    with pytest.raises(pygob.GobLimitExceeded):
        reader.next_value()
    read: list[Any] = []
    with pytest.raises(pygob.GobLimitExceeded):
        read.extend(pygob.iter_loads(data, limits=pygob.Limits(total_bytes=total)))
    with pytest.raises(pygob.GobLimitExceeded):
        pygob.loads(data, limits=pygob.Limits(total_bytes=total))


def test_a_limit_is_a_whole_number() -> None:
    depth: Any = 1.5
    with pytest.raises(TypeError, match=r"Limits\.depth is an int, not 1\.5"):
        pygob.Limits(depth=depth)


ANSWER = pygob.dumps({"answer": 42})

TAKING_LIMITS: dict[str, Callable[[Any], Any]] = {
    "loads": lambda limits: pygob.loads(ANSWER, limits=limits),
    "loads of nothing": lambda limits: pygob.loads(b"", limits=limits),
    "load": lambda limits: pygob.load(io.BytesIO(ANSWER), limits=limits),
    "iter_loads": lambda limits: list(pygob.iter_loads(ANSWER, limits=limits)),
    "iter_load": lambda limits: list(pygob.iter_load(io.BytesIO(ANSWER), limits=limits)),
    "iter_values": lambda limits: list(pygob.iter_values(ANSWER, limits=limits)),
    "Decoder": lambda limits: pygob.Decoder(io.BytesIO(ANSWER), limits=limits),
    "GobReader": lambda limits: pygob.GobReader(limits=limits),
    "Stream": lambda limits: pygob.Stream(pygob.TypeTable(), [], b"", limits),
    "Stream.parse": lambda limits: pygob.Stream.parse(ANSWER, limits=limits),
    "salvage": lambda limits: pygob.salvage(ANSWER, limits=limits),
    "salvage of nothing": lambda limits: pygob.salvage(b"", limits=limits),
    "annotate": lambda limits: list(annotate(ANSWER, limits=limits)),
    "dumps": lambda limits: pygob.dumps(1, limits=limits),
    "dumps with ids": lambda limits: pygob.dumps(1, ids=pygob.TypeIds(), limits=limits),
    "dump": lambda limits: pygob.dump(1, io.BytesIO(), limits=limits),
    "Encoder": lambda limits: pygob.Encoder(io.BytesIO(), limits=limits),
    "GobWriter": lambda limits: pygob.GobWriter(limits=limits),
    "GobWriter.for_table": lambda limits: pygob.GobWriter.for_table(pygob.TypeTable(), limits=limits),
    "GobWriter.fork": lambda limits: pygob.GobWriter().fork(limits=limits),
}


@pytest.mark.parametrize(
    "limits", [None, 5, {"depth": 5}, pygob.Limits], ids=["None", "int", "dict", "class"]
)
@pytest.mark.parametrize("name", TAKING_LIMITS)
def test_what_are_no_limits_is_a_mistake_everywhere(name: str, limits: Any) -> None:
    """`None` could mean the defaults, or that there are none: nobody has to guess."""
    with pytest.raises(
        TypeError, match=r"limits is a pygob.Limits, not .*; pygob.Limits\(\) has the defaults"
    ):
        TAKING_LIMITS[name](limits)


def test_every_function_that_takes_limits_is_tried() -> None:
    """All of pygob's names whose parameters have limits are in the table above."""
    found = {
        name
        for name in pygob.__all__
        if callable(getattr(pygob, name)) and "limits" in inspect.signature(getattr(pygob, name)).parameters
    }
    assert found <= TAKING_LIMITS.keys()


@pytest.mark.parametrize("value", [1.5, "9"], ids=repr)
def test_a_length_that_is_no_whole_number_is_a_mistake(value: Any) -> None:
    with pytest.raises(TypeError, match=r"Limits.total_bytes is an int or None"):
        pygob.Limits(total_bytes=value)
