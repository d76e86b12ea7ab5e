"""The wrapping around gob bytes: gzip, recognised by its magic whatever the file is called, and encryption.

Go's reader takes what it needs from a gzip stream and looks at the trailer only when it reads past the
end of the data, which a gob decoder seldom does. So a file whose checksum is wrong, or whose last bytes
are missing, still opens in chromem. A store's files are read here as Go reads them, and the checksum is
reported apart. Exports, which may be larger than memory, are read and written piece by piece, and
whatever is wrong with their wrapping is an error.

Sources: RFC 1952 (gzip), RFC 1951 (deflate), Go's compress/gzip and compress/flate; for encryption
`persistToWriter` of chromem-go v0.7.0: a nonce of 12 bytes, the bytes under AES-256-GCM, a tag of 16 bytes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

from pygob.chromem import _deflate
from pygob.errors import GobCorrupt, GobDecodeError, GobLimitExceeded, GobTruncated

GZIP_MAGIC = b"\x1f\x8b"
#: Magic, method deflate, no flags, no time, no level, unknown system: the header Go writes.
GO_HEADER = bytes.fromhex("1f8b08000000000000ff")
#: Largest decompressed size accepted unless told otherwise: a guard against decompression bombs.
DEFAULT_LIMIT = 1 << 30

_TRAILER_SIZE = 8
# zlib's number for a gzip stream, header and trailer included.
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_MODERN_STORED_BYTES = 127
_FLAG_HEADER_CRC, _FLAG_EXTRA, _FLAG_NAME, _FLAG_COMMENT = 2, 4, 8, 16
_INPUT_CHUNK = 1 << 16

#: Length of a key of AES-256, in bytes.
KEY_BYTES = 32
#: What is longer holds no key, in any form.
KEY_FILE_BYTES = 4096
_KEY_DIGITS = re.compile(rb"[0-9A-Fa-f]{64}")
_KEY_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{43}=?")
_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_NONCE_BYTES = 12
_TAG_BYTES = 16
# How much of an encrypted file is authenticated at a time, with a digest of its own to know it again by.
_SEALED_CHUNK = 1 << 20
# The most that one step of a gzip stream gives, however well it was compressed.
_OUTPUT_PIECE = 1 << 20
# So much of a file is looked at to tell whether it may be encrypted.
_LOOK_BYTES = 1 << 12
# Hardly ever in so many random bytes; "Collections" is in every export.
_WORD = re.compile(rb"[A-Za-z]{10}")


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


class ExportKeyError(GobDecodeError):
    """The key is not the one that the file was encrypted with; or it needs one, or needs none."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What is inside a file.

    Attributes:
        data: The gob bytes, as many as could be had.
        compressed: Whether the file is gzip by its magic.
        checksum: State of the trailer of the first gzip member.
        error: Why no more bytes follow `data`, in Go's words; None at a clean end.
        opens: False when Go refuses the file before any gob byte is read, as for a damaged header.
    """

    data: bytes
    compressed: bool
    checksum: Checksum
    error: str | None = None
    opens: bool = True


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
    start, error = _skip_header(raw, 0)
    if error is not None:
        return Unwrapped(b"", compressed=True, checksum=Checksum.MISSING, error=error, opens=False)
    parts: list[bytes] = []
    first_checksum: Checksum | None = None
    while True:
        data, end, error = _inflate(raw, start, limit - sum(map(len, parts)))
        parts.append(data)
        checksum = Checksum.MISSING
        if error is None:
            checksum, error = _check_trailer(raw, end, data)
        first_checksum = first_checksum or checksum
        end += _TRAILER_SIZE
        if error is not None or end >= len(raw):
            break
        start, error = _skip_header(raw, end)
        if error is not None:
            break
    return Unwrapped(b"".join(parts), compressed=True, checksum=first_checksum, error=error)


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
    trailer = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    body = _deflate.deflate(data) if like is GoDeflate.CLASSIC else _deflate_like_go_1_27(data)
    return GO_HEADER + body + trailer


def _deflate_like_go_1_27(data: bytes) -> bytes:
    """Up to 127 bytes one stored block, then an empty fixed one: measured on Go 1.27.3."""
    if len(data) <= _MODERN_STORED_BYTES:
        length = len(data).to_bytes(2, "little")
        return b"\0" + length + bytes(byte ^ 0xFF for byte in length) + data + b"\3\0"
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


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
    trailer = raw[start : start + _TRAILER_SIZE]
    if len(trailer) < _TRAILER_SIZE:
        return Checksum.MISSING, "unexpected EOF"
    expected = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    if trailer != expected:
        return Checksum.WRONG, "gzip: invalid checksum"
    return Checksum.OK, None


def _too_large(limit: int) -> GobLimitExceeded:
    return GobLimitExceeded(
        f"the file unpacks to more than {limit} bytes", limit="total_bytes", allowed=limit
    )


def check_key(key: bytes | None) -> None:
    """Check that a key can be one.

    Raises:
        ValueError: It has another length than AES-256 needs.
    """
    if key is not None and len(key) != KEY_BYTES:
        raise ValueError(f"a key of AES-256 has {KEY_BYTES} bytes, not {len(key)}")


def key_file_warning(shown: str, mode: int) -> str | None:
    """What is unsafe about a key file; `None` if nothing is.

    Args:
        shown: How the file is called in a message.
        mode: Its mode, as `os.stat` gives it.
    """
    if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"others than its owner may read the key file {shown}; chmod 600 keeps it secret"
    return None


def key_in(held: bytes) -> bytes | None:
    """The key that a key file holds; None if it holds none.

    Args:
        held: What is in the file, or the first `KEY_FILE_BYTES` bytes of it: 32 bytes as they are, 64
            hexadecimal digits, or base64; the end of a line may follow.
    """
    for line in (held, held.removesuffix(b"\n").removesuffix(b"\r")):
        if len(line) == KEY_BYTES:
            return line
        if _KEY_DIGITS.fullmatch(line):
            return bytes.fromhex(line.decode())
        if _KEY_BASE64.fullmatch(line):
            return base64.urlsafe_b64decode(line.translate(_TO_URL_SAFE).rstrip(b"=") + b"=")
    return None


def unwrapped_pieces(read: Callable[[], Iterator[bytes]], key: bytes | None) -> Iterator[bytes]:
    """Take the gob bytes out of a file of any size, piece by piece.

    An encrypted file is read twice: no byte is given out before all of them were authenticated, and what is
    given out then is what was.

    Args:
        read: Reads the file's bytes from their beginning, whenever it is called.
        key: The key, None when the file is not encrypted.

    Raises:
        ExportKeyError: The key does not open the file.
        GobDecodeError: The file is cut short, or goes on after its end.
    """
    check_key(key)
    pieces = read() if key is None else _decrypted(read, key)
    first = next((piece for piece in pieces if piece), b"")
    if len(first) == 1:
        first += next((piece for piece in pieces if piece), b"")
    everything = chain((first,), pieces)
    return _inflated(everything) if first.startswith(GZIP_MAGIC) else everything


def salvaged_pieces(read: Callable[[], Iterator[bytes]], key: bytes | None) -> Iterator[bytes]:
    """Take the gob bytes out of a damaged file; see `unwrapped_pieces`. None of them are authenticated.

    Raises:
        GobDecodeError: All bytes were given that there are, and the file is damaged.
    """
    everything = read() if key is None else _decrypted_as_it_is(read, key)
    first = b""
    while len(first) < len(GZIP_MAGIC) and (piece := next(everything, None)) is not None:
        first += piece
    whole = chain((first,), everything)
    return _inflated(whole) if first.startswith(GZIP_MAGIC) else whole


def wrapped_pieces(pieces: Iterable[bytes], *, compressed: bool, key: bytes | None) -> Iterator[bytes]:
    """Wrap the gob bytes of a file of any size, piece by piece; see `wrap`.

    Args:
        pieces: The gob bytes.
        compressed: Whether to compress them.
        key: The key to encrypt with, None for no encryption.
    """
    check_key(key)
    inside = _deflated(iter(pieces)) if compressed else pieces
    return iter(inside) if key is None else _encrypted(inside, key)


def may_be_encrypted(beginning: bytes) -> bool:
    """Whether a file that begins so may be encrypted: it looks random, with no words and little text."""
    look = beginning[:_LOOK_BYTES]
    printable = sum(32 <= byte < 127 for byte in look)  # of random bytes, 37%
    return (
        len(look) > _NONCE_BYTES + _TAG_BYTES
        and not look.startswith(GZIP_MAGIC)
        and printable < 0.65 * len(look)
        and _WORD.search(look) is None
    )


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
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


def _deflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Like `wrap`, and with the very bytes of it for data as small as those that `wrap` writes like Go."""
    beginning = b""
    for piece in pieces:
        beginning += piece
        if len(beginning) > _deflate.EXACT_LIMIT:
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
    yield checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")


def _encrypted(pieces: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    nonce = os.urandom(_NONCE_BYTES)
    sealer = _gcm(key, nonce).encryptor()
    yield nonce
    for piece in pieces:
        yield sealer.update(piece)
    yield sealer.finalize()
    yield sealer.tag


def _decrypted(read: Callable[[], Iterator[bytes]], key: bytes) -> Iterator[bytes]:
    """The plain bytes: in a first pass all are authenticated, in a second the same ones are given out."""
    digests, end = _authenticated(read, key)
    opener = None
    position = 0
    for chunk, digest in zip(_chunks(read()), digests, strict=False):
        if _digest(chunk) != digest:
            break
        if opener is None:
            opener = _gcm(key, chunk[:_NONCE_BYTES]).decryptor()
        inside = chunk[max(_NONCE_BYTES - position, 0) : max(end - position, 0)]
        yield opener.update(inside)
        position += len(chunk)
    if position != end + _TAG_BYTES:
        raise GobCorrupt("the file changed while it was read", position)


def _decrypted_as_it_is(read: Callable[[], Iterator[bytes]], key: bytes) -> Iterator[bytes]:
    """The plain bytes, less the last few: those are the tag, or were before the file was cut."""
    opener: Any = None
    held = b""
    for chunk in _chunks(read()):
        if opener is None:
            opener = _gcm(key, chunk[:_NONCE_BYTES].ljust(_NONCE_BYTES, b"\0")).decryptor()
            chunk = chunk[_NONCE_BYTES:]
        held += opener.update(chunk)
        yield held[:-_TAG_BYTES]
        held = held[-_TAG_BYTES:]


def _authenticated(read: Callable[[], Iterator[bytes]], key: bytes) -> tuple[list[bytes], int]:
    """Digests of the chunks of a file that the key opens, and where its tag begins."""
    digests: list[bytes] = []
    opener: Any = None
    size = 0
    held = beginning = b""
    for chunk in _chunks(read()):
        digests.append(_digest(chunk))
        size += len(chunk)
        if opener is None:
            beginning = chunk[:_LOOK_BYTES]
            opener = _gcm(key, chunk[:_NONCE_BYTES].ljust(_NONCE_BYTES, b"\0")).decryptor()
            chunk = chunk[_NONCE_BYTES:]
        held += chunk
        opener.update(held[:-_TAG_BYTES])
        held = held[-_TAG_BYTES:]
    if size < _NONCE_BYTES + _TAG_BYTES:
        raise GobTruncated(f"{size} bytes are too short for an encrypted file", size)
    from cryptography.exceptions import InvalidTag

    try:
        opener.finalize_with_tag(held)
    except InvalidTag:
        raise ExportKeyError(_why_not_opened(beginning)) from None
    return digests, size - _TAG_BYTES


def _why_not_opened(beginning: bytes) -> str:
    if not may_be_encrypted(beginning):
        return "the key does not open it; it does not look encrypted: try without a key"
    return "the key does not open it: it was encrypted with another one, or has been cut or changed since"


def _gcm(key: bytes, nonce: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError:
        raise ImportError(
            "encrypted exports need the package cryptography: pip install 'pygob[crypto]'",
            name="cryptography",
        ) from None
    return Cipher(algorithms.AES256(key), modes.GCM(nonce))


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, however they come."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= _SEALED_CHUNK:
            yield bytes(held[:_SEALED_CHUNK])
            del held[:_SEALED_CHUNK]
    if held:
        yield bytes(held)


def _digest(chunk: bytes) -> bytes:
    return hashlib.blake2b(chunk, digest_size=32).digest()
