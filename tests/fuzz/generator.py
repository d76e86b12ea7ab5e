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

from tests.fuzz.catalogue import (
    BASICS,
    INTEGERS,
    UNSIGNED,
    Described,
    catalogue,
    comparable_names,
    interface_types,
    is_bytes,
    is_interface,
    key_types,
    named_types,
    payloads,
    refused_as_nil,
    registered,
    registered_name,
    without_pointers_to_a_marshaler,
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
_WIDTHS = (33, 40, 70, 130, 200)
"""Fields of the wider structs."""

_LENGTHS = (65, 101, 130, 300, 1000, 3000)
"""Elements of longer arrays, slices and maps."""

_EXTREMES = (-(1 << 63), (1 << 63) - 1, -64, -65, 63, 64, 127, 128, -128, -129, 255, 256)
_FLOATS = (
    *("0000000000000000", "8000000000000000", "7ff0000000000000", "fff0000000000000", "7ff8000000000000"),
    *("fff8000020000000", "3ff0000000000000", "bff0000000000000", "36a0000000000000", "47efffffe0000000"),
)
_FLOATS_64 = (
    *("0000000000000001", "7fefffffffffffff", "7ff0000000000001", "7ff8000000000123", "3ff0000000000001"),
)
_SHAPES = ("pygob.dev/gohelper/samples.Square", "*samples.Circle")


class Generator:
    """Draws types and values.

    Args:
        chance: What everything is drawn from.
        nilable: Put nil also where gob refuses it, so that refusals are drawn too.
        small: Draw nothing that takes long to draw, for hypothesis, which seeks the extremes.
    """

    def __init__(self, chance: random.Random, *, nilable: bool = False, small: bool = False) -> None:
        self._chance = chance
        self._small = small
        self._nilable = nilable
        self._left = 0

    def case(self) -> list[dict[str, Described]]:
        """The values that one encoder is given, each with its type."""
        chance = self._chance
        if self._small:
            self._left = 20
            described = self._top_type()
            return [{"type": described, "value": self._outside_fields(described, 3)}]
        self._left = chance.choice((8, 30, 30, 30, 120, 120, 400))
        if chance.randrange(190) == 0:
            return [self._large()]
        described = [self._top_type()]
        count = chance.choice((1, 1, 1, 1, 1, 1, 2, 3, 5, 24))
        for _ in range(count - 1):  # a type met before is not defined again
            described.append(self._top_type() if chance.randrange(count) == 0 else chance.choice(described))
        depth = chance.choice((2, 3, 3, 4, 4, 6, 40))
        return [{"type": each, "value": self._outside_fields(each, depth)} for each in described]

    def _large(self) -> dict[str, Described]:
        """A value that takes from some 100 kB to some megabytes."""
        chance = self._chance
        size = chance.choice((100_000, 100_000, 300_000, 1_100_000, 1_100_000, 1_100_000))
        match chance.randrange(4):
            case 0:
                return {"type": "bytes", "value": _base64(chance.randbytes(chance.choice((1, 3)) * size))}
            case 1:
                return {"type": "string", "value": _base64(chance.randbytes(size * 3 // 4))}
            case 2:
                described = {"kind": "slice", "elem": "float64"}
                return {"type": described, "value": self._floats(size // 9, single=False)}
        elem = self.type(chance.randrange(3), addressable=True)
        if elem == "uint8":
            return {"type": "bytes", "value": _base64(chance.randbytes(size))}
        self._left = 1 << 14
        items = []
        while self._left > 0:
            items.append(self.value(elem, 2, nilable=False))
        return {"type": {"kind": "slice", "elem": elem}, "value": items}

    def _top_type(self) -> Described:
        depth = self._chance.choice((0, 1, 2, 2) if self._small else (0, 1, 2, 2, 3, 3, 4, 5))
        described = self.type(depth, addressable=False)
        if described == "interface":  # Encode takes an any: only a pointer shows it one
            return {"kind": "pointer", "elem": "interface"}
        return without_pointers_to_a_marshaler(described)

    # ---- types

    def type(self, depth: int, *, addressable: bool) -> Described:
        """A type nested at most so deep; `addressable`: whether gob will find an address for its values."""
        chance = self._chance
        if depth <= 0:
            return chance.choice(BASICS)
        match chance.randrange(12):
            case 0 | 1:
                return chance.choice(BASICS)
            case 2 | 3:
                return chance.choice(named_types(addressable=addressable))
            case 4:
                return "interface"
            case 5 | 6:
                elem = self.type(depth - 1, addressable=True)
                return "bytes" if elem == "uint8" else {"kind": "slice", "elem": elem}
            case 7:
                if self._now_and_then(6):
                    return {
                        "kind": "array",
                        "len": chance.choice(_LENGTHS[:-1]),
                        "elem": chance.choice(BASICS),
                    }
                length = chance.choice((0, 1, 2, 3, 3, 7))
                return {"kind": "array", "len": length, "elem": self.type(depth - 1, addressable=addressable)}
            case 8:
                key = self._key_type(1)
                return {"kind": "map", "key": key, "elem": self.type(depth - 1, addressable=False)}
            case 9:
                return {"kind": "pointer", "elem": self.type(depth - 1, addressable=True)}
        return self._struct(depth, addressable=addressable)

    def _struct(self, depth: int, *, addressable: bool) -> Described:
        chance = self._chance
        if self._now_and_then(25):
            wide = [[f"F{number}", chance.choice(BASICS)] for number in range(chance.choice(_WIDTHS))]
            return {"kind": "struct", "fields": wide}
        names = chance.sample(_FIELD_NAMES, chance.choice((0, 1, 1, 2, 2, 3, 4, 6)))
        if names and self._now_and_then(20):
            names[-1] = chance.choice(("Long", "Größe")) * chance.randrange(8, 30)
        fields = [[name, self.type(depth - 1, addressable=addressable)] for name in names]
        return {"kind": "struct", "fields": fields}

    def _now_and_then(self, times: int) -> bool:
        """Once in so many times, but never when all is to stay small."""
        return not self._small and self._chance.randrange(times) == 0

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
        return chance.choice(key_types())

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
                if target is None and not nilable and is_interface(described["elem"]):
                    target = self._holding(("int", "int"), depth=depth)
                return [target]
            case "array":
                return [self._inside(described["elem"], depth) for _ in range(described["len"])]
            case "slice" if is_bytes(described["elem"]):
                return self._basic("bytes")
            case "slice" if described["elem"] in ("float32", "float64") and self._chance.randrange(4) == 3:
                return self._vector(described["elem"] == "float32")
            case "slice":
                length = self._length(depth, described)
                return None if length < 0 else [self._inside(described["elem"], depth) for _ in range(length)]
            case "map":
                return self._map(described, depth)
            case "struct":
                fields = [field for _, field in described["fields"]]
                if len(fields) >= _WIDTHS[0] and self._chance.randrange(2):  # many left out between two sent
                    rarely = (self._chance.randrange(40) == 0 for _ in fields)
                    return [
                        self._field(field, depth) if is_set else _zero(field)
                        for field, is_set in zip(fields, rarely, strict=True)
                    ]
                return [self._field(field, depth) for field in fields]
        raise AssertionError(described)

    def _inside(self, described: Described, depth: int) -> Described:
        return self._outside_fields(described, depth - 1)

    def _outside_fields(self, described: Described, depth: int) -> Described:
        """A value where gob refuses a nil pointer; nil if refusals are drawn."""
        if self._nilable and refused_as_nil(described) and self._chance.randrange(3) == 0:
            return None
        return self.value(described, depth, nilable=False)

    def _field(self, described: Described, depth: int) -> Described:
        if self._chance.randrange(5) == 0:
            zero = _zero(described)
            if zero is not _NO_ZERO:
                return zero
        return self.value(described, depth - 1, nilable=True)

    def _length(self, depth: int, described: Described) -> int:
        """The length of a slice or map, -1 for nil."""
        if depth <= 0 or self._left <= 0:
            return self._chance.randrange(-1, 1)
        parts = (described["elem"], described.get("key", "int"))
        if all(isinstance(part, str) and part != "interface" for part in parts) and self._now_and_then(25):
            return self._chance.choice(_LENGTHS)
        return self._chance.choice((-1, 0, 1, 1, 2, 2, 3, 5, 3 if self._small else min(self._left, 40)))

    def _map(self, described: Described, depth: int) -> Described:
        length = self._length(depth, described)
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
        name = self._chance.choice(comparable_names())
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
            return self._holding(*interface_types(), depth=depth)
        made = self._struct(chance.choice((1, 1, 2)), addressable=False)
        if not made["fields"]:
            return None
        # One name a type whatever the process has met before: gob knows one name a type, one type a name.
        digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()
        packages = int(digest[:2], 16) % 24 if digest >= "c" else 0  # some names are long
        package = "package/" * packages + "made"
        return self._holding((registered_name(made) or f"{package}.T{digest[:12]}", made), depth=depth)

    def _holding(self, *choices: tuple[str, Described], depth: int) -> Described:
        name, inner = self._chance.choice(choices)
        return {
            "name": _text(name.encode()),
            "type": inner,
            "value": self.value(inner, depth - 2, nilable=False),
        }

    def _payload(self, name: str) -> Described:
        chance = self._chance
        seen = payloads()[name]
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
        if name in INTEGERS:
            return _exact(self._integer(INTEGERS[name]))
        if name in UNSIGNED:
            return _exact(self._integer(64) & ((1 << UNSIGNED[name]) - 1))
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
        bits = chance.getrandbits(32)
        if bits >> 23 & 0xFF == 0xFF:  # neither infinite nor a NaN, which are drawn above
            bits ^= 1 << 23
        return struct.pack(">d", struct.unpack(">f", bits.to_bytes(4, "big"))[0]).hex()

    def _vector(self, single: bool) -> Described:
        """Many ordinary floats with few odd ones among them, as embeddings are."""
        chance = self._chance
        length = chance.choice((8, 9, 9, 9) if self._small else (8, 9, 64, 384))
        self._left -= length
        return self._floats(length, single=single)

    def _floats(self, length: int, *, single: bool) -> list[Described]:
        chance = self._chance
        items = [struct.pack(">d", _ordinary(chance, single)).hex() for _ in range(length)]
        for _ in range(chance.randrange(3)):
            items[chance.randrange(length)] = self._float(single)
        return items

    def _bytes(self) -> bytes:
        chance = self._chance
        match chance.randrange(5):
            case 0 | 1:
                return chance.choice(_TEXTS)
            case 2:
                return chance.randbytes(chance.randrange(20))
        return bytes(chance.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(chance.randrange(12)))


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
        if described in INTEGERS or described in UNSIGNED:
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


def _as_go_compares(key: Described, number: int) -> str:
    """A key so that keys are equal where Go's are: -0 is 0, and a NaN is nothing else, not even itself."""
    text = json.dumps(key, sort_keys=True)
    floats = {bits: int(bits, 16) for bits in _FLOAT.findall(text)}
    if any(value & ~_SIGN > _INFINITY for value in floats.values()):
        return f"{text} {number}"
    return text.replace(f'"{_SIGN:016x}"', f'"{0:016x}"')


def _ordinary(chance: random.Random, single: bool) -> float:
    """A number between -1 and 1 with every bit in use."""
    if single:
        return (chance.getrandbits(24) - (1 << 23)) / (1 << 23)
    return (chance.getrandbits(54) - (1 << 53)) / (1 << 53)


def _exact(number: int) -> int | str:
    return number if abs(number) <= 1 << 53 else str(number)


def _text(data: bytes) -> Described:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"b64": _base64(data)}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
