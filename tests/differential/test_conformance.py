"""Streams that real Go made: decoded as described, written back byte for byte, and made anew.

The vectors hold what Go sent and what it meant (`docs/description.md`); no Go is needed here.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any

import pytest

import pygob
from tests.support.descriptions import VECTORS, GoTypes, vectors, wire_types, wire_view, without_interface_ids

CASES = vectors("conformance")

REQUIRED = {
    "array", "basic", "bytes", "embedded", "generic", "hidden", "interface", "map", "marshaler", "named",
    "omission", "pointer", "random", "realworld", "recursive", "stream", "text",
}  # fmt: skip


def case_id(case: dict[str, Any]) -> str:
    return str(case["name"])


def stream_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["stream"])


def encoded(case: dict[str, Any]) -> bytes:
    """The case's values given to one encoder of a fresh process."""
    go = GoTypes()
    writer = pygob.GobWriter()
    return b"".join(
        writer.encode(go.value(item["type"], item["value"]), go.type(item["type"])) for item in case["values"]
    )


def test_the_vectors_are_many_and_of_every_category() -> None:
    assert len(CASES) >= 600
    assert {case["category"] for case in CASES} >= REQUIRED
    assert Counter(case["name"] for case in CASES).most_common(1)[0][1] == 1


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_decodes_to_the_described_values(case: dict[str, Any]) -> None:
    stream = pygob.Stream.parse(stream_of(case))
    assert list(stream.types) == wire_types(case["wire"]["types"])
    assert [item.type_id for item in stream.values] == [value["id"] for value in case["wire"]["values"]]
    views = [wire_view(item.value, item.type) for item in stream.values]
    assert views == [without_interface_ids(value["value"]) for value in case["wire"]["values"]]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_is_written_back_byte_for_byte(case: dict[str, Any]) -> None:
    data = stream_of(case)
    stream = pygob.Stream.parse(data)
    assert stream.to_bytes() == data
    assert stream.is_canonical


@pytest.mark.parametrize("case", [case for case in CASES if case["values"]], ids=case_id)
def test_is_encoded_from_its_description_as_go_encodes_it(case: dict[str, Any]) -> None:
    assert encoded(case) == stream_of(case)


def test_the_catalogue_says_which_go_made_the_vectors() -> None:
    assert json.loads((VECTORS / "catalogue.json").read_text(encoding="utf-8"))["go"].startswith("go1.")
