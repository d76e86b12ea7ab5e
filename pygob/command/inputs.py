"""What is read: a file or standard input, gzip or not."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import cast

from pygob import Decoder, GobDecodeError, GobLimitExceeded, Value
from pygob._files import Readable
from pygob._source import FloatSlices
from pygob.chromem import envelope
from pygob.command.command import whole_number
from pygob.command.exits import Exit, Failure

#: Standard input.
STDIN = "-"

_PIECE_BYTES = 1 << 18


def add_input(parser: argparse.ArgumentParser) -> None:
    """Give a command the file that it reads."""
    about = "a gob file, gzip or not; standard input if - or left out"
    parser.add_argument("file", nargs="?", default=STDIN, metavar="FILE", help=about)
    add_key(parser)


def add_key(parser: argparse.ArgumentParser) -> None:
    """Let a command read encrypted exports of chromem."""
    about = "the key of an encrypted export: 32 bytes, 64 hexadecimal digits, or base64"
    parser.add_argument("--key-file", metavar="FILE", help=about)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Let a command look at some of the values of a stream."""
    parser.add_argument(
        "--offset", type=whole_number, default=0, metavar="N", help="pass over the first N values"
    )
    parser.add_argument("--limit", type=whole_number, metavar="N", help="take N values at most")
    parser.add_argument("--index", type=whole_number, metavar="N", help="take value N only, counted from 0")


def selected(arguments: argparse.Namespace, *, floats: FloatSlices = "list") -> Iterator[Value]:
    """Yield the values that the arguments ask for, holding one at a time.

    Raises:
        Failure: There is no input, or no value with the index.
        GobDecodeError: The stream is damaged.
    """
    start, stop = arguments.offset, None
    if arguments.limit is not None:
        stop = start + arguments.limit
    if arguments.index is not None:
        start, stop = arguments.index, arguments.index + 1
    count = 0
    for value in islice(values(arguments.file, key_file=arguments.key_file, floats=floats), start, stop):
        count += 1
        yield value
    if arguments.index is not None and not count:
        message = f"{shown_path(arguments.file)}: there is no value {start}; the first one is value 0"
        raise Failure(message, Exit.USAGE)


def values(path: str, *, key_file: str | None = None, floats: FloatSlices = "list") -> Iterator[Value]:
    """Yield every value of a file, holding one at a time.

    Raises:
        Failure: It cannot be read.
        GobDecodeError: The stream, or what it is wrapped in, is damaged.
    """
    with opened(path, key_file) as fp:
        beginning = fp.peek() if isinstance(fp, io.BufferedReader) else b""
        decoder = Decoder(fp, floats=floats)
        try:
            while (value := decoder.next_value()) is not None:
                yield value
        except GobDecodeError as error:
            if not decoder.table.definitions and envelope.may_be_encrypted(beginning):
                error.message += "; if this is an encrypted export, --key-file opens it"
            raise


@contextlib.contextmanager
def opened(path: str, key_file: str | None = None) -> Iterator[Readable]:
    """The gob bytes of a file, to be read piece by piece.

    Whatever is wrong with gzip or encryption is an error of reading, once all before it has been given.

    Raises:
        Failure: It cannot be read.
    """
    key = _key(key_file)
    with raw(path) as fp:
        if key is not None:
            yield PieceReader(envelope.unwrapped_pieces(_repeated(path, fp), key))
        elif fp.peek(len(envelope.GZIP_MAGIC)).startswith(envelope.GZIP_MAGIC):
            yield PieceReader(envelope.unwrapped_pieces(lambda: _pieces(fp), None))
        else:
            yield fp


def read(path: str, key_file: str | None = None) -> bytes:
    """All gob bytes of a file; of a gzip file that is damaged, as many as can be had.

    Raises:
        Failure: It cannot be read, or is too large.
        ExportKeyError: The key does not open it.
    """
    key = _key(key_file)
    with raw(path) as fp:
        if key is not None:
            return b"".join(envelope.unwrapped_pieces(_repeated(path, fp), key))
        return _unpacked(path, fp.read())


def _unpacked(path: str, data: bytes) -> bytes:
    try:
        inside = envelope.unwrap(data)
    except GobLimitExceeded as error:
        raise Failure(f"{shown_path(path)}: {error.message}", Exit.DAMAGE) from None
    if inside.error is not None and not inside.data:
        raise Failure(f"{shown_path(path)}: a gzip file that cannot be read: {inside.error}", Exit.DAMAGE)
    return inside.data


def _repeated(path: str, fp: io.BufferedReader) -> Callable[[], Iterator[bytes]]:
    """What reads a file from its beginning, as often as it is called."""
    if path == STDIN:
        held = fp.read()
        return lambda: iter([held])

    def again() -> Iterator[bytes]:
        fp.seek(0)
        return _pieces(fp)

    return again


def _pieces(fp: io.BufferedReader) -> Iterator[bytes]:
    while piece := fp.read(_PIECE_BYTES):
        yield piece


def _key(key_file: str | None) -> bytes | None:
    if key_file is None:
        return None
    with raw(key_file) as fp:
        key = envelope.key_in(fp.read(envelope.KEY_FILE_BYTES))
    if key is None:
        message = f"{key_file}: no key: 32 bytes, 64 hexadecimal digits, or base64 of 32 bytes are one"
        raise Failure(message, Exit.KEY)
    return key


class PieceReader:
    """Bytes that come in pieces, as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1, /) -> bytes:
        """The next piece, whatever its size; all that is left when no size is given."""
        if size < 0:
            return b"".join(self._pieces)
        return next((piece for piece in self._pieces if piece), b"")


@contextlib.contextmanager
def raw(path: str) -> Iterator[io.BufferedReader]:
    """The bytes of a file as they are.

    Raises:
        Failure: It cannot be read.
    """
    try:
        if path == STDIN:
            yield _standard_input()
        else:
            with Path(path).open("rb") as fp:
                yield fp
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(f"{shown_path(path)}: {error.strerror or error}", Exit.IO_ERROR) from None


def _standard_input() -> io.BufferedReader:
    if sys.stdin is None:
        raise Failure("standard input is closed", Exit.IO_ERROR)
    return cast(io.BufferedReader, sys.stdin.buffer)


def shown_path(path: str) -> str:
    """How an input is called in a message."""
    return "standard input" if path == STDIN else path
