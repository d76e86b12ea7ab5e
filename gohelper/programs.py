"""The module's further commands (`cmd/judge`, `cmd/vectors`), compiled where they are needed.

Go's own build cache makes a second compilation a matter of a second.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from gohelper.build import MODULE
from gohelper.errors import GoBuildFailed
from gohelper.toolchain import find_toolchain


def compile_program(name: str, folder: Path) -> Path:
    """Compile `cmd/<name>` into a folder and return the program.

    Raises:
        GoMissing: No Go toolchain.
        GoBuildFailed: Go refused; the message holds its output.
    """
    toolchain = find_toolchain()
    program = folder / name
    command = [str(toolchain.go), "build", "-trimpath", "-mod=readonly", "-o", str(program), f"./cmd/{name}"]
    environment = toolchain.environment(cgo=False)
    done = subprocess.run(  # noqa: S603 - the user's own toolchain
        command, cwd=MODULE, env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        raise GoBuildFailed(f"{' '.join(command)}\n{done.stderr.strip()}")
    return program
