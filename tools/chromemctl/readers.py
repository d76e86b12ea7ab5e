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

# Fewer files are read sooner than processes start.
WORTH_STARTING = 2_000
# More would wait for the disk, or for this process to take their results.
MOST = 8


@contextmanager
def readers(files: int) -> Iterator[Executor | None]:
    """A pool for reading so many files, ended with the block; None where it is not worth it."""
    processors = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, MOST)
    if files < WORTH_STARTING or processors < 2:
        yield None
        return
    # A fork is ready at once, but is safe only while no other thread may hold a lock.
    method = "fork" if threading.active_count() == 1 else "spawn"
    pool = ProcessPoolExecutor(processors, get_context(method), _settle_in)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _settle_in() -> None:
    """Leave signals to the parent (Ctrl-C reaches every process of a terminal), and its objects alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()
