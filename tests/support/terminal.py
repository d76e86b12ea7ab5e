"""The commands as a person at a terminal sees them."""

from __future__ import annotations

import os
import pty
import shlex
import sys
from pathlib import Path


def on_a_terminal(
    *arguments: str | Path,
    answer: str = "",
    env: dict[str, str] | None = None,
    through: str | None = None,
    into: Path | None = None,
    program: str = "chromemctl",
) -> tuple[int, str]:
    """Run the command on a pseudo-terminal.

    Args:
        arguments: Of the command.
        answer: What the person types.
        env: More variables of the environment.
        through: A program that its standard output is piped through, whose exit code counts then.
        into: A file that its standard output goes to.
        program: Which command it is.

    Returns:
        The exit code and everything that the terminal showed.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "120", **(env or {})})
        command = [sys.executable, "-m", program, *map(str, arguments)]
        line = f"{shlex.join(command)} | {through}" if through else shlex.join(command)
        os.execv("/bin/sh", ["sh", "-c", f"{line} > {shlex.quote(str(into))}" if into else line])
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
