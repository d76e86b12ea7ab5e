"""The wrapping of files of any size, as exports are, taken off and put on piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from pygob.chromem.envelope.compression import GZIP_MAGIC
from pygob.chromem.envelope.encryption import check_key, decrypted, decrypted_as_it_is, encrypted
from pygob.chromem.envelope.gzip_pieces import deflated, inflated


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
    pieces = read() if key is None else decrypted(read, key)
    first = next((piece for piece in pieces if piece), b"")
    if len(first) == 1:
        first += next((piece for piece in pieces if piece), b"")
    everything = chain((first,), pieces)
    return inflated(everything) if first.startswith(GZIP_MAGIC) else everything


def salvaged_pieces(read: Callable[[], Iterator[bytes]], key: bytes | None) -> Iterator[bytes]:
    """Take the gob bytes out of a damaged file; see `unwrapped_pieces`. None of them are authenticated.

    Raises:
        GobDecodeError: All bytes were given that there are, and the file is damaged.
    """
    everything = read() if key is None else decrypted_as_it_is(read, key)
    first = b""
    while len(first) < len(GZIP_MAGIC) and (piece := next(everything, None)) is not None:
        first += piece
    whole = chain((first,), everything)
    return inflated(whole) if first.startswith(GZIP_MAGIC) else whole


def wrapped_pieces(pieces: Iterable[bytes], *, compressed: bool, key: bytes | None) -> Iterator[bytes]:
    """Wrap the gob bytes of a file of any size, piece by piece; see `wrap`.

    Args:
        pieces: The gob bytes.
        compressed: Whether to compress them.
        key: The key to encrypt with, None for no encryption.
    """
    check_key(key)
    inside = deflated(iter(pieces)) if compressed else pieces
    return iter(inside) if key is None else encrypted(inside, key)
