"""What reading a stream comes to, as plain data that can be compared."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pygob


class Outcome(NamedTuple):
    """What reading came to.

    Attributes:
        values: The values read before the end or the error.
        error: The kind of error, its text and its offset; `None` for a clean end.
        places: For each value where it begins, where it ends, and its type id.
    """

    values: list[Any]
    error: tuple[str, str, int] | None
    places: list[tuple[int, int, int]]

    @property
    def is_accepted(self) -> bool:
        """Whether the stream was read to a clean end."""
        return self.error is None

    @property
    def message(self) -> str:
        """The text of the error, or ""."""
        return "" if self.error is None else self.error[1]


def outcome(pieces: Iterable[bytes], *, limits: pygob.Limits | None = None) -> Outcome:
    """Feed a stream piece by piece. Whatever is not a `GobError` passes through."""
    reader = pygob.GobReader(limits=limits or pygob.Limits())
    values: list[Any] = []
    places: list[tuple[int, int, int]] = []

    def drain() -> None:
        while (found := reader.next_value()) is not None:
            values.append(found.value)
            places.append((found.start, found.end, found.type_id))

    try:
        for piece in pieces:
            reader.feed(piece)
            drain()
        reader.close()
        drain()
    except pygob.GobDecodeError as error:
        return Outcome(values, (type(error).__name__, str(error), error.offset), places)
    return Outcome(values, None, places)


def crash_words(error: Exception) -> str:
    """An exception that should not have been, in a line, with the place it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"crash: {type(error).__name__}{place}: {error}"
