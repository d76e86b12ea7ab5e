"""What a caller gets wrong is a TypeError, or another error that names it, where it was given."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

import pygob
from pygob import types
from pygob.marshalers import Marshalers

DATA = pygob.dumps({"A": 1}, types.Struct("P", {"A": types.INT}))


def given(value: Any) -> Any:
    """What is wrong on purpose, and unknown to type checkers."""
    return value


def to_bytes_of(change: Callable[[pygob.Stream], object]) -> bytes:
    stream = pygob.Stream.parse(DATA)
    change(stream)
    return stream.to_bytes()


@pytest.mark.parametrize("fp", ["a/path", Path("a/path"), b"bytes", None, 3, open], ids=repr)
def test_what_is_no_file(fp: Any) -> None:
    readers: list[Callable[[Any], object]] = [pygob.load, pygob.Decoder, lambda fp: list(pygob.iter_load(fp))]
    for read in readers:
        with pytest.raises(TypeError, match=r"has no method read: give a file, such as open\(path, 'rb'\)"):
            read(fp)
    writers: list[Callable[[Any], object]] = [pygob.Encoder, lambda fp: pygob.dump(1, fp)]
    for write in writers:
        with pytest.raises(TypeError, match=r"has no method write: give a file, such as open\(path, 'wb'\)"):
            write(fp)


def test_a_bare_socket_is_no_file_but_has_one() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(TypeError, match=r"has no method read: .* sock\.makefile\('rb'\)"):
            pygob.Decoder(cast(Any, ours))
        with pytest.raises(TypeError, match=r"has no method write: .* sock\.makefile\('wb'\)"):
            pygob.Encoder(cast(Any, ours))


@pytest.mark.parametrize("other", [Marshalers, {}, 3], ids=["class", "dict", "int"])
def test_what_are_no_marshalers_and_no_registry(other: Any) -> None:
    uses: list[Callable[..., object]] = [
        lambda **options: pygob.loads(DATA, **options),
        lambda **options: pygob.load(io.BytesIO(DATA), **options),
        lambda **options: list(pygob.iter_loads(DATA, **options)),
        lambda **options: list(pygob.iter_load(io.BytesIO(DATA), **options)),
        lambda **options: pygob.Decoder(io.BytesIO(DATA), **options),
        lambda **options: pygob.dumps(1, **options),
        lambda **options: pygob.dump(1, io.BytesIO(), **options),
        lambda **options: pygob.GobWriter(**options),
        lambda **options: pygob.Encoder(io.BytesIO(), **options),
    ]
    for use in uses:
        with pytest.raises(TypeError, match=r"marshalers are a pygob\.marshalers\.Marshalers, not "):
            use(marshalers=other)
        with pytest.raises(TypeError, match=r"registry is a pygob\.Registry, not "):
            use(registry=other)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: types.Struct("P", given({"A": int})), "field A of struct P is described by pygob.types"),
        (lambda: types.Struct("P", given(["A"])), "a field is given as its name and type, not as 'A'"),
        (
            lambda: types.Slice(given(3)),
            "the elem of a slice is described by pygob.types, such as types.INT, not 3",
        ),
        (lambda: types.Map(given("k"), types.INT), "the key of a map is described by pygob.types"),
        (lambda: types.Pointer(given(int)), "the elem of a pointer is described by pygob.types"),
        (lambda: pygob.loads(pygob.dumps([1]), types.Slice()), "has a part that is not described yet"),
        (lambda: pygob.Struct(given("P")), "the type of a Struct is a types.Struct, not 'P'"),
        (lambda: pygob.TypeIds(given("70")), "first_id is an int, not '70'"),
        (lambda: pygob.dumps([1], first_id=given(70.5)), "first_id is an int, not 70.5"),
        (lambda: pygob.GobWriter(given(70)), "ids are a pygob.TypeIds, not 70"),
    ],
)
def test_what_is_no_type_and_no_id(use: Callable[[], object], words: str) -> None:
    with pytest.raises(TypeError) as refused:
        use()
    assert words in str(refused.value)


def test_what_is_no_value_of_a_stream() -> None:
    with pytest.raises(
        pygob.GobEncodeError, match=r"values\[1\] is 3, not a StreamValue; append\(\) makes one"
    ):
        to_bytes_of(lambda stream: stream.values.append(given(3)))
