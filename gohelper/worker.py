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

_LAST_WORDS = 10.0
"""Seconds a worker that went silent gets to write its stacks and end."""


class Worker:
    """Runs the library's operations in a process started by exec, never by fork.

    Gob counts type ids per process, so a new Worker (or `restart`) is also the way to a fresh process's ids.
    Safe to use from many threads: calls take turns. Not usable in a forked child, which must make its own.

    Args:
        library: What to load; None for the one built from the sources, built with the first call if need be.
        timeout: Seconds a call may take; None for no limit.
    """

    def __init__(self, library: Path | None = None, *, timeout: float | None = None) -> None:
        self._library = library
        self._timeout = timeout
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
                self._running = _Process(self._library or build_library())
            try:
                return self._running.call(operation.encode(), payload, self._timeout)
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

    def __init__(self, library: Path) -> None:
        self._connection, theirs = Pipe()
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        with theirs:
            self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "gohelper.serve", str(library), str(theirs.fileno())],
                env=os.environ | {"PYTHONPATH": _python_path()},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._stderr,
                stderr=self._stderr,
            )
        self.end = weakref.finalize(self, _end, os.getpid(), self._popen, self._connection, self._stderr)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def call(self, operation: bytes, payload: bytes, timeout: float | None) -> tuple[int, bytes]:
        try:
            self._connection.send_bytes(operation)
            self._connection.send_bytes(payload)
            if not self._connection.poll(timeout):
                raise GoTimeout(
                    f"{operation.decode()} did not answer within {timeout:g} seconds and was killed"
                )
            return self._connection.recv_bytes()[0], self._connection.recv_bytes()
        except (EOFError, OSError):
            raise self._crash(operation) from None

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
    python = re.findall(r"^(?:\w+\.)*\w+Error: .*", stderr, re.MULTILINE)
    return go[0] if go else (python[-1] if python else None)


def _python_path() -> str:
    """PYTHONPATH with this package first, so that the worker runs the same code as its parent."""
    return os.pathsep.join(filter(None, [str(MODULE.parent), os.environ.get("PYTHONPATH")]))
