"""What is read: a file or standard input, gzip or not."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from pygob import Decoder, GobLimitExceeded, Value
from pygob._source import FloatSlices
from pygob.chromem import envelope
from pygob.command.command import whole_number
from pygob.command.exits import Exit, Failure

#: Standard input.
STDIN = "-"


def add_input(parser: argparse.ArgumentParser) -> None:
    """Give a command the file that it reads."""
    about = "a gob file, gzip or not; standard input if - or left out"
    parser.add_argument("file", nargs="?", default=STDIN, metavar="FILE", help=about)


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
    for value in islice(values(arguments.file, floats=floats), start, stop):
        count += 1
        yield value
    if arguments.index is not None and not count:
        message = f"{shown_path(arguments.file)}: there is no value {start}; the first one is value 0"
        raise Failure(message, Exit.USAGE)


def values(path: str, *, floats: FloatSlices = "list") -> Iterator[Value]:
    """Yield every value of a file, holding one at a time.

    Raises:
        Failure: It cannot be read, or is too large.
        GobDecodeError: The stream is damaged.
    """
    with opened(path) as fp:
        decoder = Decoder(fp, floats=floats)
        while (value := decoder.next_value()) is not None:
            yield value


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The gob bytes of a file, to be read piece by piece; of a damaged gzip file, as many as can be had.

    Raises:
        Failure: It cannot be read, or is too large.
    """
    with raw(path) as fp:
        if fp.peek(len(envelope.GZIP_MAGIC)).startswith(envelope.GZIP_MAGIC):
            yield io.BytesIO(_unpacked(path, fp.read()))
        else:
            yield fp


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


def read(path: str) -> bytes:
    """All gob bytes of a file; of a gzip file that is damaged, as many as can be had.

    Raises:
        Failure: It cannot be read, or is too large.
    """
    with opened(path) as fp:
        return fp.read()


def _unpacked(path: str, raw: bytes) -> bytes:
    try:
        inside = envelope.unwrap(raw)
    except GobLimitExceeded as error:
        raise Failure(f"{shown_path(path)}: {error.message}", Exit.DAMAGE) from None
    if inside.error is not None and not inside.data:
        raise Failure(f"{shown_path(path)}: a gzip file that cannot be read: {inside.error}", Exit.DAMAGE)
    return inside.data


def shown_path(path: str) -> str:
    """How an input is called in a message."""
    return "standard input" if path == STDIN else path
