"""Bytes to records, through JSON's text, and back: the same bytes, whatever they were."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob.editing.lossless import from_records, to_records
from pygob.inspection._json import compact, documents, indented
from tests.support import malformed
from tests.support.descriptions import vectors
from tests.support.strategies import damaged, streams


def records(data: bytes) -> tuple[list[dict[str, Any]], bool]:
    """All records of a stream, and whether it is sound."""
    found: list[dict[str, Any]] = []
    try:
        for record in to_records(data):
            found.append(record)
    except pygob.GobDecodeError:
        return found, False
    return found, True


def check(data: bytes) -> None:
    found, is_sound = records(data)
    for layout in (compact, indented):
        text = "\n".join(map(layout, found)).encode()
        assert b"".join(from_records(documents(BytesIO(text).read))) == data
    assert is_sound == is_readable(data)
    if is_sound:
        assert any("bytes" in record for record in found) != pygob.Stream.parse(data).is_canonical


def is_readable(data: bytes) -> bool:
    try:
        pygob.Stream.parse(data)
    except pygob.GobDecodeError:
        return False
    return True


@given(streams())
def test_of_sound_streams(data: bytes) -> None:
    check(data)


@given(damaged(streams()))
def test_of_damaged_streams(data: bytes) -> None:
    check(data)


@given(st.binary(max_size=200))
def test_of_any_bytes(data: bytes) -> None:
    check(data)


def test_of_many_damages() -> None:
    for data in malformed.sample(2000, seed=23):
        check(data)


def test_of_everything_that_go_sends() -> None:
    kept = []
    for case in vectors("conformance"):
        data = base64.b64decode(case["stream"])
        found, is_sound = records(data)
        assert is_sound
        assert b"".join(from_records(json.loads(json.dumps(found)))) == data
        kept += [case["name"] for record in found if "bytes" in record]
    assert kept == ["recursive/slices-deep"]  # too deep for JSON


def test_numbers_may_all_become_doubles() -> None:
    """As in jq, and in JavaScript."""
    for case in vectors("conformance"):
        data = base64.b64decode(case["stream"])
        text = json.dumps(list(to_records(data)))
        assert b"".join(from_records(json.loads(text, parse_int=float))) == data
