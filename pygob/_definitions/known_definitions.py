"""Type definitions met before, by their bytes.

Files of one application begin with the same definitions, byte for byte. The first file pays for
reading them and for building plans; the rest are recognised by comparing bytes. Go compiles its
types anew for every file.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import NamedTuple

from pygob._messages.source import Source
from pygob._messages.varint import as_int32
from pygob.errors import GobDecodeError
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.wire import TypeTable

MAX_KNOWN = 256
# Longer definitions are read each time: keeping them would cost more than it saves.
MAX_DEFINITION_BYTES = 1 << 14


class Definitions(NamedTuple):
    """The definitions a stream begins with.

    Attributes:
        data: Their bytes.
        ids: The ids they define, in order.
        table: A table that holds them; copy it, do not add to it.
        longest: Length of the longest of their messages.
        size: The table's size.
    """

    data: bytes
    ids: tuple[int, ...]
    table: TypeTable
    longest: int
    size: int

    def is_within(self, limits: Limits) -> bool:
        """Whether the limits allow them."""
        return self.longest <= limits.message_bytes and self.size <= limits.definitions


class KnownDefinitions:
    """A bounded memory of definitions, safe to share between threads."""

    def __init__(self, size: int = MAX_KNOWN) -> None:
        self._size = size
        self._by_first_message: dict[bytes, tuple[Definitions, ...]] = {}
        self._count = 0
        # Found last, and no longer ones begin as they do: files of one application come in a row.
        self._last: Definitions | None = None
        self._lock = Lock()

    def find(self, data: bytes | bytearray) -> Definitions | None:
        """The definitions a stream begins with, if they were met before."""
        last = self._last
        if last is not None and data.startswith(last.data):
            return last
        alike = self._by_first_message.get(_first_message(data), ())
        for known in alike:
            if data.startswith(known.data):
                if len(alike) == 1:
                    self._last = known
                return known
        return None

    def learn(self, data: bytes, table: TypeTable) -> None:
        """Remember the definitions at the beginning of a stream that was read without error.

        Args:
            data: The stream, as far as there was something of it when reading began.
            table: The table that reading its first value left.
        """
        ids, end, longest = _leading_definitions(data)
        if not ids or end > min(len(data), MAX_DEFINITION_BYTES) or len(ids) != len(table.definitions):
            return
        if any(definition.others for definition in table.definitions.values()):
            return  # what these mean depends on what they are decoded into
        first = _first_message(data)
        found = Definitions(data[:end], ids, table.copy(), longest, table.size)
        if self._lock.acquire(blocking=False):  # else another time: nothing depends on it
            try:
                self._enter(first, found)
            finally:
                self._lock.release()

    def _enter(self, first: bytes, found: Definitions) -> None:
        others = self._by_first_message.get(first, ())
        if any(known.data == found.data for known in others):
            return
        if self._count >= self._size:
            oldest = next(iter(self._by_first_message))
            self._count -= len(self._by_first_message.pop(oldest))
            others = () if oldest == first else others
        # Longer ones first: one stream's definitions may begin another's.
        both = sorted((*others, found), key=lambda known: len(known.data), reverse=True)
        self._by_first_message[first] = tuple(both)
        self._count += 1
        self._last = None

    def unlock(self) -> None:
        """Go on in a forked process, where the thread that was learning is not."""
        self._lock = Lock()


def _first_message(data: bytes | bytearray) -> bytes:
    """The first message of a stream with its length; nothing where it is longer than what is kept."""
    if not data:
        return b""
    length, body = data[0], 1
    if length > 127:
        body = 257 - length
        length = int.from_bytes(data[1:body], "big")
    return bytes(data[: body + length]) if length <= MAX_DEFINITION_BYTES else b""


def _leading_definitions(data: bytes) -> tuple[tuple[int, ...], int, int]:
    """The ids that the messages at the beginning define, where they end, and the longest one's length."""
    source = Source(DEFAULT_LIMITS, "skip", TypeTable())
    source.refill(data, 0)
    ids: list[int] = []
    end = longest = 0
    try:
        while source.pos < source.end:
            length = source.read_uint()
            body = source.pos
            type_id = as_int32(source.read_int())
            if type_id >= 0:
                break
            ids.append(-type_id)
            source.pos = end = body + length
            longest = max(longest, length)
    except GobDecodeError:
        pass
    return tuple(ids), end, longest


KNOWN_DEFINITIONS = KnownDefinitions()
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=KNOWN_DEFINITIONS.unlock)
