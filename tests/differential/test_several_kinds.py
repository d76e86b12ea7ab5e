"""Definitions of several kinds at once, which only damage makes: decoded into a type as Go does it."""

from __future__ import annotations

import base64
from itertools import combinations
from typing import Any

import pytest

import pygob
from gohelper import Go
from pygob import types
from tests.support import raw
from tests.support.descriptions import GoTypes

BODIES = {
    "array": (raw.int_(raw.INT), raw.int_(2)),
    "slice": (raw.int_(raw.INT),),
    "struct": (b"\1" + raw.struct_body((0, raw.text("A")), (1, raw.int_(raw.INT))),),
    "map": (raw.int_(raw.INT), raw.int_(raw.INT)),
    "gob": (),
    "binary": (),
    "text": (),
}
KINDS = list(BODIES)
PAIRS = list(combinations(KINDS, 2))
# Destinations by kind: how gohelper describes them, and the bytes of a value for them.
DESTINATIONS: dict[str, tuple[Any, bytes]] = {
    "array": ({"kind": "array", "len": 2, "elem": "int"}, b"\2\2\4"),
    "slice": ({"kind": "slice", "elem": "int"}, b"\2\2\4"),
    "struct": ({"kind": "struct", "fields": [["A", "int"]]}, b"\1\2\0"),
    "map": ({"kind": "map", "key": "int", "elem": "int"}, b"\1\2\4"),
    "gob": ({"kind": "named", "name": "samples.GobValue"}, b"\3abc"),
    "binary": ({"kind": "named", "name": "samples.BinaryValue"}, b"\2ab"),
}


def define(type_id: int, kinds: tuple[str, ...]) -> bytes:
    bodies = [
        (
            KINDS.index(kind),
            raw.struct_body(
                (0, raw.common("T", type_id)), *[(n, part) for n, part in enumerate(BODIES[kind], 1)]
            ),
        )
        for kind in kinds
    ]
    return raw.message(raw.int_(-type_id), raw.struct_body(*bodies))


def as_value(kinds: tuple[str, ...], wanted: str) -> tuple[bytes, Any]:
    described, payload = DESTINATIONS[wanted]
    zero = b"" if wanted == "struct" else raw.SINGLETON
    return define(64, kinds) + raw.value(64, zero, payload), described


def as_field(kinds: tuple[str, ...], wanted: str) -> tuple[bytes, Any]:
    described, payload = DESTINATIONS[wanted]
    data = raw.define_struct(65, [("F", 64)]) + define(64, kinds) + raw.value(65, b"\1", payload, b"\0")
    return data, {"kind": "struct", "fields": [["F", described]]}


def as_element(kinds: tuple[str, ...], wanted: str) -> tuple[bytes, Any]:
    described, payload = DESTINATIONS[wanted]
    data = raw.define_slice(65, 64) + define(64, kinds) + raw.value(65, raw.SINGLETON, b"\1", payload)
    return data, {"kind": "slice", "elem": described}


def go_accepts(go: Go, data: bytes, described: Any) -> bool:
    answer = go.call("codec.decode_into", {"stream": base64.b64encode(data).decode(), "type": described})
    return answer["error"] is None


def we_accept(data: bytes, described: types.Type) -> bool:
    try:
        pygob.loads(data, described)
    except pygob.GobDecodeError:
        return False
    return True


@pytest.mark.parametrize("place", [as_value, as_field, as_element])
@pytest.mark.parametrize("wanted", DESTINATIONS)
def test_the_destination_decides_as_in_go(go: Go, wanted: str, place: Any) -> None:
    described = GoTypes()
    accepted = []
    for kinds in [*PAIRS, *((kind,) for kind in KINDS)]:
        data, destination = place(kinds, wanted)
        accepted.append(go_accepts(go, data, destination))
        assert we_accept(data, described.type(destination)) == accepted[-1], kinds
    assert any(accepted)
    assert not all(accepted)


def test_each_destination_of_one_stream_gets_its_value() -> None:
    data, _ = as_value(("slice", "map"), "map")
    assert pygob.loads(data, dict[int, int]) == {1: 2}
    data, _ = as_value(("slice", "map"), "slice")
    assert pygob.loads(data, list[int]) == [1, 2]
    assert list(pygob.iter_loads(data, list[int])) == [[1, 2]]
    assert pygob.loads(data, into=[0]) == [1, 2]


def test_without_a_destination_the_first_kind_counts() -> None:
    data, _ = as_value(("slice", "map"), "slice")
    stream = pygob.Stream.parse(data)
    assert stream.values[0].value == [1, 2]
    assert [other.kind for other in stream.types[0].others] == ["map"]
    assert stream.is_canonical
    assert stream.to_bytes() == data


def test_fed_byte_by_byte_the_destination_decides_too() -> None:
    data, _ = as_value(("slice", "map"), "map")
    reader = pygob.GobReader()
    found = None
    for byte in data:
        assert found is None
        reader.feed(bytes([byte]))
        found = reader.next_value(types.Map(types.INT, types.INT))
    assert found is not None
    assert found.value == {1: 2}


def test_the_destination_says_nothing_of_what_an_interface_holds() -> None:
    # The definition of a slice and a map stands inside the value, which goes on in the next message.
    inner = raw.text("T") + raw.body_of(define(66, ("slice", "map")))
    data = (
        raw.define_map(64, raw.STRING, raw.INTERFACE)
        + raw.message(raw.int_(64), raw.SINGLETON, b"\1", raw.text("k"), inner)
        + raw.message(raw.int_(66), b"\3", raw.SINGLETON, b"\1\2")
    )
    assert pygob.loads(data, dict[str, pygob.Interface])["k"].value == [1]
