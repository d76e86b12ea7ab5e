"""The command line in this very process: without the start of Python, for tests that run it very often."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from itertools import count
from pathlib import Path
from unittest import mock

from chromemctl.changes import preconditions
from chromemctl.console.output import Output
from chromemctl.console.running import run


def inside(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command; nobody sits at a terminal, and it does not wait to see whether a store is at rest."""
    words = list(map(str, arguments))
    stdout, stderr = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    try:
        with (
            mock.patch.object(sys, "argv", ["chromemctl", *words]),
            mock.patch.object(sys, "stdin", io.StringIO()),
            mock.patch.object(preconditions, "OBSERVATION_SECONDS", 0.0),
            mock.patch.object(Output, "emitted", False),  # as at the start of a process
            redirect_stdout(stdout),
            redirect_stderr(stderr),
        ):
            code = run()
    finally:
        signal.signal(signal.SIGTERM, before)
    return subprocess.CompletedProcess(words, code, stdout.getvalue(), stderr.getvalue())


@contextmanager
def being_written(path: Path) -> Iterator[None]:
    """An application that writes a file whenever a command in this process waits, however long that takes."""
    sizes = count(1)

    def write(_seconds: float) -> None:
        path.write_bytes(bytes(next(sizes)))

    with mock.patch("time.sleep", write):
        yield
