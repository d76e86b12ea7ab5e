"""This process and forks of it, as one executor: started at once, sharing all that is imported.

Made for reading very many files. A pool of `concurrent.futures` would start threads of its own and leave this
process idle; here it does its share of the work while it waits for results.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# A fork gets its next task before it has finished the one before, so that it does not wait for this process.
# Larger tasks wait: this process must never wait for one that waits for it.
_AHEAD = 2
_AHEAD_BYTES = 4096

_LENGTH_BYTES = 8


_Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class _Task(NamedTuple):
    future: Future[Any]
    function: Callable[..., Any]
    arguments: _Arguments


@dataclass(eq=False, slots=True)
class _Fork:
    """Another process: the way to it, and what it is at."""

    pid: int
    socket: socket.socket
    futures: deque[Future[Any]] = field(default_factory=deque)


class Forks(Executor):
    """An executor for one thread.

    Functions, arguments and results must be picklable. A fork that dies breaks the futures of its tasks.
    """

    def __init__(self, number: int) -> None:
        """Start so many forks; no other thread may be running.

        Raises:
            OSError: The system has no room for them.
        """
        self._waiting: deque[_Task] = deque()
        self._forks: list[_Fork] = []
        # What was imported is not looked through for garbage again, which would also copy it for each fork.
        gc.freeze()
        try:
            for _ in range(number):
                self._forks.append(self._start())
        except OSError:
            self.shutdown()
            raise

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have something done, here or in a fork, by the time that its result is asked for."""
        future: Future[T] = _Pending(self)
        self._waiting.append(_Task(future, fn, (args, kwargs)))
        self._hand_over()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the forks, whatever they are at: they only read."""
        self._waiting.clear()
        while self._forks:
            self._end(self._forks[0])

    def advance(self) -> None:
        """Take the results that are there; where there are none do a task, or wait."""
        sockets = {fork.socket: fork for fork in self._forks if fork.futures}
        ready, _, _ = select.select(sockets, (), (), 0 if self._waiting else None)
        for each in ready:
            self._take_answer(sockets[each])
        self._hand_over()
        if not ready and self._waiting:
            task = self._waiting.popleft()
            if not task.future.cancelled():
                _settle(task.future, *_outcome(task.function, task.arguments))

    def _start(self) -> _Fork:
        ours, theirs = socket.socketpair()
        try:
            pid = os.fork()
        except OSError:
            ours.close()
            theirs.close()
            raise
        if not pid:
            ours.close()
            for other in self._forks:
                other.socket.close()
            _serve(theirs)
        theirs.close()
        return _Fork(pid, ours)

    def _hand_over(self) -> None:
        for ahead in range(_AHEAD):
            for fork in list(self._forks):
                if self._waiting and len(fork.futures) <= ahead:
                    self._send(fork)

    def _send(self, fork: _Fork) -> None:
        task = self._waiting[0]
        message = _message((task.function, task.arguments))
        if fork.futures and len(message) > _AHEAD_BYTES:
            return
        self._waiting.popleft()
        fork.futures.append(task.future)
        try:
            fork.socket.sendall(message)
        except OSError:
            self._end(fork)

    def _take_answer(self, fork: _Fork) -> None:
        try:
            is_result, answer = _receive(fork.socket)
        except (OSError, EOFError):
            self._end(fork)
        else:
            _settle(fork.futures.popleft(), is_result, answer)

    def _end(self, fork: _Fork) -> None:
        self._forks.remove(fork)
        fork.socket.close()
        os.kill(fork.pid, signal.SIGKILL)
        os.waitpid(fork.pid, 0)
        for future in fork.futures:
            _settle(future, False, BrokenExecutor("a process that was reading has died"))


class _Pending(Future[T]):
    """A future that is worked for while it is waited for."""

    def __init__(self, forks: Forks) -> None:
        super().__init__()
        self._forks = forks

    def result(self, timeout: float | None = None) -> T:
        """What came of the task; the time-out is that of the base class, once the work is done."""
        while not self.done():
            self._forks.advance()
        return super().result(timeout)


def _settle(future: Future[Any], is_result: bool, answer: Any) -> None:
    if future.cancelled():
        return
    if is_result:
        future.set_result(answer)
    else:
        future.set_exception(answer)


def _outcome(
    function: Callable[..., Any], arguments: tuple[tuple[Any, ...], dict[str, Any]]
) -> tuple[bool, Any]:
    positional, named = arguments
    try:
        return True, function(*positional, **named)
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who asked gets it
        return False, error


def _serve(parent: socket.socket) -> NoReturn:
    """Do tasks until the parent has no more, or is gone."""
    status = 1
    try:
        # Ctrl-C reaches every process of a terminal; it is the parent's to deal with.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _answer_all(parent)
        status = 0
    finally:
        # Nothing of the parent's is flushed or cleaned up here.
        os._exit(status)


def _answer_all(parent: socket.socket) -> None:
    while True:
        try:
            task = _receive(parent)
        except EOFError:
            return
        parent.sendall(_message(_outcome(*task)))


def _message(content: object) -> bytes:
    data = pickle.dumps(content)
    return len(data).to_bytes(_LENGTH_BYTES, "little") + data


def _receive(source: socket.socket) -> Any:
    """The next message, nothing of the one after it.

    Raises:
        EOFError: The other side is gone.
    """
    length = int.from_bytes(_exactly(source, _LENGTH_BYTES), "little")
    return pickle.loads(_exactly(source, length))  # noqa: S301 - between a process and its fork


def _exactly(source: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        piece = source.recv(count - len(data), socket.MSG_WAITALL)
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
