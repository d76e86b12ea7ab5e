"""What a type checker infers; each `assert_type` is checked by mypy, and the values here."""

from __future__ import annotations

import array
import io
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_type

import pygob
from pygob import types
from pygob.marshalers import GoTime, Marshalers


@dataclass
class Point:
    X: int = 0
    Y: int = 0


DATA = pygob.dumps(Point(1, 2))
NUMBERS = pygob.dumps([1, 2])


def test_a_class_is_the_type_of_what_is_decoded_into_it() -> None:
    assert assert_type(pygob.loads(DATA, Point), Point) == Point(1, 2)
    assert assert_type(pygob.load(io.BytesIO(DATA), Point, limits=pygob.Limits()), Point) == Point(1, 2)
    assert assert_type(pygob.loads(NUMBERS, list[int], floats="array"), list[int]) == [1, 2]
    assert list(assert_type(pygob.iter_loads(DATA, Point), Iterator[Point])) == [Point(1, 2)]
    assert list(assert_type(pygob.iter_load(io.BytesIO(DATA), Point), Iterator[Point])) == [Point(1, 2)]
    assert assert_type(pygob.Decoder(io.BytesIO(DATA)).decode(Point), Point) == Point(1, 2)


def test_so_is_that_of_an_object() -> None:
    assert assert_type(pygob.loads(DATA, into=Point()), Point) == Point(1, 2)
    assert assert_type(pygob.load(io.BytesIO(DATA), into=Point()), Point) == Point(1, 2)
    assert assert_type(pygob.Decoder(io.BytesIO(DATA)).decode(into=Point()), Point) == Point(1, 2)


def test_anything_else_may_be_anything() -> None:
    assert assert_type(pygob.loads(NUMBERS), Any) == [1, 2]
    assert assert_type(pygob.loads(NUMBERS, types.Slice(types.INT)), Any) == [1, 2]
    assert assert_type(pygob.Decoder(io.BytesIO(NUMBERS)).decode(), Any) == [1, 2]
    marshalers = Marshalers()
    data = pygob.dumps(datetime(2024, 1, 2, tzinfo=UTC), marshalers=marshalers)
    assert isinstance(assert_type(pygob.loads(data, datetime, marshalers=marshalers), Any), GoTime)


def test_whatever_holds_bytes_is_a_stream() -> None:
    with mmap.mmap(-1, len(NUMBERS)) as mapped:
        mapped.write(NUMBERS)
        for data in (bytearray(NUMBERS), memoryview(NUMBERS), array.array("B", NUMBERS), mapped):
            assert pygob.loads(data) == [1, 2]
            assert pygob.salvage(data).is_sound
            assert pygob.Stream.parse(data).to_bytes() == NUMBERS
        reader = pygob.GobReader()
        reader.feed(mapped)
