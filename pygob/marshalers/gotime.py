"""`time.Time`: an instant to the nanosecond in any year, with the offset of its zone.

Source: Go's time/time.go (AppendBinary, UnmarshalBinary) and time/format_rfc3339.go.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import total_ordering

from pygob.errors import GobCorrupt, GobTruncated
from pygob.marshalers.marshaler import Marshaler, check_whole

# Go counts seconds from 1 January of year 1, UTC.
GO_EPOCH = -62_135_596_800
SECONDS_PER_DAY = 86_400
NANOSECONDS = 1_000_000_000
INT64_MIN, INT64_MAX = -(1 << 63), (1 << 63) - 1
INT16_MIN, INT16_MAX = -(1 << 15), (1 << 15) - 1

# Version, seconds, nanoseconds, zone offset in minutes; version 2 adds the offset's odd seconds.
_LAYOUT = struct.Struct(">Bqih")
_ODD_SECONDS = struct.Struct(">b")
UTC_MINUTES = -1


@total_ordering
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GoTime:
    """A Go `time.Time`. Two are equal when they are the same instant, whatever their zones.

    Attributes:
        unix_seconds: Seconds since 1970, UTC, rounded down.
        nanoseconds: Nanoseconds since then, below 1,000,000,000.
        offset: Seconds by which local time is ahead of UTC; `None` for Go's own UTC location,
            which Go tells from a zone that merely has offset 0 (London in winter). Names of zones
            do not travel.
    """

    unix_seconds: int
    nanoseconds: int = 0
    offset: int | None = None

    def __post_init__(self) -> None:
        check_whole("GoTime", unix_seconds=self.unix_seconds, nanoseconds=self.nanoseconds)
        if self.offset is not None:
            check_whole("GoTime", offset=self.offset)
        if not INT64_MIN <= self.unix_seconds - GO_EPOCH <= INT64_MAX:
            raise ValueError("a Go time holds 64-bit seconds since year 1; unix_seconds is beyond them")
        if not 0 <= self.nanoseconds < NANOSECONDS:
            raise ValueError(f"nanoseconds must be from 0 to {NANOSECONDS - 1}, not {self.nanoseconds}")

    @classmethod
    def from_datetime(cls, moment: datetime) -> GoTime:
        """The same time with the same offset; a zone that calls itself "UTC" is Go's UTC.

        Raises:
            ValueError: The datetime has no time zone, or an offset of fractions of a second.
        """
        ahead = moment.utcoffset()
        if ahead is None:
            raise ValueError(
                "a datetime without time zone is no instant; give it one, such as tzinfo=datetime.UTC"
            )
        if ahead.microseconds:
            raise ValueError(f"a Go time has offsets of whole seconds, not {ahead}")
        since = moment.replace(tzinfo=None) - datetime.min
        offset = ahead.days * SECONDS_PER_DAY + ahead.seconds
        return cls(
            GO_EPOCH + since.days * SECONDS_PER_DAY + since.seconds - offset,
            since.microseconds * 1000,
            None if moment.tzname() == "UTC" else offset,
        )

    def to_datetime(self) -> datetime:
        """The same time as an aware datetime, exactly; `from_datetime` brings this time back.

        Raises:
            ValueError: A datetime cannot hold it: nanoseconds below a microsecond (see
                `truncated`), a year outside 1 to 9999, or an offset of a day or more.
        """
        if lost := self.nanoseconds % 1000:
            raise ValueError(
                f"{self} has {lost} ns below a microsecond, which a datetime would lose; "
                "use truncated().to_datetime() to drop them"
            )
        offset = self.offset
        if offset is not None and abs(offset) >= SECONDS_PER_DAY:
            raise ValueError(f"{self} has an offset of a day or more, which a datetime cannot hold")
        local = self.unix_seconds + (offset or 0) - GO_EPOCH
        try:
            moment = datetime.min + timedelta(seconds=local, microseconds=self.nanoseconds // 1000)
        except OverflowError:
            raise ValueError(f"{self} is outside the years 1 to 9999 that a datetime holds") from None
        return moment.replace(tzinfo=_zone(offset))

    def truncated(self) -> GoTime:
        """This time without what lies below a microsecond, which a datetime cannot hold."""
        return GoTime(self.unix_seconds, self.nanoseconds - self.nanoseconds % 1000, self.offset)

    def __eq__(self, other: object) -> bool:
        return self._instant() == other._instant() if isinstance(other, GoTime) else NotImplemented

    def __lt__(self, other: GoTime) -> bool:
        return self._instant() < other._instant() if isinstance(other, GoTime) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._instant())

    def __str__(self) -> str:
        """RFC 3339 with nanoseconds as Go prints it, but `Z` for Go's UTC only, and odd seconds kept.

        Years outside 0 to 9999 and offsets with seconds are beyond RFC 3339: they print in full.
        """
        days, second = divmod(self.unix_seconds + (self.offset or 0), SECONDS_PER_DAY)
        year, month, day = _civil(days)
        sign = "-" if year < 0 else ""
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        fraction = f".{self.nanoseconds:09}".rstrip("0") if self.nanoseconds else ""
        zone = "Z" if self.offset is None else _offset_text(self.offset)
        return f"{sign}{abs(year):04}-{month:02}-{day:02}T{clock}{fraction}{zone}"

    def __repr__(self) -> str:
        return f"<GoTime {self}>"

    def _instant(self) -> tuple[int, int]:
        return self.unix_seconds, self.nanoseconds


def _zone(offset: int | None) -> timezone:
    if offset is None:
        return UTC
    # A name of its own keeps offset 0 apart from UTC.
    return timezone(timedelta(seconds=offset), _offset_text(offset))


def _offset_text(offset: int) -> str:
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a count of days since 1970 in the Gregorian calendar, any year."""
    # Years run from March, so that the leap day is the last: 400 of them have 146,097 days.
    cycle, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    year += 400 * cycle + (month >= 10)
    return year, month + 3 if month < 10 else month - 9, day - (153 * month + 2) // 5 + 1


def _decode(data: bytes) -> GoTime:
    if not data:
        raise GobTruncated("Time.UnmarshalBinary: no data")
    version = data[0]
    if version not in (1, 2):
        raise GobCorrupt("Time.UnmarshalBinary: unsupported version")
    if len(data) != _LAYOUT.size + (version == 2):
        raise GobCorrupt("Time.UnmarshalBinary: invalid length", min(len(data), _LAYOUT.size))
    _, seconds, nanoseconds, minutes = _LAYOUT.unpack_from(data)
    if not 0 <= nanoseconds < NANOSECONDS:
        # Go takes them, and makes of a negative number another second.
        raise GobCorrupt(f"Time.UnmarshalBinary: {nanoseconds} nanoseconds are not part of one second", 9)
    offset = minutes * 60
    if version == 2:
        # Go writes a signed byte but reads an unsigned one, 256 seconds wrong west of Greenwich.
        offset += _ODD_SECONDS.unpack_from(data, _LAYOUT.size)[0]
    return GoTime(seconds + GO_EPOCH, nanoseconds, None if offset == UTC_MINUTES * 60 else offset)


def _encode(value: GoTime | datetime) -> bytes:
    time = GoTime.from_datetime(value) if isinstance(value, datetime) else value
    seconds = time.unix_seconds - GO_EPOCH
    if time.offset is None:
        return _LAYOUT.pack(1, seconds, time.nanoseconds, UTC_MINUTES)
    # Both parts carry the sign of the offset, as in Go.
    sign = -1 if time.offset < 0 else 1
    minutes, odd = (sign * part for part in divmod(abs(time.offset), 60))
    if minutes == UTC_MINUTES or not INT16_MIN <= minutes <= INT16_MAX:
        raise ValueError("Time.MarshalBinary: unexpected zone offset")
    if not odd:
        return _LAYOUT.pack(1, seconds, time.nanoseconds, minutes)
    return _LAYOUT.pack(2, seconds, time.nanoseconds, minutes) + _ODD_SECONDS.pack(odd)


TIME = Marshaler("time.Time", "gob", _decode, _encode, (GoTime, datetime), zero=_encode(GoTime(GO_EPOCH)))
