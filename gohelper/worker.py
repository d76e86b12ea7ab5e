"""A process of its own for the Go library, started with the first call and again after every crash."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import IO, Self

from gohelper.build import MODULE, build_library
from gohelper.errors import GoCrashed, GoForked, GoTimeout

_STDERR_SHOWN = 64 * 1024
"""Bytes of a crashed process's standard error that are kept: Go's message comes first, its stacks after."""

MEMORY = 8 << 30
"""Bytes of address space of a process, unless the worker says otherwise."""

_LAST_WORDS = 10.0
"""Seconds a worker that went silent gets to write its stacks and end."""


class Worker:
    """Runs the library's operations in a process started by exec, never by fork.

    Gob counts type ids per process, so a new Worker (or `restart`) is also the way to a fresh process's ids.
    Safe to use from many threads: calls take turns. Not usable in a forked child, which must make its own.

    Args:
        library: What to load; None for the one built from the sources, built with the first call if need be.
        timeout: Seconds a call may take, from the start of the process on; None for no limit. May be set anew
            between calls.
        memory: Bytes of address space of the process, of which Go's runtime reserves some hundred millions
            without using them; 0 for no limit. Go ends a process that needs more: `GoCrashed`.
    """

    def __init__(
        self, library: Path | None = None, *, timeout: float | None = None, memory: int = MEMORY
    ) -> None:
        self._library = library
        self._memory = memory
        self.timeout = timeout
        self._owner = os.getpid()
        self._turn = threading.Lock()
        self._running: _Process | None = None

    def call(self, operation: str, payload: bytes) -> tuple[int, bytes]:
        """Run an operation.

        Args:
            operation: Its name.
            payload: Its request, JSON.

        Returns:
            Status and answer, as README.md has them.

        Raises:
            GoCrashed: The process ended in mid-call.
            GoTimeout: The call took longer than `timeout`.
            GoForked: This process is a fork of the one that made the worker.
            GoMissing: The library is not built and cannot be; also GoBuildFailed.
        """
        self._refuse_fork()
        with self._turn:
            if self._running is None:
                self._running = _Process(self._library or build_library(), self._memory)
            try:
                return self._running.call(operation.encode(), payload, self.timeout)
            except BaseException:  # a crash, or Ctrl-C: either way the answer would come at the wrong time
                self._end()
                raise

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        running = self._running
        return None if running is None else running.pid

    def restart(self) -> None:
        """End the process; the next call starts a fresh one."""
        self._refuse_fork()
        with self._turn:
            self._end()

    close = restart

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self) -> None:
        if self._running is not None:
            self._running.end()
            self._running = None

    def _refuse_fork(self) -> None:
        if os.getpid() != self._owner:
            raise GoForked("this worker belongs to the process that made it; make a new one after a fork")


class _Process:
    """One life of a worker, ended at the latest with the interpreter."""

    def __init__(self, library: Path, memory: int) -> None:
        self._connection, theirs = Pipe()
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        with theirs:
            self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                # -P: a folder that the process happens to be in has no say in what is imported.
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "gohelper.serve",
                    str(library),
                    str(theirs.fileno()),
                    str(memory),
                ],
                env=os.environ | {"PYTHONPATH": _python_path()},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._stderr,
                stderr=self._stderr,
            )
        self.end = weakref.finalize(self, _end, os.getpid(), self._popen, self._connection, self._stderr)
        _running.add(self)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def call(self, operation: bytes, payload: bytes, timeout: float | None) -> tuple[int, bytes]:
        try:
            with _Deadline(timeout, self._popen) as deadline:
                self._connection.send_bytes(operation)
                self._connection.send_bytes(payload)
                status = self._connection.recv_bytes()[0]
                answer = self._connection.recv_bytes()
        except (EOFError, OSError):
            if not deadline.has_passed:
                raise self._crash(operation) from None
        if deadline.has_passed:
            raise GoTimeout(f"{operation.decode()} did not answer within {timeout:g} seconds and was killed")
        return status, answer

    def close_connection(self) -> None:
        """Let go of the connection, which in a forked child would outlive the parent."""
        self._connection.close()

    def _crash(self, operation: bytes) -> GoCrashed:
        try:
            returncode = self._popen.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:  # it closed the connection and lives on
            self._popen.kill()
            returncode = self._popen.wait()
        stderr = os.pread(self._stderr.fileno(), _STDERR_SHOWN, 0).decode(errors="replace")
        how = f"exit code {returncode}" if returncode >= 0 else signal.Signals(-returncode).name
        return GoCrashed(
            f"the Go worker ended during {operation.decode()}: {_cause(stderr) or how}", returncode, stderr
        )


_running: weakref.WeakSet[_Process] = weakref.WeakSet()


def _forget_connections() -> None:
    for process in _running:
        process.close_connection()


os.register_at_fork(after_in_child=_forget_connections)


class _Deadline:
    """Kills a process that still works when the time is up, which ends all reading from and writing to it."""

    def __init__(self, seconds: float | None, popen: subprocess.Popen[bytes]) -> None:
        self.has_passed = False
        self._is_over = False
        self._lock = threading.Lock()
        self._popen = popen
        self._timer = None if seconds is None else threading.Timer(seconds, self._kill)

    def __enter__(self) -> Self:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_over = True
        if self._timer is not None:
            self._timer.cancel()

    def _kill(self) -> None:
        with self._lock:
            if not self._is_over:
                self.has_passed = True
                self._popen.kill()


def _end(owner: int, popen: subprocess.Popen[bytes], connection: Connection, stderr: IO[bytes]) -> None:
    if os.getpid() != owner:  # a forked child must not end its parent's worker
        return
    connection.close()
    popen.kill()  # it holds nothing between calls, and a call in progress has been given up
    popen.wait()
    stderr.close()


def _cause(stderr: str) -> str | None:
    """The line in which Go, or else Python, says why it gave up."""
    go = re.search(r"^(fatal error|panic): .*", stderr, re.MULTILINE)
    python = re.findall(r"^(?:\w+\.)*\w+Error(?:: .*)?$", stderr, re.MULTILINE)
    return go[0] if go else (python[-1] if python else None)


def _python_path() -> str:
    """PYTHONPATH with this package first, so that the worker runs the same code as its parent."""
    return os.pathsep.join(filter(None, [str(MODULE.parent), os.environ.get("PYTHONPATH")]))
