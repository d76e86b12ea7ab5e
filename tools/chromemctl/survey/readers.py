"""Processes that read the files of a large store beside this one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from chromemctl import logs

# Fewer files are read sooner than processes start.
WORTH_STARTING = 2_000
# More would wait for the disk, or for this process to take their results.
MOST = 8


@contextmanager
def readers(files: int) -> Iterator[Executor | None]:
    """Processes for reading so many files, ended with the block; None where it is not worth it or cannot be.

    Where the system has no room for more processes, or no place for what those share that cannot be forked (a
    read-only /dev/shm, as in many containers), this process reads alone.
    """
    processors = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, MOST)
    if files < WORTH_STARTING or processors < 2:
        yield None
        return
    pool = _start(processors)
    try:
        yield pool
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _start(processors: int) -> Executor | None:
    try:
        # A fork is ready at once, but is safe only while no other thread may hold a lock.
        return _forks(processors) if threading.active_count() == 1 else _spawned(processors)
    except (OSError, ImportError, RuntimeError) as error:  # no room, no semaphores on this system, no threads
        logs.event("reading in one process, as others cannot be started", reason=str(error))
        return None


def _forks(processors: int) -> Executor:
    from chromemctl.survey.forks import Forks

    return Forks(processors - 1)


def _spawned(processors: int) -> Executor:
    # These take long to import, and are seldom needed.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(processors, get_context("spawn"), _settle_in)
    try:
        pool.submit(os.getpid).result()  # processes start with the first task
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    return pool


def _settle_in() -> None:
    """Leave signals to the parent: Ctrl-C reaches every process of a terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
