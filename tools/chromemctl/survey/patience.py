"""Work on file systems that may not answer, as one on a network that has gone away does not.

Whoever asks such a one anything is kept until it answers, perhaps for ever. So the asking is done in a
thread, which tells at which path it is, and is left behind where it stays there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

#: How long an answer may take, in seconds: a disk at rest needs some to turn again.
PATIENCE_SECONDS = 10.0
#: What is said of a path whose file system does not answer.
STUCK = "its file system does not answer"

#: What work calls before each thing it asks the system: of which path, and how many were asked of it before.
Reach = Callable[[Path, int], None]


class Stuck(Exception):
    """A file system does not answer.

    Attributes:
        path: Of which path something was asked.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: {STUCK}")
        self.path = path


def patiently(work: Callable[[Reach], T]) -> T:
    """Do work that asks the system of one path after the other.

    Raises:
        Stuck: A path was not answered for within `PATIENCE_SECONDS`; the work ends when it is.
    """
    worker = _Worker(work)
    worker.start()
    while worker.is_alive():
        before = worker.at
        _wait(worker)
        if worker.is_alive() and before is not None and worker.at == before:
            worker.is_left = True
            raise Stuck(before[0])
    if worker.error is not None:
        raise worker.error
    [result] = worker.results
    return result


def _wait(worker: threading.Thread) -> None:
    worker.join(PATIENCE_SECONDS)


class _Worker(threading.Thread, Generic[T]):
    def __init__(self, work: Callable[[Reach], T]) -> None:
        super().__init__(daemon=True)
        self.at: tuple[Path, int] | None = None
        self.is_left = False
        self.results: list[T] = []
        self.error: Exception | None = None
        self._work = work

    def run(self) -> None:
        try:
            self.results.append(self._work(self._reach))
        except Exception as error:  # noqa: BLE001 - raised again where the work is wanted
            self.error = error

    def _reach(self, path: Path, number: int) -> None:
        if self.is_left:
            raise Stuck(path)  # nobody waits for the rest
        self.at = path, number
