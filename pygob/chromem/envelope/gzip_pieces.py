"""Compressed files of any size, piece by piece; whatever is wrong with one is an error."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

from pygob.chromem.envelope.compression import EXACT_LIMIT, GO_HEADER, GZIP_MAGIC, trailer, wrap
from pygob.errors import GobCorrupt, GobTruncated

# zlib's number for a gzip stream, header and trailer included.
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
# The most that one step of a gzip stream gives, however well it was compressed.
_OUTPUT_PIECE = 1 << 20


def inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress a file.

    Raises:
        GobDecodeError: It is damaged, cut short, or goes on after its end; what could be had was given out.
    """
    inflater, is_new = zlib.decompressobj(_GZIP_WINDOW), False
    position = 0
    for piece in pieces:
        rest = piece
        while rest:
            if inflater.eof:
                inflater = zlib.decompressobj(_GZIP_WINDOW)  # gzip files can follow one another, as in Go
                is_new = True
            before = len(rest)
            if is_new and not GZIP_MAGIC.startswith(rest[:1]):
                raise GobCorrupt(f"gzip: {before:,} bytes or more follow the end", position)
            is_new = False
            sound = inflater.copy()
            try:
                yield inflater.decompress(rest, _OUTPUT_PIECE)
            except zlib.error as error:
                yield from _inflated_to_the_fault(sound, rest)
                raise GobCorrupt(f"gzip: damaged: {error}", position) from None
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            position += before - len(rest)
    while not inflater.eof and (piece := inflater.decompress(b"", _OUTPUT_PIECE)):
        yield piece
    if not inflater.eof:
        raise GobTruncated("unexpected EOF: the gzip stream is cut short", position)


def _inflated_to_the_fault(inflater: Any, data: bytes) -> Iterator[bytes]:
    """What comes before the byte at which inflating fails."""
    with suppress(zlib.error):
        for byte in data:
            yield inflater.decompress(bytes((byte,)))


def deflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Compress data; so little that `wrap` writes it as Go does becomes the same bytes here."""
    beginning = b""
    for piece in pieces:
        beginning += piece
        if len(beginning) > EXACT_LIMIT:
            break
    else:
        yield wrap(beginning, compressed=True)
        return
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    checksum = size = 0
    yield GO_HEADER
    for piece in chain((beginning,), pieces):
        checksum = zlib.crc32(piece, checksum)
        size += len(piece)
        yield deflater.compress(piece)
    yield deflater.flush()
    yield trailer(checksum, size)
