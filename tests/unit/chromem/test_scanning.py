"""Scans of many files: in order, whoever does them."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from pygob.chromem import Entry, scan_files, scanning
from pygob.chromem.entries import scan
from pygob.chromem.scanning import map_in_order

FILES = 50


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "PIECE", 4)
    monkeypatch.setattr(scanning, "IN_WORK", 3)


@pytest.fixture
def entries(tmp_path: Path) -> list[Entry]:
    for number in range(FILES):
        (tmp_path / f"{number:04}").write_bytes(bytes(number))
    return scan(tmp_path)


@pytest.fixture(params=["threads", "processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with (
        ThreadPoolExecutor(3)
        if request.param == "threads"
        else ProcessPoolExecutor(2, get_context("spawn")) as pool
    ):
        yield pool


def size(entry: Entry) -> int:
    return len(entry.path.read_bytes())


def end_unless_parent(entry: Entry) -> int:
    if os.getpid() != PARENT:
        os._exit(1)
    return size(entry)


def refuse_the_ninth(entry: Entry) -> int:
    if entry.name == "0009":
        raise ValueError(entry.name)
    return size(entry)


PARENT = os.getpid()


def test_in_this_thread(entries: list[Entry]) -> None:
    assert list(scan_files(size, entries)) == list(range(FILES))


def test_results_come_in_the_order_of_the_entries(entries: list[Entry], executor: Executor) -> None:
    assert list(scan_files(size, entries, executor)) == list(range(FILES))


def test_nothing_to_scan(executor: Executor) -> None:
    assert list(scan_files(size, [], executor)) == []


def test_an_error_ends_the_scan_behind_the_results_before_it(
    entries: list[Entry], executor: Executor
) -> None:
    found = scan_files(refuse_the_ninth, entries, executor)
    assert [next(found) for _ in range(9)] == list(range(9))
    with pytest.raises(ValueError, match="0009") as refused:
        next(found)
    told = "".join(traceback.format_exception(refused.value))
    assert "in refuse_the_ninth" in told
    assert list(found) == []


def test_only_a_few_pieces_are_in_work_at_a_time(entries: list[Entry]) -> None:
    class Counting(ThreadPoolExecutor):
        submitted = 0

        def submit(self, *arguments, **named):  # type: ignore[no-untyped-def]
            self.submitted += 1
            return super().submit(*arguments, **named)

    with Counting(1) as pool:
        for in_work, most in ((None, 3), (1, 1), (6, 6)):
            pool.submitted = 0
            found = scan_files(size, entries, pool, in_work=in_work)
            next(found)
            assert pool.submitted == most
            found.close()


@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor(1)], ids=["alone", "threads"])
def test_what_no_work_can_be_done_by_is_refused_at_once(entries: list[Entry], pool: Executor | None) -> None:
    for scan_or_map in (scan_files, map_in_order):
        with pytest.raises(ValueError, match="at least one must be in work at a time, not 0"):
            scan_or_map(size, entries, pool, in_work=0)
        for wrong in (1.5, "2"):
            with pytest.raises(TypeError, match=f"in_work is how many are in work .*, an int, not {wrong!r}"):
                scan_or_map(size, entries, pool, in_work=wrong)  # type: ignore[arg-type]
        for other in (2, 1.5, "2", ThreadPoolExecutor):
            with pytest.raises(TypeError, match=r"such as ProcessPoolExecutor\(2\), or None; not "):
                scan_or_map(size, entries, other)  # type: ignore[arg-type]


def test_files_of_processes_that_died_are_read_here(entries: list[Entry]) -> None:
    with ProcessPoolExecutor(2, get_context("fork")) as pool:
        assert list(scan_files(end_unless_parent, entries, pool)) == list(range(FILES))


def test_an_executor_that_was_shut_down_is_named(entries: list[Entry]) -> None:
    pool = ThreadPoolExecutor(1)
    found = scan_files(size, entries, pool)
    next(found)
    pool.shutdown()
    for refused in (found, scan_files(size, entries, pool)):
        with pytest.raises(ValueError, match="executor was shut down"):
            list(refused)


def test_work_that_is_cancelled_is_not_passed_over(entries: list[Entry]) -> None:
    class Cancelled(ThreadPoolExecutor):
        def submit(self, *_arguments, **_named):  # type: ignore[no-untyped-def]
            future: Future[list[int]] = Future()
            future.cancel()
            return future

    with pytest.raises(ValueError, match="executor was shut down"):
        list(scan_files(size, entries, Cancelled(1)))


def test_an_error_of_the_system_is_not_called_a_shut_down(entries: list[Entry]) -> None:
    class Full(ThreadPoolExecutor):
        def submit(self, *_arguments, **_named):  # type: ignore[no-untyped-def]
            raise RuntimeError("can't start new thread")

    with pytest.raises(RuntimeError, match="can't start new thread"):
        list(scan_files(size, entries, Full(1)))
