"""Type ids and names: those a Go process gives, in the order in which it gives them."""

from __future__ import annotations

import gc
import io
import weakref
from typing import Any

import pytest

import pygob
from pygob import TypeIds, types
from pygob.binding.inference import infer_type
from pygob.types import INT, STRING, Array, Map, Opaque, Pointer, Slice, Struct
from tests.support.work import calls

POINT = Struct("Point", {"X": INT}, package="main")


def definitions(value: Any, described: types.Type, **options: Any) -> list[tuple[int, str, str]]:
    """Id, kind and name of every definition sent, in wire order."""
    sent = pygob.Stream.parse(pygob.dumps(value, described, **options)).types
    return [(definition.id, definition.kind, definition.name) for definition in sent]


def test_a_fresh_process_starts_at_64() -> None:
    assert definitions({}, POINT) == [(64, "struct", "Point")]


def test_marshalers_without_a_name_are_told_apart_by_their_kind() -> None:
    both = Struct("Both", {"A": Opaque("", "gob"), "B": Opaque("", "binary")})
    found = definitions({"A": b"a", "B": b"b"}, both)
    assert [kind for _, kind, _ in found] == ["struct", "gob", "binary"]


def test_types_inferred_again_and_again_are_not_kept() -> None:
    """Else an encoder that is never told a type would grow for ever."""
    writer = pygob.GobWriter()
    inferred: weakref.WeakSet[types.Type] = weakref.WeakSet()
    first = writer.encode([{"a": [1]}])
    for _ in range(5_000):
        described = infer_type([{"a": [1]}])
        inferred.add(described)
        assert len(writer.encode([{"a": [1]}], described)) < len(first)
        del described
    gc.collect()
    assert len(inferred) < 2_000


def test_another_first_id_may_be_given() -> None:
    assert definitions({}, POINT, first_id=65) == [(65, "struct", "Point")]


def test_a_first_id_is_for_new_ids_only() -> None:
    ids = pygob.TypeIds(70)
    for encode in (
        lambda: pygob.dumps({"X": 1}, POINT, ids=ids, first_id=80),
        lambda: pygob.dump({"X": 1}, io.BytesIO(), POINT, ids=ids, first_id=80),
        lambda: pygob.Encoder(io.BytesIO(), ids=ids, first_id=80),
    ):
        with pytest.raises(TypeError, match="give first_id or ids, not both"):
            encode()
    assert ids.id_of(POINT) == 70


@pytest.mark.parametrize("first_id", [63, 0, -1, 1 << 31])
def test_ids_that_decoders_refuse_cannot_be_given(first_id: int) -> None:
    with pytest.raises(ValueError, match="first_id must be from 64"):
        TypeIds(first_id)


def test_ids_shared_by_streams_are_those_of_one_process() -> None:
    ids = TypeIds()
    other = Struct("Other", {"P": POINT})
    assert definitions({}, POINT, ids=ids) == [(64, "struct", "Point")]
    assert definitions({}, other, ids=ids) == [(65, "struct", "Other"), (64, "struct", "Point")]


def test_a_struct_takes_its_id_before_its_fields() -> None:
    outer = Struct("Outer", {"A": POINT, "B": Slice(STRING)})
    assert definitions({}, outer) == [
        (64, "struct", "Outer"),
        (65, "struct", "Point"),
        (66, "slice", "[]string"),
    ]


@pytest.mark.parametrize(
    ("described", "kind"), [(Slice(POINT), "slice"), (Array(0, POINT), "array"), (Map(STRING, POINT), "map")]
)
def test_containers_take_their_id_after_their_elements(described: types.Type, kind: str) -> None:
    value: Any = () if kind == "array" else {} if kind == "map" else []
    assert [entry[:2] for entry in definitions(value, described)] == [(65, kind), (64, "struct")]


def test_an_unnamed_type_at_top_level_has_no_name() -> None:
    assert definitions([], Slice(STRING)) == [(64, "slice", "")]


def test_an_unnamed_type_first_met_as_a_field_has_its_text() -> None:
    outer = Struct("S", {"M": Map(STRING, POINT), "A": Array(4, types.UINT8), "F": Struct("", {"A": INT})})
    names = {name for _, _, name in definitions({}, outer)}
    assert names == {"S", "map[string]main.Point", "[4]uint8", "struct { A int }", ""}


@pytest.mark.parametrize("described", [Map(STRING, POINT), Array(1, POINT), Slice(Pointer(POINT))])
def test_elements_first_met_in_maps_arrays_and_pointer_slices_lose_their_name(described: types.Type) -> None:
    value: Any = [{}] if not isinstance(described, Map) else {"k": {}}
    assert ("struct", "") in [entry[1:] for entry in definitions(value, described)]


def test_elements_of_slices_keep_their_name() -> None:
    assert (64, "struct", "Point") in definitions([{}], Slice(POINT))


def test_equal_unnamed_types_are_one_and_equal_named_ones_two() -> None:
    unnamed = Struct("S", {"A": Slice(INT), "B": Slice(INT)})
    assert len(definitions({}, unnamed)) == 2
    named = Struct("S", {"A": Slice(INT, name="N"), "B": Slice(INT, name="N")})
    assert len(definitions({}, named)) == 3


def test_types_that_are_basic_or_bytes_are_not_defined() -> None:
    described = Struct("S", {"A": INT, "B": types.BYTES, "C": Slice(types.UINT8), "D": Pointer(STRING)})
    assert len(definitions({}, described)) == 1


def test_a_recursive_type_is_defined_once() -> None:
    node = Struct("Node")
    node.fields = {"Value": INT, "Next": Pointer(node)}
    assert definitions({"Value": 1}, node) == [(64, "struct", "Node")]


def test_definitions_are_sent_before_what_they_are_made_of() -> None:
    described = Struct("A", {"B": Struct("B", {"C": Struct("C", {"X": INT})}), "D": Struct("D", {"X": INT})})
    assert [name for _, _, name in definitions({}, described)] == ["A", "B", "C", "D"]


def test_a_marshaler_first_met_through_a_pointer_has_an_object_of_its_own() -> None:
    described = Struct("S", {"T": Pointer(Opaque("Time", "gob"))})
    _, opaque = pygob.Stream.parse(pygob.dumps({}, described)).types
    assert opaque.kind == "gob"
    assert opaque.id != opaque.common_id


def test_the_last_id_is_used_and_none_after_it() -> None:
    last = (1 << 31) - 1
    data = pygob.dumps([1], first_id=last)
    assert pygob.loads(data) == [1]
    writer = pygob.GobWriter(TypeIds(last))
    nested = types.Slice(types.Slice(types.INT))
    for _ in range(2):
        with pytest.raises(pygob.GobEncodeError, match="no more type ids"):
            writer.encode([[1]], nested)
    assert pygob.loads(writer.encode([1], types.Slice(types.INT))) == [1]


def test_added_values_of_many_new_types_take_work_in_proportion() -> None:
    def work(count: int) -> int:
        stream = pygob.Stream.parse(pygob.dumps(1))
        for number in range(count):
            described = types.Struct(f"T{number}", {"A": types.INT})
            stream.append({"A": 1}, described)
        again = pygob.Stream.parse(stream.to_bytes())
        for number in range(count):
            again.append({"A": 2}, types.Struct(f"T{number}", {"A": types.INT}))
        return calls(again.to_bytes)

    assert work(400) < 5 * work(100)
