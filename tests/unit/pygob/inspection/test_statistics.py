"""What a stream is made of, in numbers."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given

import pygob
from pygob import Interface, types
from pygob.inspection.annotation import Role, annotate
from pygob.inspection.statistics import Statistics, statistics
from tests.support.strategies import damaged, streams

POINT = types.Struct("Point", {"X": types.INT, "Name": types.STRING})
NODE = types.Struct("Node")
NODE.fields = {"Next": types.Pointer(NODE), "X": types.INT}  # type: ignore[assignment]


def stream(*values: Any, described: Any = None) -> bytes:
    file = io.BytesIO()
    encoder = pygob.Encoder(file)
    for value in values:
        encoder.encode(value, described)
    return file.getvalue()


def field(found: Statistics, struct: str, name: str) -> tuple[int, int]:
    [counts] = [
        each for kind in found.structs if kind.name == struct for each in kind.fields if each.name == name
    ]
    return counts.sent, counts.bytes


def test_types_and_fields() -> None:
    data = stream(pygob.Struct(POINT, X=1, Name="abc"), pygob.Struct(POINT, X=300), "text", described=None)
    found = statistics(data)
    assert (found.bytes, found.messages, found.definitions, found.values) == (len(data), 4, 1, 3)
    assert [(kind.name, kind.values) for kind in found.types] == [("Point", 2), ("string", 1)]
    assert found.types[1].bytes == len(b"\x0c\0\4text")
    assert field(found, "Point", "X") == (2, len(b"\1\2") + len(b"\1\xfe\2\x58"))
    assert field(found, "Point", "Name") == (1, len(b"\1\3abc"))
    assert found.damage is None


def test_a_field_inside_its_own_kind_counts_once() -> None:
    chain = pygob.Struct(NODE, Next=pygob.Struct(NODE, Next=pygob.Struct(NODE, X=5)), X=7)
    data = pygob.dumps(chain, NODE)
    found = statistics(data)
    # +1 Next { +1 Next { +2 X 5 0 } 0 }, then +1 X 7
    assert field(found, "Node", "Next") == (2, len(b"\1\1\2\x0a\0\0"))
    assert field(found, "Node", "X") == (2, 4)


def test_what_interfaces_hold_belongs_to_their_field() -> None:
    box = types.Struct("Box", {"Any": types.INTERFACE})
    data = pygob.dumps(pygob.Struct(box, Any=Interface("main.Point", pygob.Struct(POINT, X=1), POINT)), box)
    found = statistics(data)
    assert [kind.name for kind in found.structs] == ["Box", "Point"]
    assert found.definitions == 2
    assert [kind.name for kind in found.types] == ["Box"]


def test_a_damaged_stream_is_counted_as_far_as_it_can_be_read() -> None:
    data = stream(pygob.Struct(POINT, X=1), pygob.Struct(POINT, X=2), described=POINT)
    found = statistics(data[:-2])
    assert found.values == 1
    assert found.damage is not None
    assert found.damage.start > 0


def test_nothing() -> None:
    assert statistics(b"") == Statistics(0)


@given(streams())
def test_every_byte_is_a_value_a_definition_or_a_length(data: bytes) -> None:
    found = statistics(data)
    lengths = sum(note.end - note.start for note in annotate(data) if note.role is Role.LENGTH)
    unread = sum(note.end - note.start for note in annotate(data) if note.role is Role.UNREAD)
    assert found.definition_bytes + sum(kind.bytes for kind in found.types) + lengths + unread == len(data)
    assert found.values == len(list(pygob.iter_values(data)))
    assert found.definitions == len(pygob.Stream.parse(data).types)


@given(damaged(streams()))
def test_damaged_streams_are_counted_too(data: bytes) -> None:
    found = statistics(data)
    assert found.bytes == len(data)
    assert all(each.bytes >= 0 for struct in found.structs for each in struct.fields)
