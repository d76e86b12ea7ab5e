"""Look at very many files: in order, with bounded memory, on as many processors as are given.

What is done with a file is a function of its directory entry. Files are read in pieces of a few
hundred; a few pieces are in work at any time, however many there are, and the results come in the
order of the entries whoever finishes first.
"""

from __future__ import annotations

import os
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from functools import partial
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from pygob.chromem.entries import Entry

# Large enough that handing a piece over costs little, small enough for progress to be seen.
PIECE = 256
# Pieces in work at a time, unless the caller says: some are read while the results of others are taken.
IN_WORK = max(8, 2 * (os.cpu_count() or 1))

Item = TypeVar("Item")
Result = TypeVar("Result")


def scan_files(
    function: Callable[[Entry], Result],
    entries: Sequence[Entry],
    executor: Executor | None = None,
    *,
    in_work: int | None = None,
) -> Iterator[Result]:
    """Yield what a function says about each entry, in their order.

    Args:
        function: What to do with a file; for a pool of processes it must be picklable, and so
            must its results. What it raises ends the scan, behind the results of the files before.
        entries: The files.
        executor: Who does it; None for this thread. Should its processes die, the files that
            they have not finished are done here.
        in_work: How many pieces of a few hundred files the executor is given at a time, for one with
            many workers; by default eight, or twice as many as there are processors.

    Raises:
        TypeError: `executor` is none, or `in_work` is no whole number; at once.
        ValueError: `in_work` is below 1, at once; or the executor was shut down.
    """
    _check(executor, in_work)
    if executor is None:
        return map(function, entries)
    return _scanned(function, entries, executor, in_work)


def _scanned(
    function: Callable[[Entry], Result], entries: Sequence[Entry], executor: Executor, in_work: int | None
) -> Iterator[Result]:
    pieces = (entries[start : start + PIECE] for start in range(0, len(entries), PIECE))
    for done in map_in_order(partial(_each, function), pieces, executor, in_work=in_work):
        yield from done.results
        if done.error is not None:
            if done.error.__traceback__ is None:  # it was raised in another process
                done.error.add_note(done.where)
            raise done.error


def map_in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    executor: Executor | None = None,
    *,
    in_work: int | None = None,
) -> Iterator[Result]:
    """Yield what a function makes of each item, in their order, while a few of them are in work.

    Args:
        function: What to do; as for `scan_files`.
        items: Taken one by one as there is room for them.
        executor: As for `scan_files`.
        in_work: How many items.

    Raises:
        TypeError: As for `scan_files`.
        ValueError: As for `scan_files`.
    """
    _check(executor, in_work)
    if executor is None:
        return map(function, items)
    return _mapped(function, items, executor, in_work)


def _check(executor: Executor | None, in_work: int | None) -> None:
    """Refuse what no work can be done by, before any is begun."""
    if executor is not None and (isinstance(executor, type) or not hasattr(executor, "submit")):
        raise TypeError(
            "executor is an executor of concurrent.futures, such as ProcessPoolExecutor(2), or None; "
            f"not {executor!r:.60}"
        )
    if in_work is not None and not isinstance(in_work, int):
        raise TypeError(f"in_work is how many are in work at a time, an int, not {in_work!r:.60}")
    if in_work is not None and in_work < 1:
        raise ValueError(f"at least one must be in work at a time, not {in_work}")


def _mapped(
    function: Callable[[Item], Result], items: Iterable[Item], executor: Executor, in_work: int | None
) -> Iterator[Result]:
    coming = iter(items)
    waiting: deque[tuple[Item, Future[Result] | None]] = deque()

    def submit(item: Item) -> None:
        try:
            waiting.append((item, executor.submit(function, item)))
        except BrokenExecutor:
            waiting.append((item, None))
        except RuntimeError as error:
            if _SHUT_DOWN not in str(error):
                raise  # such as: can't start new thread
            raise _shut_down() from error

    try:
        for item in islice(coming, IN_WORK if in_work is None else in_work):
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
            if not future.cancelled():
                raise  # by the function
            raise _shut_down() from error
    return function(item)


# What the executors of the standard library say then; they have no exception of their own for it.
_SHUT_DOWN = "cannot schedule new futures after"


def _shut_down() -> ValueError:
    return ValueError(
        "the executor was shut down; give one that takes work until all files are read, or none"
    )


class _Done(NamedTuple, Generic[Result]):
    """What came of a piece.

    Attributes:
        results: Of the files up to the first for which the function raised an error.
        error: That error.
        where: Where it was raised, in words: exceptions leave that behind in their process.
    """

    results: list[Result]
    error: Exception | None = None
    where: str = ""


def _each(function: Callable[[Entry], Result], piece: Sequence[Entry]) -> _Done[Result]:
    results: list[Result] = []
    try:
        for entry in piece:
            results.append(function(entry))
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who scans gets it
        return _Done(results, error, traceback.format_exc())
    return _Done(results)
