"""The command `pygob` as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(
    *arguments: str | Path, stdin: bytes = b"", encoding: str = "utf-8", pass_fds: tuple[int, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "pygob", *map(str, arguments)],
        input=stdin, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": encoding},
        pass_fds=pass_fds,
    )  # fmt: skip


def said(*arguments: str | Path, stdin: bytes = b"") -> str:
    outcome = run(*arguments, stdin=stdin)
    assert (outcome.returncode, outcome.stderr) == (0, b"")
    return outcome.stdout.decode()
