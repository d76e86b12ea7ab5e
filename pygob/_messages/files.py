"""Files as the codec uses them: all written or the rest kept, and no data told from the end.

A raw file may take less than it is given, or nothing for now; a buffered one that does not block
may have nothing for now where its `read1` answers as at the end.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from errno import EAGAIN, EIO
from typing import Any, Protocol, runtime_checkable

READ_BYTES = 1 << 16


class Writable(Protocol):
    """Whatever takes bytes: a file, a socket's file, a pipe, or an object of one's own."""

    def write(self, data: Any, /) -> Any:
        """Take bytes; returns how many.

        `None` means all of them; of a raw file, as everywhere in Python, none of them for now.
        """


@runtime_checkable
class Readable(Protocol):
    """Whatever gives bytes. One with `read1`, as buffered files have, is read through that."""

    def read(self, size: int = ..., /) -> bytes | None:
        """Up to `size` bytes, all there are without it; `b""` at the end, `None` if none have arrived yet."""


class Bytes(Protocol):
    """Bytes that are all there: `bytes`, or a mapped file."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, part: slice, /) -> bytes:
        """Some of them."""


class FileWriter:
    """Writes to a file in as many steps as it needs, and keeps what the file did not take."""

    def __init__(self, fp: Writable) -> None:
        self._write = _method(fp, "write", "wb")
        self._is_raw = isinstance(fp, io.RawIOBase)
        self._rest = memoryview(b"")

    @property
    def pending(self) -> int:
        """How many bytes wait to be written."""
        return len(self._rest)

    def write(self, data: bytes) -> None:
        """Write what is kept, and then more.

        Raises:
            BlockingIOError: A file that does not block takes no more for now. The rest is kept;
                `characters_written` counts what was taken by this call.
            OSError: The file failed, or does not say how much it took.
        """
        self._rest = memoryview(bytes(self._rest) + data if self._rest else data)
        written = 0
        while self._rest:
            count = self._step()
            written += count
            self._rest = self._rest[count:]
            if not count:
                raise BlockingIOError(
                    EAGAIN, f"the file takes no more for now; {len(self._rest):,} bytes are kept", written
                )

    def _step(self) -> int:
        """How many bytes the file takes now."""
        size = len(self._rest)
        try:
            count = self._write(self._rest)
        except BlockingIOError as error:
            return int(getattr(error, "characters_written", 0))
        if count is None:
            return 0 if self._is_raw else size
        if not isinstance(count, int) or not 0 < count <= size:
            raise OSError(EIO, f"write() returned {count!r:.40} when it was given {size:,} bytes")
        return count


def reader_of(fp: Readable) -> Callable[[], bytes]:
    """What reads the next bytes of a file, as many as are there; `b""` at its end.

    The function raises `BlockingIOError` when the file does not block and has no data yet.
    """
    read = _method(fp, "read", "rb")
    read1 = getattr(fp, "read1", None)

    def next_bytes() -> bytes:
        data: bytes | None = read(READ_BYTES) if read1 is None else read1(READ_BYTES)
        if read1 is not None and not data:
            data = read(1)  # of a file that does not block, read1 has b"" where this has None
        return _present(data)

    return next_bytes


def read_whole(fp: Readable) -> bytes:
    """All bytes of a file.

    Raises:
        BlockingIOError: The file does not block and has no data yet.
    """
    return _present(_method(fp, "read", "rb")())


def _method(fp: object, name: str, mode: str) -> Callable[..., Any]:
    """The method of a file.

    Raises:
        TypeError: It has none, as a path, bytes and a bare socket have not.
    """
    method: Callable[..., Any] | None = getattr(fp, name, None)
    if method is None and hasattr(fp, "makefile"):
        raise TypeError(
            f"{fp!r:.60} has no method {name}: give the file of the socket, sock.makefile({mode!r})"
        )
    if method is None:
        raise TypeError(f"{fp!r:.60} has no method {name}: give a file, such as open(path, {mode!r})")
    return method


def _present(data: bytes | None) -> bytes:
    if data is None:
        raise BlockingIOError(EAGAIN, "no data yet; ask again when the file is ready")
    return data
