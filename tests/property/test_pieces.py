"""Feeding a stream in pieces never matters: the same values, the same error at the same place."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

import pygob
from tests.support.outcomes import outcome
from tests.support.sent import same
from tests.support.strategies import damaged, pieces, streams

any_bytes = st.one_of(streams(), damaged(streams()), st.binary(max_size=60))


@given(any_bytes, st.data())
def test_random_pieces(data: bytes, draw: st.DataObject) -> None:
    whole, parts = outcome([data]), outcome(draw.draw(pieces(data)))
    assert (whole.error, whole.places) == (parts.error, parts.places)
    assert same(whole.values, parts.values)


@given(any_bytes)
def test_byte_by_byte(data: bytes) -> None:
    whole, parts = outcome([data]), outcome(bytes([byte]) for byte in data)
    assert (whole.error, whole.places) == (parts.error, parts.places)
    assert same(whole.values, parts.values)


@given(any_bytes)
def test_a_file_that_gives_one_byte_at_a_time(data: bytes) -> None:
    class Trickle(io.RawIOBase):
        def __init__(self) -> None:
            self.left = iter(data)

        def read(self, size: int = -1) -> bytes:
            return bytes([byte]) if (byte := next(self.left, None)) is not None else b""

    whole = outcome([data])
    values = []
    error = None
    try:
        for value in pygob.Decoder(Trickle()):  # type: ignore[arg-type]  # all that is asked of a file
            values.append(value)
    except pygob.GobDecodeError as caught:
        error = (type(caught).__name__, str(caught), caught.offset)
    assert error == whole.error
    assert same(values, whole.values)


@given(any_bytes)
def test_what_was_read_before_never_matters(data: bytes) -> None:
    before = outcome([data])
    try:
        pygob.Stream.parse(data)
        for _ in pygob.iter_loads(data):
            pass
    except pygob.GobDecodeError:
        pass
    after = outcome([data])
    assert (before.error, before.places) == (after.error, after.places)
    assert same(before.values, after.values)
