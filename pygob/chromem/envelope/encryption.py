"""The encryption of exports: a nonce of 12 bytes, the bytes under AES-256-GCM, a tag of 16 bytes.

Source: `persistToWriter` of chromem-go v0.7.0.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pygob.chromem.envelope.compression import GZIP_MAGIC
from pygob.errors import GobCorrupt, GobDecodeError, GobTruncated

#: Length of a key of AES-256, in bytes.
KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
# How much of an encrypted file is authenticated at a time, with a digest of its own to know it again by.
_SEALED_CHUNK = 1 << 20
# So much of a file is looked at to tell whether it may be encrypted.
_LOOK_BYTES = 1 << 12
# Hardly ever in so many random bytes; "Collections" is in every export.
_WORD = re.compile(rb"[A-Za-z]{10}")


class ExportKeyError(GobDecodeError):
    """The key is not the one that the file was encrypted with; or it needs one, or needs none."""


def check_key(key: bytes | None) -> None:
    """Check that a key can be one.

    Raises:
        ValueError: It has another length than AES-256 needs.
    """
    if key is not None and len(key) != KEY_BYTES:
        raise ValueError(f"a key of AES-256 has {KEY_BYTES} bytes, not {len(key)}")


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


def encrypted(pieces: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Encrypt bytes, under a nonce of their own."""
    nonce = os.urandom(_NONCE_BYTES)
    sealer = _gcm(key, nonce).encryptor()
    yield nonce
    for piece in pieces:
        yield sealer.update(piece)
    yield sealer.finalize()
    yield sealer.tag


def decrypted(read: Callable[[], Iterator[bytes]], key: bytes) -> Iterator[bytes]:
    """The plain bytes: in a first pass all are authenticated, in a second the same ones are given out.

    Args:
        read: Reads the file's bytes from their beginning, whenever it is called.
        key: The key.

    Raises:
        ExportKeyError: The key does not open the file.
        GobDecodeError: The file is too short, or has changed between the passes.
    """
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


def decrypted_as_it_is(read: Callable[[], Iterator[bytes]], key: bytes) -> Iterator[bytes]:
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
            "encrypted exports need the package cryptography: pip install cryptography",
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
