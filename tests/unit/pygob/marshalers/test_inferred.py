"""Types found through marshalers: of values anywhere in a value, and of classes in annotations."""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from types import GenericAlias
from typing import Annotated, Any, Generic, NewType, TypeVar

import pytest

import pygob
from pygob import Interface, Registry, types
from pygob.binding.inference import described_type
from pygob.marshalers import AddrPort, BigFloat, BigRat, GoTime, Marshalers

M = Marshalers()
TIME = M.type_of("time.Time")
NOON = GoTime(1_714_559_400)
ID = uuid.UUID(int=7)
T = TypeVar("T")
Moments = NewType("Moments", list[GoTime])


@dataclass
class Plain:
    N: int = 0


@dataclass
class Launch:
    At: GoTime
    Inner: Plain
    Any: Any = None


@dataclass
class Box(Generic[T]):
    Held: T


@dataclass
class Ring:
    At: GoTime
    Next: Ring | None = None


@dataclass
class Wide:
    Times: list[GoTime] = field(default_factory=list)
    Ids: dict[uuid.UUID, GoTime] = field(default_factory=dict)
    Pair: tuple[GoTime, GoTime] = (NOON, NOON)
    Address: ipaddress.IPv4Address | None = None
    Boxed: Box[GoTime] = field(default_factory=lambda: Box(NOON))
    Named: Moments = field(default_factory=lambda: Moments([]))
    Number: Annotated[int, M.type_of("big.Int")] = 1
    Ratio: BigRat | None = None


class Celsius(float):
    pass


@dataclass
class Weather:
    Now: Celsius


@pytest.mark.parametrize(
    ("value", "described"),
    [
        ([NOON], types.Slice(TIME)),
        ((NOON, NOON), types.Array(2, TIME)),
        ({"a": NOON}, types.Map(types.STRING, TIME)),
        ({ID: 1}, types.Map(M.type_of("uuid.UUID"), types.INT)),
        ({"a": [(NOON,)]}, types.Map(types.STRING, types.Slice(types.Array(1, TIME)))),
        ([BigFloat.of(2.5)], types.Slice(M.type_of("big.Float"))),
        (Box([NOON]), Box[list[GoTime]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_only_a_marshaler_knows_tells_its_type_wherever_it_is(
    value: Any, described: Any
) -> None:
    if isinstance(value, Box):
        assert pygob.dumps(value, described, marshalers=M) == pygob.dumps(
            {"Held": [NOON]}, types.Struct("Box[[]time.Time]", {"Held": types.Slice(TIME)}), marshalers=M
        )
    else:
        assert pygob.dumps(value, marshalers=M) == pygob.dumps(value, described, marshalers=M)


def test_in_an_interface_it_does_so_too() -> None:
    data = pygob.dumps(Interface("main.Times", [NOON]), marshalers=M)
    assert pygob.loads(data, marshalers=M).value == [NOON]


def test_of_several_kinds_the_place_is_told() -> None:
    with pytest.raises(pygob.GobEncodeError, match="GoTime, int is not of one Go type") as caught:
        pygob.dumps({"a": [NOON, 1]}, marshalers=M)
    assert caught.value.path == "map['a'][1]"


def test_without_marshalers_the_class_has_no_type() -> None:
    with pytest.raises(TypeError, match=r"Launch\.At: GoTime"):
        pygob.dumps({}, Launch)
    with pytest.raises(pygob.GobEncodeError, match="GoTime") as caught:
        pygob.dumps([NOON])
    assert caught.value.path == "slice[0]"


@pytest.mark.parametrize(
    "value",
    [
        NOON, ID, BigFloat.of(0.5), BigRat(1, 3), AddrPort(ipaddress.ip_address("::1"), 5), Fraction(1, 3),
        datetime(2024, 5, 1, tzinfo=UTC), *map(ipaddress.ip_address, ("::1", "1.2.3.4")),
        *map(ipaddress.ip_interface, ("::1/64", "1.2.3.4/8")),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_without_marshalers_the_advice_is_to_give_some(value: Any) -> None:
    advice = r"; its values marshal themselves, .*: give marshalers=pygob\.marshalers\.Marshalers\(\)"
    for sent in (value, [value]):
        with pytest.raises(pygob.GobEncodeError, match=f"{type(value).__name__}{advice}"):
            pygob.dumps(sent)
        data = pygob.dumps(sent, marshalers=Marshalers())
        cls: Any = type(value) if sent is value else GenericAlias(list, (type(value),))
        with pytest.raises(TypeError, match=f"{type(value).__name__} does not stand for one Go type{advice}"):
            pygob.loads(data, cls)
        assert pygob.loads(data, cls, marshalers=Marshalers()) is not None


def test_classes_in_annotations_are_written_and_read() -> None:
    value = Wide(
        [NOON],
        {ID: NOON},
        (NOON, GoTime(0)),
        ipaddress.IPv4Address("10.0.0.1"),
        Box(NOON),
        Moments([NOON]),
        5,
    )
    data = pygob.dumps(value, marshalers=M)
    assert pygob.loads(data, Wide, marshalers=M) == value
    into = Wide()
    assert pygob.loads(data, into=into, marshalers=M) is into == value


def test_it_is_what_a_remark_would_have_said() -> None:
    @dataclass
    class Remarked:
        __gob_name__ = "main.Launch"
        At: Annotated[GoTime, TIME]
        Inner: Plain
        Any: Any = None

    assert pygob.dumps(Launch(NOON, Plain(1)), marshalers=M) == pygob.dumps(
        Remarked(NOON, Plain(1)), marshalers=M
    )


def test_there_is_one_description_for_each_class_and_marshalers() -> None:
    assert described_type(Ring, M) is described_type(Ring, M)
    assert described_type(Moments, M) is described_type(Moments, M)
    assert described_type(Plain, M) is described_type(Plain)
    launch = described_type(Launch, M)
    assert isinstance(launch, types.Struct)
    assert launch.fields[1][1] is described_type(Plain)


def test_a_class_in_a_field_and_in_an_interface_is_one_type_of_the_stream() -> None:
    registry = Registry()
    registry.register("main.Plain", Plain)
    data = pygob.dumps(Launch(NOON, Plain(1), Plain(2)), marshalers=M, registry=registry)
    assert [each.name for each in pygob.Stream.parse(data).types].count("Plain") == 1
    assert pygob.loads(data, Launch, marshalers=M, registry=registry).Any == Plain(2)


def test_a_ring_of_classes_may_mention_one() -> None:
    value = Ring(NOON, Ring(GoTime(0)))
    assert pygob.loads(pygob.dumps(value, marshalers=M), Ring, marshalers=M) == value


def test_a_type_registered_later_counts() -> None:
    own = Marshalers()
    with pytest.raises(TypeError, match="Celsius does not stand"):
        described_type(Weather, own)
    own.register(
        "weather.Celsius", "binary", lambda data: Celsius(data), lambda value: b"%r" % value, Celsius
    )
    data = pygob.dumps(Weather(Celsius(1.5)), marshalers=own)
    assert pygob.loads(data, Weather, marshalers=own) == Weather(Celsius(1.5))


def test_a_class_that_several_types_take_is_refused() -> None:
    class Id:
        pass

    own = Marshalers()
    for name in ("a.Id", "b.Id"):
        own.register(name, "binary", lambda data: Id(), lambda value: b"", Id)
    with pytest.raises(TypeError, match=r"a Id may be a\.Id or b\.Id"):
        described_type(list[Id], own)
