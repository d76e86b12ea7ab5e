"""Values and type definitions in the lossless JSON form, and back: one place for each rule of the form.

The words are those of the wire view in `docs/description.md`; `docs/lossless-json.md` explains them.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pygob import types
from pygob.errors import GobEncodeError
from pygob.inspection._json import MAX_DEPTH, Json, TooDeepError, compact
from pygob.values import Interface, Opaque, Pairs, Struct, shown_key, struct_values
from pygob.wire import TypeTable, WireKind, WireType

#: JSON numbers beyond are not exact everywhere.
EXACT_INT = 1 << 53

_KINDS: dict[str, WireKind] = {
    "array": "array",
    "slice": "slice",
    "struct": "struct",
    "map": "map",
    "gobencoder": "gob",
    "binarymarshaler": "binary",
    "textmarshaler": "text",
    "none": "none",
}
_KIND_WORDS = {kind: word for word, kind in _KINDS.items()}
_DIGITS = re.compile(r"-?[0-9]{1,20}")
_FLOAT_BITS = re.compile(r"[0-9a-f]{16}")
# What plain JSON has for them; NaN is Go's.
_FLOAT_WORDS: dict[str, float] = {
    "NaN": struct.unpack(">d", bytes.fromhex("7ff8000000000001"))[0],
    "Infinity": math.inf,
    "-Infinity": -math.inf,
}


# ---- text and numbers


def text_to_json(value: str) -> Json:
    """A text: itself, or its bytes where they are not UTF-8."""
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"b64": _base64(data)}


def text_from_json(given: Json, what: str = "string") -> str:
    """The text that is meant.

    Raises:
        GobEncodeError: It is none.
    """
    if isinstance(given, dict) and given.keys() == {"b64"}:
        return bytes_from_json(given["b64"], what).decode("utf-8", "surrogateescape")
    if not isinstance(given, str):
        raise _misfit(given, what, 'a text, or {"b64": "..."} where it is not UTF-8')
    if not given.isascii():
        try:
            given.encode()
        except UnicodeEncodeError:
            raise GobEncodeError(
                'half a character in a text; write what is not UTF-8 as {"b64": "..."}'
            ) from None
    return given


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def bytes_from_json(given: Json, what: str = "bytes") -> bytes:
    """The bytes that base64 stands for.

    Raises:
        GobEncodeError: It is not base64.
    """
    if isinstance(given, str):
        try:
            return binascii.a2b_base64(given, strict_mode=True) if given else b""
        except ValueError:
            pass
    raise _misfit(given, what, "base64")


def _float_to_json(value: float) -> Json:
    """A number; as its 16 hexadecimal digits where JSON has no number for it, or one that loses the sign."""
    if math.isfinite(value) and (value or math.copysign(1.0, value) > 0):
        return value
    return struct.pack(">d", value).hex()


def _float_from_json(given: Json, described: types.Type) -> float:
    if isinstance(given, float) and math.isfinite(given):
        return given
    if type(given) is int:
        try:
            return float(given)
        except OverflowError:
            pass
    if isinstance(given, str) and _FLOAT_BITS.fullmatch(given):
        bits: float = struct.unpack(">d", bytes.fromhex(given))[0]
        return bits
    if isinstance(given, str) and given in _FLOAT_WORDS:
        return _FLOAT_WORDS[given]
    wanted = "a number, NaN, Infinity, -Infinity, or the 16 hexadecimal digits of its bits"
    raise _misfit(given, described.short_text(), wanted)


def _int_to_json(value: int) -> Json:
    return value if -EXACT_INT <= value <= EXACT_INT else str(value)


def int_from_json(given: Json, what: str = "int") -> int:
    """The whole number that is meant.

    Raises:
        GobEncodeError: It is none.
    """
    if type(given) is int:
        return given
    if isinstance(given, float) and given.is_integer() and abs(given) <= EXACT_INT:
        return int(given)  # as jq may write it
    if isinstance(given, str) and _DIGITS.fullmatch(given):
        return int(given)
    raise _misfit(given, what, "a whole number, beyond 2^53 in quotes")


def _misfit(given: Json, what: str, wanted: str) -> GobEncodeError:
    match given:
        case bool():
            got = "true or false"
        case dict():
            got = "an object"
        case list():
            got = "a list"
        case float() if not math.isfinite(given):  # 1e400, for one: JSON has no infinite numbers
            got = "a number too large for float64"
        case _:
            got = compact(given)
    got = got if len(got) <= 60 else f"{got[:57]}..."
    return GobEncodeError(f"{got} given where {what} takes {wanted}")


# ---- type definitions


def definition_to_json(definition: WireType) -> Json:
    """A type definition."""
    kind = _KIND_WORDS[definition.kind]
    result: dict[str, Json] = {
        "id": definition.id,
        "common_id": definition.common_id,
        "kind": kind,
        "name": text_to_json(definition.name),
    }
    for word, number in (("elem", definition.elem), ("key", definition.key), ("len", definition.length)):
        if number:
            result[word] = _int_to_json(number)
    if definition.fields:
        result["fields"] = [[text_to_json(name), type_id] for name, type_id in definition.fields]
    if definition.others:
        result["others"] = [definition_to_json(other) for other in definition.others]
    return result


def definition_from_json(given: Json) -> WireType:
    """The type definition that is meant.

    Raises:
        GobEncodeError: It is none.
    """
    if not isinstance(given, dict):
        raise _misfit(given, "a type definition", 'an object with "id", "kind" and "name"')
    allowed = {"id", "common_id", "kind", "name", "elem", "key", "len", "fields", "others"}
    check_keys(given, {"id", "common_id", "kind", "name"}, allowed, "a type definition")
    kind = _KINDS.get(given["kind"]) if isinstance(given["kind"], str) else None
    if kind is None:
        raise _misfit(given["kind"], '"kind"', " or ".join(_KINDS))
    numbers = {
        word: int_from_json(given.get(word, 0), f'"{word}"')
        for word in ("id", "common_id", "elem", "key", "len")
    }
    fields = [
        (text_from_json(name, "a field's name"), int_from_json(type_id, "a field's type id"))
        for name, type_id in _pairs(given.get("fields", []), '"fields"')
    ]
    others = tuple(definition_from_json(other) for other in _list(given.get("others", []), '"others"'))
    return WireType(
        numbers["id"], kind, text_from_json(given["name"], "a type's name"), numbers["common_id"], fields,
        numbers["elem"], numbers["key"], numbers["len"], others,
    )  # fmt: skip


def check_keys(given: dict[str, Json], needed: set[str], allowed: set[str], what: str) -> None:
    """Refuse an object that lacks a key, or has one that means nothing here.

    Raises:
        GobEncodeError: It does.
    """
    if missing := needed - given.keys():
        raise GobEncodeError(f'{what} has no "{min(missing)}"')
    if unknown := given.keys() - allowed:
        known = ", ".join(f'"{key}"' for key in sorted(allowed))
        raise GobEncodeError(f"{what} has no place for {min(unknown)!r:.60}; it may have {known}")


def _list(given: Json, what: str) -> list[Json]:
    if not isinstance(given, list):
        raise _misfit(given, what, "a list")
    return given


def _pairs(given: Json, what: str) -> Iterator[tuple[Json, Json]]:
    for pair in _list(given, what):
        if not isinstance(pair, list) or len(pair) != 2:
            raise _misfit(pair, what, "lists of two")
        yield pair[0], pair[1]


# ---- values to JSON


class ValueWriter:
    """Turns values of a stream into JSON.

    Attributes:
        mentioned: The ids of the types that the values so far define inside interfaces.
    """

    def __init__(self, table: TypeTable, type_id: Callable[[types.Type], int]) -> None:
        self._table = table
        self._type_id = type_id
        self._has_plain_names: dict[types.Struct, bool] = {}
        self.mentioned: list[int] = []

    def value(self, value: Any, described: types.Type, depth: int = 0) -> Json:
        """The JSON of one value.

        Raises:
            TooDeepError: It nests too deep.
        """
        if depth > MAX_DEPTH:
            raise TooDeepError(f"deeper than {MAX_DEPTH} levels")
        match described:
            case types.Struct():
                return self._struct(value, described, depth)
            case types.Map():
                return self._map(value, described, depth)
            case types.Slice() | types.Array():
                elem = described.elem
                if _is_json_already(value, elem.kind):
                    return list(value)
                return [self.value(item, elem, depth + 1) for item in value]
            case types.Opaque():
                return _base64(value.data)
            case _ if described.kind == "interface":
                return self._interface(value, depth)
            case _:
                return _SCALARS_TO_JSON[described.kind](value)

    def definitions(self, type_ids: Iterable[int]) -> list[Json]:
        """The JSON of some of the stream's types."""
        return [definition_to_json(self._table.definitions[type_id]) for type_id in type_ids]

    def _struct(self, value: Struct, described: types.Struct, depth: int) -> Json:
        fields = described.fields
        sent = [
            (number, self.value(part, fields[number][1], depth + 1))
            for number, part in sorted(struct_values(value).items())
        ]
        plain = self._has_plain_names.get(described)
        if plain is None:
            names = [name for name, _ in fields]
            plain = len(set(names)) == len(names) and all(_is_utf_8(name) for name in names)
            self._has_plain_names[described] = plain
        if plain:
            return {fields[number][0]: part for number, part in sent}
        return [[number, part] for number, part in sent]

    def _map(self, value: dict[Any, Any] | Pairs, described: types.Map, depth: int) -> Json:
        key_type, elem_type = described.key, described.elem
        entries = value.items() if isinstance(value, dict) else value
        if key_type.kind == "string" and isinstance(value, dict) and all(map(_is_utf_8, value)):
            return {key: self.value(item, elem_type, depth + 1) for key, item in entries}
        return [
            [self.value(key, key_type, depth + 2), self.value(item, elem_type, depth + 2)]
            for key, item in entries
        ]

    def _interface(self, value: Interface | None, depth: int) -> Json:
        if value is None:
            return None
        assert value.type is not None
        self.mentioned.extend(value.definitions)
        result: dict[str, Json] = {"name": text_to_json(value.name)}
        if value.definitions:
            result["types"] = self.definitions(value.definitions)
        result["id"] = self._type_id(value.type)
        result["value"] = self.value(value.value, value.type, depth + 1)
        return result


def _is_json_already(values: Sequence[Any], kind: str) -> bool:
    """Whether elements are their own JSON, told from all at once: most slices of numbers are long."""
    if kind == "float":
        return all(map(math.isfinite, values)) and 0.0 not in values  # which may be minus zero
    return kind in ("int", "uint") and bool(values) and min(values) >= -EXACT_INT and max(values) <= EXACT_INT


def _is_utf_8(text: str) -> bool:
    return text.isascii() or isinstance(text_to_json(text), str)


_SCALARS_TO_JSON: dict[str, Callable[[Any], Json]] = {
    "bool": bool,
    "int": _int_to_json,
    "uint": _int_to_json,
    "float": _float_to_json,
    "complex": lambda value: [_float_to_json(value.real), _float_to_json(value.imag)],
    "string": text_to_json,
    "bytes": _base64,
}


# ---- values from JSON


class ValueReader:
    """Turns JSON into values of a stream's types.

    Args:
        define: Enters the type definitions of an interface; returns their ids.
        type_of: The type with an id. Both refuse by `GobEncodeError`.
    """

    def __init__(
        self, define: Callable[[Json], tuple[int, ...]], type_of: Callable[[int], types.Type]
    ) -> None:
        self._define = define
        self._type_of = type_of

    def value(self, given: Json, described: types.Type) -> Any:
        """The value of a type that is meant.

        Raises:
            GobEncodeError: JSON of this kind does not fit the type.
        """
        match described:
            case types.Struct():
                return self._struct(given, described)
            case types.Map():
                return self._map(given, described)
            case types.Slice():
                return self._elements(given, described)
            case types.Array():
                return tuple(self._elements(given, described))
            case types.Opaque():
                what = described.name or "a type that marshals itself"
                return Opaque(described.name, described.marshaler, bytes_from_json(given, what))
            case _ if described.kind == "interface":
                return self._interface(given)
            case _:
                return _scalar_from_json(given, described)

    def _struct(self, given: Json, described: types.Struct) -> Struct:
        values: dict[int, Any] = {}
        for number, part in self._fields(given, described):
            name, field_type = described.fields[number]
            if number in values:
                raise GobEncodeError(f"field {name} of {described.short_text()} is given twice")
            try:
                values[number] = self.value(part, field_type)
            except GobEncodeError as error:
                error.enter(f".{name}")
                raise
        return Struct.of(described, dict(sorted(values.items())))

    def _fields(self, given: Json, described: types.Struct) -> Iterator[tuple[int, Json]]:
        what = described.short_text()
        if isinstance(given, dict):
            for name, part in given.items():
                if name not in described.numbers:
                    known = ", ".join(list(described.numbers)[:12]) or "none"
                    raise GobEncodeError(f"{what} has no field {name!r:.60}; its fields are: {known}")
                yield described.numbers[name], part
            return
        if not isinstance(given, list):
            raise _misfit(given, what, "an object with its fields")
        for number, part in _pairs(given, what):
            index = int_from_json(number, "the number of a field")
            if not 0 <= index < len(described.fields):
                raise GobEncodeError(f"{what} has no field number {index}")
            yield index, part

    def _elements(self, given: Json, described: types.Slice | types.Array) -> list[Any]:
        elem = described.elem
        exact = {"float": float, "int": int, "uint": int}.get(elem.kind)
        if (
            exact is not None
            and isinstance(given, list)
            and {exact}.issuperset(map(type, given))
            and (exact is int or all(map(math.isfinite, given)))
        ):
            return list(given)
        values: list[Any] = []
        try:
            for item in _list(given, described.short_text()):
                values.append(self.value(item, elem))
        except GobEncodeError as error:
            if isinstance(given, list):
                error.enter(f"[{len(values)}]")
            raise
        return values

    def _map(self, given: Json, described: types.Map) -> dict[Any, Any] | Pairs:
        key_type, elem_type = described.key, described.elem
        if isinstance(given, dict) and key_type.kind == "string":
            return {text_from_json(key): self._entry(item, elem_type, key) for key, item in given.items()}
        if not isinstance(given, list):
            wanted = "an object" if key_type.kind == "string" else "a list of [key, value] lists"
            raise _misfit(given, described.short_text(), wanted)
        entries = Pairs()
        for key_given, item in _pairs(given, described.short_text()):
            key = self.value(key_given, key_type)
            entries.append((key, self._entry(item, elem_type, key)))
        return entries

    def _entry(self, given: Json, described: types.Type, key: Any) -> Any:
        try:
            return self.value(given, described)
        except GobEncodeError as error:
            error.enter(shown_key(key))
            raise

    def _interface(self, given: Json) -> Interface | None:
        if given is None:
            return None
        wanted = 'null or {"name": ..., "id": ..., "value": ...}'
        if not isinstance(given, dict):
            raise _misfit(given, "an interface", wanted)
        check_keys(given, {"name", "id", "value"}, {"name", "types", "id", "value"}, "an interface")
        name = text_from_json(given["name"], "the name in an interface")
        definitions = self._define(given["types"]) if "types" in given else ()
        described = self._type_of(int_from_json(given["id"], '"id"'))
        try:
            return Interface(name, self.value(given["value"], described), described, definitions)
        except GobEncodeError as error:
            error.enter(f".({name})")
            raise


def _scalar_from_json(given: Json, described: types.Type) -> Any:
    what = described.short_text()
    match described.kind:
        case "bool":
            if not isinstance(given, bool):
                raise _misfit(given, what, "true or false")
            return given
        case "int" | "uint":
            return int_from_json(given, what)
        case "float":
            return _float_from_json(given, described)
        case "complex":
            if not isinstance(given, list) or len(given) != 2:
                raise _misfit(given, what, "a list of two floats")
            return complex(*(_float_from_json(part, described) for part in given))
        case "string":
            return text_from_json(given, what)
        case _:
            return bytes_from_json(given, what)
