"""Which paths lead where, asked so that a file system which does not answer keeps nobody.

One on a network that has gone away keeps whoever asks it anything. So paths are asked for in a thread; one
that does not come back is left alone, with the path at which it is, until it does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from chromemctl.survey.patience import PATIENCE_SECONDS

T = TypeVar("T")

#: What tells whether a path still leads to the same directory: device and inode, None where there is none.
Identity = tuple[int, int] | None


def identity(path: Path) -> Identity:
    """What a path leads to at this moment."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def unanswering(paths: Sequence[Path]) -> frozenset[Path]:
    """The paths whose file systems do not answer."""
    return Asker(identity).ask(paths)[1]


class Asker(Generic[T]):
    """Asks the same of paths again and again, and never waits twice for one that does not answer.

    Args:
        question: What is asked of each path.
        patience: How long an answer may take, in seconds.
    """

    def __init__(self, question: Callable[[Path], T], patience: float = PATIENCE_SECONDS) -> None:
        self._question = question
        self._patience = patience
        self._waiting: dict[Path, _Asking[T]] = {}

    def ask(self, paths: Sequence[Path]) -> tuple[dict[Path, T], frozenset[Path]]:
        """The answers by path, and the paths that did not answer."""
        self._waiting = {path: asking for path, asking in self._waiting.items() if asking.is_alive()}
        left = [path for path in paths if path not in self._waiting]
        found = self._wait_for([_Asking(self._question, left)])
        # Where one does not answer, others may not either: they are waited for together.
        left = [path for path in left if path not in found and path not in self._waiting]
        found |= self._wait_for([_Asking(self._question, [path]) for path in left])
        return found, frozenset(self._waiting).intersection(paths)

    def _wait_for(self, asked: Sequence[_Asking[T]]) -> dict[Path, T]:
        found: dict[Path, T] = {}
        for asking in asked:
            found |= asking.wait(self._patience)
            if asking.stuck_at is not None:
                self._waiting[asking.stuck_at] = asking
        return found


class _Asking(threading.Thread, Generic[T]):
    """Asks paths one after the other, until one does not answer."""

    def __init__(self, question: Callable[[Path], T], paths: Sequence[Path]) -> None:
        super().__init__(daemon=True)
        self.stuck_at: Path | None = None
        self._question = question
        self._paths = tuple(paths)
        self._answers: list[T] = []
        self._answered = time.monotonic()
        self.start()

    def run(self) -> None:
        for path in self._paths:
            self._answers.append(self._question(path))
            self._answered = time.monotonic()
            if self.stuck_at is not None:
                return  # somebody else has asked the others

    def wait(self, patience: float) -> dict[Path, T]:
        """Wait for the answers, for so long after each; those that came, up to the path that has none."""
        while self.is_alive() and (left := self._answered + patience - time.monotonic()) > 0:
            self.join(left)
        answers = tuple(self._answers)
        if len(answers) < len(self._paths):
            self.stuck_at = self._paths[len(answers)]
        return dict(zip(self._paths, answers, strict=False))
