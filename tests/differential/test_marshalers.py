"""Payloads of real Go: Python sees in them what Go says of the values, and writes them back byte for byte."""

import json
import math
import os
import random
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Interface, IPv6Address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import pygob
from gohelper import GoMissing
from gohelper.programs import compile_program
from pygob import GobError, Interface, Opaque, Stream, types
from pygob.marshalers import STANDARD, Accuracy, AddrPort, BigFloat, BigRat, Form, GoTime, Marshalers

pytestmark = pytest.mark.go

SEED, COUNT = 20260101, 500
NAMES = [marshaler.name for marshaler in STANDARD]
MARSHALERS = Marshalers()


@dataclass(frozen=True)
class Made:
    """A value that Go made: its payload and what Go says about it."""

    payload: bytes
    facts: list[str]


class Go:
    """The program `gohelper/cmd/marshalers`."""

    def __init__(self, program: Path) -> None:
        self.program = program

    def make(self, seed: int, count: int) -> dict[str, list[Made]]:
        made: dict[str, list[Made]] = {}
        for line in self._run("make", str(seed), str(count)):
            item = Made(bytes.fromhex(line["payload"]), line.get("facts", []))
            made.setdefault(line["type"], []).append(item)
        return made

    def read(self, name: str, payloads: list[bytes]) -> list[dict[str, Any]]:
        requests = "".join(json.dumps({"type": name, "payload": p.hex()}) + "\n" for p in payloads)
        answers = list(self._run("read", given=requests))
        assert len(answers) == len(payloads)
        return answers

    def _run(self, *arguments: str, given: str = "") -> Iterator[dict[str, Any]]:
        done = subprocess.run(
            [self.program, *arguments], input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return (json.loads(line) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def marshaling_go(tmp_path_factory: pytest.TempPathFactory) -> Go:
    try:
        return Go(compile_program("marshalers", tmp_path_factory.mktemp("go")))
    except GoMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI must judge by real Go: {missing}")
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def made(marshaling_go: Go) -> dict[str, list[Made]]:
    return marshaling_go.make(SEED, COUNT)


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "binary", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


def time_facts(value: GoTime) -> list[str]:
    """As Go prints them: zones with odd seconds by their clock, the offset apart."""
    clock = str(GoTime(value.unix_seconds + (value.offset or 0), value.nanoseconds)).removesuffix("Z")
    is_utc = "true" if value.offset is None else "false"
    return [clock, str(value.nanoseconds), str(value.offset or 0), is_utc]


def rat_facts(value: BigRat) -> list[str]:
    return [f"{value.numerator:x}", f"{value.denominator:x}"]


GO_MODES = ["ToNearestEven", "ToNearestAway", "ToZero", "AwayFromZero", "ToNegativeInf", "ToPositiveInf"]


def float_facts(value: BigFloat) -> list[str]:
    digits = f"{value.mantissa:x}".rstrip("0")
    sign = "-" if value.negative else ""
    match value.form:
        case Form.ZERO:
            text = sign + "0"
        case Form.INF:
            text = (sign or "+") + "Inf"
        case Form.FINITE:
            text = f"{sign}0x.{digits}p{value.exponent:+d}"
    try:
        nearest = float(value)
    except OverflowError:
        nearest = -math.inf if value.negative else math.inf
    accuracy = {Accuracy.BELOW: "Below", Accuracy.EXACT: "Exact", Accuracy.ABOVE: "Above"}[value.accuracy]
    bits = f"{struct.unpack('>Q', struct.pack('>d', nearest))[0]:x}"
    facts = [text, str(value.precision), GO_MODES[value.mode], accuracy, bits]
    if value.form is Form.INF or not -4000 < value.exponent < 4000:
        return [*facts, "", ""]
    exact = value.to_fraction()
    return [*facts, f"{exact.numerator:x}", f"{exact.denominator:x}"]


FACTS: dict[str, Callable[[Any], list[str]]] = {
    "time.Time": time_facts,
    "big.Int": lambda value: [f"{value:x}"],
    "big.Rat": rat_facts,
    "big.Float": float_facts,
    "netip.Addr": lambda value: [address_text(value)],
    "netip.AddrPort": lambda value: [address_text(value.address), str(value.port)],
    "netip.Prefix": lambda value: [
        "invalid Prefix" if value is None else f"{address_text(value.ip)}/{value.network.prefixlen}"
    ],
    "url.URL": lambda value: [value],
    "uuid.UUID": lambda value: [str(value)],
}


def address_text(address: Any) -> str:
    """As Go prints it (an IPv4 address inside IPv6 with dots) and JSON carries it."""
    if address is None:
        return "invalid IP"
    if (mapped := getattr(address, "ipv4_mapped", None)) is not None:
        return f"::ffff:{mapped}" + (f"%{address.scope_id}" if address.scope_id else "")
    return str(address).replace("\udcff", "\ufffd")


@pytest.mark.parametrize("name", NAMES)
class TestPayloads:
    """Each type by itself."""

    def test_bytes_come_back_equal(self, name: str, made: dict[str, list[Made]]) -> None:
        payloads = [item.payload for item in made[name]]
        assert len(payloads) == COUNT
        assert [encoded(name, decoded(name, payload)) for payload in payloads] == payloads

    def test_values_are_what_go_says(self, name: str, made: dict[str, list[Made]]) -> None:
        pairs = [(decoded(name, item.payload), item.facts) for item in made[name]]
        held = [(value, facts) for value, facts in pairs if not isinstance(value, Opaque)]
        assert [FACTS[name](value) for value, _ in held] == [facts for _, facts in held]

    def test_only_what_ipaddress_cannot_hold_stays_opaque(
        self, name: str, made: dict[str, list[Made]]
    ) -> None:
        left = [item for item in made[name] if isinstance(decoded(name, item.payload), Opaque)]
        has_odd_zone = [any("%a%b" in fact or "%a/b" in fact for fact in item.facts) for item in left]
        is_invalid_prefix = [item.facts == ["invalid Prefix"] for item in left]
        if name.startswith("netip."):
            assert all(is_invalid_prefix if name == "netip.Prefix" else has_odd_zone)
            assert 0 < len(left) < COUNT // 4
        else:
            assert left == []


# The text of a URL is not checked: Go sends texts that it refuses itself.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "url.URL"])
def test_malformed_payloads_are_refused_exactly_when_go_refuses(
    name: str, made: dict[str, list[Made]], marshaling_go: Go
) -> None:
    payloads = list(mutated([item.payload for item in made[name]], random.Random(SEED)))
    answers = marshaling_go.read(name, payloads)
    differences = [
        (payload.hex(), ours, answer)
        for payload, answer in zip(payloads, answers, strict=True)
        if not differs_on_purpose(name, payload) and not agree(ours := outcome(name, payload), answer)
    ]
    assert differences == []


def outcome(name: str, payload: bytes) -> tuple[str | None, bytes | None]:
    """The error, or what the value is written as."""
    try:
        return None, encoded(name, decoded(name, payload))
    except GobError as error:
        return error.message, None


def agree(ours: tuple[str | None, bytes | None], answer: dict[str, Any]) -> bool:
    message, written = ours
    if message is None:
        return written is not None and "error" not in answer and answer["payload"] == written.hex()
    return answer.get("error", "").startswith(message)  # Go may go on with digits of the whole number


def differs_on_purpose(name: str, payload: bytes) -> bool:
    """What docs/marshalers.md lists as read otherwise than by Go; no value of Go's own is such a payload."""
    match name:
        case "time.Time":
            is_past_second = not 0 <= int.from_bytes(payload[9:13], "big", signed=True) < 10**9
            is_signed_second = len(payload) == 16 and payload[0] == 2 and payload[15] >= 128
            return len(payload) >= 15 and (is_past_second or is_signed_second)
        case "big.Int" | "big.Rat" | "big.Float" if not payload:
            return True  # a nil pointer, which Go reads as 0
        case "big.Int":
            return payload[:1] == b"\x03" and not any(payload[1:])
        case "big.Rat":
            size = int.from_bytes(payload[1:5], "big")
            return payload[:1] == b"\x03" and len(payload) >= 5 + size and not any(payload[5 : 5 + size])
        case "big.Float" if len(payload) >= 6:
            flags, precision, mantissa = payload[1], int.from_bytes(payload[2:6], "big"), payload[10:]
            is_nothing = flags >> 5 > 5 or flags >> 3 & 3 == 3 or flags >> 1 & 3 == 3
            bits = int.from_bytes(mantissa, "big").bit_length()
            return is_nothing or bits % 64 == 32 or bits > -(-precision // 64) * 64
        case "netip.Prefix":
            return len(payload) > 1 and payload[-1] > (32 if len(payload) == 5 else 128)
    return False


def mutated(payloads: list[bytes], rng: random.Random) -> Iterator[bytes]:
    """Cut, lengthened, changed and random payloads."""
    yield from (bytes([first]) for first in range(256))
    for payload in payloads[:200]:
        yield payload[: rng.randrange(len(payload) + 1)]
        yield payload + rng.randbytes(rng.randrange(1, 9))
        yield rng.randbytes(rng.randrange(24))
        for _ in range(5):
            changed = bytearray(payload or b"\0")
            changed[rng.randrange(min(len(changed), 18))] = rng.randrange(256)
            yield bytes(changed)


BERLIN = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("name", "value", "facts"),
    [
        (
            "time.Time",
            datetime(2024, 5, 1, 12, 30, 0, 250_000, BERLIN),
            ["2024-05-01T12:30:00.25", "250000000", "7200", "false"],
        ),
        ("time.Time", datetime(1, 1, 1, tzinfo=UTC), ["0001-01-01T00:00:00", "0", "0", "true"]),
        ("big.Int", -(1 << 70), ["-400000000000000000"]),
        ("big.Rat", Fraction(-22, 7), ["-16", "7"]),
        (
            "big.Float",
            BigFloat.of(-0.1),
            ["-0x.ccccccccccccdp-3", "53", "ToNearestEven", "Exact",
             "bfb999999999999a", "-ccccccccccccd", "80000000000000"],
        ),
        ("netip.Addr", IPv6Address("fe80::1%eth0"), ["fe80::1%eth0"]),
        ("netip.AddrPort", AddrPort(IPv4Address("10.1.2.3"), 443), ["10.1.2.3", "443"]),
        ("netip.Prefix", IPv4Interface("10.1.2.3/8"), ["10.1.2.3/8"]),
        ("url.URL", "https://example.org/a?b=c#d", ["https://example.org/a?b=c#d"]),
        ("uuid.UUID", UUID(int=1), ["00000000-0000-0000-0000-000000000001"]),
    ],
)  # fmt: skip
def test_go_reads_values_made_in_python(marshaling_go: Go, name: str, value: Any, facts: list[str]) -> None:
    written = MARSHALERS.encode(value).data
    (answer,) = marshaling_go.read(name, [written])
    assert answer == {"payload": written.hex(), "facts": facts}


@pytest.mark.parametrize(
    "value", [0, 1, -7, 2.5, -0.0, math.inf, 5e-324, 1.7e308, 1 << 200, Fraction(3, 1 << 90)]
)
def test_go_agrees_on_floats_made_in_python(marshaling_go: Go, value: int | float | Fraction) -> None:
    number = BigFloat.of(value)
    (answer,) = marshaling_go.read("big.Float", [MARSHALERS.encode(number).data])
    assert answer["facts"] == float_facts(number)
    assert float(number) == value


class TestStreams:
    """Whole streams of one Go struct with a field of every type."""

    def test_decoded_and_encoded_in_place_the_stream_is_the_same(self, made: dict[str, list[Made]]) -> None:
        for item in made["stream"]:
            stream = Stream.parse(item.payload)
            (record,) = stream.values
            for name, value in record.value.items():
                record.value[name] = through_python(name, value)
            assert stream.to_bytes() == item.payload

    def test_go_sees_edits(self, made: dict[str, list[Made]], marshaling_go: Go) -> None:
        edited = []
        for item in made["stream"][:50]:
            stream = Stream.parse(item.payload)
            record = stream.values[0].value
            record.At = MARSHALERS.encode(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
            record.IntRef = MARSHALERS.encode(10**30)
            record.ID = MARSHALERS.encode(UUID(int=5))
            edited.append(stream.to_bytes())
        for item, answer in zip(made["stream"], marshaling_go.read("stream", edited), strict=False):
            assert answer["facts"][0] == "2030-01-02T03:04:05"
            assert answer["facts"][9] == str(10**30)
            assert answer["facts"][17] == "00000000-0000-0000-0000-000000000005"
            assert answer["facts"][10:17] == item.facts[10:17]

    def test_described_by_type_of_python_writes_what_go_writes(self, made: dict[str, list[Made]]) -> None:
        record_type = go_record()
        for item in made["stream"]:
            fields = dict(pygob.struct_values(pygob.loads(item.payload)))
            values = {record_type.fields[number][0]: value for number, value in fields.items()}
            if (held := values.get("Any")) is not None:
                values["Any"] = Interface(held.name, held.value, ANY_TYPES[held.name])
            assert pygob.dumps(values, record_type) == item.payload


FIELD_NAMES = {
    "At": "time.Time", "Later": "time.Time", "Int": "big.Int", "IntRef": "big.Int", "Float": "big.Float",
    "Rat": "big.Rat", "RatRef": "big.Rat", "Addr": "netip.Addr", "Port": "netip.AddrPort",
    "Prefix": "netip.Prefix", "URL": "url.URL", "ID": "uuid.UUID", "Ints": "big.Int", "Times": "time.Time",
}  # fmt: skip
TYPE_OF = MARSHALERS.type_of
ANY_TYPES: dict[str, types.Type] = {
    "time.Time": TYPE_OF("time.Time"),
    "*big.Int": types.Pointer(TYPE_OF("big.Int")),
    "net/netip.Addr": TYPE_OF("netip.Addr"),
    "github.com/google/uuid.UUID": TYPE_OF("uuid.UUID"),
}


def through_python(field: str, value: Any) -> Any:
    """A field's value decoded and encoded again."""
    match value:
        case None | "":
            return value
        case list():
            return [through_python(field, item) for item in value]
        case Interface():
            value.value = MARSHALERS.encode(MARSHALERS.decode(value.value, as_=value.name), as_=value.name)
            return value
        case _:
            return MARSHALERS.encode(MARSHALERS.decode(value, as_=FIELD_NAMES[field]), as_=FIELD_NAMES[field])


def go_record() -> types.Struct:
    """`Record` of gohelper/cmd/marshalers, described."""
    fields: dict[str, types.Type] = {}
    for field, name in FIELD_NAMES.items():
        described: types.Type = TYPE_OF(name)
        if field in {"Later", "IntRef", "Float", "RatRef", "URL", "Ints"}:
            described = types.Pointer(described)
        fields[field] = types.Slice(described) if field in {"Ints", "Times"} else described
    return types.Struct("Record", {**fields, "Any": types.INTERFACE})
