r"""Values as the JSON that a person, a script or jq wants: short, and not always reversible.

    >>> import pygob
    >>> from pygob.inspection.plain import to_plain
    >>> [value] = pygob.iter_values(pygob.dumps({"a": b"\x00\xff", "b": b""}))
    >>> to_plain(value.value, value.type)
    {'a': 'AP8=', 'b': ''}

Structs are objects of the fields that were sent, bytes are base64, and what an interface holds stands without
its name. What marshals itself is what it says as text: of a type without a name too, where it has the form of
one well-known type. `pygob.editing.lossless` is the form that keeps everything.
"""

from __future__ import annotations

import base64
import math
from typing import Any

from pygob import types
from pygob.inspection._json import MAX_DEPTH, Json, TooDeepError, compact
from pygob.inspection._marshaled_text import meaning
from pygob.values import Interface, Opaque, Pairs, Struct, struct_values


def to_plain(value: Any, described: types.Type, name: str = "") -> Json:
    """A decoded value as what `json.dumps` takes.

    Args:
        value: The value, as the decoder gave it.
        described: Its type.
        name: The name of the type in the interface that the value was taken out of, if it was.

    Raises:
        GobEncodeError: It nests too deep for readers of JSON.
    """
    return _plain(value, described, name, 0)


def _plain(value: Any, described: types.Type, name: str, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise TooDeepError(
            f"the value nests deeper than {MAX_DEPTH} levels, too deep for many readers of JSON"
        )
    match value, described:
        case Struct(), types.Struct():
            fields = described.fields
            return _object(
                [
                    (_text(fields[number][0]), _plain(part, fields[number][1], "", depth + 1))
                    for number, part in sorted(struct_values(value).items())
                ]
            )
        case ((dict() | Pairs()), types.Map()):
            entries = value.items() if isinstance(value, dict) else value
            pairs = [
                (_plain(key, described.key, "", depth + 2), _plain(item, described.elem, "", depth + 2))
                for key, item in entries
            ]
            return _object([(_key(key), item) for key, item in pairs], pairs)
        case ((list() | tuple()), (types.Slice() | types.Array())):
            kind = described.elem.kind
            if kind in ("bool", "int", "uint") or (kind == "float" and all(map(math.isfinite, value))):
                return list(value)
            return [_plain(item, described.elem, "", depth + 1) for item in value]
        case Interface(), _:
            return None if value.type is None else _plain(value.value, value.type, value.name, depth + 1)
        case Opaque(), _:
            return _opaque(value, name)
        case _:
            return scalar(value)


def _object(named: list[tuple[str | None, Json]], pairs: Any = None) -> Json:
    """An object; the pairs themselves where a key has no text or two have the same."""
    result = {name: item for name, item in named if name is not None}
    return result if len(result) == len(named) else [list(pair) for pair in (pairs or named)]


def _key(key: Json) -> str | None:
    """The key of a map as the name that encoding/json would give it; `None` if it has parts."""
    if isinstance(key, str):
        return key
    return None if isinstance(key, dict | list) or key is None else compact(key)


def _opaque(value: Opaque, name: str) -> Json:
    said = meaning(value, name)
    return base64.b64encode(value.data).decode("ascii") if said is None else _text(said.text)


def scalar(value: Any) -> Json:
    """A value without parts; floats that JSON has no number for by their names."""
    match value:
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case complex():
            return [scalar(value.real), scalar(value.imag)]
        case str():
            return _text(value)
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case _:
            return value


def _text(value: str) -> str:
    """A text with U+FFFD for each byte that is not UTF-8, as encoding/json has it."""
    return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
