"""Whatever the bytes: values or a GobError, and both forms of every reading plan agree on which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import _plan_building, reader
from pygob._known_definitions import KnownDefinitions
from tests.support import malformed
from tests.support.descriptions import wire_view
from tests.support.outcomes import Outcome, outcome
from tests.support.sent import same, sent_view
from tests.support.strategies import damaged, streams


@given(st.binary(max_size=200))
def test_random_bytes_give_values_or_a_gob_error(data: bytes) -> None:
    outcome([data])


@given(damaged(streams()))
def test_damaged_streams_give_values_or_a_gob_error(data: bytes) -> None:
    found = outcome([data])
    assert found.error is None or 0 <= found.error[2] <= len(data)


@given(damaged(streams()))
def test_what_was_read_of_damaged_streams_can_be_written_and_read_again(data: bytes) -> None:
    try:
        stream = pygob.Stream.parse(data)
    except pygob.GobDecodeError:
        return
    written = pygob.Stream.parse(stream.to_bytes())
    assert written.is_canonical
    assert written.types == stream.types
    for ours, theirs in zip(stream.values, written.values, strict=True):
        assert sent_view(ours.value, ours.type) == wire_view(theirs.value, theirs.type)


def read_with(height: int, data: bytes) -> Outcome:
    """Read with plain calls for types up to a height: 0 walks every container."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_plan_building, "MAX_READ_HEIGHT", height)
        patch.setattr(reader, "KNOWN_DEFINITIONS", KnownDefinitions())
        return outcome([data])


@given(st.one_of(streams(), damaged(streams())))
def test_plain_calls_and_walks_read_alike(data: bytes) -> None:
    walked, called = read_with(0, data), read_with(32, data)
    assert (walked.error, walked.places) == (called.error, called.places)
    assert same(walked.values, called.values)


def test_both_forms_agree_on_broken_streams_of_go() -> None:
    for data in malformed.sample(1_500, 7):
        walked, called = read_with(0, data), read_with(32, data)
        assert (walked.error, walked.places) == (called.error, called.places)
        assert same(walked.values, called.values)


def test_what_was_read_of_broken_streams_of_go_can_be_written_and_read_again() -> None:
    for data in malformed.sample(4_000, 8):
        try:
            stream = pygob.Stream.parse(data)
        except pygob.GobDecodeError:
            continue
        written = pygob.Stream.parse(stream.to_bytes())
        assert written.is_canonical
        assert written.types == stream.types
        for ours, theirs in zip(stream.values, written.values, strict=True):
            assert sent_view(ours.value, ours.type) == wire_view(theirs.value, theirs.type)
