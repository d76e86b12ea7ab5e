"""Every byte is explained exactly once, and what is called damaged is what the decoder refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import GobDecodeError
from pygob.inspection.annotation import Note, Role, annotate
from tests.support import malformed
from tests.support.handmade import MALFORMED, SOUND
from tests.support.strategies import damaged, streams


def annotated(data: bytes, *, elements: int | None = None) -> list[Note]:
    """The notes, without a gap and without an overlap."""
    notes = list(annotate(data, elements=elements))
    end = 0
    for note in notes:
        assert note.start == end <= note.end
        assert note.text
        end = note.end
    assert end == len(data)
    return notes


def is_refused(data: bytes) -> bool:
    try:
        list(pygob.iter_values(data))
    except GobDecodeError:
        return True
    return False


def check(data: bytes) -> None:
    notes = annotated(data)
    assert any(note.role is Role.DAMAGED for note in notes) == is_refused(data)
    summary = annotated(data, elements=2)
    assert [note for note in summary if note.role is Role.DAMAGED] == [
        note for note in notes if note.role is Role.DAMAGED
    ] or is_refused(data)


@given(streams())
def test_of_sound_streams(data: bytes) -> None:
    check(data)


@given(damaged(streams()))
def test_of_damaged_streams(data: bytes) -> None:
    check(data)


@given(st.binary(max_size=200))
def test_of_any_bytes(data: bytes) -> None:
    check(data)


def test_of_what_go_sends() -> None:
    for data in malformed.sound_streams(1 << 20):
        check(data)


def test_of_many_damages() -> None:
    for data in malformed.sample(3000, seed=7):
        check(data)


@pytest.mark.parametrize("name", MALFORMED)
def test_of_each_error(name: str) -> None:
    check(MALFORMED[name].data)


@pytest.mark.parametrize("name", SOUND)
def test_of_what_is_odd_and_sound(name: str) -> None:
    check(SOUND[name][0])
