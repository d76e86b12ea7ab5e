"""Streams without loss: look, edit, write back."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import pygob
from pygob import Stream, StreamValue, types
from tests.support import raw
from tests.support.handmade import POINT, SOUND

DOC = types.Struct("Doc", {"ID": types.STRING, "Tags": types.Map(types.STRING, types.STRING)})
DATA = pygob.dumps({"ID": "a", "Tags": {"k": "v"}}, DOC, first_id=90)


def test_a_stream_shows_its_types_as_they_were_sent() -> None:
    doc, tags = Stream.parse(DATA).types
    assert (doc.id, doc.common_id, doc.kind, doc.name) == (90, 90, "struct", "Doc")
    assert doc.fields == [("ID", raw.STRING), ("Tags", tags.id)]
    assert (tags.kind, tags.name, tags.key, tags.elem) == ("map", "map[string]string", raw.STRING, raw.STRING)


def test_a_stream_shows_its_values_with_their_types_and_places() -> None:
    (item,) = Stream.parse(DATA).values
    assert (item.value.ID, item.type_id, item.definitions) == ("a", 90, (90, 91))
    assert (item.start, item.end) == (0, len(DATA))
    assert item.type.name == "Doc"


def test_an_edited_value_is_written_with_the_same_ids_and_names() -> None:
    stream = Stream.parse(DATA)
    stream.values[0].value.ID = "b"
    assert stream.to_bytes() == pygob.dumps({"ID": "b", "Tags": {"k": "v"}}, DOC, first_id=90)


def test_values_are_replaced_removed_and_added() -> None:
    stream = Stream.parse(pygob.dumps(1) + pygob.dumps("x"))
    stream.values[0].value = 5
    stream.values.reverse()
    assert list(pygob.iter_loads(stream.to_bytes())) == ["x", 5]
    del stream.values[0]
    assert stream.to_bytes() == pygob.dumps(5)


def test_an_edit_that_does_not_fit_is_refused_with_its_path() -> None:
    stream = Stream.parse(DATA)
    stream.values[0].value.Tags = {"k": 5}
    with pytest.raises(pygob.GobEncodeError, match="int given where Go's string takes a str") as info:
        stream.to_bytes()
    assert info.value.path == "Doc.Tags['k']"


def test_editing_what_types_shows_changes_no_stream() -> None:
    described = types.Struct("Unspoilt", {"A": types.INT})
    data = pygob.dumps({"A": 1}, described)
    pygob.loads(data)
    Stream.parse(data).types[0].name = "Spoilt"
    Stream.parse(data).types[0].fields.clear()
    assert Stream.parse(data).types[0].fields == [("A", raw.INT)]
    assert Stream.parse(data).to_bytes() == data


def test_unused_definitions_are_kept_where_they_were() -> None:
    data = pygob.dumps(1) + POINT + raw.define_slice(65, raw.INT) + raw.value(raw.INT, b"\0\4")
    stream = Stream.parse(data)
    assert stream.values[1].definitions == (64, 65)
    assert stream.to_bytes() == data


def test_a_definition_whose_inner_id_differs_is_kept() -> None:
    data = raw.define_marshaler(64, 4, "T", common_id=65) + raw.value(64, b"\0\1x")
    assert Stream.parse(data).types[0].common_id == 65
    assert Stream.parse(data).to_bytes() == data


def test_names_that_are_not_utf8_are_kept() -> None:
    data = raw.define_struct(64, [(b"X\xff", raw.INT)], b"\xfe") + raw.value(64, b"\1\2\0")
    stream = Stream.parse(data)
    assert stream.types[0].name == "\udcfe"
    assert stream.to_bytes() == data


NOT_CANONICAL = {
    name: SOUND[name][0]
    for name in (
        "over-long uint", "over-long message length", "over-long type id", "bool of 2", "bytes after a value",
        "type id cut to int32", "struct without its terminator", "struct of no bytes", "zero sent",
        "map with one key twice", "map of 2^63 entries, which Go takes for none",
        "interface with a wrong byte count",
    )
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_CANONICAL)
def test_what_go_would_not_send_comes_back_as_go_would_send_it(name: str) -> None:
    stream = Stream.parse(NOT_CANONICAL[name])
    assert not stream.is_canonical
    again = Stream.parse(stream.to_bytes())
    assert again.is_canonical
    assert [item.value for item in again.values] == [item.value for item in stream.values]


def test_whether_the_input_was_canonical_does_not_change_with_edits() -> None:
    stream = Stream.parse(DATA)
    stream.values[0].value.ID = "b"
    assert stream.is_canonical


def test_a_stream_of_nothing() -> None:
    stream = Stream.parse(b"")
    assert (list(stream.values), list(stream.types), stream.to_bytes(), stream.is_canonical) == (
        [],
        [],
        b"",
        True,
    )


def test_a_broken_stream_is_refused() -> None:
    with pytest.raises(pygob.GobTruncated):
        Stream.parse(DATA[:-1])


def test_the_repr_counts() -> None:
    assert repr(Stream.parse(DATA)) == f"<Stream of 1 values and 2 types, {len(DATA)} bytes>"


@dataclass
class Point:
    X: int = 0
    Y: int = 0


@dataclass
class Line:
    From: Point
    To: Point
    Tags: list[str]


POINT_TYPE = types.Struct("Point", {"X": types.INT, "Y": types.INT}, package="main")


def together(*values: tuple[object, object]) -> bytes:
    """What one encoder in a fresh process sends for values with their types."""
    writer = pygob.GobWriter()
    return b"".join(writer.encode(value, described) for value, described in values)


def test_a_value_of_a_type_that_the_stream_has_needs_no_definition() -> None:
    stream = Stream.parse(pygob.dumps({"X": 1}, POINT_TYPE))
    added = stream.append({"X": 2}, stream.values[0].type)
    stream.append(Point(3, 4))
    stream.append({"Y": 5}, Point)
    stream.append(stream.values[0].value)
    expected = [
        ({"X": 1}, POINT_TYPE),
        ({"X": 2}, POINT_TYPE),
        (Point(3, 4), POINT_TYPE),
        ({"Y": 5}, POINT_TYPE),
    ]
    assert stream.to_bytes() == together(
        *expected[:2], ({"X": 3, "Y": 4}, POINT_TYPE), *expected[3:], expected[0]
    )
    assert added is stream.values[1]
    assert (added.type_id, added.start, added.end, added.definitions) == (None, None, None, ())
    assert repr(added) == "<{'X': 2} of type Point, added>"


def test_a_new_type_is_defined_before_its_first_value_with_the_ids_that_follow() -> None:
    stream = Stream.parse(pygob.dumps({"X": 1}, POINT_TYPE, first_id=90))
    stream.append(Line(Point(1), Point(2), ["a"]))
    stream.append(["x"])
    again = Stream.parse(stream.to_bytes())
    assert [definition.id for definition in again.types] == [90, 91, 92]
    assert [definition.name for definition in again.types] == ["Point", "Line", "[]string"]
    assert again.types[1].fields == [("From", 90), ("To", 90), ("Tags", 92)]
    assert [item.definitions for item in again.values] == [(90,), (91, 92), ()]
    assert again.values[2].value == ["x"]
    assert again.is_canonical


def test_a_value_is_put_anywhere_and_its_type_is_defined_there() -> None:
    stream = Stream.parse(together(({"X": 1}, POINT_TYPE), (5, types.INT)))
    stream.insert(0, {"a": 1}, dict[str, int])
    stream.insert(-1, "text")
    again = Stream.parse(stream.to_bytes())
    assert [item.value for item in again.values][:1] == [{"a": 1}]
    assert [item.value for item in again.values][2:] == ["text", 5]
    assert [definition.id for definition in again.types] == [65, 64]


def test_a_value_and_its_type_are_replaced_together() -> None:
    stream = Stream.parse(pygob.dumps({"X": 1}, POINT_TYPE))
    stream.values[0] = StreamValue([1.5], list[float])
    assert [definition.kind for definition in Stream.parse(stream.to_bytes()).types] == ["slice"]
    stream.values[0] = StreamValue("inferred")
    assert stream.to_bytes() == pygob.dumps("inferred")


def test_an_empty_stream_takes_values_too() -> None:
    stream = Stream.parse(b"")
    assert stream.to_bytes() == b""
    stream.append({"X": 1}, POINT_TYPE)
    stream.append(True)
    assert stream.to_bytes() == together(({"X": 1}, POINT_TYPE), (True, types.BOOL))


def test_types_that_only_look_alike_are_not_taken_for_one() -> None:
    stream = Stream.parse(pygob.dumps({"X": 1}, POINT_TYPE))
    others = [
        types.Struct("Other", {"X": types.INT, "Y": types.INT}),
        types.Struct("Point", {"X": types.INT}),
        types.Struct("Point", {"Y": types.INT, "X": types.INT}),
        types.Struct("Point", {"X": types.INT, "Y": types.UINT}),
        types.Struct("Point", {"X": types.INT, "Y": types.Slice(types.INT)}),
    ]
    for other in others:
        stream.append({"X": 7}, other)
    again = Stream.parse(stream.to_bytes())
    assert len(again.types) == 7
    assert [item.value.X for item in again.values] == [1, 7, 7, 7, 7, 7]


def test_a_type_inside_an_interface_is_found_too() -> None:
    box = types.Struct("Box", {"Any": types.INTERFACE})
    held = pygob.Interface("main.Point", {"X": 1}, POINT_TYPE)
    stream = Stream.parse(pygob.dumps({"Any": held}, box))
    stream.append({"Any": pygob.Interface("main.Point", Point(2, 3))}, stream.values[0].type)
    again = Stream.parse(stream.to_bytes())
    assert [definition.name for definition in again.types] == ["Box", "Point"]
    assert again.values[1].value.Any.value.X == 2


def test_recursive_types_are_found_by_their_structure() -> None:
    def node(last: str) -> types.Struct:
        described = types.Struct("Node")
        described.fields = {"Next": types.Pointer(described), last: types.Slice(described)}
        return described

    stream = Stream.parse(pygob.dumps({"Next": {"All": [{}]}}, node("All")))
    count = len(stream.types)
    stream.append({"Next": {"Next": {}}}, node("All"))
    assert len(Stream.parse(stream.to_bytes()).types) == count
    stream.append({"Next": {}}, node("Others"))
    assert len(Stream.parse(stream.to_bytes()).types) > count


def test_a_value_that_does_not_fit_is_named_by_its_number() -> None:
    stream = Stream.parse(pygob.dumps({"X": 1}, POINT_TYPE))
    stream.append({"X": "one"}, POINT_TYPE)
    with pytest.raises(pygob.GobEncodeError) as info:
        stream.to_bytes()
    assert info.value.path == "values[1]: Point.X"


def test_a_value_that_does_not_tell_its_type_is_refused_at_once() -> None:
    stream = Stream.parse(b"")
    with pytest.raises(pygob.GobEncodeError, match="give its type"):
        stream.append([])
    with pytest.raises(TypeError, match="does not stand for one Go type"):
        stream.append([], set)
    assert stream.values == []


def test_a_pointer_to_a_nil_pointer_comes_back_with_the_end_that_go_left_out() -> None:
    definition = raw.define_struct(64, [("X", raw.INT)], "Point")
    stream = Stream.parse(definition + raw.value(64))
    assert stream.values[0].value == {"X": 0}
    assert not stream.is_canonical
    assert stream.to_bytes() == definition + raw.value(64, b"\0")


def _of_inner_and_outer() -> bytes:
    """A value that defines a type, and one that has it as a part."""
    inner = types.Struct("Inner", {"N": types.INT, "Texts": types.Slice(types.STRING)})
    outer = types.Struct("Outer", {"In": inner, "Ins": types.Slice(inner)})
    writer = pygob.GobWriter()
    first = writer.encode([{"N": 1}], types.Slice(inner))
    return first + writer.encode({"In": {"N": 2, "Texts": ["a"]}, "Ins": [{}]}, outer)


def test_what_a_deleted_value_defined_is_defined_where_it_is_needed() -> None:
    data = _of_inner_and_outer()
    stream = Stream.parse(data)
    expected = str(stream.values[1].value)
    del stream.values[0]
    written = Stream.parse(stream.to_bytes())
    assert [str(item.value) for item in written.values] == [expected]
    assert sorted(each.name for each in written.types) == ["", "Inner", "Outer", "[]string"]
    assert written.is_canonical


@pytest.mark.parametrize("order", [[1, 0], [1], [1, 1, 0], [0, 1]])
def test_values_in_any_order_are_defined_before_they_are_used(order: list[int]) -> None:
    data = _of_inner_and_outer()
    stream = Stream.parse(data)
    expected = [str(stream.values[index].value) for index in order]
    stream.values[:] = [stream.values[index] for index in order]
    assert [str(value) for value in pygob.iter_loads(stream.to_bytes())] == expected


def test_a_value_that_is_refused_leaves_nothing_half_defined() -> None:
    data = _of_inner_and_outer()
    table = Stream.parse(data)._table
    writer = pygob.GobWriter.for_table(table)
    outer_id = next(each.id for each in Stream.parse(data).types if each.name == "Outer")
    described = table.type_of(outer_id)
    with pytest.raises(pygob.GobEncodeError):
        writer.encode({"In": 5}, described, definitions=(outer_id,))
    assert pygob.loads(writer.encode({"In": {"N": 2}}, described, definitions=(outer_id,))).In.N == 2
