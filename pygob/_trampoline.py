"""Recursion without the call stack.

Gob values nest as deep as their author likes, Python calls do not. Code that walks a value is
written as a generator that yields what it needs done (another generator) and receives the
result; the runner here keeps the pending generators in a list.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pygob.errors import GobError

Step = Generator[Any, Any, Any]


class Trampoline:
    """Runs one walk, pausing whenever it asks for something only the caller has.

    Attributes:
        result: What the walk returned, once `advance` has returned `True`.
    """

    __slots__ = ("_error", "_pending", "_sent", "result")

    def __init__(self, first: Step) -> None:
        self._pending = [first]
        self._sent: Any = None
        self._error: GobError | None = None
        self.result: Any = None

    def fail(self, error: GobError) -> None:
        """Answer a pause with an error, raised where the walk paused."""
        self._error = error

    def advance(self) -> bool:
        """Run until the walk ends (`True`) or pauses by yielding `None` (`False`).

        Raises:
            GobError: The walk failed; each pending generator has seen the error pass.
        """
        pending = self._pending
        sent, error = self._sent, self._error
        self._sent = self._error = None
        while pending:
            try:
                if error is None:
                    request = pending[-1].send(sent)
                else:
                    raised, error = error, None
                    request = pending[-1].throw(raised)
            except StopIteration as done:
                pending.pop()
                sent = done.value
            except GobError as failure:
                pending.pop()
                error = failure.with_traceback(None)
                sent = None
            else:
                if request is None:
                    return False
                pending.append(request)
                sent = None
        if error is not None:
            raise error
        self.result = sent
        return True


def run(first: Step) -> Any:
    """Run a walk that never pauses, and return its result."""
    trampoline = Trampoline(first)
    trampoline.advance()
    return trampoline.result
