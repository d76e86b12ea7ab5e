"""Comparing what was read from damaged bytes with what Go would write for it.

What damage leaves readable is seldom what Go would write: a text took the byte after it, fields
went missing, integers became longer than they need be.
"""

from __future__ import annotations

from pygob._salvage.stream_search import SEARCHED_DEFINITION_BYTES, Reading, StreamSearch
from pygob.encoder import GobWriter
from pygob.errors import GobEncodeError
from pygob.limits import Limits
from pygob.wire import TypeTable

# It may look at this many definitions for each byte of the data.
COMPARISON_FACTOR = 2


class Comparison:
    """Writes the values of a stream again and compares their bytes."""

    def __init__(self, search: StreamSearch, limits: Limits) -> None:
        self._search = search
        self._limits = limits
        self._definitions_left = COMPARISON_FACTOR * search.size + SEARCHED_DEFINITION_BYTES
        self._writer: GobWriter | None = None

    def forget_types(self) -> None:
        """Go on with a table that has not all the types of the one before, or others."""
        self._writer = None

    def objection(self, table: TypeTable, mark: tuple[int, int], reading: Reading) -> str | None:
        """Say how the bytes of a value are not the only ones that Go sends for it, if they are not.

        Args:
            table: The types of its stream.
            mark: What of them there was before the value.
            reading: The value, read whole.
        """
        if reading.definitions and any(table.definitions[each].others for each in reading.definitions):
            return "its type is defined as several kinds of type, which no encoder does"
        if self._writer is not None:
            self._writer.ids.adopt(table, reading.definitions)
            if self._is_written(self._writer, reading):
                return None
        # Types may have become known since that writer was made.
        self._definitions_left -= len(table.definitions)
        if self._definitions_left < 0:
            return "not compared with what Go would write: the stream has too many types"
        sent = list(table.definitions)[: mark[0]]
        self._writer = GobWriter.for_table(table, sent=sent, limits=self._limits)
        return (
            None if self._is_written(self._writer, reading) else "not in the bytes that Go would write for it"
        )

    def _is_written(self, writer: GobWriter, reading: Reading) -> bool:
        """Whether a writer writes the bytes that the value was read from."""
        self._search.budget -= reading.end - reading.start
        try:
            written = writer.encode(reading.value, reading.type, definitions=reading.definitions)
        except GobEncodeError:
            return False
        return written == self._search.data[reading.start : reading.end]
