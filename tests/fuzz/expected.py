"""What gob sends of a described value, from Go's rules of omission and from nothing of pygob.

The view is that of `tests.support.descriptions.wire_view`, interfaces without their type ids.
"""

from __future__ import annotations

from typing import Any

from tests.fuzz.catalogue import Described, catalogue, is_bytes

_ZEROS: dict[str, tuple[Any, ...]] = {
    "bool": (False,),
    "string": ("",),
    "bytes": (None, ""),
    "float32": ("0" * 16, "8" + "0" * 15),
    "float64": ("0" * 16, "8" + "0" * 15),
    "interface": (None,),
}


def sent(described: Described, value: Described) -> Any:
    """What is on the wire for a value of a type, entries of maps in the order given."""
    return _sent(described, value)[0]


def _sent(described: Described, value: Described) -> tuple[Any, bool]:
    """What is on the wire, and whether a struct leaves it out."""
    behind_pointer = False
    while not isinstance(described, str):
        if described["kind"] == "named":
            entry = catalogue()[described["name"]]
            if "marshaler" in entry:
                has_value = not behind_pointer and entry["receiver"] == "value"
                return value["payload"], has_value and value.get("zero", False)
            described = entry["underlying"]
        elif described["kind"] == "pointer":
            if value is None:
                return None, True
            described, value, behind_pointer = described["elem"], value[0], True
        else:
            return _composite(described, value)
    return _basic(described, value)


def _composite(described: Described, value: Described) -> tuple[Any, bool]:
    match described["kind"]:
        case "slice" if is_bytes(described["elem"]):
            return value or "", not value
        case "slice":
            return [sent(described["elem"], item) for item in value or ()], not value
        case "array":
            return [sent(described["elem"], item) for item in value], False
        case "map":
            pairs = [
                [sent(described["key"], key), sent(described["elem"], item)] for key, item in value or ()
            ]
            return pairs, value is None
        case "struct":
            fields = [_sent(field, item) for (_, field), item in zip(described["fields"], value, strict=True)]
            return [[number, view] for number, (view, left_out) in enumerate(fields) if not left_out], False
    raise AssertionError(described)


def _basic(name: str, value: Described) -> tuple[Any, bool]:
    if name.startswith("complex"):
        return value, all(part in _ZEROS["float64"] for part in value)
    if name == "interface" and value is not None:
        return {"name": value["name"], "value": sent(value["type"], value["value"])}, False
    view = "" if name == "bytes" and value is None else value
    return view, value in _ZEROS.get(name, (0,))


class NotAsSent(Exception):
    """A value is not what was sent, whatever the order of its maps."""


def arrange(described: Described, value: Described, wire: Any) -> Described:
    """The value with the entries of its maps in the order in which they are on the wire.

    Raises:
        NotAsSent: The wire has other entries, or other ones than can be told apart.
    """
    while not isinstance(described, str):
        if described["kind"] == "named":
            entry = catalogue()[described["name"]]
            if "marshaler" in entry:
                return value
            described = entry["underlying"]
        elif described["kind"] == "pointer" and value is not None:
            return [arrange(described["elem"], value[0], wire)]
        else:
            break
    if value is None or isinstance(value, str):
        return value
    if isinstance(described, str):
        if described == "interface":
            if not isinstance(wire, dict):
                raise NotAsSent
            return value | {"value": arrange(value["type"], value["value"], wire["value"])}
        return value
    if not isinstance(wire, list):
        raise NotAsSent
    match described["kind"]:
        case "map":
            return _arranged_pairs(described, value, wire)
        case "struct":
            by_number = dict(wire)
            return [
                arrange(field, item, by_number[number]) if number in by_number else item
                for number, ((_, field), item) in enumerate(zip(described["fields"], value, strict=True))
            ]
    if len(wire) != len(value):
        raise NotAsSent
    return [arrange(described["elem"], item, seen) for item, seen in zip(value, wire, strict=True)]


def _arranged_pairs(described: Described, pairs: list[Any], wire: list[Any]) -> list[Any]:
    """Entries are found by their key as sent; equal ones, such as NaN, are told apart by their element."""
    left: dict[str, list[Any]] = {}
    for pair in pairs:
        left.setdefault(repr(sent(described["key"], pair[0])), []).append(pair)
    if len(wire) != len(pairs):
        raise NotAsSent
    arranged = []
    for key, item in wire:
        candidates = left.get(repr(key), [])
        for number, candidate in enumerate(candidates):
            try:
                element = arrange(described["elem"], candidate[1], item)
            except NotAsSent:
                continue
            if len(candidates) == 1 or sent(described["elem"], element) == item:
                arranged.append([candidate[0], element])
                del candidates[number]
                break
        else:
            raise NotAsSent
    return arranged
