"""Identifiers in bytes of any kind."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromemctl.naming.identifiers import LONGEST, MOST_CUTS, cuts, identifiers

NAME = "okapi_sessions"


@pytest.mark.parametrize(
    ("block", "name"),
    [
        (b"x\0my own notes\0y", "my own notes"),
        (b"HOME=/home/ana\0COLLECTION=my own notes\0", "my own notes"),
        (b"first line\nmy own notes\r\nlast line", "my own notes"),
        (b"collection: my own notes\n", "my own notes"),
        (b"one\tmy own notes\tthree", "my own notes"),
        (b'{"name": "caf\\u00e9 \\"notes\\""}', 'café "notes"'),
        (b'{"path": "\\/srv\\/okapi"}', "/srv/okapi"),
        (json.dumps({"msg": json.dumps({"collection": "my own notes"})}).encode(), "my own notes"),
        (json.dumps({"a": json.dumps({"b": json.dumps({"c": "a 'b"})})}).encode(), "a 'b"),
        ("…okapi_sessions…".encode("utf-16-le"), NAME),
        ("\x00\x00".join(["okapi_sessions", "x"]).encode("utf-16-be"), NAME),
        ('say "my own notes" twice'.encode("utf-16-le"), "my own notes"),
    ],
)
def test_what_is_found(block: bytes, name: str) -> None:
    assert name in set(identifiers(block))


@pytest.mark.parametrize(
    ("run", "name"),
    [
        ("okapi_sessions2026-01-22T10", NAME),
        ("17okapi_sessions", NAME),
        ("okapi_sessionsTRUE", NAME),
        ("okapi_sessionsplatform", NAME),
    ],
)
def test_texts_without_a_separator_are_cut(run: str, name: str) -> None:
    assert name in set(cuts(run, ["_memories", "_sessions"]))


def test_an_identifier_is_cut_at_few_places() -> None:
    """Digits of a hash meet letters everywhere: no flood of candidates comes of them."""
    run = random.Random(1).randbytes(60).hex()
    assert list(cuts(run, [])) == []
    assert len(list(cuts("a1b2c" + "_sessions" * 20, ["_sessions", "_s", "ss", "ns"]))) <= 3 * MOST_CUTS


@given(st.binary(max_size=2000))
def test_any_bytes_give_texts_and_not_many(block: bytes) -> None:
    found = list(identifiers(block))
    assert all(isinstance(text.encode(), bytes) for text in found)
    assert len(found) <= 20 * len(block) + 1


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=3, max_size=LONGEST // 4))
def test_a_line_is_found_whatever_is_in_it(line: str) -> None:
    found = {text.strip() for text in identifiers(f"before\n{line}\nafter".encode())}
    assert line.strip() in {*found, ""}
