"""Writing: what is sent, what is left out, which types are defined when, and what cannot be sent."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import pygob
from pygob import Interface, Opaque, types
from tests.support import raw
from tests.support.work import calls

POINT = types.Struct("Point", {"X": types.INT, "Y": types.INT})


def sent_fields(value: dict[str, object], described: types.Struct) -> set[str]:
    """The names of the fields that were sent."""
    decoded = pygob.loads(pygob.dumps(value, described))
    return {described.fields[number][0] for number in pygob.struct_values(decoded)}


def one_field(described: types.Type) -> types.Struct:
    return types.Struct("S", {"F": described})


@pytest.mark.parametrize(
    ("described", "value"),
    [
        (types.BOOL, False),
        (types.INT, 0),
        (types.UINT, 0),
        (types.FLOAT, 0.0),
        (types.FLOAT, -0.0),
        (types.COMPLEX, 0j),
        (types.STRING, ""),
        (types.BYTES, b""),
        (types.BYTES, None),
        (types.Slice(types.INT), []),
        (types.Slice(types.INT), None),
        (types.Map(types.INT, types.INT), None),
        (types.INTERFACE, None),
        (types.Pointer(POINT), None),
        (types.Pointer(types.INT), None),
        (types.Pointer(types.INT), 0),
        (types.Opaque("T", "gob"), None),
    ],
)
def test_what_structs_leave_out(described: types.Type, value: object) -> None:
    assert sent_fields({"F": value}, one_field(described)) == set()


@pytest.mark.parametrize(
    ("described", "value"),
    [
        (POINT, {}),
        (types.Array(2, types.INT), (0, 0)),
        (types.Array(0, types.INT), ()),
        (types.Map(types.INT, types.INT), {}),
        (types.Pointer(POINT), {}),
        (types.Pointer(types.Array(1, types.INT)), (0,)),
        (types.Pointer(types.Map(types.INT, types.INT)), {}),
        (types.Opaque("T", "gob"), Opaque("T", "gob", b"")),
        (types.INTERFACE, Interface("int", 0)),
        (types.FLOAT, 5e-324),
        (types.COMPLEX, 1j),
    ],
)
def test_what_structs_always_send(described: types.Type, value: object) -> None:
    assert sent_fields({"F": value}, one_field(described)) == {"F"}


@pytest.mark.parametrize(
    ("value", "described", "body"),
    [
        ([0, 0], types.Slice(types.INT), b"\2\0\0"),
        (("", ""), types.Array(2, types.STRING), b"\2\0\0"),
        ({0: 0}, types.Map(types.INT, types.INT), b"\1\0\0"),
        ([[]], types.Slice(types.Slice(types.INT)), b"\1\0"),
        ([{}], types.Slice(POINT), b"\1\0"),
        ([None], types.Slice(types.INTERFACE), b"\1\0"),
        ([None], types.Slice(types.Slice(types.INT)), b"\1\0"),
    ],
)
def test_zeros_are_sent_inside_containers(value: object, described: types.Type, body: bytes) -> None:
    assert pygob.dumps(value, described).endswith(raw.SINGLETON + body)


@pytest.mark.parametrize(
    ("value", "body"), [(0, b"\0"), ("", b"\0"), (False, b"\0"), (b"", b"\0"), (0.0, b"\0")]
)
def test_zeros_are_sent_at_top_level(value: object, body: bytes) -> None:
    assert pygob.dumps(value).endswith(raw.SINGLETON + body)


@pytest.mark.parametrize(
    ("value", "described", "message"),
    [
        (None, None, "gob: cannot encode nil value"),
        ([{}, None], types.Slice(types.Pointer(POINT)), "encodeArray: nil element"),
        (
            [Interface("T", None, types.Pointer(POINT))],
            types.Slice(types.INTERFACE),
            "nil pointer inside interface",
        ),
        ([Interface("", 1)], types.Slice(types.INTERFACE), "1 to 1024 bytes"),
        ([Interface("n" * 1025, 1)], types.Slice(types.INTERFACE), "1 to 1024 bytes"),
        (1 << 63, None, "out of range"),
        ((1, 2), types.Array(3, types.INT), "2 elements given where"),
        ({"Z": 1}, POINT, "struct Point has no field 'Z'; its fields are: X, Y"),
        (object(), None, "gob has no type for a Python object"),
        ([1, "x"], None, "a list of int, str is not of one Go type"),
        (
            [],
            None,
            "an empty list does not say what its elements are; give its type as `type`, such as list.int.",
        ),
    ],
)
def test_what_gob_cannot_hold(value: object, described: types.Type | None, message: str) -> None:
    with pytest.raises(pygob.GobEncodeError, match=message):
        pygob.dumps(value, described)


def test_types_are_defined_once_before_their_first_use() -> None:
    out = io.BytesIO()
    encoder = pygob.Encoder(out)
    for x in (1, 2):
        encoder.encode({"X": x}, POINT)
    first, second = pygob.Stream.parse(out.getvalue()).values
    assert (first.definitions, second.definitions) == ((64,), ())


def test_a_value_that_fails_writes_nothing_and_spoils_nothing() -> None:
    out = io.BytesIO()
    encoder = pygob.Encoder(out)
    with pytest.raises(pygob.GobEncodeError):
        encoder.encode({"X": "not a number"}, POINT)
    assert out.getvalue() == b""
    encoder.encode({"X": 1}, POINT)
    assert pygob.loads(out.getvalue()) == {"X": 1, "Y": 0}


def test_a_new_type_inside_an_interface_ends_the_message() -> None:
    box = types.Struct("Box", {"Any": types.INTERFACE})
    data = pygob.dumps({"Any": Interface("main.Point", {"X": 1}, POINT)}, box)
    bodies = [raw.define_struct(64, [("Any", raw.INTERFACE)], "Box")]
    definition = raw.body_of(raw.define_struct(65, [("X", raw.INT), ("Y", raw.INT)], "Point"))
    bodies.append(raw.message(raw.int_(64), b"\1", raw.text("main.Point"), definition))
    bodies.append(raw.message(raw.int_(65), b"\3\1\2\0", b"\0"))
    assert data == b"".join(bodies)


def test_dump_writes_what_dumps_returns() -> None:
    out = io.BytesIO()
    pygob.dump([1, 2], out)
    assert out.getvalue() == pygob.dumps([1, 2])


def test_a_type_and_a_pointer_to_it_begin_their_streams_each_with_its_own_definitions() -> None:
    described = types.Opaque("UUID", "binary")
    fresh = types.Pointer(types.Opaque("UUID", "binary"))
    value = Opaque("", "binary", b"0123456789abcdef")
    for _ in range(2):
        assert pygob.Stream.parse(pygob.dumps(value, types.Pointer(described))).types[0].name == ""
        assert pygob.Stream.parse(pygob.dumps(value, described)).types[0].name == "UUID"
    assert pygob.dumps(value, types.Pointer(described)) == pygob.dumps(value, fresh)


def test_maps_keep_their_order() -> None:
    entries = {str(number): number for number in range(20)}
    assert list(pygob.loads(pygob.dumps(entries)).items()) == list(entries.items())


def test_a_marshaler_with_exported_fields_sends_definitions_that_nothing_uses() -> None:
    user = types.Struct("Userinfo", {"Name": types.STRING})
    url = types.Opaque("URL", "binary", exported=(user,))
    data = pygob.dumps(Opaque("URL", "binary", b"x"), url)
    assert [definition.name for definition in pygob.Stream.parse(data).types] == ["URL", "Userinfo"]
    assert pygob.loads(data).data == b"x"


LINE = types.Struct("Line", {"Ends": types.Array(2, types.INT), "At": types.Struct("At", {"X": types.INT})})


@pytest.mark.parametrize("value", [{}, {"Ends": None, "At": None}, pygob.Struct(LINE)])
def test_arrays_and_structs_are_sent_even_when_all_zero(value: Any) -> None:
    sent = pygob.dumps(value, LINE)
    assert sent.endswith(bytes.fromhex("ff80 01 02 00 00 01 00 00"))  # as Go sends Line{}
    assert pygob.loads(sent) == {"Ends": (0, 0), "At": {"X": 0}}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("Int", wrong) for wrong in ("", [], None, 0.0, False)),
        *(("Text", wrong) for wrong in (0, b"", [], None)),
        *(("List", wrong) for wrong in ("", {}, 5, {1, 2}, iter(()))),
        *(("Bytes", wrong) for wrong in ("", 0, [])),
        *(("Float", wrong) for wrong in ("", [], Decimal("sNaN"))),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_though_it_looks_like_nothing(field: str, wrong: Any) -> None:
    described = types.Struct(
        "T",
        {
            "Int": types.INT,
            "Text": types.STRING,
            "List": types.Slice(types.INT),
            "Bytes": types.BYTES,
            "Float": types.FLOAT,
        },
    )
    with pytest.raises(pygob.GobEncodeError) as caught:
        pygob.dumps({field: wrong}, described)
    assert caught.value.path == f"T.{field}"


def test_a_value_that_cannot_be_encoded_leaves_the_stream_as_it_was() -> None:
    described = types.Struct("T", {"List": types.Slice(types.INT)})
    file = io.BytesIO()
    encoder = pygob.Encoder(file)
    for wrong in ({"List": 5}, {"List": object()}):
        with pytest.raises(pygob.GobEncodeError):
            encoder.encode(wrong, described)
    encoder.encode({"List": [5]}, described)
    assert file.getvalue() == pygob.dumps({"List": [5]}, described)


class Narrow(io.RawIOBase):
    """A raw file that takes a few bytes at a time, and at some point no more."""

    def __init__(self, room: int) -> None:
        self.taken = bytearray()
        self.room = room

    def write(self, data: Any) -> int:
        if len(self.taken) >= self.room:
            raise OSError(28, "No space left on device")
        piece = bytes(data)[:3]
        self.taken += piece
        return len(piece)


def test_a_file_that_takes_little_at_a_time_gets_it_all() -> None:
    file = Narrow(room=1000)
    pygob.Encoder(file).encode("hello, world")
    assert pygob.loads(bytes(file.taken)) == "hello, world"


def test_after_a_failed_write_the_stream_cannot_go_on() -> None:
    encoder = pygob.Encoder(Narrow(room=6))
    with pytest.raises(OSError, match="No space"):
        encoder.encode("hello, world")
    with pytest.raises(pygob.GobEncodeError, match="written only in part"):
        encoder.encode("more")


def test_what_contains_itself_is_refused_without_a_type_too() -> None:
    endless: list[Any] = []
    endless.append(endless)
    unnamed = types.Slice()
    unnamed.elem = unnamed
    with pytest.raises(pygob.GobEncodeError, match="contains itself"):
        pygob.dumps(endless)
    with pytest.raises(pygob.GobEncodeError, match="without a name"):
        pygob.dumps([], unnamed)
    with pytest.raises(pygob.GobEncodeError, match="not described yet"):
        pygob.dumps([], types.Slice())


NUMBERS = [types.INT, types.INT8, types.UINT, types.UINT8, types.FLOAT, types.FLOAT32, types.COMPLEX]


@pytest.mark.parametrize("described", [*NUMBERS, types.STRING, types.BYTES], ids=repr)
@pytest.mark.parametrize("value", [True, False, np.bool_(True), np.bool_(False)], ids=repr)
def test_a_bool_is_nothing_else(described: types.Type, value: Any) -> None:
    with pytest.raises(pygob.GobEncodeError, match="given where Go's"):
        pygob.dumps(value, described)
    with pytest.raises(pygob.GobEncodeError) as info:
        pygob.dumps({"F": value}, one_field(described))
    assert info.value.path == "S.F"


@pytest.mark.parametrize("count", [1, 7, 8, 100])
@pytest.mark.parametrize("described", NUMBERS, ids=repr)
@pytest.mark.parametrize("value", [True, False])
def test_a_bool_among_numbers_is_found(described: types.Type, count: int, value: bool) -> None:
    if described is types.UINT8:
        described = types.named(types.UINT, "main.Byte")
    for numbers in ([*range(1, count), value], [value, *range(1, count)]):
        with pytest.raises(pygob.GobEncodeError, match="bool given where") as info:
            pygob.dumps(numbers, types.Slice(described))
        place = next(index for index, number in enumerate(numbers) if number is value)
        assert info.value.path == f"slice[{place}]"


def test_zeros_and_ones_are_floats_like_others() -> None:
    numbers = [0, 1, 0.0, 1.0, -0.0] * 20
    assert pygob.loads(pygob.dumps(numbers, types.Slice(types.FLOAT))) == numbers


def test_a_bool_of_numpy_is_a_bool() -> None:
    assert pygob.dumps(np.bool_(True), types.BOOL) == pygob.dumps(True)
    with pytest.raises(pygob.GobEncodeError, match="given where Go's bool takes a bool"):
        pygob.dumps(np.array([True]), types.BOOL)
    with pytest.raises(pygob.GobEncodeError, match="given where Go's float64 takes a float"):
        pygob.dumps(np.array([True] * 20), types.Slice(types.FLOAT))


@pytest.mark.parametrize("described", NUMBERS, ids=repr)
@pytest.mark.parametrize("value", [10**5_000, -(10**5_000)], ids=["positive", "negative"])
def test_a_number_too_long_to_be_printed_is_refused_like_others(described: types.Type, value: int) -> None:
    with pytest.raises(pygob.GobEncodeError, match="out of range for Go's") as info:
        pygob.dumps({"F": value}, one_field(described))
    assert info.value.path == "S.F"
    assert len(str(info.value)) < 200


POINTED = [types.INT, types.STRING, POINT, types.Array(1, types.INT)]


@pytest.mark.parametrize("described", POINTED, ids=repr)
def test_a_nil_pointer_among_elements_is_refused_in_gos_words(described: types.Type) -> None:
    pointer = types.Pointer(described)
    for value, container, words in (
        ([None], types.Slice(pointer), "encodeArray: nil element"),
        ((None,), types.Array(1, pointer), "encodeArray: nil element"),
        ({"k": None}, types.Map(types.STRING, pointer), "encodeReflectValue: nil element"),
        (pygob.Pairs([(None, 1)]), types.Map(pointer, types.INT), "encodeReflectValue: nil element"),
    ):
        with pytest.raises(pygob.GobEncodeError, match=words) as info:
            pygob.dumps({"F": value}, one_field(container))
        assert info.value.path.startswith("S.F[")


@pytest.mark.parametrize("described", [types.Slice(types.INT), types.Map(types.INT, types.INT), types.BYTES])
def test_none_in_a_map_of_pointers_is_what_they_lead_to_where_that_may_be_nil(described: types.Type) -> None:
    pointers, values = (types.Map(types.STRING, each) for each in (types.Pointer(described), described))
    assert pygob.dumps({"k": None}, pointers) == pygob.dumps({"k": None}, values)


HOLDS_SLICE = types.Struct("Key", {"A": types.STRING, "S": types.Slice(types.INT)})
HOLDS_MAP = types.Struct("Outer", {"Names": types.Slice(types.Map(types.BYTES, types.INT))})


@pytest.mark.parametrize(
    ("described", "value", "told"),
    [
        (
            None,
            {b"a": 1},
            "keys of []uint8; give keys of texts, numbers, or arrays and structs of these (in map)",
        ),
        (None, [{"x": {b"a": 1}}], "(in slice[][])"),
        (dict[list[int], int], {}, "keys of []int;"),
        (types.Map(types.Map(types.STRING, types.INT), types.INT), {}, "keys of map[string]int;"),
        (types.Map(HOLDS_SLICE, types.INT), {}, "keys of Key, which holds []int;"),
        (types.Map(types.Array(2, types.BYTES), types.INT), {}, "keys of [2][]uint8, which holds []uint8;"),
        (HOLDS_MAP, {}, "(in Outer.Names[])"),
        (types.INTERFACE, pygob.Interface("main.X", {b"a": 1}), ".(main.X)"),
    ],
)
def test_maps_that_go_cannot_have_are_refused(described: Any, value: Any, told: str) -> None:
    encoder = pygob.Encoder(io.BytesIO())
    for encode in (pygob.dumps, encoder.encode, pygob.dumps):
        with pytest.raises(pygob.GobEncodeError, match="Go maps have no keys of") as caught:
            encode(value, described)
        assert told in str(caught.value)
    encoder.encode({"a": 1})


def test_keys_that_go_compares_are_keys() -> None:
    pointed = types.Map(types.Pointer(HOLDS_SLICE), types.INT)
    assert pygob.loads(pygob.dumps({}, pointed)) == {}
    assert pygob.loads(pygob.dumps({(1, 2): 3})) == {(1, 2): 3}
    assert pygob.loads(
        pygob.dumps({pygob.Interface("int", 1): 2}, types.Map(types.INTERFACE, types.INT))
    ) == {pygob.Interface("int", 1): 2}


def test_a_map_that_a_stream_has_is_written_as_it_came() -> None:
    data = raw.define_map(64, 5, 2) + raw.value(64, b"\0", raw.uint(1), raw.text("a"), raw.int_(1))
    assert pygob.Stream.parse(data).to_bytes() == data


def test_a_new_encoder_of_a_type_that_was_met_before_costs_little_more_than_dumps() -> None:
    described = types.Struct("Met", {"ID": types.STRING, "Tags": types.Map(types.STRING, types.STRING)})
    value = {"ID": "x", "Tags": {"a": "b"}}
    data = pygob.dumps(value, described)
    file = io.BytesIO()
    assert calls(lambda: pygob.Encoder(file).encode(value, described)) < 2 * calls(
        lambda: pygob.dumps(value, described)
    )
    assert file.getvalue() == data


def test_encoders_that_begin_alike_go_on_apart() -> None:
    point = types.Struct("Point", {"X": types.INT})
    others = types.Struct("A", {"S": types.STRING}), types.Struct("B", {"P": types.Slice(point)})
    files = io.BytesIO(), io.BytesIO()
    for file, other in zip(files, others, strict=True):
        encoder = pygob.Encoder(file)
        with pytest.raises(pygob.GobEncodeError):
            encoder.encode({"X": "no number"}, point)
        encoder.encode({"X": 1}, point)
        encoder.encode({}, other)
        encoder.encode({"X": 2}, point)
    for file in files:
        stream = pygob.Stream.parse(file.getvalue())
        assert stream.is_canonical
        assert [each.id for each in stream.types] == list(range(64, 64 + len(stream.types)))
        assert [each.value.get("X") for each in stream.values] == [1, None, 2]


@pytest.mark.parametrize(
    ("described", "value", "taken"),
    [
        (types.Slice(types.Pointer(POINT)), [{"X": 1}, None], 2),
        (types.Pointer(POINT), None, 0),
    ],
)
def test_ids_that_a_failed_first_value_took_stay_taken(
    described: types.Type, value: object, taken: int
) -> None:
    ids = pygob.TypeIds()
    file = io.BytesIO()
    with pytest.raises(pygob.GobEncodeError):
        pygob.Encoder(file, ids=ids).encode(value, described)
    pygob.Encoder(file, ids=ids).encode({"A": "x"}, types.Struct("Other", {"A": types.STRING}))
    (defined,) = pygob.Stream.parse(file.getvalue()).types
    assert defined.id == 64 + taken
