"""Streams without loss: look, edit, write back."""

from __future__ import annotations

import pytest

import pygob
from pygob import Stream, types
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
