"""The reference codec: real Go encodes, decodes and judges what is described to it."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gohelper import Go, GoBadRequest, GoError
from gohelper.judge import Judge

VECTORS = Path(__file__).parents[1] / "vectors"

POINT = {"kind": "struct", "fields": [["X", "int"], ["Y", "int"]]}
POINT_1_2 = "F38DAQL/gAABAgEBWAEEAAEBWQEEAAAAB/+AAQIBBAA="


@pytest.fixture(scope="module")
def judge(go: Go) -> Iterator[Judge]:
    with Judge() as judge:
        yield judge


def test_encode_gives_the_bytes_of_a_fresh_process(fresh_go: Go) -> None:
    answer = fresh_go.call("codec.encode", {"values": [{"type": POINT, "value": [1, 2]}]})
    assert answer == {"stream": POINT_1_2, "error": None}


def test_encode_reports_the_error_of_encoding_gob(go: Go) -> None:
    nowhere = {"type": {"kind": "slice", "elem": {"kind": "pointer", "elem": "int"}}, "value": [None]}
    answer = go.call("codec.encode", {"values": [nowhere]})
    assert answer["error"] == "gob: encodeArray: nil element"


def test_decode_agrees_with_the_independent_reader(fresh_go: Go) -> None:
    answer = fresh_go.call("codec.decode", {"stream": POINT_1_2})
    assert answer["judge"] == "typed"
    assert answer["typed"] == {"accept": True, "values": 1, "error": None}
    assert answer["agrees"] is True
    assert answer["wire"] == {
        "types": [
            {"id": 64, "common_id": 64, "kind": "struct", "name": "", "fields": [["X", 2], ["Y", 2]]},
        ],
        "values": [{"id": 64, "value": [[0, 1], [1, 2]]}],
    }


def test_decode_into_merges_and_reports_the_error_of_encoding_gob(go: Go) -> None:
    into = {"kind": "struct", "fields": [["Y", "int"], ["Z", "string"]]}
    merged = go.call("codec.decode_into", {"stream": POINT_1_2, "type": into, "initial": [9, "stays"]})
    assert merged == {"value": [2, "stays"], "error": None}
    wrong = {"kind": "struct", "fields": [["X", "string"]]}
    refused = go.call("codec.decode_into", {"stream": POINT_1_2, "type": wrong})
    assert refused == {"value": [""], "error": "gob: wrong type (string) for received field .X"}


def test_equal_tells_streams_apart_by_what_go_decodes(go: Go) -> None:
    other_ids = go.call("codec.encode", {"values": [{"type": POINT, "value": [1, 2]}]})["stream"]
    assert go.call("codec.equal", {"a": POINT_1_2, "b": other_ids}) == {"equal": True, "reason": None}
    other = go.call("codec.encode", {"values": [{"type": POINT, "value": [1, 3]}]})["stream"]
    answer = go.call("codec.equal", {"a": POINT_1_2, "b": other})
    assert answer == {"equal": False, "reason": "value 0: [[0,1],[1,2]] is not [[0,1],[1,3]]"}


def test_bench_measures_decoding_and_encoding(go: Go) -> None:
    answer = go.call("codec.bench", {"stream": POINT_1_2, "times": 10})
    assert answer["decode_ns"] > 0
    assert answer["encode_ns"] > 0


def test_a_type_that_does_not_exist_is_the_request_s_fault(go: Go) -> None:
    with pytest.raises(GoError, match='no basic type "int7"'):
        go.call("codec.encode", {"values": [{"type": "int7", "value": 1}]})
    with pytest.raises(GoBadRequest):
        go.call("codec.encode", {"valeus": []})


def test_one_name_for_two_types_needs_a_fresh_process(fresh_go: Go) -> None:
    for expected, field in ((None, "A"), ("registered differently", "B")):
        concrete = {"kind": "struct", "fields": [[field, "int"]]}
        boxed = {"kind": "pointer", "elem": "interface"}
        value = [{"name": "here.T", "type": concrete, "value": [1]}]
        request = {"values": [{"type": boxed, "value": value}]}
        if expected is None:
            fresh_go.call("codec.encode", request)
        else:
            with pytest.raises(GoError, match=expected):
                fresh_go.call("codec.encode", request)


def test_every_conformance_vector_is_accepted(judge: Judge) -> None:
    lines = (VECTORS / "conformance.jsonl").read_text(encoding="utf-8").splitlines()
    vectors = [json.loads(line) for line in lines]
    verdicts = judge.verdicts(base64.b64decode(vector["stream"]) for vector in vectors)
    rejected = [
        (vector["name"], verdict)
        for vector, verdict in zip(vectors, verdicts, strict=True)
        if not verdict.typed.accept or verdict.reader is not None or verdict.crash
    ]
    assert rejected == []


def test_verdicts_come_in_order_and_say_what_go_says(judge: Judge) -> None:
    point = base64.b64decode(POINT_1_2)
    cut, whole, bad = judge.verdicts([point[:-1], point, b"\x80" + point])
    assert (cut.typed.accept, cut.typed.error) == (False, "unexpected EOF")
    assert (whole.judge, whole.skip.accept, whole.typed.accept) == ("typed", True, True)
    assert (bad.typed.accept, bad.typed.error) == (False, "gob: encoded unsigned integer out of range")


def test_the_reader_and_go_agree_on_every_cut(judge: Judge) -> None:
    lines = (VECTORS / "conformance.jsonl").read_text(encoding="utf-8").splitlines()
    streams = [base64.b64decode(json.loads(line)["stream"]) for line in lines[::40]]
    cuts = [stream[:end] for stream in streams for end in range(len(stream))]
    disagreed = [
        (cut.hex(), verdict)
        for cut, verdict in zip(cuts, judge.verdicts(cuts), strict=True)
        if verdict.judge == "typed" and verdict.typed.accept != (verdict.reader is None)
    ]
    assert len(cuts) > 2000
    assert disagreed == []
