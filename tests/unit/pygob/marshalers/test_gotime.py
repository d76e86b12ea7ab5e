"""time.Time and GoTime."""

import struct
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob import GobCorrupt, GobDecodeError, GobEncodeError, GobTruncated, Opaque
from pygob.marshalers import GoTime, Marshalers

MARSHALERS = Marshalers()


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "gob", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


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
