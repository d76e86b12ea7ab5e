"""Changes in directories as they happen, where watchfiles is installed and the system can tell them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path


class NoEvents(Exception):
    """Changes cannot be told; the text says why, for people."""


async def changes(places: Sequence[Path]) -> AsyncIterator[frozenset[Path]]:
    """The folders in which something has changed, again and again, of these directories and all below them.

    Raises:
        NoEvents: There is no watchfiles, or the system refuses.
    """
    try:
        from watchfiles import awatch
    except ImportError:
        raise NoEvents("watchfiles is not installed (pip install 'pygob[watch]')") from None
    try:
        async for found in awatch(*places, watch_filter=None, recursive=True, ignore_permission_denied=True):
            yield frozenset(Path(folder) for folder in {os.path.dirname(path) for _, path in found})  # noqa: PTH120 - thousands
    except (OSError, RuntimeError, UnicodeError) as error:  # too many watches, or a path that is not UTF-8
        raise NoEvents(str(error)) from error
