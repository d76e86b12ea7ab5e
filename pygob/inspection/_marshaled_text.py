"""What values that marshal themselves say, as text a person reads and writes."""

from __future__ import annotations

import binascii
import ipaddress
import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from pygob import types
from pygob._reading.payloads import read_payload
from pygob.errors import GobDecodeError, GobEncodeError
from pygob.inspection._json import Json
from pygob.marshalers import STANDARD, AddrPort, BigFloat, BigRat, GoTime, Marshaler, Marshalers
from pygob.values import Opaque

#: Longer integers are hexadecimal: decimal digits take time that grows with their square.
DECIMAL_BITS = 14_000
#: A big.Float of more bits is told by its leading ones.
EXACT_BITS = 2_000
#: Of longer payloads without a name nothing is guessed.
LIKELY_BYTES = 1_000

_MARSHALERS = Marshalers()
_BIG_INT = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|([0-9]+))")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|([+-])(\d\d):(\d\d))")


class Meaning(NamedTuple):
    """What a payload says.

    Attributes:
        value: The value, as `Marshalers` decode it.
        likely: The name of its type where nothing but the form of the bytes tells it, else "".
    """

    value: Any
    likely: str = ""

    @property
    def text(self) -> str:
        """The value as text."""
        return _text(self.value)


def meaning(payload: Opaque, name: str = "") -> Meaning | None:
    """What a payload says; `None` where nobody can tell.

    Go leaves the names out of what it meets through a pointer first, as most big numbers are. Without one a
    payload is taken for the one well-known type whose form it has, if there is one. Addresses and UUIDs are
    not told that way: too many other bytes look like them.

    Args:
        payload: The bytes.
        name: The name of the type in an interface, which tells more than the stream's definition.
    """
    try:
        value = read_payload(payload, _MARSHALERS, name)
    except GobDecodeError:
        return None
    if value is not payload:
        return Meaning(value)
    found = _likely(payload) if not name else None
    return Meaning(found.decode(payload.data), found.name) if found is not None else None


def _likely(payload: Opaque) -> Marshaler | None:
    """The one well-known type whose form a payload of a type without a name has."""
    if payload.name or not 0 < len(payload.data) <= LIKELY_BYTES:
        return None
    fits = [each for each in STANDARD if each.kind == payload.kind and _looks_like(payload.data, each)]
    return fits[0] if len(fits) == 1 else None


def _looks_like(data: bytes, marshaler: Marshaler) -> bool:
    if marshaler.kind == "binary" and marshaler.name != "url.URL":
        return False
    return _is_payload(data, marshaler)


def _is_payload(data: bytes, marshaler: Marshaler) -> bool:
    """Whether bytes are what a type makes of a value; of a URL, of one with a scheme."""
    try:
        value = marshaler.decode(data)
        is_same = marshaler.encode(value) == data
    except ValueError:
        return False
    return is_same and (marshaler.name != "url.URL" or "://" in str(value))


def _text(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case int():
            return int_text(value)
        case BigRat():
            return f"{int_text(value.numerator)}/{int_text(value.denominator)}"
        case BigFloat():
            try:
                return str(value.to_decimal(EXACT_BITS))
            except OverflowError:
                return repr(value)
        case AddrPort(address, port):
            shown = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else address
            return f"{'nil' if address is None else shown}:{port}"
        case _:
            return str(value)


def int_text(value: int) -> str:
    """An integer in decimal digits; a long one in hexadecimal ones."""
    return str(value) if value.bit_length() <= DECIMAL_BITS else hex(value)


def payload_from_json(given: Json, before: object, described: types.Opaque, name: str = "") -> Opaque | None:
    """The payload of what is said of a well-known type; `None` where the type is not known.

    Args:
        given: The text of its `meaning`, for times, big integers, addresses, URLs and UUIDs; a number for a
            big integer; or base64 of a payload.
        before: What it replaces: its form tells the type where the stream does not.
        described: The type.
        name: Its name in an interface, if it stands in one.

    Raises:
        GobEncodeError: It says nothing that the type can hold.
    """
    marshaler = _marshaler(described, name)
    if marshaler is None and isinstance(before, Opaque):
        marshaler = _likely(before)
    if marshaler is None:
        return None
    wanted, reading = _READINGS.get(marshaler.name, ("base64 of its bytes", None))
    text = str(given) if type(given) is int and marshaler.name == "big.Int" else given
    if not isinstance(text, str):
        raise GobEncodeError(f"{marshaler.name} is given as {wanted}")
    data = _from_base64(text)
    try:
        if data is None or not _is_payload(data, marshaler):
            if reading is None:
                raise ValueError(f"expected {wanted}")
            data = marshaler.encode(reading(text))
    except ValueError as error:
        raise GobEncodeError(f"{text!r:.60} is no {marshaler.name}: {error}") from None
    if described.name or name or _looks_like(data, marshaler):
        return Opaque(described.name, described.marshaler, data)
    raise GobEncodeError(f"{text!r:.60} is no {marshaler.name}: expected {wanted}")


def _from_base64(text: str) -> bytes | None:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None


def _marshaler(described: types.Opaque, name: str) -> Marshaler | None:
    own = name.rpartition("/")[2].removeprefix("*") or None
    for marshaler in STANDARD:
        is_alike = marshaler.type.name == described.name and marshaler.kind == described.marshaler
        if marshaler.name == own or (own is None and is_alike):
            return marshaler
    return None


def time_in(text: str) -> GoTime | None:
    """The time that a text gives, if it gives one."""
    try:
        return _time(text)
    except ValueError:
        return None


def _time(text: str) -> GoTime:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"expected {_READINGS['time.Time'][0]}")
    clock, fraction, zone, sign, hours, minutes = match.groups()
    offset = 0 if zone == "Z" else int(f"{sign}1") * (int(hours) * 3600 + int(minutes) * 60)
    moment = GoTime.from_datetime(datetime.fromisoformat(f"{clock}+00:00"))
    nanoseconds = int((fraction or "").ljust(9, "0"))
    return GoTime(moment.unix_seconds - offset, nanoseconds, None if zone == "Z" else offset)


def _big_int(text: str) -> int:
    match = _BIG_INT.fullmatch(text)
    if match is None:
        raise ValueError("expected digits, or 0x and hexadecimal digits")
    sign, hexadecimal, decimal = match.groups()
    try:
        return int(sign + (hexadecimal or decimal), 16 if hexadecimal else 10)
    except ValueError:  # Python's own limit, for digits take time that grows with their square
        raise ValueError(f"expected 0x and hexadecimal digits, for there are {len(decimal):,}") from None


# What is expected, for people; and what makes the value of a text.
_READINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "time.Time": ("a time such as 2026-01-31T23:59:59.5Z or ...+01:00", _time),
    "big.Int": ("a whole number", _big_int),
    "netip.Addr": ("an IP address", ipaddress.ip_address),
    "url.URL": ("a URL such as https://example.org/", str),
    "uuid.UUID": ("a UUID", uuid.UUID),
}
