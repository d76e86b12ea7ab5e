"""Values as plain JSON: what a person and jq want."""

from __future__ import annotations

import math
from typing import Any

import pytest

import pygob
from pygob import Interface, Opaque, Pairs, types
from pygob.inspection.plain import to_plain
from pygob.marshalers import GoTime, Marshalers

TIME = Marshalers().encode(GoTime(unix_seconds=0))
MAP = types.Map(types.STRING, types.INT)
POINT = types.Struct("Point", {"X": types.INT, "Y": types.INT})


def plain(value: Any, described: Any) -> Any:
    [found] = pygob.iter_values(pygob.dumps(value, described))
    return to_plain(found.value, found.type)


@pytest.mark.parametrize(
    ("value", "described", "shown"),
    [
        ((1 << 64) - 1, types.UINT, (1 << 64) - 1),
        (math.nan, types.FLOAT, "NaN"),
        (math.inf, types.FLOAT, "Infinity"),
        (-math.inf, types.FLOAT, "-Infinity"),
        (1 + 2j, types.COMPLEX, [1.0, 2.0]),
        ("a\udcff", types.STRING, "a�"),
        (b"\0\xff", types.BYTES, "AP8="),
        ({"a": 1}, MAP, {"a": 1}),
        ({7: True, -1: False}, types.Map(types.INT, types.BOOL), {"7": True, "-1": False}),
        ({1.5: "x"}, types.Map(types.FLOAT, types.STRING), {"1.5": "x"}),
        (dict(zip(("\udcff", "\udcfe"), (1, 2), strict=True)), MAP, [["�", 1], ["�", 2]]),
        ({(1, 2): 3}, types.Map(types.Array(2, types.INT), types.INT), [[[1, 2], 3]]),
        ([None, Interface("int", 5)], types.Slice(types.INTERFACE), [None, 5]),
        ([], types.Slice(types.INT), []),
        (TIME, types.Opaque("Time", "gob"), "1970-01-01T00:00:00Z"),
        (Opaque("Secret", "gob", b"\1\2"), types.Opaque("Secret", "gob"), "AQI="),
        (Opaque("Time", "gob", b"\1\2"), types.Opaque("Time", "gob"), "AQI="),
    ],
)
def test_values(value: Any, described: types.Type, shown: Any) -> None:
    assert plain(value, described) == shown


def test_a_struct_has_the_fields_that_were_sent() -> None:
    assert plain(pygob.Struct(POINT, Y=7), POINT) == {"Y": 7}


def test_an_interface_tells_what_the_stream_leaves_out() -> None:
    held = Interface("time.Time", Opaque("", "gob", TIME.data), types.Opaque("", "gob"))
    assert plain([held], types.Slice(types.INTERFACE)) == ["1970-01-01T00:00:00Z"]


def test_a_session_is_an_object() -> None:
    session = Pairs([(Interface("string", "user"), Interface("int", 42)), (Interface("int", 1), None)])
    assert plain(session, types.Map(types.INTERFACE, types.INTERFACE)) == {"user": 42, "1": None}


def test_keys_that_are_told_apart_by_type_only_stay_apart() -> None:
    session = Pairs([(Interface("string", "1"), Interface("int", 42)), (Interface("int", 1), None)])
    shown = plain(session, types.Map(types.INTERFACE, types.INTERFACE))
    assert shown == [["1", 42], [1, None]]


def test_what_nests_too_deep_is_refused() -> None:
    node = types.Struct("Node")
    node.fields = {"Next": types.Pointer(node), "X": types.INT}  # type: ignore[assignment]
    chain = pygob.Struct(node, X=1)
    for _ in range(400):
        chain = pygob.Struct(node, Next=chain)
    with pytest.raises(pygob.GobEncodeError, match="deeper than 150 levels"):
        plain(chain, node)
