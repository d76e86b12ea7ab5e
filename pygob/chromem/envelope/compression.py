"""Compressed files as Go reads them, and as Go writes them.

Go's reader takes what it needs from a gzip stream and looks at the trailer only when it reads past the
end of the data, which a gob decoder seldom does. So a file whose checksum is wrong, or whose last bytes
are missing, still opens in chromem. A store's files are read here as Go reads them, and the checksum is
reported apart.

Sources: RFC 1952 (gzip), RFC 1951 (deflate), Go's compress/gzip and compress/flate.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum

from pygob.chromem.envelope import _deflate
from pygob.errors import GobLimitExceeded

GZIP_MAGIC = b"\x1f\x8b"
#: Magic, method deflate, no flags, no time, no level, unknown system: the header Go writes.
GO_HEADER = bytes.fromhex("1f8b08000000000000ff")
#: Largest decompressed size accepted unless told otherwise: a guard against decompression bombs.
DEFAULT_LIMIT = 1 << 30
#: So much data, in bytes, is compressed to the bytes that Go writes.
EXACT_LIMIT = _deflate.EXACT_LIMIT

_TRAILER_SIZE = 8
_MODERN_STORED_BYTES = 127
_FLAG_HEADER_CRC, _FLAG_EXTRA, _FLAG_NAME, _FLAG_COMMENT = 2, 4, 8, 16
_INPUT_CHUNK = 1 << 16


class Checksum(StrEnum):
    """State of the gzip trailer (CRC-32 and size), which Go does not check when it reads a gob."""

    NONE = "none"  # not compressed
    OK = "ok"
    WRONG = "wrong"
    MISSING = "missing"  # the file ends before or inside the trailer


class GoDeflate(StrEnum):
    """Which of Go's two deflate writers made a file; their bytes differ, their meaning does not."""

    CLASSIC = "up to Go 1.26"
    MODERN = "Go 1.27 and later"


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What is inside a file.

    Attributes:
        data: The gob bytes, as many as could be had.
        compressed: Whether the file is gzip by its magic.
        checksum: State of the trailer of the first gzip member.
        error: Why no more bytes follow `data`, in Go's words; None at a clean end.
        opens: False when Go refuses the file before any gob byte is read, as for a damaged header.
        behind: Number of the file's bytes after its last gzip member, which are none themselves.
    """

    data: bytes
    compressed: bool
    checksum: Checksum
    error: str | None = None
    opens: bool = True
    behind: int = 0


def unwrap(raw: bytes, *, limit: int = DEFAULT_LIMIT) -> Unwrapped:
    """Take the gob bytes out of a file's bytes, as tolerantly as Go does.

    Args:
        raw: The whole file.
        limit: Largest size of the gob bytes.

    Raises:
        GobLimitExceeded: The file unpacks to more than `limit` bytes.
    """
    if not raw.startswith(GZIP_MAGIC):
        if len(raw) > limit:
            raise _too_large(limit)
        return Unwrapped(raw, compressed=False, checksum=Checksum.NONE)
    if (data := _sound(raw, limit)) is not None:
        return Unwrapped(data, compressed=True, checksum=Checksum.OK)
    start, error = _skip_header(raw, 0)
    if error is not None:
        return Unwrapped(b"", compressed=True, checksum=Checksum.MISSING, error=error, opens=False)
    parts: list[bytes] = []
    first_checksum: Checksum | None = None
    read_to = len(raw)
    while True:
        data, end, error = _inflate(raw, start, limit - sum(map(len, parts)))
        parts.append(data)
        checksum = Checksum.MISSING
        if error is None:
            checksum, error = _check_trailer(raw, end, data)
        first_checksum = first_checksum or checksum
        end += _TRAILER_SIZE
        if data or error is None:
            read_to = end
        if error is not None or end >= len(raw):
            break
        start, error = _skip_header(raw, end)
        if error is not None:
            break
    behind = max(len(raw) - read_to, 0)
    return Unwrapped(b"".join(parts), compressed=True, checksum=first_checksum, error=error, behind=behind)


def go_deflate_of(raw: bytes) -> GoDeflate | None:
    """Which Go wrote a whole gzip file, by how its deflate stream ends; None when neither did.

    Up to Go 1.26 the last block is a stored one, empty; from Go 1.27 on a fixed one, empty.
    """
    if raw.startswith(GO_HEADER):
        if raw[-_TRAILER_SIZE - 4 : -_TRAILER_SIZE] == b"\0\0\xff\xff":
            return GoDeflate.CLASSIC
        if len(raw) > len(GO_HEADER) + _TRAILER_SIZE:
            return GoDeflate.MODERN
    return None


def wrap(data: bytes, *, compressed: bool, like: GoDeflate = GoDeflate.CLASSIC) -> bytes:
    """Put gob bytes into a file's bytes as Go's compress/gzip does at its default level.

    Data of up to 32,000 bytes becomes byte for byte what Go up to 1.26 writes, data of up to 127 bytes
    (a collection's metadata, most often) what Go 1.27 writes. Anything else gets a valid gzip stream with
    Go's header, since nobody compares those and zlib is far faster.

    Args:
        data: The gob bytes.
        compressed: Whether to compress them at all.
        like: Whose bytes to write, for files that are to equal their siblings.
    """
    if not compressed:
        return data
    body = _deflate.deflate(data) if like is GoDeflate.CLASSIC else _deflate_like_go_1_27(data)
    return GO_HEADER + body + trailer(zlib.crc32(data), len(data))


def trailer(checksum: int, size: int) -> bytes:
    """What ends a gzip stream.

    Args:
        checksum: The CRC-32 of the data.
        size: Its length, in bytes.
    """
    return checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")


def _deflate_like_go_1_27(data: bytes) -> bytes:
    """Up to 127 bytes one stored block, then an empty fixed one: measured on Go 1.27.3."""
    if len(data) <= _MODERN_STORED_BYTES:
        length = len(data).to_bytes(2, "little")
        return b"\0" + length + bytes(byte ^ 0xFF for byte in length) + data + b"\3\0"
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


def _sound(raw: bytes, limit: int) -> bytes | None:
    """What is in a file of one member, sound to its last byte, as nearly all are; None for others."""
    size = int.from_bytes(raw[-4:], "little")
    if size > limit:
        return None
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)  # checks the header and the trailer, too
    try:
        data = inflater.decompress(raw, size + 1)
    except zlib.error:
        return None
    return data if inflater.eof and not inflater.unused_data else None


def _skip_header(raw: bytes, start: int) -> tuple[int, str | None]:
    """Find the first byte after a gzip header; the error is Go's when there is none."""
    header = raw[start : start + 10]
    if len(header) < 10:
        return start, "unexpected EOF"
    if not header.startswith(GZIP_MAGIC) or header[2] != 8:
        return start, "gzip: invalid header"
    flags, position = header[3], start + 10
    if flags & _FLAG_EXTRA:
        position += 2 + int.from_bytes(raw[position : position + 2], "little")
    for flag in (_FLAG_NAME, _FLAG_COMMENT):
        if flags & flag:
            end = raw.find(b"\0", position)
            if end < 0:
                return start, "unexpected EOF"
            position = end + 1
    if flags & _FLAG_HEADER_CRC:
        expected = raw[position : position + 2]
        if expected != (zlib.crc32(raw[start:position]) & 0xFFFF).to_bytes(2, "little"):
            return start, "gzip: invalid header" if len(expected) == 2 else "unexpected EOF"
        position += 2
    if position > len(raw):
        return start, "unexpected EOF"
    return position, None


def _inflate(raw: bytes, start: int, limit: int) -> tuple[bytes, int, str | None]:
    """Inflate one deflate stream: its bytes, where it ends, and Go's error when it breaks off."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(raw[start:], limit + 1)
    except zlib.error:
        data, read = _inflate_to_the_fault(raw, start, limit)
        return data, len(raw), f"flate: corrupt input before offset {read}"
    if len(data) > limit:
        raise _too_large(limit)
    end = len(raw) - len(inflater.unused_data)
    return data, end, None if inflater.eof else "unexpected EOF"


def _inflate_to_the_fault(raw: bytes, start: int, limit: int) -> tuple[bytes, int]:
    """Everything that can be inflated before the fault, and how many bytes are read until it is noticed.

    zlib drops the output of the call that fails. Given one byte after the other it notices a fault at the
    same byte as Go does, but for a block that has no code lengths at all.
    """
    data = bytearray()
    whole = zlib.decompressobj(-zlib.MAX_WBITS)
    position = start
    while True:  # large steps first: the last sound state is kept by copying
        before = whole.copy()
        try:
            data += whole.decompress(raw[position : position + _INPUT_CHUNK])
        except zlib.error:
            break
        position += _INPUT_CHUNK
        if len(data) > limit:
            raise _too_large(limit)
    try:
        for byte in raw[position : position + _INPUT_CHUNK]:
            position += 1
            pending = bytes((byte,))
            while pending:
                data += before.decompress(pending, 1)
                pending = before.unconsumed_tail
            while piece := before.decompress(b"", 1):
                data += piece
                if len(data) > limit:
                    raise _too_large(limit)
    except zlib.error:
        pass
    return bytes(data), position - start


def _check_trailer(raw: bytes, start: int, data: bytes) -> tuple[Checksum, str | None]:
    found = raw[start : start + _TRAILER_SIZE]
    if len(found) < _TRAILER_SIZE:
        return Checksum.MISSING, "unexpected EOF"
    if found != trailer(zlib.crc32(data), len(data)):
        return Checksum.WRONG, "gzip: invalid checksum"
    return Checksum.OK, None


def _too_large(limit: int) -> GobLimitExceeded:
    return GobLimitExceeded(
        f"the file unpacks to more than {limit} bytes", limit="total_bytes", allowed=limit
    )
