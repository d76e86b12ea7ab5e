"""chromemctl as a person at a terminal sees it."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path


def on_a_terminal(
    *arguments: str | Path, answer: str = "", env: dict[str, str] | None = None
) -> tuple[int, str]:
    """Run the command on a pseudo-terminal; its exit code and everything it printed."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "120", **(env or {})})
        command = [sys.executable, "-m", "chromemctl", *map(str, arguments)]
        os.execv(sys.executable, command)
    os.write(terminal, answer.encode())
    printed = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the terminal's end on Linux
            break
        if not piece:
            break
        printed += piece
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return code, printed.decode(errors="replace")
