"""Values that marshal themselves, read and written while a stream is: `marshalers` of `loads` and `dumps`."""

from __future__ import annotations

import io
import struct
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

import pygob
from pygob import Interface, Opaque, types
from pygob.marshalers import AddrPort, GoTime, Marshalers
from tests.support import raw

KNOWN = Marshalers()
TIME = KNOWN.type_of("time.Time")
BIG = KNOWN.type_of("big.Int")
NOON = GoTime(1_714_559_400, 5, 7200)
EVENT = types.Struct(
    "Event",
    {
        "At": TIME,
        "Until": types.Pointer(TIME),
        "Counts": types.Slice(types.Pointer(BIG)),
        "Both": types.Array(2, TIME),
        "By": types.Map(types.STRING, BIG),
        "ByTime": types.Map(TIME, types.INT),
        "Any": types.INTERFACE,
        "Title": types.STRING,
    },
)
VALUES: dict[str, Any] = {
    "At": NOON,
    "Until": NOON,
    "Counts": [1, -(1 << 100)],
    "Both": (NOON, NOON),
    "By": {"a": 5},
    "Any": Interface("*big.Int", 7),
    "Title": "Launch",
}


@dataclass
class Event:
    At: Annotated[GoTime, TIME]
    Counts: Annotated[list[int], types.Slice(types.Pointer(BIG))]
    By: Annotated[dict[str, int], types.Map(types.STRING, BIG)]
    ByTime: Annotated[dict[GoTime, int], types.Map(TIME, types.INT)]
    Any: Any
    Until: Annotated[GoTime | None, types.Pointer(TIME)] = None


DATA = pygob.dumps({**VALUES, "ByTime": {NOON: 3}}, EVENT, marshalers=KNOWN)


def test_values_are_written_as_the_payloads_that_they_are() -> None:
    def opaque(value: object, name: str) -> Opaque:
        return KNOWN.encode(value, as_=name)

    now = opaque(NOON, "time.Time")
    by_hand = {
        "At": now,
        "Until": now,
        "Counts": [opaque(1, "big.Int"), opaque(-(1 << 100), "big.Int")],
        "Both": (now, now),
        "By": {"a": opaque(5, "big.Int")},
        "ByTime": {now: 3},
        "Any": Interface("*big.Int", opaque(7, "big.Int"), BIG),
        "Title": "Launch",
    }
    assert pygob.dumps(by_hand, EVENT) == DATA


def test_payloads_known_by_name_are_read_and_others_stay() -> None:
    event = pygob.loads(DATA, marshalers=KNOWN)
    assert (event.At, event.Until, event.Both, event.Title) == (NOON, NOON, (NOON, NOON), "Launch")
    assert event.Any == Interface("*big.Int", 7)
    assert list(event.ByTime) == [KNOWN.encode(NOON)]  # a key stays as it was
    # Go sends no name for a type that it meets first through a pointer.
    assert event.Counts == [KNOWN.encode(1), KNOWN.encode(-(1 << 100))]
    assert event.By == {"a": KNOWN.encode(5)}


def test_a_type_given_tells_what_the_stream_does_not() -> None:
    event = pygob.loads(DATA, Event, marshalers=KNOWN)
    assert event == Event(NOON, [1, -(1 << 100)], {"a": 5}, {NOON: 3}, 7, NOON)
    assert pygob.loads(pygob.dumps(event, marshalers=KNOWN), Event, marshalers=KNOWN) == event


def test_without_marshalers_payloads_stay() -> None:
    event = pygob.loads(DATA, Event)
    assert isinstance(event.At, Opaque)
    with pytest.raises(pygob.GobEncodeError, match="or marshalers that know the value") as info:
        pygob.dumps({"Counts": [5]}, EVENT)
    assert info.value.path == "Event.Counts[0]"


def test_what_was_read_is_written_back_the_same() -> None:
    event = pygob.loads(DATA, marshalers=KNOWN)
    assert pygob.dumps(event, marshalers=KNOWN) == pygob.dumps(pygob.loads(DATA))


def test_every_way_of_reading_and_writing_takes_them() -> None:
    out = io.BytesIO()
    pygob.dump(NOON, out, TIME, marshalers=KNOWN)
    encoder = pygob.Encoder(out, marshalers=KNOWN, first_id=70)
    encoder.encode({"At": NOON}, types.Struct("E", {"At": KNOWN.type_of("time.Time")}))
    for read in (
        list(pygob.iter_loads(out.getvalue(), marshalers=KNOWN)),
        list(pygob.iter_load(io.BytesIO(out.getvalue()), marshalers=KNOWN)),
        list(pygob.Decoder(io.BytesIO(out.getvalue()), marshalers=KNOWN)),
    ):
        assert read == [NOON, {"At": NOON}]
    assert pygob.load(io.BytesIO(pygob.dumps(NOON, TIME, marshalers=KNOWN)), marshalers=KNOWN) == NOON
    decoder = pygob.Decoder(io.BytesIO(out.getvalue()), marshalers=KNOWN)
    assert (decoder.decode(TIME), decoder.decode().At) == (NOON, NOON)


def test_types_of_ones_own_serve_too() -> None:
    own = Marshalers()
    celsius = own.register(
        "weather.Celsius",
        "binary",
        lambda p: struct.unpack(">d", p)[0],
        lambda v: struct.pack(">d", v),
        float,
    )
    described = types.Struct("Day", {"High": celsius.type, "ID": own.type_of("uuid.UUID")})
    day = {"High": 21.5, "ID": uuid.UUID(int=5)}
    data = pygob.dumps(day, described, marshalers=own)
    assert pygob.loads(data, marshalers=own) == day
    assert isinstance(pygob.loads(data, marshalers=KNOWN).High, Opaque)


LOG = types.Struct("Log", {"Times": types.Slice(TIME)})


@pytest.mark.parametrize("described", [None, LOG])
def test_a_malformed_payload_is_an_error_with_its_place(described: types.Type | None) -> None:
    before = pygob.dumps({"Times": [KNOWN.encode(NOON)]}, LOG)
    bad = pygob.dumps({"Times": [KNOWN.encode(NOON), Opaque("Time", "gob", b"\7")]}, LOG, first_id=90)
    values = pygob.iter_loads(before + bad, described, marshalers=KNOWN)
    next(values)
    with pytest.raises(pygob.GobDecodeError) as info:
        next(values)
    assert info.value.path == "Log.Times[1].(time.Time)"
    assert info.value.offset == len(before)


def test_a_value_that_no_marshaler_takes_is_refused_with_its_place() -> None:
    for wrong in ("a text", 5.5, object()):
        with pytest.raises(pygob.GobEncodeError) as info:
            pygob.dumps({"At": wrong}, EVENT, marshalers=KNOWN)
        assert info.value.path == "Event.At.(time.Time)"


def test_a_payload_of_another_kind_is_refused() -> None:
    binary = types.Opaque("Unknown", "binary")
    with pytest.raises(pygob.GobEncodeError, match="a payload of kind 'gob' given"):
        pygob.dumps({"A": NOON}, types.Struct("S", {"A": binary}), marshalers=KNOWN)


def test_deep_values_are_walked_without_recursion() -> None:
    definition = raw.define_struct(64, [("Next", 64), ("At", 65)], "Node") + raw.define_marshaler(
        65, 4, "Time"
    )
    payload = KNOWN.encode(NOON).data
    depth = 50_000
    data = definition + raw.value(64, b"\1" * depth, b"\2", raw.text(payload), b"\0" * (depth + 1))
    node = pygob.loads(data, marshalers=KNOWN, limits=pygob.Limits(depth=10**9))
    for _ in range(depth):
        node = node.Next
    assert node.At == NOON


def test_whatever_the_code_of_a_marshaler_raises_is_an_error_with_its_place_and_cause() -> None:
    def fail(_: object) -> Any:
        raise AttributeError("a mistake")

    own = Marshalers()
    broken = own.register("main.Broken", "binary", fail, fail, str)
    described = types.Struct("S", {"F": broken.type})
    data = pygob.dumps({"F": Opaque("Broken", "binary", b"x")}, described)
    for wanted in (None, described):
        with pytest.raises(pygob.GobTypeError, match="AttributeError: a mistake") as read:
            pygob.loads(data, wanted, marshalers=own)
        assert read.value.path == "S.F"
        assert isinstance(read.value.__cause__, AttributeError)
    with pytest.raises(pygob.GobEncodeError, match="AttributeError: a mistake") as written:
        pygob.dumps({"F": "x"}, described, marshalers=own)
    assert written.value.path == "S.F"
    assert isinstance(written.value.__cause__, AttributeError)


ZEROS = [
    ("time.Time", GoTime(-62_135_596_800)),
    ("uuid.UUID", uuid.UUID(int=0)),
    ("netip.Addr", None),
    ("netip.AddrPort", AddrPort(None, 0)),
    ("netip.Prefix", None),
]


@pytest.mark.parametrize(("name", "zero"), ZEROS)
def test_go_leaves_zero_values_out_of_structs(name: str, zero: Any) -> None:
    marshalers = Marshalers()
    described = types.Struct("S", {"F": marshalers.type_of(name)})
    data = pygob.dumps({"F": zero}, described, marshalers=marshalers)
    assert not pygob.struct_values(pygob.loads(data))
    assert zero == pygob.loads(data, described, marshalers=marshalers).F
    if zero is not None:
        behind_pointer = types.Struct("S", {"F": types.Pointer(marshalers.type_of(name))})
        sent = pygob.dumps({"F": zero}, behind_pointer, marshalers=marshalers)
        assert pygob.struct_values(pygob.loads(sent))


def test_a_zero_value_whose_methods_are_those_of_a_pointer_is_sent() -> None:
    marshalers = Marshalers()
    described = types.Struct("S", {"N": marshalers.type_of("big.Int")})
    assert pygob.struct_values(pygob.loads(pygob.dumps({"N": 0}, described, marshalers=marshalers)))


@dataclass
class Login:
    At: Annotated[GoTime, Marshalers().type_of("time.Time")]
    Id: Annotated[uuid.UUID, Marshalers().type_of("uuid.UUID")]


def test_a_field_that_was_not_sent_is_go_s_zero() -> None:
    marshalers = Marshalers()
    zero = Login(GoTime(-62_135_596_800), uuid.UUID(int=0))
    assert pygob.loads(pygob.dumps(zero, marshalers=marshalers), Login, marshalers=marshalers) == zero


@pytest.mark.parametrize("value", [GoTime(5), uuid.UUID(int=5), AddrPort(None, 5)], ids=repr)
def test_a_value_that_only_a_marshaler_knows_needs_no_type(value: Any) -> None:
    data = pygob.dumps(value, marshalers=Marshalers())
    assert pygob.loads(data, marshalers=Marshalers()) == value


@pytest.mark.parametrize("value", [5, "text", True, [1], 1.5], ids=repr)
def test_other_values_keep_their_own_type(value: Any) -> None:
    assert pygob.dumps(value, marshalers=Marshalers()) == pygob.dumps(value)


def test_an_encode_function_returns_bytes() -> None:
    marshalers = Marshalers()
    encode: Any = str
    marshalers.register("x.X", "binary", bytes, encode, GoTime)
    with pytest.raises(pygob.GobEncodeError, match="encode function returned a str, not bytes"):
        pygob.dumps(GoTime(5), marshalers.type_of("x.X"), marshalers=marshalers)
