"""Whatever the bytes: values or a GobError, and both forms of every reading plan agree on which."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import reader
from pygob._definitions.known_definitions import KnownDefinitions
from pygob._reading import plan_building as _plan_building
from tests.support import malformed
from tests.support.descriptions import wire_view
from tests.support.outcomes import Outcome, outcome
from tests.support.sent import same, sent_view
from tests.support.strategies import damaged, streams
from tests.support.work import calls

ROOT = Path(__file__).parents[2]
# Calls for each byte of a short stream, of which the worst that is known takes a third.
CALLS_PER_BYTE = 30


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


def test_every_one_of_twenty_thousand_broken_streams_costs_seconds_and_2_gib_at_most() -> None:
    """The kernel ends the process that goes beyond them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.bounded", "20000", "20000"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    refused, _, all_of_them, _ = done.stdout.split()
    assert int(refused) > 12_000
    assert int(all_of_them) > 20_000


def test_the_work_on_a_broken_stream_is_bounded_by_its_length() -> None:
    for data in malformed.sample(1_500, 9):
        outcome([data])  # patterns are compiled when they are first needed
        assert calls(lambda data=data: outcome([data])) < CALLS_PER_BYTE * (len(data) + 50)
