"""What real Go makes of streams decoded into other types, and on top of values: we make the same.

The vectors hold Go's results and Go's errors (`docs/description.md`); no Go is needed here.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from typing import Any, ClassVar

import pytest

import pygob
from gohelper import Go
from pygob import types
from tests.support import raw
from tests.support.descriptions import VECTORS, GoTypes, float_of, text_of, vectors

CASES = vectors("compatibility")

# Where we differ from Go on purpose: the case, and what we do instead.
NO_METHODS = "an interface type of ours has no methods, so that every registered type may be assigned to it"
NO_CODE = "the bytes of a marshaler are kept as they are; `pygob.marshalers` says whether they make sense"
NO_PROMOTION = "a field belongs to the struct that has it, not also to those that embed it"
DIFFERENT = {
    "interface/not-assignable": NO_METHODS,
    "interface/not-assignable-int": NO_METHODS,
    "interface/slice-not-assignable": NO_METHODS,
    "interface/nil": NO_METHODS,
    "marshaler/gob-refuses": NO_CODE,
    "marshaler/binary-refuses": NO_CODE,
    "marshaler/time-refuses": NO_CODE,
    "marshaler/refused-at-top": NO_CODE,
    "marshaler/refused-in-slice": NO_CODE,
    "struct/flat-into-embedded": NO_PROMOTION,
}
# Where Go prints the structure of a type it happens to know under the sender's id, or the empty
# name of the definition; we print the name, or the kind where there is none.
REMOTE_NAMES = {"[]Slices": "Slices", "": "GobEncoder"}


def case_id(case: dict[str, Any]) -> str:
    return str(case["name"])


@cache
def registry() -> tuple[GoTypes, pygob.Registry]:
    """The named types, and every name that the makers of the vectors registered for them."""
    catalogue = json.loads((VECTORS / "catalogue.json").read_text(encoding="utf-8"))
    go = GoTypes()
    made = pygob.Registry()
    for entry in catalogue["registered"]:
        made.register(entry["name"], go.type(entry["type"]))
    return go, made


def held(value: Any, described: types.Type) -> Any:
    """A described value as a destination holds it: structs instead of mappings."""
    described = types.strip_pointers(described)
    if value is None:
        return None
    match described:
        case types.Struct():
            fields = {
                name: held(value[name], part) for name, part in described.fields if value[name] is not None
            }
            return pygob.Struct(described, **fields)
        case types.Slice() if not types.is_bytes(described):
            return [held(item, described.elem) for item in value]
        case types.Array():
            return tuple(held(item, described.elem) for item in value)
        case types.Map():
            return {key: held(item, described.elem) for key, item in value}
        case _:
            return value


def decoded(case: dict[str, Any], described: types.Type) -> Any:
    go, registered = registry()
    initial = held(go.value(case["type"], case["initial"]), described)
    stream = base64.b64decode(case["stream"])
    return pygob.loads(stream, described, into=initial, registry=registered)


def agree(value: Any, described: types.Type, expected: Any, go: GoTypes) -> bool:
    """Whether a decoded value is what Go holds. `None` is any zero value that nothing was sent for."""
    match described:
        case types.Pointer():
            if expected is None:
                return value is None
            return agree(value, described.elem, expected[0], go)
        case types.Struct():
            return _structs_agree(value, described, expected, go)
        case _ if types.is_bytes(described):
            return bool((value or b"") == base64.b64decode(expected or ""))
        case types.Slice() | types.Array():
            if value is None and isinstance(described, types.Array):
                value = (None,) * described.length
            pairs = list(zip(value or [], expected or [], strict=False))
            return len(value or []) == len(expected or []) and all(
                agree(item, described.elem, other, go) for item, other in pairs
            )
        case types.Map():
            return _maps_agree(value, described, expected, go)
        case types.Opaque():
            if expected.get("zero") and value is None:
                return True
            return isinstance(value, pygob.Opaque) and value.data == base64.b64decode(expected["payload"])
    return _basics_agree(value, described.kind, expected, go)


def _structs_agree(value: Any, described: types.Struct, expected: Any, go: GoTypes) -> bool:
    if value is None:
        value = pygob.Struct(described)
    assert pygob.struct_type(value) is described
    sent = pygob.struct_values(value)
    # What nothing was sent for reads as zero, even where Go has a nil pointer to a number.
    return all(
        agree(sent.get(number), part, other, go)
        for number, ((_, part), other) in enumerate(zip(described.fields, expected, strict=True))
    )


def _maps_agree(value: Any, described: types.Map, expected: Any, go: GoTypes) -> bool:
    if expected is None or value is None:
        return value is None and expected is None
    entries = list(value.items())
    if len(entries) != len(expected):
        return False
    for key, item in expected:
        found = [
            entry
            for entry in entries
            if agree(entry[0], described.key, key, go) and agree(entry[1], described.elem, item, go)
        ]
        if not found:
            return False
        entries.remove(found[0])
    return True


def _basics_agree(value: Any, kind: str, expected: Any, go: GoTypes) -> bool:
    match kind:
        case "interface":
            if expected is None or value is None:
                return value is None and expected is None
            assert isinstance(value, pygob.Interface)
            described = go.type(expected["type"])
            return value.name == text_of(expected["name"]) and agree(
                value.value, described, expected["value"], go
            )
        case "float":
            return (0.0 if value is None else value).hex() == float_of(expected).hex()
        case "complex":
            value = value or 0j
            return [part.hex() for part in (value.real, value.imag)] == [
                float_of(part).hex() for part in expected
            ]
        case "string":
            return bool((value or "") == text_of(expected))
        case "bool":
            return bool(value or False) is expected
        case _:
            return bool((value or 0) == int(expected))


def our_words(error: str, into: str) -> str:
    """Go's error as we say it.

    Go prints the pointer that was passed to `Decode` and we the type, since Python passes none;
    Go adds the fields of a remote struct where it knows a type under the same id itself.
    """
    error = error.replace(f"*{into}", into, 1)
    error = re.sub(r" = struct \{.*\}$", "", error)
    text, found, remote = error.rpartition("received remote type ")
    return text + found + REMOTE_NAMES.get(remote, remote) if found else error


def test_the_vectors_are_many_and_the_differences_are_among_them() -> None:
    assert len(CASES) >= 1700
    assert {case["name"] for case in CASES} >= set(DIFFERENT)


@pytest.mark.parametrize("case", [case for case in CASES if case["name"] not in DIFFERENT], ids=case_id)
def test_decodes_as_go_does(case: dict[str, Any]) -> None:
    go, _ = registry()
    described = go.type(case["type"])
    if case["error"] is None or "right" in case:
        value = decoded(case, described)
        assert agree(value, described, case.get("right", case["result"]), go), value
    else:
        with pytest.raises(pygob.GobDecodeError) as caught:
            decoded(case, described)
        assert caught.value.message == our_words(case["error"], case["into"])


@pytest.mark.parametrize(
    "case", [case for case in CASES if DIFFERENT.get(case["name"]) in (NO_METHODS, NO_CODE)], ids=case_id
)
def test_keeps_what_go_refuses_for_want_of_a_method(case: dict[str, Any]) -> None:
    assert case["error"] is not None
    go, _ = registry()
    assert decoded(case, go.type(case["type"])) is not None


def test_a_field_of_an_embedded_struct_is_not_found_in_the_outer_one() -> None:
    (case,) = (case for case in CASES if case["name"] == "struct/flat-into-embedded")
    go, _ = registry()
    described = go.type(case["type"])
    assert case["result"] == [[1, 2], None, 3]
    assert agree(decoded(case, described), described, [[0, 0], None, 3], go)


class TestGosOwnTypes:
    """Values that claim to be of a type that only definitions are made of."""

    DESTINATIONS: ClassVar[dict[str, Any]] = {
        "both": {"kind": "struct", "fields": [["Id", "int"], ["Name", "string"]]},
        "name": {
            "kind": "struct",
            "fields": [["Name", "string"], ["Metadata", {"kind": "map", "key": "string", "elem": "string"}]],
        },
        "nothing": {"kind": "struct", "fields": [["Zip", "int"]]},
        "other": {"kind": "struct", "fields": [["Name", "int"]]},
        "map": {"kind": "map", "key": "string", "elem": "int"},
        "int": "int",
    }

    @pytest.mark.parametrize("destination", DESTINATIONS)
    def test_go_into_structs_alone(self, go: Go, destination: str) -> None:
        described = self.DESTINATIONS[destination]
        local = GoTypes().type(described)
        bodies = [raw.struct_body((0, raw.text("abc")), (1, raw.int_(7))), b"\0", raw.struct_body((5, b"\1"))]
        for type_id in range(7, 26):
            for body in bodies:
                data = raw.message(raw.int_(type_id), body)
                encoded = base64.b64encode(data).decode()
                verdict = go.call(
                    "codec.decode_into", {"stream": encoded, "type": described, "initial": None}
                )
                try:
                    read = pygob.loads(data, local)
                except pygob.GobDecodeError:
                    read = None
                place = type_id, body
                assert (read is None) == (verdict["error"] is not None), (place, verdict)
                if read is not None:
                    names = [name for name, _ in described["fields"]]
                    held = {name: part for name, part in zip(names, verdict["value"], strict=True) if part}
                    assert dict(read) == {**dict(read), **held}, place
                if type_id > 15:
                    with pytest.raises(pygob.GobDecodeError, match="undefined type id"):
                        pygob.loads(data)

    @pytest.mark.parametrize("type_id", [17, 19, 23])
    def test_those_made_of_others_are_refused(self, go: Go, type_id: int) -> None:
        common = {"kind": "struct", "fields": [["Name", "string"], ["Id", "int"]]}
        described = {"kind": "struct", "fields": [["CommonType", common], ["Elem", "int"], ["Key", "int"]]}
        body = raw.struct_body((0, raw.struct_body((0, raw.text("abc")))), (1, raw.int_(3)))
        data = raw.message(raw.int_(type_id), body)
        encoded = base64.b64encode(data).decode()
        verdict = go.call("codec.decode_into", {"stream": encoded, "type": described, "initial": None})
        assert verdict["error"] is None, "Go decodes it"
        with pytest.raises(pygob.GobDecodeError, match=f"undefined type id {type_id}"):
            pygob.loads(data, GoTypes().type(described))
