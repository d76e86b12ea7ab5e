"""Which type is meant, what holds for every type, and the way through the codec."""

import copy
import pickle
import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Interface
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import GobCorrupt, GobDecodeError, GobEncodeError, GobTruncated, GobTypeError, Opaque, types
from pygob.marshalers import (
    STANDARD,
    AddrPort,
    BigFloat,
    BigRat,
    GoTime,
    Marshaler,
    Marshalers,
    Unrepresentable,
)

MARSHALERS = Marshalers()


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "gob", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


NAMES = [marshaler.name for marshaler in STANDARD]


def refusal(name: str, payload: bytes) -> GobDecodeError | None:
    try:
        decoded(name, payload)
    except GobDecodeError as error:
        return error
    return None


class TestAnyPayload:
    """What holds for every type and every payload."""

    @given(st.sampled_from(NAMES), st.binary(max_size=40))
    def test_is_read_or_refused_with_a_decode_error(self, name: str, payload: bytes) -> None:
        error = refusal(name, payload)
        if error is not None:
            assert 0 <= error.offset <= len(payload)
            assert error.path == name

    @given(st.sampled_from(NAMES), st.binary(max_size=20).map(lambda tail: b"\x01\x0a\0\0\0\x35" + tail))
    def test_written_again_it_reads_the_same(self, name: str, payload: bytes) -> None:
        try:
            value = decoded(name, payload)
            written = encoded(name, value)
        except (GobDecodeError, GobEncodeError):
            return
        assert repr(decoded(name, written)) == repr(value)
        assert encoded(name, decoded(name, written)) == written

    @pytest.mark.parametrize("name", ["big.Int", "big.Rat", "big.Float"])
    def test_of_ten_megabytes_is_read_and_shown_shortly(self, name: str) -> None:
        number = b"\x80" + b"\x01" * 10_000_007
        header = {
            "big.Int": b"\x02",
            "big.Rat": b"\x02" + (5_000_000).to_bytes(4, "big"),
            "big.Float": bytes.fromhex("010a00000035") + (3).to_bytes(4, "big"),
        }[name]
        value = decoded(name, header + number)
        assert encoded(name, value) == header + number
        if name != "big.Int":
            assert len(repr(value)) < 200

    @pytest.mark.parametrize("name", ["big.Int", "big.Rat", "big.Float", "netip.Addr"])
    def test_of_no_bytes_is_none(self, name: str) -> None:
        assert decoded(name, b"") is None
        assert encoded(name, None) == b""


def decode_celsius(payload: bytes) -> float:
    value: float = struct.unpack(">d", payload)[0]
    if value == 99.0:
        raise Unrepresentable
    return value


def encode_celsius(value: float) -> bytes:
    if value < -273.15:
        raise ValueError(f"{value} is below absolute zero")
    return struct.pack(">d", value)


class TestRegistry:
    """Which type is meant."""

    @pytest.mark.parametrize(
        "opaque", [Opaque("Unknown", "gob", b"x"), Opaque("", "gob", b"\x02"), Opaque("Time", "binary", b"x")]
    )
    def test_a_type_that_name_and_kind_do_not_tell_stays_opaque(self, opaque: Opaque) -> None:
        assert MARSHALERS.decode(opaque) is opaque

    @pytest.mark.parametrize("name", ["big.Int", "*big.Int", "math/big.Int"])
    def test_a_type_may_be_named_in_any_of_gos_ways(self, name: str) -> None:
        assert decoded(name, b"\x02\x05") == 5

    @pytest.mark.parametrize(
        ("value", "name", "kind"),
        [
            (GoTime(0), "Time", "gob"),
            (datetime(2024, 1, 1, tzinfo=UTC), "Time", "gob"),
            (7, "Int", "gob"),
            (Fraction(1, 2), "Rat", "gob"),
            (BigFloat.of(2), "Float", "gob"),
            (IPv4Address("10.0.0.1"), "Addr", "binary"),
            (IPv6Interface("::1/64"), "Prefix", "binary"),
            (AddrPort(None, 80), "AddrPort", "binary"),
            ("https://example.org", "URL", "binary"),
            (UUID(int=1), "UUID", "binary"),
        ],
    )
    def test_a_python_type_tells_the_go_type(self, value: Any, name: str, kind: str) -> None:
        opaque = MARSHALERS.encode(value)
        assert (opaque.name, opaque.kind) == (name, kind)

    def test_none_is_ambiguous(self) -> None:
        with pytest.raises(GobEncodeError, match=r"a None may be big.Int or .* say which by as_"):
            MARSHALERS.encode(None)

    @pytest.mark.parametrize("value", [1.5, b"bytes", [1]])
    def test_a_type_nobody_takes_is_refused(self, value: Any) -> None:
        with pytest.raises(GobEncodeError, match="no marshaler takes a"):
            MARSHALERS.encode(value)

    @pytest.mark.parametrize(("value", "as_"), [("7", "big.Int"), (True, "big.Int"), (None, "uuid.UUID")])
    def test_a_value_of_another_type_is_refused(self, value: Any, as_: str) -> None:
        with pytest.raises(GobEncodeError, match="given where"):
            MARSHALERS.encode(value, as_=as_)

    def test_a_bool_is_no_integer(self) -> None:
        with pytest.raises(GobEncodeError, match="bool"):
            MARSHALERS.encode(True)

    def test_a_name_nobody_knows_is_refused(self) -> None:
        for attempt in (
            lambda: decoded("big.Complex", b""),
            lambda: encoded("big.Complex", 1),
            lambda: MARSHALERS.type_of("big.Complex"),
        ):
            with pytest.raises(GobTypeError, match=r"'big.Complex'; known are: time.Time, big.Int"):
                attempt()

    def test_a_type_of_ones_own(self) -> None:
        marshalers = Marshalers()
        registered = marshalers.register(
            "example.org/weather.Celsius", "binary", decode_celsius, encode_celsius, float
        )
        opaque = Opaque("Celsius", "binary", struct.pack(">d", 21.5))
        assert marshalers.decode(opaque) == 21.5
        assert marshalers.encode(21.5) == opaque
        assert registered.name == "weather.Celsius"
        assert marshalers.type_of("weather.Celsius") is registered.type
        assert "weather.Celsius" not in Marshalers().names
        assert MARSHALERS.decode(opaque) is opaque

    def test_what_ones_own_functions_refuse(self) -> None:
        marshalers = Marshalers([Marshaler("w.Celsius", "binary", decode_celsius, encode_celsius, (float,))])
        with pytest.raises(GobCorrupt, match=r"requires a buffer of 8 bytes .*in w.Celsius"):
            marshalers.decode(Opaque("Celsius", "binary", b"short"))
        with pytest.raises(GobEncodeError, match=r"below absolute zero \(in w.Celsius\)"):
            marshalers.encode(-300.0)
        hot = Opaque("Celsius", "binary", struct.pack(">d", 99.0))
        assert marshalers.decode(hot) is hot

    def test_two_types_of_one_name_in_the_stream_must_be_told_apart(self) -> None:
        marshalers = Marshalers()
        marshalers.register("app.Time", "gob", bytes, bytes, bytes)
        with pytest.raises(GobTypeError, match=r"may be time.Time or app.Time; say which by as_"):
            marshalers.decode(Opaque("Time", "gob", b"x"))
        assert marshalers.decode(Opaque("Time", "gob", b"x"), as_="app.Time") == b"x"

    def test_registering_a_name_again_replaces_it(self) -> None:
        marshalers = Marshalers()
        marshalers.register("time.Time", "gob", bytes, bytes, bytes)
        assert marshalers.decode(Opaque("Time", "gob", b"x")) == b"x"

    @pytest.mark.parametrize("name", ["", "app.", "path/"])
    def test_a_name_without_a_type_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="does not name a Go type"):
            Marshalers().register(name, "gob", bytes, bytes, bytes)

    def test_errors_tell_type_and_byte_of_the_payload(self) -> None:
        with pytest.raises(GobTruncated) as caught:
            decoded("big.Rat", b"\x02\x00")
        assert str(caught.value) == "Rat.GobDecode: buffer too small (at byte 2, in big.Rat)"


class TestInStreams:
    """Together with the codec."""

    EVENT = types.Struct(
        "Event", {"At": MARSHALERS.type_of("time.Time"), "Cost": types.Pointer(MARSHALERS.type_of("big.Int"))}
    )

    def test_values_are_described_encoded_and_read(self) -> None:
        event = {"At": MARSHALERS.encode(GoTime(5)), "Cost": MARSHALERS.encode(10**30)}
        back = pygob.loads(pygob.dumps(event, self.EVENT))
        assert MARSHALERS.decode(back.At) == GoTime(5)
        assert back.Cost.name == ""  # Go leaves out the name of a type it meets through a pointer
        assert MARSHALERS.decode(back.Cost, as_="big.Int") == 10**30

    def test_types_print_as_in_go(self) -> None:
        assert [MARSHALERS.type_of(name).text() for name in NAMES] == NAMES


@pytest.mark.parametrize(
    "value",
    [GoTime(5, 6, 60), BigRat(1, 3), BigFloat.of(2.5), AddrPort(IPv4Address("10.0.0.1"), 80)],
    ids=lambda value: type(value).__name__,
)
def test_values_copy_pickle_and_stay_as_they_are(value: Any) -> None:
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value
    with pytest.raises(AttributeError):
        setattr(value, next(iter(value.__match_args__)), 1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: GoTime(1.5), "the unix_seconds of a GoTime is an int, not float"),  # type: ignore[arg-type]
        (lambda: GoTime(1, "2"), "the nanoseconds of a GoTime is an int, not str"),  # type: ignore[arg-type]
        (lambda: GoTime(1, 2, 0.5), "the offset of a GoTime is an int, not float"),  # type: ignore[arg-type]
        (lambda: BigRat(1.5, 2), "the numerator of a BigRat is an int, not float"),  # type: ignore[arg-type]
        (lambda: BigRat(True), "the numerator of a BigRat is an int, not bool"),
        (lambda: BigFloat.of("1.5"), "BigFloat.of takes an int, a float or a Fraction, not str"),  # type: ignore[arg-type]
        (lambda: BigFloat(1), "the form of a BigFloat is a Form, not int"),  # type: ignore[arg-type]
        (lambda: Opaque("T", "gob", "abc"), "the data of an Opaque are bytes, not str"),  # type: ignore[arg-type]
        (lambda: Marshalers().decode(5), "decode takes an Opaque, not int"),  # type: ignore[arg-type]
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_held_is_refused_at_once(make: Callable[[], object], said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        make()


def test_the_bytes_of_a_payload_are_its_own() -> None:
    data = bytearray(b"abc")
    opaque = Opaque("T", "gob", data)
    data[0] = 0
    assert opaque.data == b"abc"
    assert hash(opaque) == hash(Opaque("T", "gob", memoryview(b"abc")))


def test_a_value_of_another_type_is_told_who_takes_what() -> None:
    with pytest.raises(pygob.GobEncodeError, match=r"int given where url\.URL takes str"):
        Marshalers().encode(5, as_="url.URL")
