"""Values and types of any depth: Python's call stack is never the limit."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from typing import Any

import pytest

import pygob
from pygob import Limits, types
from tests.support import raw

DEEP = 100_000
UNLIMITED = Limits(depth=10**9)

LIST = raw.define_struct(64, [("Value", raw.INT), ("Next", 64)], "Node") + raw.value(
    64, b"\1\2\1" * (DEEP - 1) + b"\1\2" + b"\0" * DEEP
)


@pytest.fixture(scope="module")
def linked_list() -> pygob.Struct:
    value: pygob.Struct = pygob.loads(LIST, limits=UNLIMITED)
    return value


def nested(count: int, *, arrays: bool) -> bytes:
    """Definitions of `count` types, each an array (or slice) of the next, the last of ints."""
    ids = [*range(65, 64 + count), raw.INT]
    return b"".join(
        raw.define_array(64 + n, elem, 1) if arrays else raw.define_slice(64 + n, elem)
        for n, elem in enumerate(ids)
    )


def test_a_linked_list_is_refused_by_default() -> None:
    with pytest.raises(pygob.GobLimitExceeded, match="invalid nesting depth") as info:
        pygob.loads(LIST)
    assert len(str(info.value)) < 400


def test_a_linked_list_is_read_when_the_limit_is_raised(linked_list: pygob.Struct) -> None:
    length, node = 0, linked_list
    while node is not None:
        length, node = length + 1, node.Next
    assert length == DEEP


def test_a_linked_list_is_written_back(linked_list: pygob.Struct) -> None:
    assert pygob.Stream.parse(LIST, limits=UNLIMITED).to_bytes() == LIST
    assert pygob.dumps(linked_list, limits=UNLIMITED) == LIST


def test_a_linked_list_is_refused_in_writing_by_default(linked_list: pygob.Struct) -> None:
    with pytest.raises(pygob.GobEncodeError, match="nests deeper than 10,000 levels"):
        pygob.dumps(linked_list)


def test_linked_lists_are_compared(linked_list: pygob.Struct) -> None:
    assert linked_list == pygob.loads(LIST, limits=UNLIMITED)
    other = pygob.loads(LIST.replace(b"\1\2" + bytes(9), b"\1\4" + bytes(9)), limits=UNLIMITED)
    assert linked_list != other


def test_a_linked_list_has_a_short_repr(linked_list: pygob.Struct) -> None:
    assert repr(linked_list).startswith("Node(Value=1, Next=Node(Value=1, Next=")
    assert len(repr(linked_list)) < 200


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


COPIES = pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
TREE = types.Slice(name="Tree")
TREE.elem = TREE
BOX = types.Struct(
    "Box",
    {
        "Any": types.INTERFACE,
        "All": types.Slice(types.INTERFACE),
        "Map": types.Map(types.INT, types.INTERFACE),
    },
)


def boxes(depth: int) -> pygob.Struct:
    """Structs, interfaces, lists, tuples, dicts and pairs inside each other, in turn."""
    value: Any = None
    for level in range(depth):
        held: Any = pygob.Interface("main.Box", value, BOX)
        match level % 4:
            case 0:
                value = pygob.Struct(BOX, Any=held)
            case 1:
                value = pygob.Struct(BOX, All=[None, (held,), pygob.Interface("int", level)])
            case 2:
                value = pygob.Struct(BOX, Map={1: held})
            case _:
                value = pygob.Struct(BOX, Map=pygob.Pairs([(1, held)]))
    return value  # type: ignore[no-any-return]


@COPIES
def test_a_linked_list_is_copied(linked_list: pygob.Struct, copied: Callable[[Any], Any]) -> None:
    again = copied(linked_list)
    assert again is not linked_list
    assert again == linked_list
    assert pygob.dumps(again, limits=UNLIMITED) == LIST


@COPIES
@pytest.mark.parametrize("depth", [1, 3, 4, 5, 8, 9, 40, 5_000])
def test_what_nests_in_any_way_is_copied(depth: int, copied: Callable[[Any], Any]) -> None:
    value = boxes(depth)
    again = copied(value)
    assert again == value
    assert type(pygob.struct_values(again).get(2)) is type(pygob.struct_values(value).get(2))
    assert pygob.struct_values(again).keys() == pygob.struct_values(value).keys()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("depth", [1, 40])
def test_every_protocol_of_pickle_will_do(depth: int, protocol: int) -> None:
    value = pygob.Interface("main.Box", boxes(depth), None, (64, 65))
    again = pickle.loads(pickle.dumps(value, protocol))
    assert again == value
    assert again.definitions == (64, 65)


@pytest.mark.parametrize("depth", [2, 40])
def test_a_deep_copy_is_a_value_of_its_own(depth: int) -> None:
    node = types.Struct("Node")
    node.fields = {"Next": types.Pointer(node), "Tags": types.Slice(types.STRING)}
    last = value = pygob.Struct(node, Tags=["a"])
    for _ in range(depth):
        value = pygob.Struct(node, Next=value)
    again = copy.deepcopy(value)
    last.Tags.append("b")
    assert again != value
    while again.Next is not None:
        again = again.Next
    assert again.Tags == ["a"]


@pytest.mark.parametrize("depth", [2, 40])
@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_what_two_places_share_they_share_in_a_copy(depth: int, copied: Callable[[Any], Any]) -> None:
    shared = boxes(depth)
    pair = pygob.Struct(BOX, All=[shared, shared], Any=pygob.Interface("main.Box", shared))
    again = copied(pair)
    assert again.All[0] is again.All[1] is again.Any.value


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_ring_is_copied_as_a_ring(copied: Callable[[Any], Any]) -> None:
    described = types.Struct("Node")
    described.fields = {"Next": types.Pointer(described), "All": types.INTERFACE}
    ring = pygob.Struct(described)
    ring.Next = pygob.Struct(described, Next=ring, All=(ring, [ring]))
    again = copied(ring)
    assert again.Next.Next is again
    assert again.Next.All[0] is again
    assert again.Next.All[1][0] is again
    assert again == ring
    del ring.Next.All, again.Next.All
    assert hash(again) == hash(ring)
    again.Next.Next = None
    assert again != ring


def test_deep_values_have_a_hash_that_goes_by_value(linked_list: pygob.Struct) -> None:
    assert hash(linked_list) == hash(pygob.loads(LIST, limits=UNLIMITED))
    assert hash(linked_list) != hash(
        pygob.Struct(pygob.struct_type(linked_list), Value=2, Next=linked_list.Next)
    )
    nested: Any = pygob.Interface("int", 1)
    for _ in range(50_000):
        nested = pygob.Struct(BOX, Any=pygob.Interface("main.Box", (nested,)))
    assert {nested: 1}[copy.deepcopy(nested)] == 1
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        hash(pygob.Struct(BOX, Any=pygob.Interface("x", [1])))


def test_a_deep_value_is_compared_with_a_mapping(linked_list: pygob.Struct) -> None:
    plain: dict[str, Any] = {"Value": 1, "Next": None}
    for _ in range(DEEP - 1):
        plain = {"Value": 1, "Next": plain}
    assert linked_list == plain
    plain["Value"] = 2
    assert linked_list != plain


def test_a_cut_linked_list_gives_what_was_there() -> None:
    with pytest.raises(pygob.GobTruncated) as info:
        pygob.loads(LIST[: LIST.rindex(b"\2\1\1") + 3], limits=UNLIMITED)
    assert info.value.partial.Value == 1
    assert info.value.path.count(".Next") == DEEP - 1


def test_deep_slices_are_read_and_written() -> None:
    count = 12_000
    data = nested(count, arrays=False) + raw.value(64, raw.SINGLETON, b"\1" * count, b"\2")
    stream = pygob.Stream.parse(data, limits=UNLIMITED)
    assert stream.to_bytes() == data
    assert len(repr(stream.values[0].type)) < 200
    written = pygob.dumps(stream.values[0].value, stream.values[0].type, limits=UNLIMITED)
    assert pygob.Stream.parse(written, limits=UNLIMITED).types[0].kind == "slice"


def test_a_deep_key_is_not_hashed() -> None:
    count = 2_000
    data = nested(count, arrays=True) + raw.define_map(64 + count, 64, raw.INT)
    data += raw.value(64 + count, raw.SINGLETON, b"\1", b"\1" * count, b"\2", b"\2")
    assert isinstance(pygob.loads(data), pygob.Pairs)


def test_a_deep_key_in_an_error_is_shown_short() -> None:
    count = 2_000
    data = nested(count, arrays=True) + raw.define_map(64 + count, 64, raw.INT)
    data += raw.value(64 + count, raw.SINGLETON, b"\1", b"\1" * count, b"\2")
    with pytest.raises(pygob.GobTruncated) as info:
        pygob.loads(data)
    assert len(str(info.value)) < 300


def test_interfaces_nest_as_deep_as_they_like() -> None:
    value: object = pygob.Interface("int", 1)
    described = types.Struct("Box", {"Any": types.INTERFACE})
    for _ in range(12_000):
        value = pygob.Interface("main.Box", {"Any": value}, described)
    data = pygob.dumps({"Any": value}, described, limits=UNLIMITED)
    assert pygob.Stream.parse(data, limits=UNLIMITED).to_bytes() == data


def test_a_value_that_contains_itself_is_refused() -> None:
    described = types.Struct("Node")
    described.fields = {"Next": types.Pointer(described)}
    node = pygob.Struct(described)
    node.Next = node
    with pytest.raises(pygob.GobEncodeError, match="contains itself"):
        pygob.dumps(node)


def test_a_list_that_contains_itself_is_refused() -> None:
    described = types.Slice(name="Tree")
    described.elem = described
    tree: list[object] = []
    tree.append(tree)
    with pytest.raises(pygob.GobEncodeError, match="contains itself"):
        pygob.dumps(tree, described)


def test_reading_works_near_the_end_of_the_call_stack() -> None:
    data = pygob.dumps([[[[1]]]])

    def at_depth(frames: int) -> object:
        return pygob.loads(data) if not frames else at_depth(frames - 1)

    assert at_depth(sys.getrecursionlimit() - 200) == [[[[1]]]]


def test_types_that_double_at_every_level_stay_short() -> None:
    # T0 { A T1; B T1 }, T1 { A T2; B T2 } ...: its text written out would fill any memory
    count = 200
    data = b"".join(
        raw.define_struct(64 + n, [("A", 65 + n), ("B", 65 + n)], "") for n in range(count - 1)
    ) + raw.define_struct(63 + count, [("A", raw.INT)], "")
    stream = pygob.Stream.parse(data + raw.value(64, b"\0"))
    assert len(repr(stream.values[0].type)) < 2_000
    assert stream.to_bytes() == data + raw.value(64, b"\0")
    assert pygob.loads(pygob.dumps(stream.values[0].value)) == stream.values[0].value


def test_what_reading_gives_prints_in_one_line_however_deep_it_is() -> None:
    tree = pygob.types.Slice(name="Tree")
    tree.elem = tree
    value: list[object] = []
    for _ in range(5_000):
        value = [value]
    data = pygob.dumps(value, tree)
    for held in (
        pygob.Stream.parse(data).values[0],
        next(pygob.iter_values(data)),
        pygob.salvage(data).values[0],
    ):
        assert "...(1)" in repr(held)
        assert len(repr(held)) < 200


class OwnStruct(pygob.Struct):
    pass


class OwnInterface(pygob.Interface):
    pass


class OwnPairs(pygob.Pairs):
    pass


@COPIES
@pytest.mark.parametrize("depth", [1, 40])
def test_a_subclass_is_copied_as_what_it_is(depth: int, copied: Callable[[Any], Any]) -> None:
    value: Any = 5
    for _ in range(depth):
        value = OwnStruct(BOX, Any=OwnInterface("main.Box", OwnPairs([(1, value)]), BOX, (64,)))
    again = copied(value)
    assert again == value
    while again != 5:
        held = again.Any
        assert [type(part) for part in (again, held, held.value)] == [OwnStruct, OwnInterface, OwnPairs]
        assert (held.name, held.definitions) == ("main.Box", (64,))
        again = held.value[0][1]
