"""Files that do not block, take little at a time, or say wrong things about it: nothing is lost."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

import pygob

LARGE = b"x" * 5_000_000


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends, of which the first does not block."""
    own, peer = socket.socketpair()
    with own, peer:
        own.setblocking(False)
        yield own, peer


@pytest.mark.parametrize("buffering", [0, 8192])
def test_what_a_socket_does_not_take_is_kept(
    sockets: tuple[socket.socket, socket.socket], buffering: int
) -> None:
    own, peer = sockets
    file = own.makefile("wb", buffering=buffering)
    encoder = pygob.Encoder(file)
    with pytest.raises(BlockingIOError, match="are kept"):
        encoder.encode(LARGE)
    with pytest.raises(BlockingIOError):
        encoder.encode(1)
    received = bytearray()
    is_waiting = True
    while is_waiting:
        received += peer.recv(1 << 20)
        try:
            encoder.flush()
            file.flush()
            is_waiting = False
        except BlockingIOError:
            continue
    own.shutdown(socket.SHUT_WR)
    while data := peer.recv(1 << 20):
        received += data
    assert list(pygob.iter_loads(received)) == [LARGE, 1]


def test_a_socket_that_blocks_again_takes_the_rest_with_the_next_value(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    own, peer = sockets
    encoder = pygob.Encoder(own.makefile("wb", buffering=0))
    with pytest.raises(BlockingIOError) as caught:
        encoder.encode(LARGE)
    received = bytearray()
    while len(received) < caught.value.characters_written:
        received += peer.recv(1 << 20)
    stream = pygob.dumps(LARGE)
    assert received == stream[: len(received)]
    assert encoder.pending == len(stream) - len(received)


class Says(io.RawIOBase):
    """A raw file that answers every write with the same."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def write(self, data: Any) -> Any:
        return self.answer


@pytest.mark.parametrize("answer", [0, -1, 1 << 40, "3"], ids=repr)
def test_a_file_that_does_not_say_how_much_it_took_is_an_error(answer: Any) -> None:
    encoder = pygob.Encoder(Says(answer))
    with pytest.raises(OSError, match="write\\(\\) returned"):
        encoder.encode(1)
    with pytest.raises(pygob.GobEncodeError, match="only in part"):
        encoder.flush()
    with pytest.raises(OSError, match="write\\(\\) returned"):
        pygob.dump(1, Says(answer))


def test_dump_writes_all_to_a_file_that_takes_little_at_a_time() -> None:
    class Narrow(io.RawIOBase):
        taken = b""

        def write(self, data: Any) -> int:
            self.taken += bytes(data[:3])
            return min(3, len(data))

    file = Narrow()
    pygob.dump("hello, world", file)
    assert file.taken == pygob.dumps("hello, world")


def test_dump_says_how_much_a_file_took() -> None:
    with pytest.raises(BlockingIOError) as caught:
        pygob.dump("hello, world", Says(None))
    assert caught.value.characters_written == 0


def test_any_object_that_writes_will_do() -> None:
    class Sink:
        def __init__(self) -> None:
            self.taken = b""

        def write(self, data: Any) -> None:
            self.taken += bytes(data)

    sink = Sink()
    pygob.Encoder(sink).encode("hello")
    assert sink.taken == pygob.dumps("hello")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose end for reading does not block."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    yield read_end, write_end
    for end in (read_end, write_end):
        try:
            os.close(end)
        except OSError:
            continue  # closed already


@pytest.mark.parametrize("buffering", [-1, 0])
def test_a_pipe_without_data_is_not_at_its_end(pipe: tuple[int, int], buffering: int) -> None:
    read_end, write_end = pipe
    data = pygob.dumps({"a": [1, 2, 3]})
    with open(read_end, "rb", buffering=buffering, closefd=False) as file:
        decoder = pygob.Decoder(file)
        for piece in (b"", data[:5], data[5:-1]):
            os.write(write_end, piece)
            with pytest.raises(BlockingIOError):
                decoder.decode()
        os.write(write_end, data[-1:])
        assert decoder.decode() == {"a": [1, 2, 3]}
        os.close(write_end)
        with pytest.raises(EOFError):
            decoder.decode()


@pytest.mark.parametrize("buffering", [-1, 0])
def test_load_of_a_pipe_without_data(pipe: tuple[int, int], buffering: int) -> None:
    with open(pipe[0], "rb", buffering=buffering, closefd=False) as file, pytest.raises(BlockingIOError):
        pygob.load(file)


class Faltering:
    """A file whose reads raise now and then."""

    def __init__(self, *reads: Any) -> None:
        self.reads = list(reads)

    def read(self, size: int = -1) -> Any:
        got = self.reads.pop(0) if self.reads else b""
        if isinstance(got, Exception):
            raise got
        return got


NUMBERS = pygob.dumps(1) + pygob.dumps(2) + pygob.dumps(3)


@pytest.mark.parametrize(
    "opened",
    [pygob.Decoder, pygob.iter_load, lambda file: pygob.iter_load(file, int)],
    ids=["Decoder", "iter_load", "iter_load typed"],
)
def test_iterating_goes_on_after_an_error_of_the_file(opened: Any) -> None:
    faults = [BlockingIOError(), OSError("no route to host"), EOFError("the archive ends too early")]
    values = opened(Faltering(NUMBERS[:5], faults[0], faults[1], NUMBERS[5:6], None, faults[2], NUMBERS[6:]))
    assert iter(values) is values
    seen: list[Any] = []
    while True:
        try:
            seen.append(next(values))
        except StopIteration:
            break
        except (OSError, EOFError) as error:
            seen.append(type(error))
    assert seen == [1, BlockingIOError, OSError, BlockingIOError, EOFError, 2, 3]
    assert next(values, None) is None


@pytest.mark.parametrize(
    "values",
    [
        pygob.iter_load(Faltering(pygob.dumps(1) + pygob.dumps("a") + pygob.dumps(3)), int),
        pygob.iter_loads(pygob.dumps(1) + pygob.dumps("a") + pygob.dumps(3), int),
    ],
    ids=["file", "bytes"],
)
def test_iterating_goes_on_after_a_value_that_does_not_fit(values: Iterator[int]) -> None:
    assert next(values) == 1
    with pytest.raises(pygob.GobTypeError):
        next(values)
    assert list(values) == [3]
