"""Messages: the length-prefixed blocks a gob stream is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pygob.errors import GobCorrupt, GobDecodeError, GobLimitExceeded, GobTruncated
from pygob.limits import Limits

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Go refuses longer messages on 64-bit systems (tooBig in decoder.go).
GO_MESSAGE_BYTES = 1 << 33


def stream_bytes(data: Any) -> bytes | bytearray:
    """The bytes of a stream, whatever holds them.

    Raises:
        TypeError: Nothing that holds bytes was given.
    """
    if isinstance(data, bytes | bytearray):
        return data
    try:
        return memoryview(data).tobytes()
    except TypeError:
        hint = "; open the file in binary mode" if isinstance(data, str) else ""
        raise TypeError(f"a gob stream is bytes, not {type(data).__name__}{hint}") from None


def check_length(length: int, offset: int, limits: Limits) -> None:
    """Refuse a length that no message may have; `offset` is where the message begins.

    Raises:
        GobCorrupt: Go refuses it.
        GobLimitExceeded: It is more than `Limits.message_bytes`.
    """
    if length >= GO_MESSAGE_BYTES:
        raise GobCorrupt(f"invalid message length {length}", offset)
    if length > limits.message_bytes:
        raise GobLimitExceeded(
            f"a message of {length:,} bytes: Limits(message_bytes={limits.message_bytes:,}) "
            "is the most that is allowed; raise it if you trust the input",
            offset,
            limit="message_bytes",
            allowed=limits.message_bytes,
        )


def input_ended(offset: int) -> GobTruncated:
    """The error for an input that ends where it must not."""
    return GobTruncated("unexpected EOF", offset)


def cut_short(error: GobDecodeError, end: GobDecodeError) -> GobDecodeError:
    """The error for a value in the message that the end of the input cuts short.

    Args:
        error: What went wrong when the part of the message that is there was read.
        end: The error for the end of the input, which is told instead.
    """
    end.partial, end.partial_end, end.type = error.partial, error.partial_end, error.type
    end._path = error._path
    return end


def too_long(limits: Limits) -> GobLimitExceeded:
    """The error for a stream with bytes beyond `Limits.total_bytes`."""
    total = limits.total_bytes or 0
    return GobLimitExceeded(
        f"the stream is longer than Limits(total_bytes={total:,})", total, limit="total_bytes", allowed=total
    )


class MessageSplitter:
    """Cuts a stream, given in pieces of any size, into message bodies.

    Keeps no more than the message in progress, and reserves no memory for bytes that a length
    merely promises.

    Attributes:
        offset: Where in the input the next unread message begins.
    """

    __slots__ = ("_buffer", "_limits", "_pos", "_received", "offset")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._pos = 0
        self._received = 0
        self.offset = 0

    @property
    def pending(self) -> int:
        """How many bytes have been fed but not yet returned in a message."""
        return len(self._buffer) - self._pos

    def peek(self) -> bytearray | None:
        """The stream so far, if nothing of it has been returned yet."""
        return self._buffer if self.offset == 0 else None

    def skip(self, count: int) -> None:
        """Pass over whole messages that are known without being read."""
        self._pos += count
        self.offset += count

    def feed(self, data: ReadableBuffer) -> None:
        """Add bytes to the end of the stream; those beyond `Limits.total_bytes` are not kept."""
        data = stream_bytes(data)
        before = self._received
        self._received += len(data)
        total = self._limits.total_bytes
        if total is not None and self._received > total:
            data = data[: max(total - before, 0)]
        if self._pos > len(self._buffer) // 2:
            del self._buffer[: self._pos]
            self._pos = 0
        self._buffer += data

    @property
    def is_too_long(self) -> bool:
        """Whether there were bytes beyond `Limits.total_bytes`."""
        return self._limits.total_bytes is not None and self._received > self._limits.total_bytes

    def next_message(self) -> tuple[int, bytes] | None:
        """Return the offset and the bytes of the next message's body, or `None` if it is not all there.

        Raises:
            GobCorrupt: The length is not one that a message can have.
            GobLimitExceeded: The message is longer than `Limits.message_bytes`.
        """
        buffer, pos = self._buffer, self._pos
        if pos >= len(buffer):
            return None
        first = buffer[pos]
        if first < 128:
            length, start = first, pos + 1
        else:
            width = 256 - first
            if width > 8:
                raise GobCorrupt("gob: encoded unsigned integer out of range", self.offset)
            start = pos + 1 + width
            if start > len(buffer):
                return None
            length = int.from_bytes(buffer[pos + 1 : start], "big")
        check_length(length, self.offset, self._limits)
        stop = start + length
        if stop > len(buffer):
            return None
        offset = self.offset + start - pos
        self._pos = stop
        self.offset += stop - pos
        return offset, bytes(memoryview(buffer)[start:stop])

    def cut_message(self) -> tuple[int, bytes]:
        """Return the offset and the bytes there are of a message that the input cuts short."""
        buffer, pos = self._buffer, self._pos
        first = buffer[pos] if pos < len(buffer) else 0
        start = min(pos + (1 if first < 128 else 257 - first), len(buffer))
        return self.offset + start - pos, bytes(buffer[start:])

    def end_error(self) -> GobDecodeError:
        """The error for an input that ends where it must not."""
        if self.is_too_long:
            return too_long(self._limits)
        return input_ended(self.offset + self.pending)
