"""Payloads of Go values that marshal themselves; tests/differential asks real Go about the same."""

import copy
import math
import pickle
import struct
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import (
    GobCorrupt,
    GobDecodeError,
    GobEncodeError,
    GobTruncated,
    GobTypeError,
    Opaque,
    types,
)
from pygob.marshalers import (
    STANDARD,
    Accuracy,
    AddrPort,
    BigFloat,
    BigRat,
    Form,
    GoTime,
    Marshaler,
    Marshalers,
    RoundingMode,
    Unrepresentable,
)

MARSHALERS = Marshalers()
NAMES = [marshaler.name for marshaler in STANDARD]


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "gob", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


def refusal(name: str, payload: bytes) -> GobDecodeError | None:
    try:
        decoded(name, payload)
    except GobDecodeError as error:
        return error
    return None


def go_times() -> st.SearchStrategy[GoTime]:
    """Every time that Go can send."""
    minutes = st.integers(-(1 << 15), (1 << 15) - 1).filter(lambda minute: minute != -1)
    odd_offsets = st.integers(-(1 << 15) * 60, (1 << 15) * 60 - 1).filter(
        lambda offset: not -120 < offset <= -60
    )
    return st.builds(
        GoTime,
        st.integers(-(1 << 63), (1 << 63) - 1).map(lambda seconds: seconds - 62_135_596_800),
        st.integers(0, 10**9 - 1),
        st.none() | minutes.map(lambda minute: minute * 60) | odd_offsets,
    )


def minutes_zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def fields(time: GoTime) -> tuple[int, int, int | None]:
    return time.unix_seconds, time.nanoseconds, time.offset


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


class TestTime:
    """time.Time and GoTime."""

    @given(go_times())
    def test_every_time_comes_back_with_all_its_fields(self, time: GoTime) -> None:
        assert fields(decoded("time.Time", encoded("time.Time", time))) == fields(time)

    @given(st.datetimes(timezones=st.just(UTC) | st.integers(-1439, 1439).map(minutes_zone)))
    def test_every_datetime_comes_back_with_its_offset(self, moment: datetime) -> None:
        back = GoTime.from_datetime(moment).to_datetime()
        assert back == moment
        assert back.utcoffset() == moment.utcoffset()

    @given(go_times())
    def test_a_datetime_holds_a_time_exactly_or_not_at_all(self, time: GoTime) -> None:
        try:
            moment = time.to_datetime()
        except ValueError:
            return
        assert fields(GoTime.from_datetime(moment)) == fields(time)

    def test_utc_is_kept_apart_from_a_zone_with_offset_0(self) -> None:
        winter_in_london = GoTime.from_datetime(datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/London")))
        assert winter_in_london.offset == 0
        assert GoTime.from_datetime(winter_in_london.to_datetime()).offset == 0
        assert GoTime.from_datetime(datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC"))).offset is None
        assert (str(GoTime(0)), str(GoTime(0, 0, 0))) == ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00")

    def test_comparison_is_by_instant(self) -> None:
        noon, same, later = GoTime(43_200), GoTime(43_200, 0, 7200), GoTime(43_200, 1)
        assert noon == same
        assert hash(noon) == hash(same)
        assert noon < later
        assert max(noon, later) is later
        assert noon != 43_200
        with pytest.raises(TypeError, match="not supported"):
            assert noon < 43_200

    @pytest.mark.parametrize(
        ("time", "text"),
        [
            (GoTime(1_714_559_400, 123_456_789, 7200), "2024-05-01T12:30:00.123456789+02:00"),
            (GoTime(1_714_559_400, 500_000_000, -34_200), "2024-05-01T01:00:00.5-09:30"),
            (GoTime(0, 0, -17_762), "1969-12-31T19:03:58-04:56:02"),
            (GoTime(0, 0, -1), "1969-12-31T23:59:59-00:00:01"),
            (GoTime(-62_135_596_800), "0001-01-01T00:00:00Z"),
            (GoTime(-62_135_596_801), "0000-12-31T23:59:59Z"),
            (GoTime(-62_167_219_201), "-0001-12-31T23:59:59Z"),
            (GoTime(253_402_300_800), "10000-01-01T00:00:00Z"),
            (GoTime((1 << 63) - 1 - 62_135_596_800), "292277024627-12-06T15:30:07Z"),
        ],
    )
    def test_text(self, time: GoTime, text: str) -> None:
        assert str(time) == text
        assert repr(time) == f"<GoTime {text}>"

    def test_odd_seconds_west_of_greenwich_are_negative(self) -> None:
        new_york = GoTime.from_datetime(datetime(1880, 1, 1, tzinfo=ZoneInfo("America/New_York")))
        payload = encoded("time.Time", new_york)
        assert new_york.offset == -17_762
        assert (payload[0], payload[13:]) == (2, struct.pack(">hb", -296, -2))

    @pytest.mark.parametrize(
        ("time", "message"),
        [
            (GoTime(0, 1), "1 ns below a microsecond"),
            (GoTime(253_402_300_800), "outside the years 1 to 9999"),
            (GoTime(-62_135_596_800, 0, -60 * 60), "outside the years 1 to 9999"),
            (GoTime((1 << 63) - 1 - 62_135_596_800), "outside the years 1 to 9999"),
            (GoTime(0, 0, 86_400), "offset of a day or more"),
        ],
    )
    def test_what_a_datetime_cannot_hold_is_refused(self, time: GoTime, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            time.to_datetime()

    def test_truncated_drops_nanoseconds_only(self) -> None:
        assert fields(GoTime(5, 123_456_789, 60).truncated()) == (5, 123_456_000, 60)

    @pytest.mark.parametrize(
        ("moment", "message"),
        [
            (datetime(2024, 1, 1), "without time zone"),
            (datetime(2024, 1, 1, tzinfo=timezone(timedelta(microseconds=1))), "whole seconds"),
        ],
    )
    def test_datetimes_that_are_no_go_time_are_refused(self, moment: datetime, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            GoTime.from_datetime(moment)
        with pytest.raises(GobEncodeError, match=message):
            MARSHALERS.encode(moment)

    @pytest.mark.parametrize("arguments", [(1 << 63,), (-(1 << 64),), (0, -1), (0, 10**9)])
    def test_fields_beyond_gos_are_refused(self, arguments: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"64-bit|nanoseconds"):
            GoTime(*arguments)

    @pytest.mark.parametrize("offset", [-60, -119, (1 << 15) * 60, -(1 << 15) * 60 - 60])
    def test_offsets_that_go_cannot_send_are_refused(self, offset: int) -> None:
        with pytest.raises(GobEncodeError, match="unexpected zone offset"):
            MARSHALERS.encode(GoTime(0, 0, offset))

    @pytest.mark.parametrize(
        ("payload", "error", "message"),
        [
            (b"", GobTruncated, "no data"),
            (b"\x03" + bytes(14), GobCorrupt, "unsupported version"),
            (b"\x01" + bytes(13), GobCorrupt, "invalid length"),
            (b"\x02" + bytes(14), GobCorrupt, "invalid length"),
            (b"\x01" + bytes(8) + b"\x3b\x9a\xca\x00\x00\x00", GobCorrupt, "1000000000 nanoseconds"),
            (b"\x01" + bytes(8) + b"\xff\xff\xff\xff\x00\x00", GobCorrupt, "-1 nanoseconds"),
        ],
    )
    def test_malformed(self, payload: bytes, error: type[GobDecodeError], message: str) -> None:
        with pytest.raises(error, match=f"Time.UnmarshalBinary: {message}"):
            decoded("time.Time", payload)


class TestIntegersAndFractions:
    """big.Int and big.Rat."""

    @given(st.integers())
    def test_every_integer_comes_back(self, value: int) -> None:
        assert decoded("big.Int", encoded("big.Int", value)) == value

    def test_an_integer_is_sign_and_magnitude(self) -> None:
        assert encoded("big.Int", -256) == b"\x03\x01\x00"
        assert encoded("big.Int", 0) == b"\x02"

    @given(st.fractions())
    def test_every_fraction_comes_back(self, value: Fraction) -> None:
        assert decoded("big.Rat", encoded("big.Rat", value)).to_fraction() == value

    def test_gos_zero_value_is_kept_apart_from_zero(self) -> None:
        zero_value, zero = bytes.fromhex("0200000000"), bytes.fromhex("020000000001")
        assert repr(decoded("big.Rat", zero_value)) == "BigRat(0, 1, has_denominator=False)"
        assert decoded("big.Rat", zero) == BigRat(0)
        assert [encoded("big.Rat", decoded("big.Rat", p)) for p in (zero_value, zero)] == [zero_value, zero]

    def test_terms_stay_as_sent(self) -> None:
        payload = bytes.fromhex("03000000010402")
        assert decoded("big.Rat", payload) == BigRat(-4, 2)
        assert encoded("big.Rat", BigRat(-4, 2)) == payload
        assert BigRat(-4, 2).to_fraction() == -2

    @pytest.mark.parametrize("arguments", [(1, 0), (1, -2), (1, 2, False)])
    def test_a_rat_that_cannot_be_is_refused(self, arguments: tuple[Any, ...]) -> None:
        with pytest.raises(ValueError, match="denominator"):
            BigRat(*arguments)

    @pytest.mark.parametrize(
        ("name", "payload", "message"),
        [
            ("big.Int", "04", "Int.GobDecode: encoding version 2 not supported"),
            ("big.Rat", "02000000", "Rat.GobDecode: buffer too small"),
            ("big.Rat", "0200000002ff", "Rat.GobDecode: buffer too small"),
            ("big.Rat", "0000000000", "Rat.GobDecode: encoding version 0 not supported"),
        ],
    )
    def test_malformed(self, name: str, payload: str, message: str) -> None:
        with pytest.raises(GobDecodeError, match=message):
            decoded(name, bytes.fromhex(payload))


class TestBigFloat:
    """big.Float and BigFloat."""

    @given(st.floats(allow_nan=False))
    def test_every_float_comes_back_exactly(self, value: float) -> None:
        number = BigFloat.of(value)
        back = decoded("big.Float", encoded("big.Float", number))
        assert back == number
        assert struct.pack(">d", float(back)) == struct.pack(">d", value)

    @given(st.integers(), st.integers(0, 300))
    def test_conversions_are_exact(self, numerator: int, power: int) -> None:
        exact = Fraction(numerator, 1 << power)
        number = BigFloat.of(exact)
        assert number.to_fraction() == exact
        assert Fraction(number.to_decimal()) == exact
        if exact.denominator == 1:
            assert number.to_int() == exact
        else:
            with pytest.raises(ValueError, match="not a whole number"):
                number.to_int()

    @given(st.integers(1, 1 << 200), st.integers(-1080, 1020))
    def test_the_nearest_float_is_rounded_once(self, mantissa: int, exponent: int) -> None:
        number = BigFloat.of(Fraction(mantissa) * Fraction(2) ** (exponent - mantissa.bit_length()))
        assert float(number) == float(number.to_fraction())

    def test_all_fields_travel(self) -> None:
        number = BigFloat(
            Form.FINITE, True, 100, RoundingMode.TO_POSITIVE_INF, Accuracy.BELOW, 0xC << 124, -(1 << 31)
        )
        payload = encoded("big.Float", number)
        assert payload == bytes.fromhex("01a30000006480000000c0000000000000000000000000000000")
        assert decoded("big.Float", payload) == number

    def test_words_of_small_machines_are_read(self) -> None:
        payload = bytes.fromhex("010a0000001800000001c0000000")
        assert float(decoded("big.Float", payload)) == 1.5
        assert encoded("big.Float", decoded("big.Float", payload)) == payload

    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            (BigFloat.of(1.5), "<BigFloat 0x.cp+1 precision=53>"),
            (BigFloat.of(-math.inf), "<BigFloat -Inf precision=53>"),
            (BigFloat.of(-0.0), "<BigFloat -0 precision=53>"),
            (BigFloat.of((1 << 100) + 1), "<BigFloat 0x.8...p+101 precision=101>"),
        ],
    )
    def test_repr(self, number: BigFloat, shown: str) -> None:
        assert repr(number) == shown

    def test_a_short_payload_makes_no_huge_number_unasked(self) -> None:
        number = BigFloat(Form.FINITE, False, 53, mantissa=1 << 63, exponent=(1 << 31) - 1)
        for convert in (number.to_fraction, number.to_decimal, number.to_int):
            with pytest.raises(OverflowError, match="2,147,483,647 bits"):
                convert()
        with pytest.raises(OverflowError, match="beyond what a float holds"):
            float(number)
        assert float(BigFloat(Form.FINITE, True, 53, mantissa=1 << 63, exponent=-(1 << 31))) == 0.0

    def test_infinity(self) -> None:
        infinite = BigFloat.of(-math.inf)
        assert infinite.to_decimal() == Decimal("-Infinity")
        assert float(infinite) == -math.inf
        for convert in (infinite.to_fraction, infinite.to_int):
            with pytest.raises(OverflowError, match="infinite"):
                convert()

    def test_zero_keeps_its_sign(self) -> None:
        assert str(BigFloat.of(-0.0).to_decimal()) == "-0"
        assert BigFloat.of(-0.0).to_int() == 0
        assert BigFloat.of(0) == BigFloat(Form.ZERO, precision=64)

    @pytest.mark.parametrize(
        ("value", "precision", "message"),
        [
            (math.nan, None, "no NaN"),
            (Fraction(1, 3), None, "power of two"),
            (0.1, 51, "takes 52 bits"),
            (1, 0, "takes 1 bits"),
            (1, 1 << 32, "32 bits"),
        ],
    )
    def test_numbers_it_cannot_be_are_refused(
        self, value: float | Fraction, precision: int | None, message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            BigFloat.of(value, precision)

    @pytest.mark.parametrize(
        "arguments",
        [
            {"form": Form.ZERO, "mantissa": 1 << 31},
            {"form": Form.FINITE, "mantissa": 1 << 31, "precision": 1, "exponent": 1 << 31},
            {"form": Form.FINITE, "mantissa": 1 << 30, "precision": 1},
            {"form": Form.FINITE, "precision": 1},
            {"form": Form.FINITE, "mantissa": 1 << 31},
            {"form": Form.INF, "precision": -1},
        ],
    )
    def test_fields_that_are_no_number_are_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"mantissa|exponent|precision|msb"):
            BigFloat(**arguments)

    @pytest.mark.parametrize(
        ("payload", "message"),
        [
            ("010a0000", "buffer too small"),
            ("020a00000035", "encoding version 2 not supported"),
            ("010a00000035000000", "buffer too small for finite form float"),
            ("010a0000003500000001", "nonzero finite number with empty mantissa"),
            ("010a00000035000000010000000000000001", "msb not set in last word 0x1"),
            ("010a00000000000000018000000000000000", "zero precision finite number"),
            ("01ca00000035", "6 is not a valid RoundingMode"),
            ("011a00000035", "2 is not a valid Accuracy"),
            ("010e00000035", "3 is not a valid Form"),
        ],
    )
    def test_malformed(self, payload: str, message: str) -> None:
        with pytest.raises(GobDecodeError, match=f"Float.GobDecode: {message}"):
            decoded("big.Float", bytes.fromhex(payload))


class TestAddresses:
    """netip.Addr, netip.AddrPort and netip.Prefix."""

    @given(st.ip_addresses())
    def test_every_address_comes_back(self, address: IPv4Address | IPv6Address) -> None:
        assert encoded("netip.Addr", address) == address.packed
        assert decoded("netip.Addr", address.packed) == address

    def test_a_zone_travels_with_the_address(self) -> None:
        address = ip_address("fe80::1%Ethernet 2")
        assert encoded("netip.Addr", address) == address.packed + b"Ethernet 2"
        assert decoded("netip.Addr", encoded("netip.Addr", address)) == address
        assert (
            encoded("netip.Addr", decoded("netip.Addr", address.packed + b"\xff")) == address.packed + b"\xff"
        )

    @pytest.mark.parametrize("zone", [b"a%b", b"a/b"])
    def test_a_zone_that_ipaddress_refuses_stays_opaque(self, zone: bytes) -> None:
        opaque = Opaque("Addr", "binary", bytes(16) + zone)
        assert MARSHALERS.decode(opaque) is opaque
        assert MARSHALERS.encode(opaque) is opaque

    @given(st.none() | st.ip_addresses(), st.integers(0, 65535))
    def test_every_address_with_port_comes_back(
        self, address: IPv4Address | IPv6Address | None, port: int
    ) -> None:
        payload = encoded("netip.AddrPort", AddrPort(address, port))
        assert payload[-2:] == port.to_bytes(2, "little")
        assert decoded("netip.AddrPort", payload) == AddrPort(address, port)

    @given(st.ip_addresses(), st.data())
    def test_every_prefix_comes_back_with_its_host_bits(
        self, address: IPv4Address | IPv6Address, data: st.DataObject
    ) -> None:
        length = data.draw(st.integers(0, address.max_prefixlen))
        interface = IPv4Interface if address.version == 4 else IPv6Interface
        prefix = interface((address.packed, length))
        assert encoded("netip.Prefix", prefix) == address.packed + bytes([length])
        assert decoded("netip.Prefix", encoded("netip.Prefix", prefix)) == prefix

    def test_the_zero_prefix_is_none(self) -> None:
        assert decoded("netip.Prefix", b"\xff") is None
        assert encoded("netip.Prefix", None) == b"\xff"

    def test_an_invalid_prefix_stays_opaque(self) -> None:
        opaque = Opaque("Prefix", "binary", b"\x0a\x00\x00\x00\xff")
        assert MARSHALERS.decode(opaque) is opaque

    def test_a_prefix_drops_a_zone_as_go_does(self) -> None:
        assert decoded("netip.Prefix", bytes(15) + b"\x01eth0\x80") == IPv6Interface("::1/128")

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("netip.Addr", IPv4Interface("10.0.0.1/8"), "prefix length"),
            ("netip.AddrPort", AddrPort(IPv4Address(1), 65536), "port"),
            ("netip.AddrPort", AddrPort(IPv4Address(1), "http"), "port"),  # type: ignore[arg-type]
            ("netip.AddrPort", AddrPort("10.0.0.1", 80), "str given"),  # type: ignore[arg-type]
            ("netip.Prefix", IPv6Interface("fe80::1%eth0/64"), "zone"),
        ],
    )
    def test_what_would_be_lost_is_refused(self, name: str, value: Any, message: str) -> None:
        with pytest.raises(GobEncodeError, match=message):
            encoded(name, value)

    @pytest.mark.parametrize(
        ("name", "size"), [("netip.Addr", 3), ("netip.Addr", 15), ("netip.AddrPort", 1), ("netip.Prefix", 0)]
    )
    def test_malformed(self, name: str, size: int) -> None:
        with pytest.raises(GobCorrupt, match="unexpected slice size"):
            decoded(name, bytes(size))


class TestIdentifiers:
    """url.URL and uuid.UUID."""

    @given(st.binary())
    def test_a_url_is_its_text_whatever_the_bytes(self, payload: bytes) -> None:
        assert encoded("url.URL", decoded("url.URL", payload)) == payload

    def test_a_surrogate_of_no_byte_is_refused(self) -> None:
        with pytest.raises(GobEncodeError, match="surrogates not allowed"):
            MARSHALERS.encode("https://\ud800")

    @given(st.uuids())
    def test_every_uuid_comes_back(self, value: UUID) -> None:
        assert encoded("uuid.UUID", value) == value.bytes
        assert decoded("uuid.UUID", value.bytes) == value

    @pytest.mark.parametrize("size", [0, 15, 17])
    def test_malformed(self, size: int) -> None:
        with pytest.raises(GobCorrupt, match=rf"invalid UUID \(got {size} bytes\)"):
            decoded("uuid.UUID", bytes(size))


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
