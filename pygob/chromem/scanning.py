"""Look at very many files: in order, with bounded memory, on as many processors as are given.

What is done with a file is a function of its directory entry. Files are read in pieces of a few
hundred; a few pieces are in work at any time, however many there are, and the results come in the
order of the entries whoever finishes first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from itertools import islice
from typing import TypeVar

# Large enough that handing a piece over costs little, small enough for progress to be seen.
PIECE = 256
# Pieces in work at a time: some are read while the results of others are taken.
IN_WORK = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


def scan_files(
    function: Callable[[Item], Result],
    entries: Sequence[Item],
    executor: Executor | None = None,
    *,
    piece_size: int = PIECE,
) -> Iterator[Result]:
    """Yield what a function says about each entry, in their order.

    Args:
        function: What to do with a file; for a pool of processes it must be picklable, and so
            must its results. What it raises ends the scan.
        entries: The files, or whatever else the function takes.
        executor: Who does it; None for this thread. Should its processes die, the files that
            they have not finished are done here.
        piece_size: How many entries are handed over at a time.
    """
    if executor is None:
        yield from map(function, entries)
        return
    pieces = (entries[start : start + piece_size] for start in range(0, len(entries), piece_size))
    waiting: deque[tuple[Sequence[Item], Future[list[Result]] | None]] = deque()

    def submit(piece: Sequence[Item]) -> None:
        try:
            waiting.append((piece, executor.submit(_do_piece, function, piece)))
        except BrokenExecutor:
            waiting.append((piece, None))

    try:
        for piece in islice(pieces, IN_WORK):
            submit(piece)
        while waiting:
            piece, future = waiting.popleft()
            yield from _results(function, piece, future)
            for following in islice(pieces, 1):
                submit(following)
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _results(
    function: Callable[[Item], Result], piece: Sequence[Item], future: Future[list[Result]] | None
) -> list[Result]:
    if future is not None:
        try:
            return future.result()
        except BrokenExecutor:
            pass
    return _do_piece(function, piece)


def _do_piece(function: Callable[[Item], Result], piece: Sequence[Item]) -> list[Result]:
    return [function(entry) for entry in piece]
