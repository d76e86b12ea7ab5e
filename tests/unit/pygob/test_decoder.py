"""Reading streams: one value, all values, fed in pieces, from files; and every rule of Go's reader."""

from __future__ import annotations

import io
import os
import pickle
import threading
from array import array
from collections.abc import Callable
from typing import Any

import pytest

import pygob
from tests.support import raw
from tests.support.handmade import ANYS, MALFORMED, POINT, SOUND

TWO = pygob.dumps(1) + pygob.dumps("two")


@pytest.mark.parametrize("name", MALFORMED)
def test_each_error_of_the_format(name: str) -> None:
    case = MALFORMED[name]
    with pytest.raises(pygob.GobTruncated if case.truncated else pygob.GobCorrupt) as info:
        list(pygob.iter_loads(case.data))
    assert case.error in info.value.message


@pytest.mark.parametrize("name", SOUND)
def test_what_looks_wrong_and_is_sound(name: str) -> None:
    data, value = SOUND[name]
    assert pygob.loads(data) == value


def test_loads_reads_exactly_one_value() -> None:
    assert pygob.loads(pygob.dumps(1)) == 1
    with pytest.raises(
        pygob.GobCorrupt, match=f"{len(TWO) - len(pygob.dumps(1))} bytes follow the first value"
    ):
        pygob.loads(TWO)
    with pytest.raises(pygob.GobCorrupt, match="1 byte follows the first value"):
        pygob.loads(pygob.dumps(1) + b"\0")
    with pytest.raises(pygob.GobTruncated, match="the stream is empty"):
        pygob.loads(b"")


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_kind_of_bytes_can_be_read(kind: type) -> None:
    assert pygob.loads(kind(pygob.dumps([1, 2]))) == [1, 2]


def test_iter_loads_reads_all_values_and_nothing_from_nothing() -> None:
    assert list(pygob.iter_loads(TWO)) == [1, "two"]
    assert list(pygob.iter_loads(b"")) == []


def test_iter_values_says_where_each_value_is() -> None:
    first, second = pygob.iter_values(TWO)
    assert (first.start, first.end, first.type_id, first.definitions) == (0, 4, raw.INT, ())
    assert (second.start, second.end, second.type_id) == (4, len(TWO), raw.STRING)


def test_definitions_belong_to_the_value_after_them() -> None:
    data = pygob.dumps(1) + POINT + raw.value(64, raw.struct_body((0, b"\2")))
    _, point = pygob.iter_values(data)
    assert (point.start, point.definitions) == (4, (64,))


def test_values_before_the_fault_are_given() -> None:
    values = pygob.iter_loads(TWO[:-1])
    assert next(values) == 1
    with pytest.raises(pygob.GobTruncated, match="unexpected EOF"):
        next(values)


def test_bytes_left_in_a_message_are_counted() -> None:
    (value,) = pygob.iter_values(raw.value(raw.INT, raw.SINGLETON, b"\2rest"))
    assert (value.value, value.unread) == (1, 4)


def test_load_and_iter_load_read_files() -> None:
    assert pygob.load(io.BytesIO(pygob.dumps("x"))) == "x"
    assert list(pygob.iter_load(io.BytesIO(TWO))) == [1, "two"]


def test_a_reader_gives_a_value_as_soon_as_its_last_byte_is_fed() -> None:
    reader = pygob.GobReader()
    reader.feed(TWO[:3])
    assert reader.next_value() is None
    reader.feed(TWO[3:4])
    found = reader.next_value()
    assert found is not None
    assert found.value == 1
    assert reader.next_value() is None
    assert not reader.is_at_end


def test_a_reader_is_at_its_end_when_closed_and_read() -> None:
    reader = pygob.GobReader()
    reader.feed(pygob.dumps(1))
    reader.close()
    assert not reader.is_at_end
    assert reader.next_value() is not None
    assert reader.is_at_end
    assert reader.next_value() is None


def test_a_reader_repeats_its_error() -> None:
    reader = pygob.GobReader()
    reader.feed(raw.value(99, raw.SINGLETON))
    for _ in range(2):
        with pytest.raises(pygob.GobCorrupt, match="undefined type"):
            reader.next_value()


def test_a_closed_reader_takes_no_bytes() -> None:
    reader = pygob.GobReader()
    reader.close()
    with pytest.raises(ValueError, match="after close"):
        reader.feed(b"\0")


def test_a_reader_knows_the_types_so_far() -> None:
    reader = pygob.GobReader()
    reader.feed(POINT)
    assert reader.next_value() is None
    assert [definition.name for definition in reader.table.definitions.values()] == ["Point"]


def test_a_decoder_reads_from_a_pipe_before_it_is_closed() -> None:
    source, sink = os.pipe()
    with os.fdopen(source, "rb") as file, os.fdopen(sink, "wb", buffering=0) as out:
        decoder = pygob.Decoder(file)
        out.write(pygob.dumps("first"))
        assert decoder.decode() == "first"
        writer = threading.Thread(target=out.write, args=(pygob.dumps("second"),))
        writer.start()
        assert decoder.decode() == "second"
        writer.join()


def test_a_decoder_ends_with_eoferror_and_a_cut_stream_with_its_own() -> None:
    with pytest.raises(EOFError, match="no more values") as info:
        pygob.Decoder(io.BytesIO(b"")).decode()
    assert not isinstance(info.value, pygob.GobError)
    with pytest.raises(pygob.GobTruncated):
        pygob.Decoder(io.BytesIO(TWO[:2])).decode()


def test_types_defined_once_serve_all_later_values() -> None:
    point = raw.value(64, raw.struct_body((0, b"\2")))
    assert list(pygob.Decoder(io.BytesIO(POINT + point + point))) == [{"X": 1, "Y": 0}] * 2


def test_a_type_in_an_interface_ends_the_message_and_the_value_goes_on() -> None:
    data = (
        ANYS
        + raw.message(
            raw.int_(64), raw.SINGLETON, b"\2", raw.text("[]int"), raw.body_of(raw.define_slice(65, raw.INT))
        )
        + raw.message(
            raw.int_(65), b"\4", raw.SINGLETON, b"\1\2", raw.text("int"), raw.int_(raw.INT), b"\2\0\4"
        )
    )
    assert pygob.loads(data) == [pygob.Interface("[]int", [1]), pygob.Interface("int", 2)]


def test_ids_may_have_gaps_and_come_in_any_order() -> None:
    data = raw.define_slice(900, 70) + raw.define_slice(70, raw.INT) + raw.value(900, b"\0\1\1\2")
    assert pygob.loads(data) == [[1]]


def test_the_id_of_the_message_counts_and_not_the_one_inside() -> None:
    data = raw.define_struct(64, [("X", raw.INT)], common_id=70) + raw.value(64, b"\1\2\0")
    assert pygob.loads(data).X == 1


def test_keys_that_go_tells_apart_stay_apart() -> None:
    def key(name: str, type_id: int, body: bytes) -> bytes:
        return raw.text(name) + raw.int_(type_id) + raw.uint(1 + len(body)) + b"\0" + body

    keys = [
        key("int", raw.INT, b"\2"),
        key("bool", raw.BOOL, b"\1"),
        key("float64", raw.FLOAT, raw.float_(1)),
    ]
    data = raw.define_map(64, raw.INTERFACE, raw.INT)
    data += raw.value(64, raw.SINGLETON, b"\3", b"".join(k + bytes([2 * n]) for n, k in enumerate(keys)))
    assert sorted(pygob.loads(data).values()) == [0, 1, 2]


def test_every_nan_is_a_key_of_its_own() -> None:
    nan = raw.float_(float("nan"))
    data = raw.define_map(64, raw.FLOAT, raw.INT) + raw.value(64, b"\0\2", nan, b"\2", nan, b"\4")
    assert list(pygob.loads(data).values()) == [1, 2]


def test_structs_and_arrays_are_keys() -> None:
    data = raw.define_map(64, 65, raw.INT) + raw.define_array(65, raw.INT, 2)
    assert pygob.loads(data + raw.value(64, b"\0\1\2\2\4\6")) == {(1, 2): 3}
    data = raw.define_map(64, 65, raw.INT) + raw.define_struct(65, [("X", raw.INT)])
    (found,) = pygob.loads(data + raw.value(64, b"\0\1\1\2\0\6"))
    assert found.X == 1


def test_keys_that_no_dict_holds_become_pairs() -> None:
    data = raw.define_map(64, 65, raw.INT) + raw.define_slice(65, raw.INT) + raw.value(64, b"\0\1\1\2\6")
    assert pygob.loads(data) == pygob.Pairs([([1], 3)])


def test_keys_chosen_to_collide_become_pairs() -> None:
    # hash(-1) == hash(-2): arrays of these two have one hash, however many there are
    width, count = 12, 1 << 12
    entries = b"".join(
        raw.uint(width) + bytes(1 + 2 * (number >> bit & 1) for bit in range(width)) + b"\2"
        for number in range(count)
    )
    data = raw.define_map(64, 65, raw.INT) + raw.define_array(65, raw.INT, width)
    found = pygob.loads(data + raw.value(64, raw.SINGLETON, raw.uint(count), entries))
    assert isinstance(found, pygob.Pairs)
    assert len(set(map(hash, (key for key, _ in found)))) == 1
    assert len(found) == count


@pytest.mark.parametrize("kind", [4, 5, 6])
def test_marshalers_of_all_three_kinds_are_read(kind: int) -> None:
    found = pygob.loads(raw.define_marshaler(64, kind, "T") + raw.value(64, b"\0", raw.text("ab")))
    assert (found.name, found.kind, found.data) == ("T", {4: "gob", 5: "binary", 6: "text"}[kind], b"ab")


def test_two_fields_of_one_name_are_kept_apart() -> None:
    data = raw.define_struct(64, [("X", raw.INT), ("X", raw.STRING)]) + raw.value(
        64, raw.struct_body((0, b"\2"), (1, raw.text("x")))
    )
    assert pygob.struct_values(pygob.loads(data)) == {0: 1, 1: "x"}
    assert pygob.loads(data).X == "x"
    assert pygob.Stream.parse(data).to_bytes() == data


def test_an_interface_of_an_unregistered_name_is_read_all_the_same() -> None:
    data = raw.define_struct(64, [("A", raw.INTERFACE)], "Box") + raw.value(
        64, b"\1", raw.text("some/where.T"), raw.int_(raw.INT), b"\2\0\2", b"\0"
    )
    found = pygob.loads(data)
    assert pygob.Interface("some/where.T", 1) == found.A


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("number", [1e300, 0.1, 5e-324])
def test_a_slice_that_says_float32_and_holds_other_numbers_keeps_them(number: float, count: int) -> None:
    names_float32 = pygob.types.Slice(pygob.types.FLOAT, name="[]float32")
    data = pygob.dumps([0.5] * count + [number], names_float32)
    read = pygob.loads(data, floats="array")
    assert (read.typecode, read.tolist()) == ("d", [0.5] * count + [number])
    loaded = pygob.loads(data, floats="numpy")
    assert (loaded.dtype.name, loaded.tolist()) == ("float64", [0.5] * count + [number])


def test_slices_of_integers_are_arrays_on_request_and_arrays_of_go_stay_tuples() -> None:
    types = pygob.types
    parts = {"A": types.Slice(types.INT32), "B": types.Slice(types.UINT), "C": types.Array(2, types.INT)}
    described = types.Struct("S", parts)
    data = pygob.dumps({"A": [1, -2], "B": [3], "C": [4, 5]}, described)
    for read in (
        pygob.loads(data, ints="array"),
        pygob.load(io.BytesIO(data), ints="array"),
        next(pygob.iter_loads(data, ints="array")),
        next(pygob.iter_load(io.BytesIO(data), ints="array")),
        next(iter(pygob.Decoder(io.BytesIO(data), ints="array"))),
    ):
        found = [read.A, read.B, read.C]
        assert found == [array("i", [1, -2]), array("Q", [3]), (4, 5)]
        assert pygob.dumps(read, described) == data
    with pytest.raises(pygob.GobTruncated):
        pygob.loads(data[:-5], ints="skip")


class Patient(io.RawIOBase):
    """A non-blocking file whose bytes come one at a time, with nothing in between."""

    def __init__(self, data: bytes) -> None:
        self.pieces = [piece for byte in data for piece in (None, bytes((byte,)))]

    def read(self, size: int = -1) -> Any:
        return self.pieces.pop(0) if self.pieces else b""


def test_a_file_without_data_yet_is_asked_again() -> None:
    data = pygob.dumps({"a": 1})
    decoder = pygob.Decoder(Patient(data))
    waited = 0
    while True:
        try:
            value = decoder.next_value()
            break
        except BlockingIOError:
            waited += 1
    assert value is not None
    assert (value.value, waited) == ({"a": 1}, len(data))


def test_flags_as_keys_are_a_dict() -> None:
    flags = pygob.types.Struct("Flags", dict.fromkeys("ABCDEFGH", pygob.types.BOOL))
    keys = [
        pygob.Struct(flags, **{name: bool(number >> bit & 1) for bit, name in enumerate("ABCDEFGH")})
        for number in range(256)
    ]
    data = pygob.dumps(dict.fromkeys(keys, 1), pygob.types.Map(flags, pygob.types.INT))
    read = pygob.loads(data)
    assert isinstance(read, dict)
    received = pygob.struct_type(next(iter(read)))  # without its name: Go does not send that of a key
    assert all(read[pygob.Struct(received, **key)] == 1 for key in keys)


def test_the_type_of_a_stream_cannot_be_changed_for_others() -> None:
    data = pygob.dumps({"X": 1}, pygob.types.Struct("Mine", {"X": pygob.types.INT}))
    described = pygob.struct_type(pygob.loads(data))
    for name, value in (("name", "Other"), ("fields", {})):
        with pytest.raises(AttributeError, match="cannot be changed"):
            setattr(described, name, value)
    assert repr(pygob.loads(data)) == "Mine(X=1)"
    assert pickle.loads(pickle.dumps(described)).declaration() == described.declaration()


def test_what_to_make_of_numbers_is_one_of_four() -> None:
    with pytest.raises(ValueError, match='floats is "list", "array", "numpy" or "skip"'):
        pygob.loads(pygob.dumps(1), floats="tuple")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='ints is "list", "array", "numpy" or "skip"'):
        pygob.loads(pygob.dumps(1), ints="tuple")  # type: ignore[arg-type]
    met = pygob.dumps([0.5] * 9)
    assert pygob.loads(met) == [0.5] * 9
    with pytest.raises(ValueError, match='"list", "array", "numpy" or "skip"'):
        pygob.loads(met, floats="tuple")  # type: ignore[arg-type]


def test_bytes_that_follow_are_counted_in_bytes() -> None:
    data = pygob.dumps(1)
    with pytest.raises(pygob.GobCorrupt, match=r"^4 bytes follow"):
        pygob.loads(memoryview(data + bytes(4)).cast("I"))


def test_a_count_no_input_could_hold_is_refused_before_any_element_is_read() -> None:
    empty = pygob.types.Struct("Empty")
    data = pygob.dumps([{}] * 5, pygob.types.Slice(empty))
    huge = data[:-6] + bytes.fromhex("fa 010000000000") + data[-5:]
    at = huge.rindex(bytes.fromhex("fa010000000000"))
    huge = huge[: at - 4] + bytes((huge[at - 4] + 6,)) + huge[at - 3 :]
    with pytest.raises(pygob.GobTruncated, match="1099511627776 elements") as caught:
        pygob.loads(huge)
    assert caught.value.partial is None


@pytest.mark.parametrize(
    "held",
    [
        bytearray,
        memoryview,
        lambda data: memoryview(b"".join(bytes([byte, 0]) for byte in data))[::2],
        lambda data: array("B", data),
    ],
    ids=["bytearray", "memoryview", "every second byte", "array"],
)
def test_a_stream_is_read_from_whatever_holds_its_bytes(held: Callable[[bytes], Any]) -> None:
    data = pygob.dumps({"a": "some text"})
    for read in (
        pygob.loads(held(data)),
        next(pygob.iter_loads(held(data))),
        pygob.Stream.parse(held(data)).values[0].value,
        pygob.salvage(held(data)).values[0].value,
    ):
        assert read == {"a": "some text"}


@pytest.mark.parametrize("data", ["text", None, 5, [1, 2], object()])
@pytest.mark.parametrize("read", [pygob.loads, pygob.Stream.parse, pygob.salvage, pygob.GobReader().feed])
def test_what_is_no_bytes_is_the_callers_mistake(read: Callable[[Any], Any], data: object) -> None:
    with pytest.raises(TypeError, match="a gob stream is bytes, not"):
        read(data)


def test_a_file_of_text_is_the_callers_mistake() -> None:
    with pytest.raises(TypeError, match="open the file in binary mode"):
        pygob.load(io.StringIO("text"))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="open the file in binary mode"):
        pygob.Decoder(io.StringIO("text")).decode()  # type: ignore[arg-type]
