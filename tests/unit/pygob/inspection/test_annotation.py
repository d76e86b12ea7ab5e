"""What `annotate` says of each part of a stream."""

from __future__ import annotations

import pytest

import pygob
from pygob import Limits, types
from pygob.inspection import annotation
from pygob.inspection.annotation import Role, annotate

POINT = bytes.fromhex("1e7f03010105506f696e7401ff80000102010158010400010159010400000007ff80012c014200")


def told(data: bytes, **options: int) -> list[tuple[str, int, str, str]]:
    """Hexadecimal digits, depth, role and text of each note."""
    return [
        (data[note.start : note.end].hex(), note.depth, note.role.value, note.text)
        for note in annotate(data, **options)
    ]


def test_a_struct_with_its_definition() -> None:
    """The example of Go's documentation, `type Point struct {X, Y int}` with 22 and 33."""
    assert told(POINT) == [
        ("1e", 0, "length", "message of 30 bytes"),
        ("7f", 1, "definition", "type 64 is defined: struct Point"),
        ("03", 2, "field delta", "+3: StructT structType"),
        ("01", 3, "field delta", "+1: CommonType CommonType"),
        ("01", 4, "field delta", "+1: Name string"),
        ("05506f696e74", 5, "value", '"Point"'),
        ("01", 4, "field delta", "+1: Id int"),
        ("ff80", 5, "value", "64"),
        ("00", 4, "end", "end of CommonType"),
        ("01", 3, "field delta", "+1: Field []fieldType"),
        ("02", 4, "count", "2 elements"),
        ("01", 5, "field delta", "+1: Name string"),
        ("0158", 6, "value", '"X"'),
        ("01", 5, "field delta", "+1: Id int"),
        ("04", 6, "value", "2"),
        ("00", 5, "end", "end of fieldType"),
        ("01", 5, "field delta", "+1: Name string"),
        ("0159", 6, "value", '"Y"'),
        ("01", 5, "field delta", "+1: Id int"),
        ("04", 6, "value", "2"),
        ("00", 5, "end", "end of fieldType"),
        ("00", 3, "end", "end of structType"),
        ("00", 2, "end", "end of wireType"),
        ("07", 0, "length", "message of 7 bytes"),
        ("ff80", 1, "type id", "Point (type 64)"),
        ("01", 1, "field delta", "+1: X int"),
        ("2c", 2, "value", "22"),
        ("01", 1, "field delta", "+1: Y int"),
        ("42", 2, "value", "33"),
        ("00", 1, "end", "end of Point"),
    ]


def test_maps_slices_and_bytes() -> None:
    notes = [
        text for *_, text in told(pygob.dumps({"k": [1, 2]}, types.Map(types.STRING, types.Slice(types.INT))))
    ]
    assert notes[-5:] == ["1 entry", '"k"', "2 elements", "[0] 1", "[1] 2"]
    assert told(pygob.dumps(b"\0\xff"))[-1] == ("0200ff", 1, "value", "2 bytes 00 ff")


def test_interfaces_with_definitions_inside_a_message() -> None:
    point = types.Struct("Point", {"X": types.INT})
    box = types.Struct("Box", {"Any": types.INTERFACE})
    registry = pygob.Registry()
    registry.register("main.Point", point)
    held = pygob.Interface("main.Point", pygob.Struct(point, X=5), point)
    notes = told(pygob.dumps(pygob.Struct(box, Any=held), box))
    assert ("0a6d61696e2e506f696e74", 2, "name", 'holds a "main.Point"') in notes
    assert any(role == "definition" and depth == 3 for _, depth, role, _ in notes)
    assert any(role == "size" for _, _, role, _ in notes)
    assert not any(role == "damaged" for _, _, role, _ in notes)


def test_long_slices_in_short() -> None:
    data = pygob.dumps([0.5] * 768, types.Slice(types.FLOAT32))
    notes = told(data, elements=2)
    assert [text for *_, text in notes[-4:]] == [
        "768 elements",
        "[0] 0.5",
        "[1] 0.5",
        "[2] to [767]: float64",
    ]
    assert len(told(data)) == len(notes) - 1 + 766


def test_payloads_of_well_known_types() -> None:
    from pygob.marshalers import GoTime, Marshalers

    data = pygob.dumps(Marshalers().encode(GoTime(unix_seconds=0)))
    assert told(data)[-1][3].endswith("Time 1970-01-01T00:00:00Z")


def test_text_that_would_spoil_a_terminal() -> None:
    [*_, (_, _, _, text)] = told(pygob.dumps("\x1b[31m\n" + "é" * 100))
    assert text == '"\\u001b[31m\\n' + "é" * 54 + '"… (106 characters)'


class TestDamage:
    def test_the_rest_of_a_message_says_why_and_the_next_is_read(self) -> None:
        broken = POINT[:34] + b"\x09" + POINT[35:]
        notes = told(broken + b"\x03\x04\x00\x02")
        [damaged] = [note for note in notes if note[2] == "damaged"]
        assert damaged[0] == broken[34:].hex()
        assert damaged[3].startswith("gob: bad data: field numbers out of bounds")
        assert notes[-1] == ("02", 1, "value", "1")

    def test_a_stream_that_is_cut(self) -> None:
        assert told(POINT[:-3])[-1][2:] == ("damaged", "the stream ends here: 3 bytes missing")

    def test_a_length_no_message_has(self) -> None:
        [note] = told(b"\xf8" + b"\xff" * 8 + b"rest")
        assert note[2:] == ("damaged", "no message begins here: invalid message length 18446744073709551615")

    def test_limits_are_kept(self) -> None:
        [note] = annotate(POINT, limits=Limits(message_bytes=10))
        assert (note.start, note.end, note.role) == (0, len(POINT), Role.DAMAGED)
        assert "Limits(message_bytes=10)" in note.text

    def test_a_definition_that_no_value_follows(self) -> None:
        note = list(annotate(POINT[:31]))[-1]
        assert note == (31, 31, 0, Role.DAMAGED, "the stream ends before the value does")


def test_depth_is_no_matter_of_the_call_stack() -> None:
    node = types.Struct("Node")
    node.fields = {"Next": types.Pointer(node)}  # type: ignore[assignment]
    value = None
    for _ in range(5000):
        value = pygob.Struct(node, Next=value)
    notes = list(annotate(pygob.dumps(value, node)))
    assert max(note.depth for note in notes) > 4000
    assert not any(note.role is Role.DAMAGED for note in notes)


def test_notes_of_a_large_message_are_given_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    point = types.Struct("Point", {"X": types.INT})
    held = [pygob.Interface("int", number) for number in range(700)]
    held += [pygob.Interface("Point", pygob.Struct(point, X=number), point) for number in range(700)]
    data = pygob.dumps(held, types.Slice(types.INTERFACE)) + pygob.dumps([True] * 1500, first_id=80)
    at_once = list(annotate(data))
    assert [note.start for note in at_once[1:]] == [note.end for note in at_once[:-1]]
    for most in (1, 7, 1_000_000):
        monkeypatch.setattr(annotation, "_MOST_PENDING", most)
        assert list(annotate(data)) == at_once
    monkeypatch.setattr(annotation, "_MOST_PENDING", 7)
    annotator = annotation.Annotator(data, None, pygob.Limits())
    assert next(annotator.notes()).role is annotation.Role.LENGTH
    assert len(annotator._pending) <= 7
