"""Any value of any type comes back, and any stream is written back as it was."""

from __future__ import annotations

from typing import Any

from hypothesis import given

import pygob
from pygob import types
from tests.support.descriptions import wire_view
from tests.support.sent import same, sent_view
from tests.support.strategies import streams, typed_values


@given(typed_values)
def test_a_value_comes_back_as_gob_can_send_it(typed: tuple[types.Type, Any]) -> None:
    described, value = typed
    (decoded,) = pygob.iter_values(pygob.dumps(value, described))
    assert wire_view(decoded.value, decoded.type) == sent_view(value, described)


@given(typed_values)
def test_what_came_back_can_be_sent_again(typed: tuple[types.Type, Any]) -> None:
    described, value = typed
    again = pygob.dumps(pygob.loads(pygob.dumps(value, described)), described)
    (decoded,) = pygob.iter_values(again)
    assert wire_view(decoded.value, decoded.type) == sent_view(value, described)


@given(streams())
def test_a_stream_is_written_back_byte_for_byte(data: bytes) -> None:
    stream = pygob.Stream.parse(data)
    assert stream.to_bytes() == data
    assert stream.is_canonical


@given(streams())
def test_all_ways_of_reading_agree(data: bytes) -> None:
    values = [item.value for item in pygob.Stream.parse(data).values]
    assert same(values, list(pygob.iter_loads(data)))
    assert same(values, [found.value for found in pygob.iter_values(data)])


@given(streams())
def test_values_lie_end_to_end_and_cover_the_stream(data: bytes) -> None:
    found = list(pygob.iter_values(data))
    assert [value.start for value in found] == [0, *(value.end for value in found[:-1])]
    assert found[-1].end == len(data)
