"""Random values decoded into random other types, on top of random values: real Go does the same.

The type to decode into is that of the value with some parts changed, so that most fit and some do not.
"""

from __future__ import annotations

import base64
import json
import random
import struct
from typing import Any

import pytest

import pygob
from gohelper import Go
from pygob import types
from tests.differential.test_compatibility import agree
from tests.support.descriptions import GoTypes

CASES = 200
INTEGERS = ["int", "int8", "int16", "int32", "int64"]
UNSIGNED = ["uint", "uint8", "uint16", "uint32", "uint64", "uintptr"]
CLASSES = [INTEGERS, UNSIGNED, ["float32", "float64"], ["bool"], ["string"], ["bytes"]]
BASICS = [name for names in CLASSES for name in names]
NUMBERS = [0, 1, 127, 128, 255, 300, 70_000, 2**31, 2**63 - 1, 2**64 - 1, -1, -128, -129, -(2**63)]
FLOATS = [0.0, -0.0, 1.5, -2.25, 0.1, 1e300, 3.5e38, 1e-320, float("inf")]


class Random:
    """Types, values, and types that differ from others a little."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def type(self, depth: int) -> Any:
        chance = self.chance
        kind = chance.choice(["basic", "slice", "array", "map", "pointer", "struct", "struct"])
        if depth == 0 or kind == "basic":
            return chance.choice(BASICS)
        if kind == "struct":
            names = chance.sample("ABCDEF", chance.randint(1, 4))
            return {"kind": "struct", "fields": [[name, self.type(depth - 1)] for name in names]}
        made: dict[str, Any] = {"kind": kind, "elem": self.type(depth - 1)}
        if kind == "array":
            made["len"] = chance.randint(0, 3)
        if kind == "map":
            made["key"] = self.key()
        # As in Go, []byte is a type of its own.
        return "bytes" if kind == "slice" and made["elem"] == "uint8" else made

    def key(self) -> Any:
        basic = self.chance.choice([*INTEGERS, *UNSIGNED, "string", "bool", "float64"])
        fields = [["A", basic], ["B", "string"]]
        return self.chance.choice(
            [basic, {"kind": "struct", "fields": fields}, {"kind": "array", "len": 1, "elem": basic}]
        )

    def changed(self, described: Any) -> Any:
        chance = self.chance
        if chance.random() < 0.05:
            return self.type(1)
        if chance.random() < 0.05:
            return {"kind": "pointer", "elem": described}
        if isinstance(described, str):
            names = next(names for names in CLASSES if described in names)
            return chance.choice(names) if chance.random() < 0.3 else described
        if described["kind"] == "struct":
            kept = [[n, self.changed(part)] for n, part in described["fields"] if chance.random() < 0.85]
            fields = [*kept, ["Z", self.type(1)]] if not kept or chance.random() < 0.3 else kept
            return {"kind": "struct", "fields": chance.sample(fields, len(fields))}
        elem = self.changed(described["elem"])
        if described["kind"] == "slice" and elem == "uint8":
            return "bytes"
        return described | {"elem": elem}

    def value(self, described: Any, *, nilable: bool) -> Any:
        chance = self.chance
        if isinstance(described, str):
            return self.basic(described)
        match described["kind"]:
            case "struct":
                return [self.value(part, nilable=True) for _, part in described["fields"]]
            case "pointer":
                is_nil = nilable and chance.random() < 0.3
                return None if is_nil else [self.value(described["elem"], nilable=nilable)]
            case "array":
                return [self.value(described["elem"], nilable=False) for _ in range(described["len"])]
            case "slice":
                count = chance.randint(0, 3)
                return [self.value(described["elem"], nilable=False) for _ in range(count)]
            case _:
                keys = [self.value(described["key"], nilable=False) for _ in range(chance.randint(0, 3))]
                unlike = {json.dumps(key).replace('"80000000', '"00000000'): key for key in keys}
                return [[key, self.value(described["elem"], nilable=False)] for key in unlike.values()]

    def basic(self, name: str) -> Any:
        chance = self.chance
        match name:
            case "bool":
                return chance.random() < 0.5
            case "string":
                return chance.choice(["", "a", "b", "héllo"])
            case "bytes":
                return chance.choice(["", "YWI=", "AAEC"])
            case "float32" | "float64":
                number = chance.choice(FLOATS)
                fits = name == "float64" or number in (0.0, 1.5, -2.25, float("inf"))
                return struct.pack(">d", number if fits else 1.5).hex()
        bits = int("".join(filter(str.isdigit, name)) or 64)
        low, high = (0, 2**bits - 1) if name in UNSIGNED else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        number = min(max(chance.choice(NUMBERS), low), high)
        return number if abs(number) < 2**53 else str(number)


def held(value: Any, described: types.Type) -> Any:
    """A described value as a destination holds it: structs instead of mappings, in keys too."""
    described = types.strip_pointers(described)
    match described:
        case _ if value is None or types.is_bytes(described):
            return value
        case types.Struct():
            parts = {name: held(value[name], part) for name, part in described.fields}
            return pygob.Struct(described, **{n: part for n, part in parts.items() if part is not None})
        case types.Slice():
            return [held(item, described.elem) for item in value]
        case types.Array():
            return tuple(held(item, described.elem) for item in value)
        case types.Map():
            return {held(key, described.key): held(item, described.elem) for key, item in value}
        case _:
            return value


def outcome(data: bytes, destination: types.Type, into: Any) -> tuple[Any, str | None]:
    """What decoding gives, or the error's message."""
    try:
        return pygob.loads(data, destination, into=into), None
    except pygob.GobDecodeError as error:
        return None, error.message


@pytest.mark.parametrize("seed", range(4))
def test_decoding_into_other_types_on_top_of_values_agrees_with_go(go: Go, seed: int) -> None:
    made = Random(seed)
    accepted = refused = 0
    for _ in range(CASES):
        sent = made.type(3)
        wanted = made.changed(sent)
        value, initial = made.value(sent, nilable=False), made.value(wanted, nilable=True)
        encoded = go.call("codec.encode", {"values": [{"type": sent, "value": value}]})
        assert encoded["error"] is None
        request = {"stream": encoded["stream"], "type": wanted, "initial": initial}
        expected = go.call("codec.decode_into", request)
        described = GoTypes()
        destination = described.type(wanted)
        into = held(described.value(wanted, initial), destination)
        result, error = outcome(base64.b64decode(encoded["stream"]), destination, into)
        assert (error is None) == (expected["error"] is None), (error, expected["error"], request)
        if error is None:
            assert agree(result, destination, expected["value"], described), (result, request, expected)
            accepted += 1
        else:
            refused += 1
    assert accepted > CASES // 2
    assert refused > CASES // 20
