"""Builds the Go module: the C library and the command, each once for the same sources and toolchain.

Both land in `gohelper/_build/<key>/`, the key being a hash of all that goes into the build. Any number of
processes may ask at once: the first one builds under a lock and moves the finished folder into place.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gohelper.errors import GoBuildFailed, GoMissing
from gohelper.toolchain import Toolchain, find_toolchain

Compile = Callable[[Toolchain, Path], None]

MODULE = Path(__file__).resolve().parent
"""The folder of go.mod."""

BUILDS = MODULE / "_build"

LIBRARY = "libgohelper.so"
HEADER = "libgohelper.h"
COMMAND = "gohelper"

MOST_BUILDS = 8
"""Builds of a kind that are kept, those used last."""

# A module that could not be downloaded is asked for again after so many seconds; Go itself gives up at once.
_PAUSES = (1.0, 10.0)
_DOWNLOADING = re.compile(r'@v\S+: (Get|reading) "?https?://')

# Nothing of the machine or the folder gets into the binaries, so equal sources give equal bytes.
_REPRODUCIBLE = ("-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags=-s -w")


def build_library() -> Path:
    """The C library (`libgohelper.so`, its header beside it), built now unless it already was.

    Raises:
        GoMissing: No Go toolchain or no C compiler.
        GoBuildFailed: Go refused; the message holds its output.
    """
    return _built("library", find_toolchain(), compile_library) / LIBRARY


def build_command() -> Path:
    """The static command (`cmd/gohelper`), which needs no C compiler; built now unless it already was.

    Raises:
        GoMissing: No Go toolchain.
        GoBuildFailed: Go refused; the message holds its output.
    """
    return _built(COMMAND, find_toolchain(), functools.partial(compile_command, COMMAND)) / COMMAND


def compile_library(toolchain: Toolchain, folder: Path) -> None:
    """Compile the library and its header into `folder`, cached or not."""
    _require_c_compiler(toolchain)
    _go_build(toolchain, folder / LIBRARY, "-buildmode=c-shared", ".", cgo=True)


def compile_command(name: str, toolchain: Toolchain, folder: Path) -> None:
    """Compile the static command `cmd/NAME` into `folder`, cached or not."""
    _go_build(toolchain, folder / name, f"./cmd/{name}", cgo=False)


def _go_build(toolchain: Toolchain, output: Path, *what: str, cgo: bool) -> None:
    for pause in (*_PAUSES, None):
        result = toolchain.run("build", *_REPRODUCIBLE, "-o", str(output), *what, cgo=cgo, folder=MODULE)
        if result.returncode == 0:
            return
        if pause is None or not _DOWNLOADING.search(result.stderr):
            raise GoBuildFailed(f"{' '.join(map(str, result.args))}\n{result.stderr.strip()}")
        time.sleep(pause)


def _built(kind: str, toolchain: Toolchain, compile_into: Compile) -> Path:
    folder = BUILDS / f"{kind}-{_key(toolchain)}"
    if folder.is_dir():
        with contextlib.suppress(OSError):  # a tree that is not ours to write
            os.utime(folder)
        return folder
    try:
        BUILDS.mkdir(exist_ok=True)
        with _locked(BUILDS / f"{kind}.lock"):
            if not folder.is_dir():
                _build(kind, toolchain, compile_into, folder)
    except OSError as error:
        raise GoBuildFailed(
            f"nothing can be built in {BUILDS}: {error.strerror or error}. Builds are kept there: "
            "make the folder writable, or use a copy of the tree."
        ) from error
    return folder


def _build(kind: str, toolchain: Toolchain, compile_into: Compile, folder: Path) -> None:
    """Build into a folder that is not there yet, under the lock of its kind."""
    for left in BUILDS.glob(f"{kind}-*.tmp"):  # of builds that were killed
        shutil.rmtree(left, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{kind}-", suffix=".tmp", dir=BUILDS))
    try:
        compile_into(toolchain, unfinished)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    kept = sorted(BUILDS.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[MOST_BUILDS:]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed, by a crash too
        yield


def _key(toolchain: Toolchain) -> str:
    digest = hashlib.sha256()
    for part in (str(toolchain.version), *_REPRODUCIBLE, os.environ.get("CC", "")):
        digest.update(part.encode() + b"\0")
    for source in sources():
        content = source.read_bytes()
        digest.update(f"{source.relative_to(MODULE)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def sources() -> list[Path]:
    """Every file that the library or the command may be made of, in a fixed order."""
    found = [MODULE / "go.mod", MODULE / "go.sum", *sorted((MODULE / "cmd" / COMMAND).glob("*.go"))]
    elsewhere = {BUILDS, MODULE / "cmd"}
    for path in sorted(MODULE.rglob("*.go")):
        if elsewhere.isdisjoint(path.parents) and not path.name.endswith("_test.go"):
            found.append(path)
    return found


def _require_c_compiler(toolchain: Toolchain) -> None:
    command = shlex.split(toolchain.run("env", "CC", cgo=True).stdout)
    if not command or shutil.which(command[0]) is None:
        raise GoMissing(
            f"the C compiler {' '.join(command)!r}, which Go needs to build a C library, was not found. "
            "Install gcc (Debian, Ubuntu: apt-get install gcc libc6-dev), or name another compiler in CC."
        )
