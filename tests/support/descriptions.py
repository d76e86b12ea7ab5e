"""The JSON descriptions of `docs/description.md` as pygob's types and values, and compared with them."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pygob
from pygob import types

VECTORS = Path(__file__).resolve().parent.parent / "vectors"

_BASICS: dict[str, types.Basic] = {
    name: basic for name, basic in types.BASICS.items() if name not in ("[]uint8", "interface {}")
} | {"bytes": types.BYTES, "interface": types.INTERFACE}
_WIRE_KINDS = {"gobencoder": "gob", "binarymarshaler": "binary", "textmarshaler": "text"}


def vectors(name: str) -> list[dict[str, Any]]:
    """The cases of one file of vectors."""
    with (VECTORS / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    catalogue = json.loads((VECTORS / "catalogue.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in catalogue["types"]}


# ---- the Go view


class GoTypes:
    """Descriptions as pygob's types, one object for each named type."""

    def __init__(self) -> None:
        self._named: dict[str, types.Type] = {}

    def type(self, described: Any) -> types.Type:
        """The type that a description means."""
        if isinstance(described, str):
            return _BASICS[described]
        match described["kind"]:
            case "named":
                return self._named_type(described["name"])
            case "slice":
                return types.Slice(self.type(described["elem"]))
            case "array":
                return types.Array(described["len"], self.type(described["elem"]))
            case "map":
                return types.Map(self.type(described["key"]), self.type(described["elem"]))
            case "pointer":
                return types.Pointer(self.type(described["elem"]))
            case "struct":
                return self._struct(types.Struct(), described)
        raise AssertionError(described)

    def _named_type(self, name: str) -> types.Type:
        found = self._named.get(name)
        if found is not None:
            return found
        entry = _catalogue()[name]
        package, own = name.split(".", 1)
        underlying = entry["underlying"]
        if "marshaler" in entry:
            opaque = types.Opaque(own, entry["marshaler"], package=package)
            self._named[name] = opaque
            inner = types.strip_pointers(self.type(underlying))
            opaque.exported = tuple(inner.children())
            return opaque
        if isinstance(underlying, str):
            basic = _BASICS[underlying]
            return self._named.setdefault(name, types.named(basic, name))
        made: types.Type
        match underlying["kind"]:
            case "slice":
                made = self._named[name] = types.Slice(name=own, package=package)
                made.elem = self.type(underlying["elem"])
            case "array":
                made = self._named[name] = types.Array(underlying["len"], name=own, package=package)
                made.elem = self.type(underlying["elem"])
            case "map":
                made = self._named[name] = types.Map(name=own, package=package)
                made.key, made.elem = self.type(underlying["key"]), self.type(underlying["elem"])
            case "struct":
                made = self._named[name] = types.Struct(own, package=package)
                self._struct(made, underlying)
            case _:
                raise AssertionError(underlying)
        return made

    def _struct(self, made: types.Struct, described: Any) -> types.Struct:
        made.fields = [(name, self.type(field)) for name, field in described["fields"]]
        made.embedded = frozenset(described.get("embedded", ()))
        return made

    def value(self, described: Any, value: Any) -> Any:
        """A described value as what `dumps` takes for the described type."""
        if isinstance(described, dict) and described["kind"] == "named":
            entry = _catalogue()[described["name"]]
            if "marshaler" in entry:
                return pygob.Opaque("", entry["marshaler"], base64.b64decode(value["payload"]))
            described = entry["underlying"]
        if isinstance(described, str):
            return self._basic_value(described, value)
        if value is None:
            return None
        match described["kind"]:
            case "pointer":
                return self.value(described["elem"], value[0])
            case "slice" if isinstance(value, str):
                return base64.b64decode(value)
            case "slice":
                return [self._element(described["elem"], item) for item in value]
            case "array":
                return tuple(self._element(described["elem"], item) for item in value)
            case "map":
                pairs = [
                    (self.value(described["key"], key), self.value(described["elem"], item))
                    for key, item in value
                ]
                return pygob.Pairs(pairs)
            case "struct":
                return {
                    name: self._field_value(field, item)
                    for (name, field), item in zip(described["fields"], value, strict=True)
                }
        raise AssertionError(described)

    def _element(self, described: Any, value: Any) -> Any:
        """An element; what a pointer that is not nil points to is empty rather than nil."""
        made = self.value(described, value)
        if made is not None or value is None:
            return made
        target = types.strip_pointers(self.type(described))
        if target.kind == "interface":
            return None
        return b"" if types.is_bytes(target) else pygob.Pairs()

    def _field_value(self, described: Any, value: Any) -> Any:
        """A field's value; `None` for a marshaler that is its own receiver, which Go leaves out when zero."""
        if isinstance(value, dict) and value.get("zero"):
            entry = _catalogue()[described["name"]]
            if entry.get("receiver") != "pointer":
                return None
        return self.value(described, value)

    def _basic_value(self, described: str, value: Any) -> Any:
        match described:
            case "interface":
                if value is None:
                    return None
                inner = self.value(value["type"], value["value"])
                return pygob.Interface(text_of(value["name"]), inner, self.type(value["type"]))
            case "bytes":
                return None if value is None else base64.b64decode(value)
            case "bool":
                return value
            case "string":
                return text_of(value)
            case "float32" | "float64":
                return float_of(value)
            case "complex64" | "complex128":
                return complex(float_of(value[0]), float_of(value[1]))
            case _:
                return int(value)


def text_of(described: Any) -> str:
    """A described text as pygob reads it: bytes that are not UTF-8 as surrogate escapes."""
    if isinstance(described, str):
        return described
    return base64.b64decode(described["b64"]).decode("utf-8", "surrogateescape")


def float_of(described: str) -> float:
    """A described float."""
    value: float = struct.unpack(">d", bytes.fromhex(described))[0]
    return value


# ---- the wire view


def wire_types(described: list[dict[str, Any]]) -> list[pygob.WireType]:
    """The definitions of a stream's wire view."""
    return [
        pygob.WireType(
            id=entry["id"],
            kind=_WIRE_KINDS.get(entry["kind"], entry["kind"]),
            name=text_of(entry["name"]),
            common_id=entry["common_id"],
            fields=[(text_of(name), type_id) for name, type_id in entry.get("fields", ())],
            elem=entry.get("elem", 0),
            key=entry.get("key", 0),
            length=entry.get("len", 0),
        )
        for entry in described
    ]


def wire_view(value: Any, described: types.Type) -> Any:
    """A decoded value in the wire view, without the ids inside interfaces.

    Written against the types that the stream defines, not against Python's types: a value of the wrong
    Python type fails here.
    """
    match described:
        case types.Struct():
            assert pygob.struct_type(value) is described
            sent = sorted(pygob.struct_values(value).items())
            return [[number, wire_view(item, described.fields[number][1])] for number, item in sent]
        case types.Slice():
            assert type(value) is list
            return [wire_view(item, described.elem) for item in value]
        case types.Array():
            assert type(value) is tuple
            return [wire_view(item, described.elem) for item in value]
        case types.Map():
            assert type(value) in (dict, pygob.Pairs)
            pairs = value if isinstance(value, pygob.Pairs) else value.items()
            return [[wire_view(key, described.key), wire_view(item, described.elem)] for key, item in pairs]
        case types.Opaque():
            assert (value.name, value.kind) == (described.name, described.marshaler)
            return _base64(value.data)
    return _basic_view(value, described.kind)


def _basic_view(value: Any, kind: str) -> Any:
    match kind:
        case "interface":
            if value is None:
                return None
            assert value.type is not None
            return {"name": text_view(value.name), "value": wire_view(value.value, value.type)}
        case "bool":
            assert type(value) is bool
            return value
        case "int" | "uint":
            assert type(value) is int
            return value if abs(value) <= 1 << 53 else str(value)
        case "float":
            return _float_view(value)
        case "complex":
            assert type(value) is complex
            return [_float_view(value.real), _float_view(value.imag)]
        case "string":
            return text_view(value)
        case "bytes":
            assert type(value) is bytes
            return _base64(value)
    raise AssertionError(kind)


def _float_view(value: float) -> str:
    assert type(value) is float
    return struct.pack(">d", value).hex()


def text_view(value: str) -> Any:
    """A text in the wire view."""
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"b64": _base64(data)}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def without_interface_ids(described: Any) -> Any:
    """A value's wire view with the type ids inside interfaces taken out, to compare with `wire_view`."""
    if isinstance(described, list):
        return [without_interface_ids(item) for item in described]
    if isinstance(described, dict) and "id" in described:
        return {"name": described["name"], "value": without_interface_ids(described["value"])}
    return described


def interface_ids(described: Any) -> Iterator[int]:
    """The type ids inside interfaces of a value's wire view, in order."""
    if isinstance(described, list):
        for item in described:
            yield from interface_ids(item)
    elif isinstance(described, dict) and "id" in described:
        yield described["id"]
        yield from interface_ids(described["value"])
