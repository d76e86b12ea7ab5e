"""Values set in place: one changes, and nothing else."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import pytest

import pygob
from pygob import GobEncodeError, Interface, types
from pygob.editing.assignment import set_values
from pygob.inspection.paths import Path
from pygob.marshalers import GoTime, Marshalers
from pygob.values import Opaque

MARSHALERS = Marshalers()
POINT = types.Struct("Point", {"X": types.INT, "Name": types.STRING, "Any": types.INTERFACE})


def assigned(data: bytes, path: str, given: Any, **options: Any) -> bytes:
    return b"".join(edited.data for edited in set_values(io.BytesIO(data), Path(path), given, **options))


def stream(*values: Any, described: Any = None) -> bytes:
    file = io.BytesIO()
    encoder = pygob.Encoder(file)
    for value in values:
        encoder.encode(value, described)
    return file.getvalue()


def test_other_values_keep_their_bytes() -> None:
    data = stream(*(pygob.Struct(POINT, X=x) for x in (1, 2, 3)), described=POINT)
    edits = list(set_values(io.BytesIO(data), Path("[?X==2].X"), 7))
    assert [edited.paths for edited in edits] == [[], ["X"], []]
    assert [value.X for value in pygob.iter_loads(b"".join(edited.data for edited in edits))] == [1, 7, 3]
    assert b"".join(edited.data for edited in edits).startswith(edits[0].data)
    assert data.startswith(edits[0].data)
    assert data.endswith(edits[2].data)


def test_bytes_that_go_would_not_write_stay_elsewhere() -> None:
    data = pygob.dumps(1) + b"\x04\x04\x00\xff\x04" + b"\x05\x04\x00\x06\x01\x01"
    changed = assigned(data, ".", 5, index=0)
    assert changed == pygob.dumps(5) + data[4:]


def test_one_value_of_many() -> None:
    data = stream("a", "b", "c")
    assert list(pygob.iter_loads(assigned(data, ".", "x", index=1))) == ["a", "x", "c"]
    assert list(pygob.iter_loads(assigned(data, ".", "x"))) == ["x", "x", "x"]


def test_the_value_in_which_something_does_not_fit_is_told() -> None:
    with pytest.raises(GobEncodeError, match=re.escape("(in value 1: .)")):
        assigned(stream("a", 1), ".", "x", text="x")


def test_a_definition_that_went_with_a_value_comes_with_the_next() -> None:
    inner = types.Struct("Inner", {"Y": types.INT})
    values = [
        pygob.Struct(POINT, X=n, Any=Interface("main.Inner", pygob.Struct(inner, Y=n), inner)) for n in (1, 2)
    ]
    data = stream(*values, described=POINT)
    [first, second] = pygob.iter_loads(assigned(data, "Any", {"name": "int", "id": 2, "value": 9}, index=0))
    assert first.Any == Interface("int", 9)
    assert second.Any.value.Y == 2


def test_type_ids_and_names_stay() -> None:
    data = pygob.dumps(pygob.Struct(POINT, X=1), POINT, first_id=100)
    changed = assigned(data, "Name", "new")
    assert pygob.Stream.parse(changed).types == pygob.Stream.parse(data).types
    assert pygob.loads(changed) == pygob.Struct(POINT, X=1, Name="new")


def test_an_interface_keeps_the_type_that_it_holds() -> None:
    data = pygob.dumps(pygob.Struct(POINT, Any=Interface("int", 5, types.INT)), POINT)
    assert pygob.loads(assigned(data, "Any", 6)).Any == Interface("int", 6)
    with pytest.raises(GobEncodeError, match="in Any"):
        assigned(data, "Any", "text")
    as_text = assigned(data, "Any", {"name": "string", "id": 6, "value": "text"})
    assert pygob.loads(as_text).Any == Interface("string", "text")


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        (GoTime(0), "2026-01-31T23:59:59.000000001Z", "2026-01-31T23:59:59.000000001Z"),
        (GoTime(0), "2026-01-31T23:59:59+05:30", "2026-01-31T23:59:59+05:30"),
        (GoTime(0), "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+00:00"),
        (5, "-12345678901234567890", "-12345678901234567890"),
    ],
)
def test_what_marshals_itself_is_given_as_text(old: Any, text: str, new: str) -> None:
    opaque = MARSHALERS.encode(old)
    described = types.Struct("T", {"V": types.Opaque(opaque.name, opaque.kind)})
    data = pygob.dumps(pygob.Struct(described, V=opaque), described)
    changed = pygob.loads(assigned(data, "V", text))
    assert str(MARSHALERS.decode(changed.V)) == new


URL = b"https://example.org/a"


@pytest.mark.parametrize(
    ("kind", "old", "given", "new"),
    [
        ("gob", b"\x02\x05", 6, b"\x02\x06"),
        ("gob", b"\x02\x05", "-6", b"\x03\x06"),
        ("gob", b"\x02\x05", "0x100", b"\x02\x01\x00"),
        ("gob", b"\x02\x05", "AgY=", b"\x02\x06"),
        ("gob", b"\x02\x05", "1234", b"\x02\x04\xd2"),  # which is base64 too, of no big.Int
        ("binary", URL, "https://example.org/b", b"https://example.org/b"),
        ("binary", URL, base64.b64encode(b"ftp://example.org").decode(), b"ftp://example.org"),
        ("binary", b"anything", "AAAA", b"\0\0\0"),
    ],
)
def test_what_is_replaced_tells_the_type(kind: Any, old: bytes, given: Any, new: bytes) -> None:
    """As behind a pointer, where the stream has no name for it."""
    described = types.Opaque("", kind)
    data = pygob.dumps(Opaque("", kind, old), described)
    assert pygob.loads(assigned(data, ".", given)).data == new


@pytest.mark.parametrize(
    ("kind", "old", "given", "said"),
    [
        ("gob", b"\x02\x05", "AAAA", "'AAAA' is no big.Int: expected digits"),
        ("gob", b"\x02\x05", 1.5, "big.Int is given as a whole number"),
        ("gob", b"\x02\x05", "9" * 5000, "hexadecimal digits, for there are 5,000"),
        ("binary", URL, "AAAA", "'AAAA' is no url.URL: expected a URL such as https://"),
        ("binary", URL, 5, "url.URL is given as a URL"),
        ("binary", b"anything", 5, "5 given where a type that marshals itself takes base64"),
        ("gob", bytes(7), None, "null given where a type that marshals itself takes base64"),
    ],
)
def test_what_the_replaced_type_cannot_hold(kind: Any, old: bytes, given: Any, said: str) -> None:
    data = pygob.dumps(Opaque("", kind, old), types.Opaque("", kind))
    with pytest.raises(GobEncodeError) as caught:
        assigned(data, ".", given)
    assert said in str(caught.value)


def test_a_payload_that_is_known_by_name_may_be_base64() -> None:
    data = pygob.dumps(MARSHALERS.encode(GoTime(0)), types.Opaque("Time", "gob"))
    other = base64.b64encode(MARSHALERS.encode(GoTime(5)).data).decode()
    assert str(MARSHALERS.decode(pygob.loads(assigned(data, ".", other)))) == "1970-01-01T00:00:05Z"


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00:00Z", "AQ=="])
def test_a_text_that_is_no_time(text: str) -> None:
    opaque = MARSHALERS.encode(GoTime(0))
    data = pygob.dumps(opaque, types.Opaque("Time", "gob"))
    with pytest.raises(GobEncodeError, match=r"no time\.Time"):
        assigned(data, ".", text)


def test_an_element_of_an_array() -> None:
    data = pygob.dumps((1, 2, 3), types.Array(3, types.INT))
    assert pygob.loads(assigned(data, "[1]", 9)) == (1, 9, 3)


def test_numbers_become_text_where_a_string_is() -> None:
    data = pygob.dumps("x")
    assert pygob.loads(assigned(data, ".", 42, text="42")) == "42"
    with pytest.raises(GobEncodeError, match="42 given where string"):
        assigned(data, ".", 42)
