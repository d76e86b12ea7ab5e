"""Random Go types and values of them from one seed, as the descriptions of `docs/description.md`.

Go builds with reflect what is described here, and Python encodes it: both sides know the same case by its
seed. Everything is drawn from one `random.Random`, or from the one hypothesis gives, which shrinks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import struct
from functools import cache
from typing import Any

from tests.support.descriptions import VECTORS, vectors

Described = Any
"""A described type or value: JSON."""

_INTEGERS = {"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64}
_UNSIGNED = {"uint": 64, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64, "uintptr": 64}
_BASICS = (
    *("bool", *_INTEGERS, *_UNSIGNED, "float32", "float64", "complex64", "complex128"),
    *("string", "string", "bytes"),
)
_FIELD_NAMES = (
    *("A", "B", "ID", "Name", "Value", "Größe", "Éa", "X1", "Long_Field_Name", "Z", "Ω", "Data", "Items"),
    *("Next", "Ж", "Kind", "T_", "Ab9"),
)
_TEXTS = tuple(
    text if isinstance(text, bytes) else text.encode()
    for text in (
        *("", "a", "hello, world", "héllo wörld", "日本語", "\0", b"\xff\xfe\x80", b"a\xc3", "😀", "\u2028"),
        *('line\nbreak\t"quoted"', b"\xed\xa0\x80", b"\xc0\x80", "\ufeff", "x" * 63, "x" * 64, "y" * 127),
        *("y" * 128, "z" * 255, "z" * 256),
    )
)
_EXTREMES = (-(1 << 63), (1 << 63) - 1, -64, -65, 63, 64, 127, 128, -128, -129, 255, 256)
_FLOATS = (
    *("0000000000000000", "8000000000000000", "7ff0000000000000", "fff0000000000000", "7ff8000000000000"),
    *("fff8000020000000", "3ff0000000000000", "bff0000000000000", "36a0000000000000", "47efffffe0000000"),
)
_FLOATS_64 = (
    "0000000000000001",
    "7fefffffffffffff",
    "7ff0000000000001",
    "7ff8000000000123",
    "3ff0000000000001",
)
_COMPARABLE_MARSHALERS = (
    "samples.GobValue",
    "samples.BinaryValue",
    "samples.GobInt",
    "uuid.UUID",
    "netip.Addr",
)
_NEVER_SENT = ("samples.Secret", "url.Userinfo", "samples.Shape")
# Where a process meets []MapSlice before MapSlice, encoding/gob sends an element type of 0 and cannot read it back.
_BROKEN_IN_GO = ("samples.MapSlice",)
_SHAPES = ("pygob.dev/gohelper/samples.Square", "*samples.Circle")


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """The named types, by name."""
    read = json.loads((VECTORS / "catalogue.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in read["types"]}


@cache
def registered() -> dict[str, Described]:
    """The types that travel inside interfaces, by the name they have there."""
    read = json.loads((VECTORS / "catalogue.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry["type"] for entry in read["registered"]}


@cache
def _payloads() -> dict[str, tuple[Described, ...]]:
    """What each marshaler was seen to send, zero values among them."""
    found: dict[str, dict[str, Described]] = {}

    def visit(described: Described, value: Described) -> None:
        if isinstance(described, dict) and described["kind"] == "named":
            entry = catalogue()[described["name"]]
            if "marshaler" in entry:
                found.setdefault(described["name"], {})[json.dumps(value)] = value
                return
            described = entry["underlying"]
        if value is None or isinstance(value, str):
            return
        if described == "interface":
            visit(value["type"], value["value"])
        elif isinstance(described, dict) and described["kind"] == "map":
            for key, item in value:
                visit(described["key"], key)
                visit(described["elem"], item)
        elif isinstance(described, dict) and described["kind"] == "struct":
            for (_, field), item in zip(described["fields"], value, strict=True):
                visit(field, item)
        elif isinstance(described, dict):
            for item in value:
                visit(described["elem"], item)

    for case in vectors("conformance"):
        for item in case["values"]:
            visit(item["type"], item["value"])
    return {name: tuple(seen.values()) for name, seen in found.items()}


@cache
def needs_address(name: str) -> bool:
    """Whether a named type holds by value a marshaler that only a pointer to it has: gob must find an address."""
    seen = set()

    def visit(described: Described) -> bool:
        if not isinstance(described, dict):
            return False
        match described["kind"]:
            case "named":
                entry = catalogue()[described["name"]]
                if described["name"] in seen:
                    return False
                seen.add(described["name"])
                return entry.get("receiver") == "pointer" or (
                    "marshaler" not in entry and visit(entry["underlying"])
                )
            case "array":
                return visit(described["elem"])
            case "map":
                return visit(described["key"]) or visit(described["elem"])
            case "struct":
                return any(visit(field) for _, field in described["fields"])
        return False

    return visit({"kind": "named", "name": name})


@cache
def _named_types(*, addressable: bool) -> tuple[Described, ...]:
    return tuple(
        {"kind": "named", "name": name}
        for name in catalogue()
        if name not in _NEVER_SENT + _BROKEN_IN_GO
        and (addressable or not needs_address(name))
        and ("marshaler" not in catalogue()[name] or name in _payloads())
    )


@cache
def _interface_types() -> tuple[tuple[str, Described], ...]:
    """Registered names and types whose values gob can send inside an interface, where nothing has an address."""
    return tuple(
        (name, described)
        for name, described in registered().items()
        if not (
            isinstance(described, dict) and described["kind"] == "named" and needs_address(described["name"])
        )
    )


@cache
def _key_types() -> tuple[Described, ...]:
    named = (
        *_COMPARABLE_MARSHALERS,
        "samples.Label",
        "samples.Point",
        "samples.Key",
        "samples.Phase",
        "time.Duration",
    )
    return (
        *(name for name in _BASICS if name != "bytes"),
        *({"kind": "named", "name": name} for name in named),
    )


@cache
def _comparable_names() -> tuple[str, ...]:
    """Registered names of types that a key of an interface type may have."""
    return tuple(
        name
        for name, described in registered().items()
        if (isinstance(described, str) and described not in ("bytes", "interface"))
        or described in _key_types()
        or name in ("[2]int", "struct { A int; B int }")
    )


class Generator:
    """Draws types and values.

    Args:
        chance: What everything is drawn from.
        nilable: Put nil also where gob refuses it, so that refusals are drawn too.
    """

    def __init__(self, chance: random.Random, *, nilable: bool = False) -> None:
        self._chance = chance
        self._nilable = nilable
        self._left = 0

    def case(self) -> list[dict[str, Described]]:
        """The values that one encoder is given, each with its type."""
        chance = self._chance
        self._left = chance.choice((8, 30, 30, 30, 120, 120, 400))
        if chance.randrange(400) == 0:
            return [self._large()]
        described = [self._top_type()]
        count = chance.choice((1, 1, 1, 1, 1, 1, 2, 3, 5, 24))
        for _ in range(count - 1):  # a type met before is not defined again
            described.append(self._top_type() if chance.randrange(count) == 0 else chance.choice(described))
        depth = chance.choice((2, 3, 3, 4, 4, 6, 40))
        return [{"type": each, "value": self._outside_fields(each, depth)} for each in described]

    def _large(self) -> dict[str, Described]:
        """A value of up to some megabytes."""
        chance = self._chance
        size = 1 << chance.randrange(10, 18)
        if chance.randrange(3) == 0:
            return {"type": "bytes", "value": _base64(chance.randbytes(size * 8))}
        self._left = size
        elem = self.type(chance.randrange(3), addressable=True)
        described = {"kind": "slice", "elem": elem} if elem != "uint8" else "bytes"
        if described == "bytes":
            return {"type": "bytes", "value": _base64(chance.randbytes(size))}
        items = []
        while self._left > 0:
            items.append(self.value(elem, 2, nilable=False))
        return {"type": described, "value": items}

    def _top_type(self) -> Described:
        described = self.type(self._chance.choice((0, 1, 2, 2, 3, 3, 4, 5)), addressable=False)
        if described == "interface":  # Encode takes an any: only a pointer shows it one
            return {"kind": "pointer", "elem": "interface"}
        return _without_pointers_to_a_marshaler(described)

    # ---- types

    def type(self, depth: int, *, addressable: bool) -> Described:
        """A type nested at most so deep; `addressable` says whether gob will find an address for its values."""
        chance = self._chance
        if depth <= 0:
            return chance.choice(_BASICS)
        match chance.randrange(12):
            case 0 | 1:
                return chance.choice(_BASICS)
            case 2 | 3:
                return chance.choice(_named_types(addressable=addressable))
            case 4:
                return "interface"
            case 5 | 6:
                elem = self.type(depth - 1, addressable=True)
                return "bytes" if elem == "uint8" else {"kind": "slice", "elem": elem}
            case 7:
                length = chance.choice((0, 1, 2, 3, 3, 7))
                return {"kind": "array", "len": length, "elem": self.type(depth - 1, addressable=addressable)}
            case 8:
                key = self._key_type(1)
                return {"kind": "map", "key": key, "elem": self.type(depth - 1, addressable=False)}
            case 9:
                return {"kind": "pointer", "elem": self.type(depth - 1, addressable=True)}
        return self._struct(depth, addressable=addressable)

    def _struct(self, depth: int, *, addressable: bool) -> Described:
        names = self._chance.sample(_FIELD_NAMES, self._chance.choice((0, 1, 1, 2, 2, 3, 4, 6)))
        fields = [[name, self.type(depth - 1, addressable=addressable)] for name in names]
        return {"kind": "struct", "fields": fields}

    def _key_type(self, depth: int) -> Described:
        chance = self._chance
        match chance.randrange(8) if depth else 0:
            case 5:
                return {"kind": "array", "len": chance.randrange(3), "elem": self._key_type(depth - 1)}
            case 6:
                names = chance.sample(_FIELD_NAMES, chance.randrange(1, 4))
                return {"kind": "struct", "fields": [[name, self._key_type(depth - 1)] for name in names]}
            case 7:
                return "interface"
        return chance.choice(_key_types())

    # ---- values

    def value(self, described: Described, depth: int, *, nilable: bool) -> Described:
        """A value of a type; `nilable` says whether a nil pointer may stand here."""
        self._left -= 1
        if isinstance(described, str):
            return self._interface(depth) if described == "interface" else self._basic(described)
        match described["kind"]:
            case "named":
                return self._named(described["name"], depth, nilable=nilable)
            case "pointer":
                if nilable and (depth <= 0 or self._left <= 0 or self._chance.randrange(3) == 0):
                    return None
                target = self.value(described["elem"], depth, nilable=nilable)
                if target is None and not nilable and _is_interface(described["elem"]):
                    target = self._holding(("int", "int"), depth=depth)
                return [target]
            case "array":
                return [self._inside(described["elem"], depth) for _ in range(described["len"])]
            case "slice" if is_bytes(described["elem"]):
                return self._basic("bytes")
            case "slice":
                length = self._length(depth)
                return None if length < 0 else [self._inside(described["elem"], depth) for _ in range(length)]
            case "map":
                return self._map(described, depth)
            case "struct":
                return [self._field(field, depth) for _, field in described["fields"]]
        raise AssertionError(described)

    def _inside(self, described: Described, depth: int) -> Described:
        return self._outside_fields(described, depth - 1)

    def _outside_fields(self, described: Described, depth: int) -> Described:
        """A value where gob refuses a nil pointer; nil if refusals are drawn."""
        if self._nilable and _refused_as_nil(described) and self._chance.randrange(3) == 0:
            return None
        return self.value(described, depth, nilable=False)

    def _field(self, described: Described, depth: int) -> Described:
        if self._chance.randrange(5) == 0:
            zero = _zero(described)
            if zero is not _NO_ZERO:
                return zero
        return self.value(described, depth - 1, nilable=True)

    def _length(self, depth: int) -> int:
        """The length of a slice or map, -1 for nil."""
        if depth <= 0 or self._left <= 0:
            return self._chance.randrange(-1, 1)
        return self._chance.choice((-1, 0, 1, 1, 2, 2, 3, 5, min(self._left, 40)))

    def _map(self, described: Described, depth: int) -> Described:
        length = self._length(depth)
        if length < 0:
            return None
        pairs = {}
        for _ in range(length):
            key = self._key(described["key"])
            pairs[_as_go_compares(key, len(pairs))] = [key, self._inside(described["elem"], depth)]
        return list(pairs.values())

    def _key(self, described: Described) -> Described:
        if described != "interface":
            return (
                self.value(described, 1, nilable=False)
                if isinstance(described, str)
                else self._deep_key(described)
            )
        name = self._chance.choice(_comparable_names())
        inner = registered()[name]
        return {"name": _text(name.encode()), "type": inner, "value": self.value(inner, 1, nilable=False)}

    def _deep_key(self, described: Described) -> Described:
        match described["kind"]:
            case "array":
                return [self._key(described["elem"]) for _ in range(described["len"])]
            case "struct":
                return [self._key(field) for _, field in described["fields"]]
        return self.value(described, 1, nilable=False)

    def _named(self, name: str, depth: int, *, nilable: bool) -> Described:
        entry = catalogue()[name]
        if "marshaler" in entry:
            return self._payload(name)
        if name == "samples.Shape":
            return self._holding(*((shape, registered()[shape]) for shape in _SHAPES), depth=depth)
        return self.value(entry["underlying"], depth, nilable=nilable)

    def _interface(self, depth: int) -> Described:
        chance = self._chance
        if depth <= -1 or self._left <= 0 or chance.randrange(5) == 0:
            return None
        if chance.randrange(4):
            return self._holding(*_interface_types(), depth=depth)
        made = self._struct(chance.choice((1, 1, 2)), addressable=False)
        if not made["fields"]:
            return None
        # One name a type whatever the process has met before: gob knows one name a type, one type a name.
        digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()
        return self._holding((registered_name(made) or f"made.T{digest[:12]}", made), depth=depth)

    def _holding(self, *choices: tuple[str, Described], depth: int) -> Described:
        name, inner = self._chance.choice(choices)
        return {
            "name": _text(name.encode()),
            "type": inner,
            "value": self.value(inner, depth - 2, nilable=False),
        }

    def _payload(self, name: str) -> Described:
        chance = self._chance
        seen = _payloads()[name]
        if chance.randrange(2):
            return chance.choice(seen)
        match name:
            case "samples.GobValue" | "samples.BinaryPointer":
                data = self._bytes()
            case "samples.Both":
                data = b"g" + self._bytes()
            case "samples.BinaryValue" | "samples.GobArray":
                data = chance.randbytes(2)
            case "samples.GobPointer":
                data = chance.randbytes(4)
            case "samples.GobInt":
                data = chance.randbytes(8)
            case "uuid.UUID":
                data = chance.randbytes(16)
            case "big.Int":
                magnitude = chance.getrandbits(chance.choice((1, 8, 63, 64, 65, 300)))
                sign = chance.randrange(2) if magnitude else 0
                data = bytes([2 + sign]) + magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big")
            case "time.Time":
                seconds, minutes = chance.getrandbits(63), chance.randrange(-720, 720)
                data = struct.pack(">bqih", 1, seconds, chance.randrange(10**9), minutes)
            case _:
                return chance.choice(seen)
        return _described_payload(name, data)

    # ---- scalars

    def _basic(self, name: str) -> Described:
        chance = self._chance
        if name in _INTEGERS:
            return _exact(self._integer(_INTEGERS[name]))
        if name in _UNSIGNED:
            return _exact(self._integer(64) & ((1 << _UNSIGNED[name]) - 1))
        match name:
            case "bool":
                return bool(chance.randrange(2))
            case "float32" | "float64":
                return self._float(name == "float32")
            case "complex64" | "complex128":
                return [self._float(name == "complex64"), self._float(name == "complex64")]
            case "string":
                return _text(self._bytes())
            case "bytes":
                return None if chance.randrange(5) == 0 else _base64(self._bytes())
        raise AssertionError(name)

    def _integer(self, bits: int) -> int:
        chance = self._chance
        match chance.randrange(4):
            case 0:
                return chance.randrange(-2, 2)
            case 1:
                return chance.choice(_EXTREMES) >> (64 - bits)
        return (chance.getrandbits(64) - (1 << 63)) >> (64 - bits) >> chance.randrange(bits)

    def _float(self, single: bool) -> Described:
        chance = self._chance
        match chance.randrange(4):
            case 0:
                return chance.choice(_FLOATS if single else _FLOATS + _FLOATS_64)
            case 1:
                return struct.pack(">d", float(chance.randrange(1000))).hex()
            case 2 if not single:
                return f"{chance.getrandbits(64):016x}"
        return struct.pack(">d", struct.unpack(">f", struct.pack(">f", chance.gauss(0.0, 1.0)))[0]).hex()

    def _bytes(self) -> bytes:
        chance = self._chance
        match chance.randrange(5):
            case 0 | 1:
                return chance.choice(_TEXTS)
            case 2:
                return chance.randbytes(chance.randrange(20))
        return bytes(chance.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(chance.randrange(12)))


def registered_name(described: Described) -> str | None:
    """The name under which the catalogue registers a type, or `None`."""
    return next((name for name, each in registered().items() if each == described), None)


_EMPTY_IS_ZERO = ("samples.GobValue", "samples.BinaryPointer", "samples.Both")
_ZEROS_ARE_ZERO = (
    "samples.BinaryValue",
    "samples.GobArray",
    "samples.GobPointer",
    "samples.GobInt",
    "uuid.UUID",
)


def _described_payload(name: str, data: bytes) -> Described:
    """A payload drawn here, which says so where it is that of the zero value."""
    own = data.removeprefix(b"g") if name == "samples.Both" else data
    is_zero = (name in _EMPTY_IS_ZERO and not own) or (name in _ZEROS_ARE_ZERO and not any(own))
    described = {"payload": _base64(data)}
    return described | {"zero": True} if is_zero else described


_NO_ZERO = object()
_FLOAT = re.compile('"([0-9a-f]{16})"')
_SIGN, _INFINITY = 1 << 63, 0x7FF << 52


def _zero(described: Described) -> Described:
    """The zero value of a type, or `_NO_ZERO` where it is not simple or gob could not send it."""
    if isinstance(described, str):
        if described in _INTEGERS or described in _UNSIGNED:
            return 0
        return {
            "bool": False,
            "string": "",
            "float32": "0" * 16,
            "float64": "0" * 16,
            "complex64": ["0" * 16] * 2,
            "complex128": ["0" * 16] * 2,
        }.get(described)
    return None if described["kind"] in ("slice", "map", "pointer") else _NO_ZERO


def _without_pointers_to_a_marshaler(described: Described) -> Described:
    """A type Encode can be given: it panics at a marshaler behind two or three pointers (fields are no trouble)."""
    pointers, base = 0, described
    while isinstance(base, dict) and base["kind"] == "pointer":
        pointers, base = pointers + 1, base["elem"]
    is_marshaler = (
        isinstance(base, dict) and base["kind"] == "named" and "marshaler" in catalogue()[base["name"]]
    )
    return {"kind": "pointer", "elem": base} if is_marshaler and pointers > 1 else described


def is_bytes(elem: Described) -> bool:
    """Whether gob sends slices of a type as bytes."""
    if isinstance(elem, dict) and elem["kind"] == "named":
        entry = catalogue()[elem["name"]]
        return "marshaler" not in entry and entry["underlying"] == "uint8"
    return elem == "uint8"


def _refused_as_nil(described: Described) -> bool:
    """Whether gob refuses nil, and pygob, which has no pointers, cannot take it for another value.

    What points to a slice, map or interface may be nil in two ways. A nil marshaler says itself what it sends.
    """
    if not isinstance(described, dict) or described["kind"] != "pointer":
        return False
    while not isinstance(described, str):
        match described["kind"]:
            case "pointer":
                described = described["elem"]
            case "named" if "marshaler" not in catalogue()[described["name"]]:
                described = catalogue()[described["name"]]["underlying"]
            case kind:
                return kind in ("struct", "array")
    return described not in ("interface", "bytes")


def _is_interface(described: Described) -> bool:
    return described in ("interface", {"kind": "named", "name": "samples.Shape"})


def _as_go_compares(key: Described, number: int) -> str:
    """A key so that keys are equal where Go's are: -0 is 0, and a NaN is nothing else, not even itself."""
    text = json.dumps(key, sort_keys=True)
    floats = {bits: int(bits, 16) for bits in _FLOAT.findall(text)}
    if any(value & ~_SIGN > _INFINITY for value in floats.values()):
        return f"{text} {number}"
    return text.replace(f'"{_SIGN:016x}"', f'"{0:016x}"')


def _exact(number: int) -> int | str:
    return number if abs(number) <= 1 << 53 else str(number)


def _text(data: bytes) -> Described:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"b64": _base64(data)}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
