"""What the generator draws types from: the named types of the catalogue, by where they may stand."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.support.descriptions import VECTORS, vectors

Described = Any
"""A described type or value: JSON."""

INTEGERS = {"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64}
UNSIGNED = {"uint": 64, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64, "uintptr": 64}
BASICS = (
    *("bool", *INTEGERS, *UNSIGNED, "float32", "float64", "complex64", "complex128"),
    *("string", "string", "bytes"),
)
"""Names of basic types; strings are drawn twice as often."""

_COMPARABLE = (
    *("samples.GobValue", "samples.BinaryValue", "samples.GobInt", "uuid.UUID", "netip.Addr"),
    *("samples.Label", "samples.Point", "samples.Key", "samples.Phase", "time.Duration"),
)
_NEVER_SENT = ("samples.Secret", "url.Userinfo", "samples.Shape")
# Where []MapSlice is met before MapSlice, encoding/gob sends an element type of 0, and cannot read that.
_BROKEN_IN_GO = ("samples.MapSlice",)


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
def payloads() -> dict[str, tuple[Described, ...]]:
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
    """Whether a named type holds by value a marshaler of its pointer: gob must find an address then."""
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
def named_types(*, addressable: bool) -> tuple[Described, ...]:
    """The named types to draw from; `addressable` says whether gob will find an address for their values."""
    return tuple(
        {"kind": "named", "name": name}
        for name in catalogue()
        if name not in _NEVER_SENT + _BROKEN_IN_GO
        and (addressable or not needs_address(name))
        and ("marshaler" not in catalogue()[name] or name in payloads())
    )


@cache
def interface_types() -> tuple[tuple[str, Described], ...]:
    """Registered names and types that gob can send inside an interface, where nothing has an address."""
    return tuple(
        (name, described)
        for name, described in registered().items()
        if not (
            isinstance(described, dict) and described["kind"] == "named" and needs_address(described["name"])
        )
    )


@cache
def key_types() -> tuple[Described, ...]:
    """Types that a map's keys may have."""
    named = ({"kind": "named", "name": name} for name in _COMPARABLE)
    return (*(name for name in BASICS if name != "bytes"), *named)


@cache
def comparable_names() -> tuple[str, ...]:
    """Registered names of types that a key of an interface type may have."""
    return tuple(
        name
        for name, described in registered().items()
        if (isinstance(described, str) and described not in ("bytes", "interface"))
        or described in key_types()
        or name in ("[2]int", "struct { A int; B int }")
    )


def registered_name(described: Described) -> str | None:
    """The name under which the catalogue registers a type, or `None`."""
    return next((name for name, each in registered().items() if each == described), None)


def without_pointers_to_a_marshaler(described: Described) -> Described:
    """A type for Encode, which panics at a marshaler behind two or three pointers; fields are no trouble."""
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


def refused_as_nil(described: Described) -> bool:
    """Whether gob refuses nil, and pygob, which has no pointers, cannot take it for another value.

    What points to a slice, map or interface may be nil in two ways; a nil marshaler says what it sends.
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


def is_interface(described: Described) -> bool:
    """Whether a type is an interface."""
    return described in ("interface", {"kind": "named", "name": "samples.Shape"})
