"""Length-prefixed blocks, nested, written in one pass.

A message is a block; so is the value of an interface inside it. A type definition inside a value
ends the innermost block and begins the next one, wherever it stands. Lengths are put in place
once, at the end, so that deep nesting costs nothing extra.
"""

from __future__ import annotations

from pygob._messages.varint import uint_bytes


class BlockWriter:
    """Collects the bytes of one value and the blocks they fall into.

    Attributes:
        buffer: The content, without any lengths; append to it freely.
    """

    __slots__ = ("_inserted", "_open", "_prefixes", "buffer")

    def __init__(self) -> None:
        self.buffer = bytearray()
        # Position in the buffer and length prefix of every block, in order of position.
        self._prefixes: list[tuple[int, bytes]] = []
        # For each open block: its index in `_prefixes`, and the prefix bytes written before it.
        self._open: list[tuple[int, int]] = []
        self._inserted = 0

    def open_block(self) -> None:
        """Begin a block."""
        self._open.append((len(self._prefixes), self._inserted))
        self._prefixes.append((len(self.buffer), b""))

    def close_block(self) -> None:
        """End the innermost block."""
        index, inserted_before = self._open.pop()
        start, _ = self._prefixes[index]
        prefix = uint_bytes(len(self.buffer) - start + self._inserted - inserted_before)
        self._prefixes[index] = (start, prefix)
        self._inserted += len(prefix)

    def split_block(self) -> None:
        """End the innermost block and begin another in its place."""
        self.close_block()
        self.open_block()

    def drop_block(self) -> None:
        """Give up the innermost block, in which nothing was written."""
        index, _ = self._open.pop()
        assert index == len(self._prefixes) - 1
        assert self._prefixes.pop()[0] == len(self.buffer)

    def to_bytes(self) -> bytes:
        """The content with every length in its place; all blocks must be closed."""
        assert not self._open
        parts: list[bytes | memoryview] = []
        view = memoryview(self.buffer)
        last = 0
        for start, prefix in self._prefixes:
            parts.append(view[last:start])
            parts.append(prefix)
            last = start
        parts.append(view[last:])
        return b"".join(parts)
