"""Values added to a stream of real Go's: the bytes are those of one Go process that encoded them all."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gohelper import Go
from pygob import Stream
from tests.support.descriptions import GoTypes, vectors

POINT = {"kind": "named", "name": "samples.Point"}
VALUES: dict[str, tuple[Any, Any]] = {
    "int": ("int", 5),
    "text": ("string", "a"),
    "point": (POINT, [1, 2]),
    "points": ({"kind": "slice", "elem": POINT}, [[1, 2], [3, 4]]),
    "struct": (
        {"kind": "struct", "fields": [["A", POINT], ["B", {"kind": "slice", "elem": "string"}]]},
        [[1, 2], ["x"]],
    ),
    "strings": ({"kind": "slice", "elem": "string"}, ["a", "b"]),
    "map": ({"kind": "map", "key": "string", "elem": {"kind": "slice", "elem": "int"}}, [["k", [1]]]),
    "array": ({"kind": "array", "len": 2, "elem": "float64"}, ["3ff8000000000000", "4004000000000000"]),
}
ORDERS = [
    ["int", "text"],
    ["point", "point", "int"],
    ["point", "points", "struct"],
    ["points", "point"],
    ["struct", "strings", "point", "map"],
    ["strings", "struct", "array"],
    ["map", "map", "array", "struct"],
    ["array", "array", "points", "map", "point", "struct", "strings", "text"],
]


def sent_by_go(go: Go, names: list[str]) -> bytes:
    """What a fresh Go process sends."""
    go.restart()
    values = [{"type": VALUES[name][0], "value": VALUES[name][1]} for name in names]
    answer = go.call("codec.encode", {"values": values})
    assert answer["error"] is None
    return base64.b64decode(answer["stream"])


@pytest.mark.parametrize("names", ORDERS, ids="-".join)
def test_added_values_are_sent_as_one_encoder_sends_them(fresh_go: Go, names: list[str]) -> None:
    whole = sent_by_go(fresh_go, names)
    for count in range(len(names)):
        described = GoTypes()
        stream = Stream.parse(sent_by_go(fresh_go, names[:count]) if count else b"")
        for name in names[count:]:
            kind, value = VALUES[name]
            stream.append(described.value(kind, value), described.type(kind))
        assert stream.to_bytes() == whole


@pytest.mark.parametrize("name", VALUES)
def test_real_go_reads_any_stream_with_a_value_added(go: Go, name: str) -> None:
    kind, value = VALUES[name]
    described = GoTypes()
    for case in vectors("conformance")[::40]:
        stream = Stream.parse(base64.b64decode(case["stream"]))
        count = len(stream.values)
        stream.append(described.value(kind, value), described.type(kind))
        data = base64.b64encode(stream.to_bytes()).decode()
        answer = go.call("codec.decode", {"stream": data})
        assert answer["typed"]["accept"], (case["name"], answer["typed"])
        assert answer["typed"]["values"] == count + 1


def test_go_leaves_out_the_end_of_a_struct_behind_a_pointer_to_a_nil_pointer(go: Go) -> None:
    described = {"kind": "pointer", "elem": {"kind": "pointer", "elem": POINT}}
    answer = go.call("codec.encode", {"values": [{"type": described, "value": [None]}]})
    stream = Stream.parse(base64.b64decode(answer["stream"]))
    assert not stream.is_canonical
    assert stream.to_bytes()[-1:] == b"\0"
    again = base64.b64encode(stream.to_bytes()).decode()
    assert go.call("codec.decode", {"stream": again})["typed"]["accept"]
