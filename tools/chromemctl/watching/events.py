"""Changes in directories as they happen, where watchfiles is installed and the system can tell them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

# After a change whose place cannot be told everything is listened to anew.
_PAUSE_SECONDS = 2.0


class NoEvents(Exception):
    """Changes cannot be told; the text says why, for people."""


async def changes(places: Sequence[Path]) -> AsyncIterator[frozenset[Path] | None]:
    """The folders in which something has changed, again and again, of these directories and all below them.

    None stands for a change somewhere among them: of a path that is not UTF-8, which watchfiles cannot tell.

    Raises:
        NoEvents: There is no watchfiles, or the system refuses.
    """
    try:
        from watchfiles import awatch
    except ImportError:
        raise NoEvents("watchfiles is not installed (pip install 'pygob[watch]')") from None
    while True:
        try:
            async for found in awatch(
                *places, watch_filter=None, recursive=True, ignore_permission_denied=True
            ):
                yield frozenset(Path(folder) for folder in {os.path.dirname(path) for _, path in found})  # noqa: PTH120 - thousands
        except ExceptionGroup:
            yield None
            await asyncio.sleep(_PAUSE_SECONDS)
        except (
            OSError,
            RuntimeError,
            UnicodeError,
        ) as error:  # too many watches, or a place that is not UTF-8
            raise NoEvents(str(error)) from error
