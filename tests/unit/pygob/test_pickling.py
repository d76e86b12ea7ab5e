"""Every public value is copied and pickled, in every protocol."""

from __future__ import annotations

import copy
import io
import pickle
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from ipaddress import ip_address
from typing import Any

import pytest

import pygob
from pygob import chromem, types
from pygob.binding.inference import described_type
from pygob.inspection.statistics import statistics
from pygob.marshalers import STANDARD, AddrPort, BigFloat, BigRat, GoTime, Marshalers

POINT = types.Struct("Point", {"X": types.INT, "Y": types.INT})
LIST = types.Struct("List", {"Value": types.INT})
LIST.fields = {"Value": types.INT, "Next": types.Pointer(LIST)}
DATA = pygob.dumps({"X": 22, "Y": 33}, POINT)
STREAM = pygob.Stream.parse(DATA)
SALVAGED = pygob.salvage(DATA[:-2])
READER = pygob.GobReader()
READER.feed(DATA)
FOUND = READER.next_value()


@dataclass
class Pair:
    Left: int
    Right: str


def registry() -> pygob.Registry:
    made = pygob.Registry()
    made.register("main.Pair", Pair)
    return made


def error() -> pygob.GobDecodeError:
    with pytest.raises(pygob.GobDecodeError) as caught:
        pygob.loads(DATA[:-2])
    return caught.value


VALUES: dict[str, Any] = {
    "Struct": pygob.loads(DATA),
    "Interface": pygob.Interface("main.Point", {"X": 1}, POINT, (64,)),
    "Opaque": pygob.Opaque("Time", "gob", b"data"),
    "Pairs": pygob.Pairs([([1], 2)]),
    "Value": FOUND,
    "Stream": STREAM,
    "StreamValue": STREAM.values[0],
    "StreamValue, added": pygob.StreamValue([1]),
    "WireType": STREAM.types[0],
    "TypeTable": READER.table,
    "TypeIds": pygob.TypeIds(70),
    "Salvage": SALVAGED,
    "SalvagedValue": SALVAGED.values[0],
    "Range": SALVAGED.ranges[0],
    "Suspect": pygob.Suspect("Point.X", "why"),
    "Limits": pygob.Limits(depth=3),
    "Registry": registry(),
    "GobDecodeError": error(),
    "GobEncodeError": pygob.GobEncodeError("gob: cannot encode nil value"),
    "Marshalers": Marshalers(),
    "Marshaler": STANDARD[0],
    "GoTime": GoTime(unix_seconds=3, nanoseconds=5),
    "BigRat": BigRat(1, 3),
    "BigFloat": BigFloat.of(0.5),
    "AddrPort": AddrPort(ip_address("::1"), 80),
    "Statistics": statistics(DATA),
    "Metadata": chromem.Metadata("docs", {"k": "v"}),
    "Document": chromem.Document("1", {"k": "v"}, array("f", [1.0]), "text"),
    "types.Struct, recursive": LIST,
    "types.Slice": types.Slice(POINT),
    "types.Array": types.Array(3, types.UINT8),
    "types.Map": types.Map(types.STRING, types.FLOAT),
    "types.Opaque": types.Opaque("Time", "gob", package="time"),
    "types.named": types.named(types.INT8, "main.Tiny"),
}
COPIES: dict[str, Callable[[Any], Any]] = {"copy": copy.copy, "deepcopy": copy.deepcopy}
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    COPIES[f"pickle {protocol}"] = lambda value, protocol=protocol: pickle.loads(
        pickle.dumps(value, protocol)
    )


def seen(value: Any) -> Any:
    """What can be told of a value, for comparing it with another that is not the same object."""
    match value:
        case types.Type():
            return type(value), value.declaration()
        case pygob.Stream():
            return value.to_bytes(), seen(value.types), seen(value.values)
        case pygob.TypeTable():
            return [seen(definition) for definition in value.definitions.values()], seen(value.type_of(64))
        case pygob.TypeIds():
            return value.copy().id_of(POINT)
        case pygob.Registry():
            return seen(value.type_named("main.Pair"))
        case Marshalers():
            return value.names
        case pygob.GobError():
            return type(value), str(value), {name: seen(part) for name, part in vars(value).items()}
        case list() | tuple():
            return type(value), [seen(part) for part in value]
        case pygob.Interface():
            return value.name, seen(value.value), seen(value.type), value.definitions
        case _ if is_dataclass(value):
            return type(value), {part.name: seen(getattr(value, part.name)) for part in fields(value)}
        case _:
            return value


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_every_public_value_is_copied_and_pickled(value: Any, copied: Callable[[Any], Any]) -> None:
    assert seen(copied(value)) == seen(value)
    assert type(copied(value)) is type(value)


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_copied_marshalers_are_of_use_and_their_own(copied: Callable[[Any], Any]) -> None:
    original = Marshalers()
    pygob.dumps(GoTime(unix_seconds=1), marshalers=original)  # which keeps what annotations stand for
    made = copied(original)
    assert pygob.loads(pygob.dumps(GoTime(unix_seconds=1), marshalers=made), marshalers=made) == GoTime(
        unix_seconds=1
    )
    made.register("ulid.ULID", "binary", bytes.hex, bytes.fromhex, str)
    assert made.knows("ulid.ULID")
    assert not original.knows("ulid.ULID")


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_the_types_of_a_stream_read_on_after_they_were_copied(copied: Callable[[Any], Any]) -> None:
    stream = copied(pygob.Stream.parse(DATA))
    stream.values[0].value.X = 1
    stream.append({"X": 5, "Y": 6}, stream.values[0].type)
    assert [[point.X, point.Y] for point in pygob.iter_loads(stream.to_bytes())] == [[1, 33], [5, 6]]


@dataclass
class Tag:
    Name: str = ""
    Points: list[Pair] = field(default_factory=list)


def tag_type(name: str = "Tag", *names: str) -> types.Struct:
    """A type as a program describes it anew each time it runs."""
    described = types.Struct(name, dict.fromkeys(names or ("A", "B"), types.INT), package="geo")
    described.fields = [*described.fields, ("Next", types.Pointer(described))]
    return described


PICKLED = {name: copied for name, copied in COPIES.items() if name.startswith("pickle")}


@pytest.mark.parametrize("copied", PICKLED.values(), ids=PICKLED.keys())
def test_pickled_ids_know_the_types_with_names(copied: Callable[[Any], Any]) -> None:
    original = pygob.TypeIds()
    described: dict[str, Callable[[], types.Type]] = {
        "dataclass": lambda: described_type(Tag),
        "its part": lambda: described_type(Pair),
        "slice": lambda: types.Slice(described_type(Pair)),
        "described": tag_type,
        "map of it": lambda: types.Map(types.STRING, tag_type()),
    }
    expected = {what: original.id_of(make()) for what, make in described.items() if what != "map of it"}
    tag = tag_type("Tagged")
    expected["map of it"] = original.id_of(types.Map(types.STRING, tag))
    described["map of it"] = lambda: types.Map(types.STRING, tag_type("Tagged"))
    made = copied(original)
    assert {what: made.known_id(make()) for what, make in described.items()} == expected
    for other in (tag_type("Other"), tag_type("Tag", "A", "C")):
        assert made.known_id(other) is None
    new = made.id_of(tag_type("Other"))
    assert new == max(expected.values()) + 1
    assert copied(made).known_id(tag_type("Other")) == new


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_copied_ids_go_their_own_way(copied: Callable[[Any], Any]) -> None:
    original = pygob.TypeIds()
    tag = original.id_of(described_type(Tag))
    made = copied(original)
    assert made.known_id(described_type(Tag)) == tag
    assert made.id_of(types.Slice(types.BOOL)) == original.id_of(types.Slice(types.FLOAT))
    assert original.known_id(types.Slice(types.BOOL)) is None


def test_a_copied_registry_goes_its_own_way() -> None:
    original = registry()
    copy.copy(original).register("main.Other", types.Struct("Other", {"X": types.INT}))
    assert original.type_named("main.Other") is None


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
@pytest.mark.parametrize("bound", [pygob.Decoder, pygob.Encoder])
def test_what_an_open_file_belongs_to_is_refused(bound: Any, copied: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="file that is open here: it cannot be copied or pickled"):
        copied(bound(io.BytesIO()))


def test_functions_that_pickle_cannot_find_again_are_named() -> None:
    marshalers = Marshalers()
    marshalers.register("ulid.ULID", "binary", lambda data: data.hex(), bytes.fromhex, str)
    with pytest.raises((pickle.PicklingError, AttributeError), match="<lambda>"):
        pickle.dumps(marshalers)
