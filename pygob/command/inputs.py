"""What is read: a file or standard input, gzip or not."""

from __future__ import annotations

import argparse
import contextlib
import io
import mmap
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pygob import Decoder, GobDecodeError, GobLimitExceeded, Value
from pygob._messages.files import Bytes, Readable
from pygob._messages.source import NumberSlices
from pygob.chromem import envelope
from pygob.command.command import whole_number
from pygob.command.exits import Exit, Failure, warn
from pygob.inspection._wording import count

#: Standard input.
STDIN = "-"

_PIECE_BYTES = 1 << 18
_SIZE = re.compile(r"([0-9]{1,12})([kmgKMG]?)")
_SHIFTS = {"": 0, "K": 10, "M": 20, "G": 30}
# Larger files are mapped where all of a file is looked at.
_MAPPED_BYTES = 1 << 26


def add_input(parser: argparse.ArgumentParser) -> None:
    """Give a command the file that it reads."""
    about = "a gob file, gzip or not; standard input if - or left out"
    parser.add_argument("file", nargs="?", default=STDIN, metavar="FILE", help=about)
    add_key(parser)


def add_key(parser: argparse.ArgumentParser) -> None:
    """Let a command read encrypted exports of chromem, and no more of a file than it is told to."""
    about = "the key of an encrypted export: 32 bytes, 64 hexadecimal digits, or base64"
    parser.add_argument("--key-file", metavar="FILE", help=about)
    about = "read no more than that, unpacked; an error if there is more. 500, 64K, 100M or 2G"
    parser.add_argument("--read-limit", type=_size, metavar="BYTES", help=about)


def _size(text: str) -> int:
    """A number of bytes, given as an argument."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is no number of bytes, such as 500, 64K, 100M or 2G")
    return int(match[1]) << _SHIFTS[match[2].upper()]


@dataclass(frozen=True, slots=True)
class Input:
    """A file that is read.

    Attributes:
        path: Where it is; `STDIN` for standard input.
        key: What opens it, if it is encrypted.
        limit: How many bytes of gob are read of it; as many as there are for None.
    """

    path: str
    key: bytes | None
    limit: int | None

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Input:
        """The FILE that a command is given.

        Raises:
            Failure: Its key cannot be had.
        """
        return cls(arguments.file, key_in_file(arguments.key_file), arguments.read_limit)

    @property
    def shown(self) -> str:
        """How it is called in a message."""
        return shown_path(self.path)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Let a command look at some of the values of a stream."""
    parser.add_argument(
        "--offset", type=whole_number, default=0, metavar="N", help="pass over the first N values"
    )
    parser.add_argument("--limit", type=whole_number, metavar="N", help="take N values at most")
    parser.add_argument("--index", type=whole_number, metavar="N", help="take value N only, counted from 0")


def selected(arguments: argparse.Namespace, *, floats: NumberSlices = "list") -> Iterator[Value]:
    """Yield the values that the arguments ask for, holding one at a time.

    Raises:
        NoValue: There is no value at all.
        Failure: There is no input, or no value with the index.
        GobDecodeError: The stream is damaged.
    """
    source = Input.of(arguments)
    start, stop = arguments.offset, None
    if arguments.limit is not None:
        stop = start + arguments.limit
    if arguments.index is not None:
        start, stop = arguments.index, arguments.index + 1
    if stop is not None and stop <= start:
        return
    seen = 0
    for value in values(source, floats=floats):
        seen += 1
        if seen > start:
            yield value
        if seen == stop:
            return
    if not seen:
        raise NoValue(source.path)
    if arguments.index is not None:
        held = f"the stream has {count(seen, 'value')}, counted from 0"
        raise Failure(f"{source.shown}: there is no value {start}; {held}", Exit.USAGE)


class NoValue(Failure):
    """A stream that ends before its first value, such as an empty file."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{shown_path(path)}: no value; Go's decoder says EOF", Exit.DAMAGE)


def values(source: Input, *, floats: NumberSlices = "list") -> Iterator[Value]:
    """Yield every value of a file, holding one at a time.

    Raises:
        Failure: It cannot be read.
        GobDecodeError: The stream, or what it is wrapped in, is damaged.
    """
    with opened(source) as fp:
        beginning = fp.peek() if isinstance(fp, io.BufferedReader) else b""
        decoder = Decoder(fp, floats=floats)
        try:
            while (value := decoder.next_value()) is not None:
                yield value
        except GobDecodeError as error:
            is_foreign = bool(_foreign(beginning))
            if not (decoder.table.definitions or is_foreign) and envelope.may_be_encrypted(beginning):
                error.message += "; if this is an encrypted export, --key-file opens it"
            raise


@contextlib.contextmanager
def opened(source: Input) -> Iterator[Readable]:
    """The gob bytes of a file, to be read piece by piece.

    Whatever is wrong with gzip or encryption is an error of reading, once all before it has been given; and
    so is that there is more than is to be read.

    Raises:
        Failure: It cannot be read.
    """
    with raw(source.path) as fp:
        if source.key is not None:
            pieces = envelope.unwrapped_pieces(_repeated(source.path, fp), source.key)
            yield PieceReader(_limited(pieces, source))
            return
        beginning = fp.peek(len(envelope.GZIP_MAGIC))
        if beginning.startswith(envelope.GZIP_MAGIC):
            pieces = envelope.unwrapped_pieces(lambda: _pieces(fp), None)
            yield PieceReader(_limited(pieces, source))
            return
        try:
            yield fp if source.limit is None else PieceReader(_limited(_pieces(fp), source))
        except GobDecodeError as error:
            error.message += _foreign(beginning)
            raise


def _limited(pieces: Iterator[bytes], source: Input) -> Iterator[bytes]:
    """The pieces, up to as many bytes as are to be read."""
    if source.limit is None:
        yield from pieces
        return
    left = source.limit
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left < 0:
            raise _beyond(source)


def _beyond(source: Input) -> Failure:
    allowed = count(source.limit or 0, "byte")
    return Failure(f"{source.shown}: more than the {allowed} that --read-limit allows", Exit.DAMAGE)


# How files begin that no gob stream begins as, and what to do with them.
_FOREIGN = (
    (b"\x28\xb5\x2f\xfd", "this is zstd; zstd -dc unpacks it"),
    (b"\xfd7zXZ\x00", "this is xz; xz -dc unpacks it"),
    (b"BZh", "this is bzip2; bzip2 -dc unpacks it"),
    (b"PK\x03\x04", "this is a zip file; unzip -p unpacks it"),
    (b'{"', "this looks like JSON; pygob from-json reads the lossless form"),
    (b"{\n", "this looks like JSON; pygob from-json reads the lossless form"),
)


def _foreign(beginning: bytes) -> str:
    """What a file is whose beginning is that of no gob stream; "" if it may be one."""
    return next((f"; {about}" for magic, about in _FOREIGN if beginning.startswith(magic)), "")


@dataclass(frozen=True, slots=True)
class Held:
    """All gob bytes of a file.

    Attributes:
        data: The bytes.
        cut: Why there are no more, where gzip is damaged.
    """

    data: Bytes
    cut: str | None = None


def read(source: Input) -> Held:
    """All gob bytes of a file; of a gzip file that is damaged, as many as can be had.

    A large file that is not compressed is mapped: only what is looked at is in memory.

    Raises:
        Failure: It cannot be read, or is too large for memory.
        ExportKeyError: The key does not open it.
    """
    with raw(source.path) as fp:
        if source.key is not None:
            return Held(_joined(source, envelope.unwrapped_pieces(_repeated(source.path, fp), source.key)))
        if _is_large(fp):
            mapped = mmap.mmap(fp.fileno(), 0, access=mmap.ACCESS_READ)
            if source.limit is not None and len(mapped) > source.limit:
                raise _beyond(source)
            return Held(mapped)
        return _unpacked(source, _joined(source, _pieces(fp)))


def held_in_memory(source: Input) -> tuple[bytes, str | None]:
    """The same, for what needs all of it at once."""
    held = read(source)
    if len(held.data) > envelope.DEFAULT_LIMIT:
        raise _too_large(source)
    return held.data[:], held.cut


def _is_large(fp: io.BufferedReader) -> bool:
    """Whether it is a large file without compression, read from its beginning.

    Small ones are not mapped: a file that another process truncates would end this one.
    """
    try:
        status = os.fstat(fp.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size <= _MAPPED_BYTES or fp.tell():
            return False
    except (OSError, ValueError):
        return False
    return not fp.peek(len(envelope.GZIP_MAGIC)).startswith(envelope.GZIP_MAGIC)


def _joined(source: Input, pieces: Iterator[bytes]) -> bytes:
    most = _most(source)
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > most:
            raise _too_large(source)
    return b"".join(held)


def _most(source: Input) -> int:
    """How many bytes are held."""
    return envelope.DEFAULT_LIMIT if source.limit is None else min(source.limit, envelope.DEFAULT_LIMIT)


def _too_large(source: Input) -> Failure:
    if source.limit is not None and source.limit < envelope.DEFAULT_LIMIT:
        return _beyond(source)
    message = f"{source.shown}: more than {envelope.DEFAULT_LIMIT:,} bytes, too many to hold in memory"
    return Failure(f"{message}; pygob show, json and check read a file of any size", Exit.DAMAGE)


def _unpacked(source: Input, data: bytes) -> Held:
    try:
        inside = envelope.unwrap(data, limit=_most(source))
    except GobLimitExceeded:
        raise _too_large(source) from None
    if inside.error is not None and not inside.data:
        raise Failure(f"{source.shown}: a gzip file that cannot be read: {inside.error}", Exit.DAMAGE)
    cut = None if inside.error is None else f"the gzip file is damaged behind these bytes: {inside.error}"
    return Held(inside.data, cut)


def _repeated(path: str, fp: io.BufferedReader) -> Callable[[], Iterator[bytes]]:
    """What reads a file from its beginning, as often as it is called."""
    if path == STDIN or not fp.seekable():
        held = fp.read()
        return lambda: iter([held])

    def again() -> Iterator[bytes]:
        fp.seek(0)
        return _pieces(fp)

    return again


def _pieces(fp: io.BufferedReader) -> Iterator[bytes]:
    while piece := fp.read(_PIECE_BYTES):
        yield piece


def key_in_file(key_file: str | None) -> bytes | None:
    """The key that `--key-file` names, read once: it may be a pipe.

    Raises:
        Failure: It cannot be read, or holds no key.
    """
    if key_file is None:
        return None
    shown = shown_path(key_file)
    try:
        with Path(key_file).open("rb") as fp:
            held = fp.read(envelope.KEY_FILE_BYTES + 1)
            mode = os.fstat(fp.fileno()).st_mode
    except OSError as error:
        raise Failure(f"the key file {shown} cannot be read: {error.strerror or error}", Exit.KEY) from None
    key = envelope.key_in(held)
    if key is None:
        message = f"{shown}: no key: 32 bytes, 64 hexadecimal digits, or base64 of 32 bytes are one"
        raise Failure(message, Exit.KEY)
    if warning := envelope.key_file_warning(shown, mode):
        warn(warning)
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
