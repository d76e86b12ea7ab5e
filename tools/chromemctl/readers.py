"""Processes that read the files of a large store beside this one."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from chromemctl import logs

# Fewer files are read sooner than processes start.
WORTH_STARTING = 2_000
# More would wait for the disk, or for this process to take their results.
MOST = 8


@contextmanager
def readers(files: int) -> Iterator[Executor | None]:
    """A pool for reading so many files, ended with the block; None where it is not worth it or cannot start.

    Where the system has no place for what processes share (a read-only /dev/shm, as in many containers) or no
    room for more of them, this process reads alone.
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
    # A fork is ready at once, but is safe only while no other thread may hold a lock.
    method = "fork" if threading.active_count() == 1 else "spawn"
    pool: ProcessPoolExecutor | None = None
    try:
        pool = ProcessPoolExecutor(processors, get_context(method), _settle_in)
        pool.submit(os.getpid).result()  # processes start with the first task
    except (OSError, ImportError, RuntimeError) as error:  # no room, no semaphores on this system, no threads
        logs.event("reading in one process, as others cannot be started", reason=str(error))
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        return None
    return pool


def _settle_in() -> None:
    """Leave signals to the parent (Ctrl-C reaches every process of a terminal), and its objects alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()
