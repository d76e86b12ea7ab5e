"""Streams as records and back: the form, edits, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import struct
from typing import Any

import pytest

import pygob
from pygob import GobDecodeError, GobEncodeError, types
from pygob.editing.lossless import from_records, to_records
from tests.support.descriptions import vectors
from tests.support.handmade import MALFORMED, SOUND
from tests.support.raw import INT, INTERFACE, STRING, define_map, define_struct, message, text, value

POINT = types.Struct("Point", {"X": types.INT, "Y": types.INT})


def records(data: bytes) -> list[dict[str, Any]]:
    """The records, through real JSON text."""
    return [json.loads(json.dumps(record, allow_nan=False)) for record in to_records(data)]


def value_of(given: Any, described: Any = None) -> Any:
    [record] = records(pygob.dumps(given, described))
    return record["value"]


def stream(*given: Any) -> bytes:
    return b"".join(from_records(given))


def edited(data: bytes, new: Any) -> Any:
    """The value of a stream after its record's value was replaced."""
    [record] = records(data)
    return pygob.loads(stream(record | {"value": new}))


def definition(type_id: int, kind: str, name: str) -> dict[str, Any]:
    return {"id": type_id, "common_id": type_id, "kind": kind, "name": name}


class TestTheForm:
    @pytest.mark.parametrize(
        ("given", "described", "shown"),
        [
            (True, types.BOOL, True),
            (-5, types.INT, -5),
            (1 << 53, types.INT, 1 << 53),
            ((1 << 53) + 1, types.INT, "9007199254740993"),
            (-(1 << 63), types.INT, "-9223372036854775808"),
            ((1 << 64) - 1, types.UINT, "18446744073709551615"),
            (0.1, types.FLOAT, 0.1),
            (-0.0, types.FLOAT, "8000000000000000"),
            (math.inf, types.FLOAT, "7ff0000000000000"),
            (-math.inf, types.FLOAT, "fff0000000000000"),
            (complex(1, -0.0), types.COMPLEX, [1.0, "8000000000000000"]),
            ("für", types.STRING, "für"),
            ("a\udcff", types.STRING, {"b64": "Yf8="}),
            (b"\0\xff", types.BYTES, "AP8="),
            ((1, 2), types.Array(2, types.INT), [1, 2]),
            ({"a": 1}, types.Map(types.STRING, types.INT), {"a": 1}),
            ({"\udcff": 1}, types.Map(types.STRING, types.INT), [[{"b64": "/w=="}, 1]]),
            ({7: True}, types.Map(types.INT, types.BOOL), [[7, True]]),
            ({}, types.Map(types.INT, types.BOOL), []),
            ([None], types.Slice(types.INTERFACE), [None]),
            (pygob.Opaque("Time", "gob", b"\1\2"), types.Opaque("Time", "gob"), "AQI="),
        ],
    )
    def test_of_values(self, given: Any, described: types.Type, shown: Any) -> None:
        assert value_of(given, described) == shown

    def test_of_a_nan_with_a_payload(self) -> None:
        bits = bytes.fromhex("7ff8000000000abc")
        data = pygob.dumps(struct.unpack(">d", bits)[0])
        [record] = records(data)
        assert record["value"] == bits.hex()
        assert stream(record) == data

    def test_of_a_struct_is_what_was_sent(self) -> None:
        assert records(pygob.dumps(pygob.Struct(POINT, Y=7), POINT)) == [
            {
                "types": [definition(64, "struct", "Point") | {"fields": [["X", 2], ["Y", 2]]}],
                "id": 64,
                "value": {"Y": 7},
            }
        ]  # fmt: skip

    def test_of_fields_that_json_cannot_tell_apart(self) -> None:
        data = define_struct(64, [("A", INT), ("A", INT)]) + value(64, b"\1\2\1\4\0")
        assert records(data)[0]["value"] == [[0, 1], [1, 2]]

    def test_of_what_an_interface_holds(self) -> None:
        inside = pygob.Interface("main.Point", pygob.Struct(POINT, X=1), POINT)
        data = pygob.dumps([inside], types.Slice(types.INTERFACE))
        [record] = records(data)
        [held] = record["value"]
        assert (held["name"], held["id"], held["value"]) == ("main.Point", 65, {"X": 1})
        assert [definition["name"] for definition in held["types"]] == ["Point"]
        assert stream(record) == data

    def test_a_type_is_defined_by_the_record_that_needs_it_first(self) -> None:
        file = io.BytesIO()
        encoder = pygob.Encoder(file)
        for x in (1, 2):
            encoder.encode(pygob.Struct(POINT, X=x), POINT)
        first, second = records(file.getvalue())
        assert "types" in first
        assert second == {"id": 64, "value": {"X": 2}}

    def test_the_wire_view_of_the_vectors_is_read_too(self) -> None:
        """What `docs/description.md` says of a value on the wire means the same value here."""
        for case in vectors("conformance"):
            data = base64.b64decode(case["stream"])
            definitions = {"types": case["wire"]["types"]} if case["wire"]["types"] else {}
            given = [{"id": item["id"], "value": item["value"]} for item in case["wire"]["values"]]
            if case["name"] == "recursive/slices-deep":  # too deep for JSON
                continue
            made = stream(definitions | given[0], *given[1:])
            assert [shown["value"] for shown in records(made) if shown] == [
                without_types(shown["value"]) for shown in records(data)
            ]


def without_types(shown: Any) -> Any:
    """A value without the definitions inside it, as it is when all types were defined before."""
    if isinstance(shown, list):
        return [without_types(part) for part in shown]
    if isinstance(shown, dict):
        is_interface = shown.keys() == {"name", "types", "id", "value"}
        return {
            key: without_types(part) for key, part in shown.items() if not (is_interface and key == "types")
        }
    return shown


class TestWhatGoWouldWriteOtherwise:
    @pytest.mark.parametrize("name", SOUND)
    def test_keeps_its_bytes(self, name: str) -> None:
        data = SOUND[name][0]
        found = records(data)
        assert stream(*found) == data
        is_canonical = pygob.Stream.parse(data).is_canonical
        assert all("bytes" not in record for record in found) == is_canonical

    def test_edited_is_written_as_go_would(self) -> None:
        over_long = message(b"\x04\0\xff\x02")
        [record] = records(over_long)
        assert record["value"] == 1
        assert stream(record) == over_long
        assert stream(record | {"value": 2}) == pygob.dumps(2)

    def test_a_definition_that_only_a_lost_entry_needed_stays_defined(self) -> None:
        # The first "k" holds a Point, whose definition ends the first message; the second holds nothing.
        begin = b"\xff\x80\0\2" + text("k") + text("main.Point")
        point = define_struct(65, [("X", INT)], "Point")[1:]
        end = b"\xff\x82\3\1\2\0" + text("k") + b"\0"
        data = define_map(64, STRING, INTERFACE) + message(begin + point) + message(end)
        [record] = records(data)
        assert record["value"] == {"k": None}
        assert [definition["id"] for definition in record["types"]] == [64, 65]
        assert stream(record) == data


@pytest.mark.parametrize("name", MALFORMED)
def test_damaged_streams_lose_nothing(name: str) -> None:
    data = MALFORMED[name].data
    found = until_the_error(data)
    assert found[-1].keys() == {"note", "bytes"}
    assert stream(*found) == data


def until_the_error(data: bytes) -> list[dict[str, Any]]:
    """The records of a damaged stream."""
    found: list[dict[str, Any]] = []

    def read() -> None:
        for record in to_records(data):
            found.append(record)

    with pytest.raises(GobDecodeError):
        read()
    return found


def test_what_nests_too_deep_for_json_keeps_its_bytes() -> None:
    node = types.Struct("Node")
    node.fields = {"Next": types.Pointer(node), "X": types.INT}  # type: ignore[assignment]
    chain: Any = pygob.Struct(node, X=1)
    for _ in range(400):
        chain = pygob.Struct(node, Next=chain)
    data = pygob.dumps(chain, node)
    [record] = records(data)
    assert record.keys() == {"note", "bytes"}
    # What it defines serves those behind it.
    assert [item.X for item in pygob.iter_loads(stream(record, {"id": 64, "value": {"X": 5}}))] == [0, 5]


class TestEdits:
    def test_numbers_as_jq_writes_them(self) -> None:
        assert edited(pygob.dumps(1), 1e3) == 1000
        assert edited(pygob.dumps(0.5), 3) == 3.0

    def test_keep_type_ids_and_names(self) -> None:
        data = pygob.dumps(pygob.Struct(POINT, X=1), POINT, first_id=90)
        [record] = records(data)
        record["value"] = {"Y": 9}
        new = pygob.Stream.parse(stream(record))
        assert new.types == pygob.Stream.parse(data).types
        assert new.values[0].value == pygob.Struct(POINT, Y=9)

    def test_an_added_record_uses_the_types_there_are(self) -> None:
        [record] = records(pygob.dumps(pygob.Struct(POINT, X=1), POINT))
        made = stream(record, {"id": 64, "value": {"X": 2}}, {"id": 6, "value": "end"})
        assert list(pygob.iter_loads(made)) == [pygob.Struct(POINT, X=1), pygob.Struct(POINT, X=2), "end"]

    @pytest.mark.parametrize(
        ("record", "said"),
        [
            (5, "a record is an object"),
            ({}, 'a record has no "bytes"'),
            ({"value": 1}, 'a record has no "id"'),
            ({"id": 2, "value": 1, "Id": 3}, "a record has no place for 'Id'"),
            ({"id": 2, "value": "x"}, '"x" given where int takes a whole number'),
            ({"id": 2, "value": 1.5}, "1.5 given where int takes a whole number"),
            ({"id": 2, "value": True}, "true or false given where int"),
            ({"id": 2, "value": 1 << 63}, "record 1: int"),
            ({"id": 3, "value": -1}, "record 1: uint"),
            ({"id": 1, "value": 1}, "1 given where bool takes true or false"),
            ({"id": 4, "value": "7FF0000000000000"}, "16 hexadecimal digits"),
            ({"id": 4, "value": 10**400}, "given where float64 takes a number"),
            ({"id": 4, "value": math.inf}, "too large for float64 given where float64 takes a number, NaN"),
            ({"id": 7, "value": [1.0, -math.inf]}, "too large for float64 given where complex128 takes"),
            ({"id": 2, "value": math.inf}, "a number too large for float64 given where int takes"),
            ({"id": 7, "value": [1]}, "a list of two floats"),
            ({"id": 6, "value": None}, "null given where string takes a text"),
            ({"id": 6, "value": "\udcff"}, "half a character"),
            ({"id": 5, "value": "AP8"}, "base64"),
            ({"id": 5, "value": [1, 2]}, "a list given where []uint8 takes base64"),
            ({"id": 64, "value": 1}, "undefined type id 64"),
            ({"id": 8, "value": {"name": "int", "id": 2}}, 'an interface has no "value"'),
            ({"id": 8, "value": 5}, 'null or {"name"'),
            ({"id": 2, "value": 1, "types": {}}, '"types" is a list'),
            ({"id": 2, "value": 1, "types": [{"id": 64}]}, 'a type definition has no "common_id"'),
            ({"id": 2, "value": 1, "types": [definition(9, "slice", "")]}, "from 64 on"),
            ({"id": 2, "value": 1, "types": [definition(64, "list", "")]}, '"kind" takes array or'),
            ({"bytes": "?"}, '"bytes" takes base64'),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, record: Any, said: str) -> None:
        with pytest.raises(GobEncodeError) as caught:
            stream(record)
        assert said in str(caught.value)
        assert "record 1" in str(caught.value)

    def test_the_path_says_where(self) -> None:
        described = types.Struct("Doc", {"Tags": types.Map(types.STRING, types.Slice(types.INT))})
        [record] = records(pygob.dumps(pygob.Struct(described, Tags={"a": [1, 2]}), described))
        record["value"]["Tags"]["a"][1] = "two"
        with pytest.raises(GobEncodeError) as caught:
            stream(record)
        assert "(in record 1: Doc.Tags['a'][1])" in str(caught.value)

    def test_a_number_beyond_floats_among_many(self) -> None:
        with pytest.raises(GobEncodeError, match=re.escape("float64 takes a number, NaN")) as caught:
            edited(pygob.dumps([0.5, 1.5, 2.5]), [0.5, 1.5, math.inf])
        assert "[2])" in str(caught.value)

    def test_a_type_defined_twice_is_refused(self) -> None:
        [record] = records(pygob.dumps(pygob.Struct(POINT, X=1), POINT))
        with pytest.raises(GobEncodeError, match="type 64 is defined twice"):
            stream(record, record | {"value": {"X": 2}})

    def test_fields_that_are_not_there_or_twice(self) -> None:
        data = pygob.dumps(pygob.Struct(POINT, X=1), POINT)
        with pytest.raises(GobEncodeError, match="Point has no field 'Z'; its fields are: X, Y"):
            edited(data, {"Z": 1})
        with pytest.raises(GobEncodeError, match="field X of Point is given twice"):
            edited(data, [[0, 1], [0, 2]])
        with pytest.raises(GobEncodeError, match="no field number 2"):
            edited(data, [[2, 1]])


def test_a_file_is_read_value_by_value() -> None:
    file = io.BytesIO(pygob.dumps(1) + pygob.dumps("x") + b"\x05")
    found = to_records(file)
    assert next(found) == {"id": 2, "value": 1}
    assert next(found) == {"id": 6, "value": "x"}
    assert next(found)["bytes"] == "BQ=="
    with pytest.raises(GobDecodeError):
        next(found)
