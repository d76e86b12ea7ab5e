"""The module's further commands, such as `cmd/judge` and `cmd/vectors`, compiled where they are needed."""

from __future__ import annotations

from pathlib import Path

from gohelper.build import compile_command
from gohelper.toolchain import find_toolchain


def compile_program(name: str, folder: Path) -> Path:
    """Compile `cmd/NAME` into a folder and return the program; Go's own cache makes that quick.

    Raises:
        GoMissing: No Go toolchain.
        GoBuildFailed: Go refused; the message holds its output.
    """
    compile_command(name, find_toolchain(), folder)
    return folder / name
