"""Look at very many files: in order, with bounded memory, on as many processors as are given.

What is done with a file is a function of its directory entry. Files are read in pieces of a few
hundred; a few pieces are in work at any time, however many there are, and the results come in the
order of the entries whoever finishes first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from functools import partial
from itertools import islice
from typing import TypeVar

from pygob.chromem.entries import Entry

# Large enough that handing a piece over costs little, small enough for progress to be seen.
PIECE = 256
# Pieces in work at a time: some are read while the results of others are taken.
IN_WORK = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


def scan_files(
    function: Callable[[Entry], Result], entries: Sequence[Entry], executor: Executor | None = None
) -> Iterator[Result]:
    """Yield what a function says about each entry, in their order.

    Args:
        function: What to do with a file; for a pool of processes it must be picklable, and so
            must its results. What it raises ends the scan.
        entries: The files.
        executor: Who does it; None for this thread. Should its processes die, the files that
            they have not finished are done here.

    Raises:
        ValueError: The executor was shut down.
    """
    if executor is None:
        yield from map(function, entries)
        return
    pieces = (entries[start : start + PIECE] for start in range(0, len(entries), PIECE))
    for results in map_in_order(partial(_each, function), pieces, executor):
        yield from results


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], executor: Executor | None = None
) -> Iterator[Result]:
    """Yield what a function makes of each item, in their order, while a few of them are in work.

    Args:
        function: What to do; as for `scan_files`.
        items: Taken one by one as there is room for them.
        executor: As for `scan_files`.

    Raises:
        ValueError: The executor was shut down.
    """
    if executor is None:
        yield from map(function, items)
        return
    coming = iter(items)
    waiting: deque[tuple[Item, Future[Result] | None]] = deque()

    def submit(item: Item) -> None:
        try:
            waiting.append((item, executor.submit(function, item)))
        except BrokenExecutor:
            waiting.append((item, None))
        except RuntimeError as error:
            raise _shut_down() from error

    try:
        for item in islice(coming, IN_WORK):
            submit(item)
        while waiting:
            yield _result(function, *waiting.popleft())
            for following in islice(coming, 1):
                submit(following)
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _result(function: Callable[[Item], Result], item: Item, future: Future[Result] | None) -> Result:
    if future is not None:
        try:
            return future.result()
        except BrokenExecutor:
            pass
        except CancelledError as error:
            raise _shut_down() from error
    return function(item)


def _shut_down() -> ValueError:
    return ValueError(
        "the executor was shut down; give one that takes work until all files are read, or none"
    )


def _each(function: Callable[[Entry], Result], piece: Sequence[Entry]) -> list[Result]:
    return [function(entry) for entry in piece]
