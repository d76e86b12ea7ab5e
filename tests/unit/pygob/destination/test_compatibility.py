"""Decoding into given types: what fits, where it goes, and which words and places errors have.

Go's own verdict on 1,755 cases is in `tests/differential/test_compatibility.py`; here is what Go's
vectors do not hold: paths, offsets, Python's containers, and streams made to hurt.
"""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field
from typing import Any

import pytest

import pygob
from pygob import Pairs, types
from pygob.marshalers import GoTime, Marshalers
from tests.support import raw
from tests.support.work import calls

POINT = types.Struct("Point", {"X": types.INT, "Y": types.INT})


def refused(data: bytes, described: Any, **options: Any) -> pygob.GobDecodeError:
    with pytest.raises(pygob.GobTypeError) as caught:
        pygob.loads(data, described, **options)
    return caught.value


class TestPlaces:
    def test_a_number_out_of_range_says_where(self) -> None:
        described = types.Struct("S", {"A": types.Slice(types.Map(types.STRING, types.INT))})
        small = types.Struct("S", {"A": types.Slice(types.Map(types.STRING, types.INT8))})
        error = refused(pygob.dumps({"A": [{}, {"k": 300}]}, described), small)
        assert error.message == 'value for "element of A" out of range'
        assert error.path == "S.A[1]['k']"
        assert error.offset == 0

    @pytest.mark.parametrize(
        ("sent", "wanted", "path"),
        [
            ({"X": types.INT}, {"X": types.STRING}, "P.X"),
            (
                {"X": types.Struct("Q", {"Y": types.INT})},
                {"X": types.Struct("Q", {"Y": types.STRING})},
                "P.X.Y",
            ),
            (
                {"X": types.Slice(POINT)},
                {"X": types.Slice(types.Struct("R", {"Y": types.STRING}))},
                "P.X[].Y",
            ),
            (
                {"X": types.Map(types.STRING, POINT)},
                {"X": types.Map(types.STRING, types.Struct("R", {"X": types.BOOL}))},
                "P.X[].X",
            ),
            (
                {"X": types.Map(POINT, types.INT)},
                {"X": types.Map(types.Struct("R", {"X": types.BOOL}), types.INT)},
                "P.X[key].X",
            ),
            ({"X": types.Slice(types.INT)}, {"X": types.Slice(POINT)}, "P.X[]"),
        ],
        ids=["field", "inner field", "of elements", "of a map", "of keys", "no struct"],
    )
    def test_a_field_of_a_wrong_type_says_which(
        self, sent: dict[str, types.Type], wanted: dict[str, types.Type], path: str
    ) -> None:
        error = refused(pygob.dumps({}, types.Struct("P", sent)), types.Struct("P", wanted))
        assert error.path == path

    def test_in_an_interface_too(self) -> None:
        described = types.Struct("P", {"A": types.INTERFACE})
        data = pygob.dumps({"A": pygob.Interface("main.Point", {"X": 1}, POINT)}, described)
        registry = pygob.Registry()
        registry.register("main.Point", types.Struct("Point", {"X": types.STRING}))
        assert refused(data, described, registry=registry).path == "P.A.(main.Point).X"

    def test_the_second_value_of_a_stream_has_its_own_offset(self) -> None:
        data = pygob.dumps(1) + pygob.dumps(300)
        values = pygob.iter_loads(data, types.INT8)
        assert next(values) == 1
        with pytest.raises(pygob.GobTypeError) as caught:
            next(values)
        assert caught.value.offset == 4

    def test_a_decoder_goes_on_after_a_value_that_does_not_fit(self) -> None:
        import io

        decoder = pygob.Decoder(io.BytesIO(pygob.dumps(300) + pygob.dumps(7)))
        with pytest.raises(pygob.GobTypeError):
            decoder.decode(types.INT8)
        assert decoder.decode(types.INT8) == 7


class TestNames:
    """What Go calls a number that does not fit: by the field, and by each container around it."""

    @pytest.mark.parametrize(
        ("described", "value", "small", "name"),
        [
            (types.INT, 300, types.INT8, "int8"),
            (types.Slice(types.INT), [300], types.Slice(types.INT8), "element of []int8"),
            (
                types.Slice(types.Slice(types.INT)), [[300]],
                types.Slice(types.Slice(types.INT8)), "element of element of [][]int8",
            ),
            (
                types.Map(types.INT, types.INT), {300: 1},
                types.Map(types.INT8, types.INT), "map[int8]int",
            ),
            (
                types.Map(types.INT, types.Slice(types.INT)), {1: [300]},
                types.Map(types.INT, types.Slice(types.INT8)), "element of element of map[int][]int8",
            ),
            (
                types.Map(types.Array(1, types.INT), types.INT), {(300,): 1},
                types.Map(types.Array(1, types.INT8), types.INT), "element of key of map[[1]int8]int",
            ),
        ],
    )  # fmt: skip
    def test_out_of_range(self, described: types.Type, value: Any, small: types.Type, name: str) -> None:
        assert refused(pygob.dumps(value, described), small).message == f'value for "{name}" out of range'


class TestContainers:
    def test_what_a_struct_does_not_know_is_left_out(self) -> None:
        described = types.Struct("S", {"Extra": types.Slice(types.INTERFACE), "X": types.INT})
        value = {"Extra": [None, pygob.Interface("int", 1), pygob.Interface("S", {"X": 1}, POINT)], "X": 5}
        assert pygob.loads(pygob.dumps(value, described), POINT) == {"X": 5, "Y": 0}

    def test_the_result_is_of_the_type_asked_for(self) -> None:
        read = pygob.loads(pygob.dumps({"X": 5}, types.Struct("Other", {"X": types.INT})), POINT)
        assert pygob.struct_type(read) is POINT
        read.Y = 3
        assert pygob.loads(pygob.dumps(read)) == {"X": 5, "Y": 3}

    def test_float32_is_rounded_as_go_rounds_it(self) -> None:
        assert pygob.loads(pygob.dumps([0.1, 1e-46]), types.Slice(types.FLOAT32)) == [
            0.10000000149011612,
            0.0,
        ]
        infinities = [float("inf"), float("-inf")]
        assert pygob.loads(pygob.dumps(infinities), types.Slice(types.FLOAT32)) == infinities
        assert refused(pygob.dumps([3.5e38]), types.Slice(types.FLOAT32)).message == (
            'value for "element of []float32" out of range'
        )

    def test_a_mapping_is_updated_in_place(self) -> None:
        held = {"a": 1, "b": 2}
        described = types.Map(types.STRING, types.INT)
        assert pygob.loads(pygob.dumps({"b": 3}, described), described, into=held) is held
        assert held == {"a": 1, "b": 3}

    def test_a_struct_is_updated_in_place(self) -> None:
        held = pygob.Struct(POINT, X=1, Y=2)
        assert pygob.loads(pygob.dumps({"Y": 5}, POINT), into=held) is held
        assert held == {"X": 1, "Y": 5}


class TestHostile:
    def test_keys_with_one_hash_are_refused_before_they_cost(self) -> None:
        described = types.Map(types.COMPLEX, types.INT)

        def data(count: int) -> bytes:
            pairs = pygob.Pairs([(complex(-1000003.0 * n, n), n) for n in range(1, count)])
            return pygob.dumps(pairs, described)

        assert len({hash(key) for key, _ in pygob.loads(data(2_000))}) == 1
        assert refused(data(2_000), dict[complex, int]).message == (
            "more than 32 keys of map[complex128]int have one hash in Python"
        )
        assert len(pygob.loads(data(30), dict[complex, int])) == 29

    def test_a_remote_type_without_end_is_named_briefly(self) -> None:
        endless = raw.define_slice(64, 64, "") + raw.value(64, raw.SINGLETON, b"\0")
        message = refused(endless, types.INT).message
        assert message.startswith("gob: decoding into local type int, received remote type [][]")
        assert len(message) < 300

    def test_a_remote_type_that_doubles_at_each_level_is_named_briefly(self) -> None:
        levels = 60
        data = b"".join(
            raw.define_struct(64 + n, [("A", 65 + n), ("B", 65 + n)], "") for n in range(levels)
        ) + raw.define_struct(64 + levels, [("A", raw.INT)], "")
        data += raw.value(64, b"\0")
        assert len(refused(data, types.Slice(types.INT)).message) < 5_000

    def test_deep_types_on_both_sides(self) -> None:
        depth = 3_000
        data = b"".join(
            raw.define_array(65 + n, 66 + n if n < depth - 1 else raw.INT, 1) for n in range(depth)
        ) + raw.define_map(64, 65, raw.STRING)
        data += raw.value(64, raw.SINGLETON, raw.uint(1), b"\1" * depth, raw.int_(300), raw.text("x"))
        same, small, other = types.INT, types.INT8, types.STRING
        for _ in range(depth):
            same, small, other = (types.Array(1, part) for part in (same, small, other))  # type: ignore[assignment]
        ((key, value),) = pygob.loads(data, types.Map(same, types.STRING)).items()
        assert value == "x"
        for _ in range(depth):
            (key,) = key
        assert key == 300
        assert "out of range" in refused(data, types.Map(small, types.STRING)).message
        assert "received remote type" in refused(data, types.Map(other, types.STRING)).message
        assert "received remote type" in refused(data, types.INT).message

    def test_work_grows_with_the_value_and_no_faster(self) -> None:
        described = types.Slice(POINT)
        sent = types.Slice(types.Struct("P", {"Y": types.INT, "Z": types.STRING, "X": types.INT}))

        def work(count: int) -> int:
            data = pygob.dumps([{"X": n, "Z": "z"} for n in range(count)], sent)
            return calls(lambda: pygob.loads(data, described))

        work(2_000)  # until every reader is made
        assert work(4_000) <= 2.1 * work(2_000)

    def test_recursive_types_are_compared_once(self) -> None:
        tree = types.Struct("Tree")
        tree.fields = {"L": types.Pointer(tree), "R": types.Pointer(tree), "V": types.INT}
        mirror = types.Struct("Mirror")
        mirror.fields = {"R": types.Pointer(mirror), "V": types.INT8}
        data = pygob.dumps({"L": {"V": 1}, "R": {"V": 2, "R": {"V": 3}}, "V": 4}, tree)
        assert pygob.loads(data, mirror) == {"R": {"R": {"R": None, "V": 3}, "V": 2}, "V": 4}


@dataclass
class Mine:
    X: int = 0


class TestRegisteredNames:
    def test_the_same_type_may_be_registered_again(self) -> None:
        registry = pygob.Registry()
        for _ in range(2):
            registry.register("x", list[list[int]])
            registry.register("y", dict[str, list[int]])
        for name, described in {"int": int, "[]int": list[int], "[]uint8": bytes}.items():
            registry.register(name, described)
        registry.register("[]uint8", types.Slice(types.UINT8))

    @pytest.mark.parametrize("described", [list[str], tuple[int], tuple[int, int], int], ids=str)
    def test_another_type_may_not(self, described: Any) -> None:
        registry = pygob.Registry()
        registry.register("x", list[list[int]])
        with pytest.raises(ValueError, match="duplicate types for 'x'"):
            registry.register("x", described)

    def test_what_go_has_registered_itself_stays(self) -> None:
        for described in (str, types.Pointer(types.INT)):
            with pytest.raises(ValueError, match="duplicate types for 'int'"):
                pygob.Registry().register("int", described)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (("int", int), ("myint", int)),
            (("int", int), ("*int", int | None)),
            (("[]uint8", bytes), ("bytes", bytes)),
            (("[]int", list[int]), ("ints", list[int])),
            (("uintptr", types.UINTPTR), ("p", types.UINTPTR)),
            (("main.T", POINT), ("*main.T", types.Pointer(POINT))),
            (("*main.U", types.Pointer(POINT)), ("main.U", POINT)),
            (("*main.U", types.Pointer(POINT)), ("**main.U", types.Pointer(types.Pointer(POINT)))),
            (("main.M", Mine), ("*main.M", Mine | None)),
            (("*main.M", Mine | None), ("main.M", Mine)),
            (("a", list[list[int]]), ("b", list[list[int]])),
            (("m", dict[str, int]), ("m2", types.Map(types.STRING, types.INT))),
        ],
        ids=lambda given: given[0],
    )
    def test_a_type_and_pointers_to_it_have_one_name_as_in_go(
        self, first: tuple[str, Any], second: tuple[str, Any]
    ) -> None:
        registry = pygob.Registry()
        registry.register(*first)
        with pytest.raises(ValueError, match="duplicate names for") as caught:
            registry.register(*second)
        assert repr(first[0]) in str(caught.value)
        assert registry.type_named(second[0]) is None
        registry.register(second[0], types.Map(types.STRING, types.Struct("Free", {"X": types.INT})))

    def test_values_are_sent_under_the_name_of_pointers_to_their_type(self) -> None:
        registry = pygob.Registry()
        registry.register("*main.M", Mine | None)
        data = pygob.dumps([Mine(5)], list[Any], registry=registry)
        assert pygob.loads(data)[0] == pygob.Interface("*main.M", {"X": 5})
        assert pygob.loads(data, list[Any], registry=registry) == [Mine(5)]

    def test_a_name_is_text_and_not_empty(self) -> None:
        name: Any = 5
        with pytest.raises(ValueError, match="empty name"):
            pygob.Registry().register("", int)
        with pytest.raises(TypeError, match="is a str, not 5"):
            pygob.Registry().register(name, int)


def test_depth_costs_no_names() -> None:
    described = types.Slice(name="T", package="main")
    described.elem = described
    nested: list[Any] = []
    for _ in range(9_990):
        nested = [nested]
    data = pygob.dumps(nested, described)
    tracemalloc.start()
    try:
        value = pygob.loads(data, described)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    depth = 0
    while value:
        value, depth = value[0], depth + 1
    assert depth == 9_990


def test_what_does_not_fit_is_named_in_the_order_of_the_fields_each_to_its_depth() -> None:
    """As Go compiles them: a field of a struct in the first field comes before the second field."""
    inner = types.Struct("Inner", {"N": types.INT})
    described = types.Struct("Outer", {"A": types.Slice(inner), "B": types.INT})
    wrong = types.Struct(
        "Outer", {"A": types.Slice(types.Struct("Inner", {"N": types.STRING})), "B": types.STRING}
    )
    error = refused(pygob.dumps({"A": [{"N": 1}], "B": 1}, described), wrong)
    assert error.message == "gob: wrong type (string) for received field Inner.N"


def test_the_name_of_a_deep_place_has_an_end() -> None:
    wide: types.Type = types.INT
    small: types.Type = types.INT8
    value: Any = 300
    for _ in range(100):
        wide, small, value = types.Slice(wide), types.Slice(small), [value]
    error = refused(pygob.dumps(value, wide), small)
    assert error.message == f'value for "{"element of " * 48}..." out of range'


@dataclass(frozen=True)
class AnyKey:
    A: Any


@dataclass
class RefusingKey:
    A: int

    def __hash__(self) -> int:
        raise OSError("no hash today")


@dataclass(frozen=True)
class NarrowKey:
    A: int
    B: int = field(default=0, compare=False)


ONES = [pygob.Interface("int", 1), pygob.Interface("bool", True), pygob.Interface("float64", 1.0)]


class TestKeysThatGoKeepsApart:
    """Keys that are distinct in Go and equal in Python: never fewer entries without a word."""

    def test_in_a_struct(self) -> None:
        described = types.Map(types.Struct("K", {"A": types.INTERFACE}), types.INT)
        data = pygob.dumps(Pairs([({"A": one}, 10) for one in ONES]), described)
        error = refused(data, dict[AnyKey, int])
        assert "that Go keeps apart are one in Python" in error.message
        assert "A=" in error.path

    def test_in_an_array(self) -> None:
        described = types.Map(types.Array(1, types.INTERFACE), types.INT)
        data = pygob.dumps(Pairs([((one,), 10) for one in ONES]), described)
        refused(data, dict[tuple[Any], int])

    def test_of_integers_of_two_sizes(self) -> None:
        described = types.Map(types.INTERFACE, types.INT)
        keys = [pygob.Interface("int8", 1), pygob.Interface("int16", 1)]
        refused(pygob.dumps(Pairs([(key, 1) for key in keys]), described), dict[Any, int])

    def test_that_a_class_does_not_compare(self) -> None:
        described = types.Map(types.Struct("K", {"A": types.INT, "B": types.INT}), types.INT)
        data = pygob.dumps(Pairs([({"A": 1, "B": n}, n) for n in range(3)]), described)
        refused(data, dict[NarrowKey, int])

    @pytest.mark.parametrize("is_interface", [True, False])
    def test_times_of_two_zones(self, is_interface: bool) -> None:
        marshalers = Marshalers()
        time_type = marshalers.type_of("time.Time")
        times: list[Any] = [GoTime(5), GoTime(5, 0, 3600)]
        if is_interface:
            times = [pygob.Interface("time.Time", marshalers.encode(time)) for time in times]
        described = types.Map(types.INTERFACE if is_interface else time_type, types.INT)
        data = pygob.dumps(Pairs([(time, 1) for time in times]), described, marshalers=marshalers)
        wanted = dict[pygob.Interface, int] if is_interface else described
        refused(data, wanted, marshalers=marshalers)
        assert len(pygob.loads(data)) == 2

    def test_what_is_refused_changes_nothing(self) -> None:
        """The entries before it are merged, as Go merges them."""
        described = types.Map(types.INTERFACE, types.STRING)
        data = pygob.dumps({pygob.Interface("int", 5): "first", ONES[0]: "clash"}, described)
        into = {True: "kept"}
        refused(data, dict[Any, str], into=into)
        assert list(into.items()) == [(True, "kept"), (5, "first")]
        assert type(next(iter(into))) is bool

    def test_a_value_that_does_not_fit_leaves_the_entry_as_it_was(self) -> None:
        into = {"a": 1}
        refused(pygob.dumps({"a": 300}), types.Map(types.STRING, types.INT8), into=into)
        assert into == {"a": 1}

    def test_a_key_whose_class_refuses_to_be_hashed_is_an_error_with_its_place(self) -> None:
        described = types.Map(types.Struct("K", {"A": types.INT}), types.INT)
        error = refused(pygob.dumps(Pairs([({"A": 1}, 1)]), described), dict[RefusingKey, int])
        assert "cannot be the key of a dict: OSError: no hash today" in error.message
        assert "A=1" in error.path

    @pytest.mark.parametrize(
        "given", [{}, {"A": 0}, {"A": 0, "B": ""}, {"A": 0, "C": (0, 0)}], ids=lambda given: "-".join(given)
    )
    def test_a_zero_that_was_given_is_one_that_was_left_out(self, given: dict[str, Any]) -> None:
        key = types.Struct("K", {"A": types.INT, "B": types.STRING, "C": types.Array(2, types.INT)})
        described = types.Map(key, types.INT)
        into = {pygob.Struct(key, **given): 1}
        result = pygob.loads(pygob.dumps(Pairs([({"A": 0}, 2)]), described), described, into=into)
        assert list(result.values()) == [2]

    def test_a_struct_there_already_that_differs_within_an_interface(self) -> None:
        key = types.Struct("K", {"A": types.Array(1, types.INTERFACE)})
        described = types.Map(key, types.INT)
        into = {pygob.Struct(key, A=(pygob.Interface("int", True),)): 7}
        refused(pygob.dumps(Pairs([({"A": (ONES[0],)}, 8)]), described), described, into=into)
        assert list(into.values()) == [7]

    @pytest.mark.parametrize(
        ("there", "sent", "key"),
        [
            (0.0, -0.0, types.FLOAT),
            (-0.0, 0.0, types.FLOAT),
            (complex(0.0, -0.0), 0j, types.COMPLEX),
            ((0.0,), (-0.0,), types.Array(1, types.FLOAT)),
        ],
        ids=["+-", "-+", "complex", "array"],
    )
    def test_of_two_zeros_the_newer_is_kept_as_in_go(self, there: Any, sent: Any, key: types.Type) -> None:
        into = {there: 1, 5: 6}
        described = types.Map(key, types.INT)
        result = pygob.loads(pygob.dumps({sent: 2}, described), described, into=into)
        assert result is into
        assert sorted(map(repr, into.items())) == sorted([repr((5, 6)), repr((sent, 2))])

    def test_from_one_there_already(self) -> None:
        described = types.Map(types.INTERFACE, types.INT)
        data = pygob.dumps({ONES[1]: 8}, described)
        refused(data, dict[Any, int], into={1: 7})
        refused(
            pygob.dumps({(ONES[1],): 8}, types.Map(types.Array(1, types.INTERFACE), types.INT)),
            dict[tuple[Any], int],
            into={(1,): 7},
        )

    def test_keys_that_are_one_in_go_too_are_one(self) -> None:
        described = types.Map(types.Struct("K", {"A": types.INT, "B": types.INT}), types.INT)
        data = pygob.dumps(Pairs([({"A": 1, "B": n}, n) for n in range(3)]), described)
        one_field = types.Map(types.Struct("K", {"A": types.INT}), types.INT)
        assert list(pygob.loads(data, one_field).values()) == [2]
        again = pygob.dumps({ONES[0]: 8}, types.Map(types.INTERFACE, types.INT))
        assert pygob.loads(again, dict[Any, int], into={1: 7}) == {1: 8}
