"""What values that marshal themselves say, as text a person reads and writes."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pygob import types
from pygob._payloads import read_payload
from pygob.errors import GobDecodeError, GobEncodeError
from pygob.marshalers import STANDARD, AddrPort, BigFloat, BigRat, GoTime, Marshaler, Marshalers
from pygob.values import Opaque

#: Longer integers are hexadecimal: decimal digits take time that grows with their square.
DECIMAL_BITS = 14_000
#: A big.Float of more bits is told by its leading ones.
EXACT_BITS = 2_000
#: Of longer payloads without a name nothing is guessed.
LIKELY_BYTES = 1_000

_MARSHALERS = Marshalers()
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|([+-])(\d\d):(\d\d))")


def payload_text(payload: Opaque, name: str = "") -> str | None:
    """What a payload says; `None` where nobody can tell.

    Args:
        payload: The bytes.
        name: The name of the type in an interface, which tells more than the stream's definition.
    """
    try:
        value = read_payload(payload, _MARSHALERS, name)
    except GobDecodeError:
        return None
    return None if value is payload else _text(value)


def likely_text(payload: Opaque) -> str | None:
    """What a payload of a type without a name would say, as the one well-known type whose form it has.

    Go leaves the names out of what it meets through a pointer first, as most big numbers are. Addresses and
    UUIDs are not told: too many other bytes look like them.
    """
    if payload.name or not 0 < len(payload.data) <= LIKELY_BYTES:
        return None
    fits: list[str] = []
    for marshaler in STANDARD:
        is_told = marshaler.name == "url.URL" if marshaler.kind == "binary" else True
        if marshaler.kind != payload.kind or not is_told:
            continue
        try:
            value = marshaler.decode(payload.data)
            is_same = marshaler.encode(value) == payload.data
        except ValueError:
            continue
        if is_same and (marshaler.kind == "gob" or "://" in str(value)):
            fits.append(f"as a {marshaler.name}: {_text(value)}")
    return fits[0] if len(fits) == 1 else None


def _text(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case int():
            return _int_text(value)
        case BigRat():
            return f"{_int_text(value.numerator)}/{_int_text(value.denominator)}"
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


def _int_text(value: int) -> str:
    return str(value) if value.bit_length() <= DECIMAL_BITS else hex(value)


def payload_from_text(text: str, described: types.Opaque, name: str = "") -> Opaque | None:
    """The payload of what a text says; `None` where texts of the type are not understood.

    Args:
        text: What `payload_text` says, for times, big integers, addresses, URLs and UUIDs.
        described: The type.
        name: Its name in an interface, if it stands in one.

    Raises:
        GobEncodeError: The text says nothing that the type can hold.
    """
    marshaler = _marshaler(described, name)
    reading = _READINGS.get(marshaler.name) if marshaler is not None else None
    if marshaler is None or reading is None:
        return None
    try:
        data = marshaler.encode(reading(text))
    except ValueError as error:
        raise GobEncodeError(f"{text!r:.60} is no {marshaler.name}: {error}") from None
    return Opaque(described.name, described.marshaler, data)


def _marshaler(described: types.Opaque, name: str) -> Marshaler | None:
    own = name.rpartition("/")[2].removeprefix("*") or None
    for marshaler in STANDARD:
        is_alike = marshaler.type.name == described.name and marshaler.kind == described.marshaler
        if marshaler.name == own or (own is None and is_alike):
            return marshaler
    return None


def _time(text: str) -> GoTime:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("expected a time such as 2026-01-31T23:59:59.5Z or ...+01:00")
    clock, fraction, zone, sign, hours, minutes = match.groups()
    offset = 0 if zone == "Z" else int(f"{sign}1") * (int(hours) * 3600 + int(minutes) * 60)
    moment = GoTime.from_datetime(datetime.fromisoformat(f"{clock}+00:00"))
    nanoseconds = int((fraction or "").ljust(9, "0"))
    return GoTime(moment.unix_seconds - offset, nanoseconds, None if zone == "Z" else offset)


_READINGS: dict[str, Callable[[str], Any]] = {
    "time.Time": _time,
    "big.Int": int,
    "netip.Addr": ipaddress.ip_address,
    "url.URL": str,
    "uuid.UUID": uuid.UUID,
}
