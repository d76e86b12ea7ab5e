"""`make leaks`: many calls of several operations of gohelper; does memory grow, do descriptors stay open?"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gohelper import Go, GoError, GoHelperError

CALLS = 100_000
WARMED_UP_AFTER = 2_000
"""Calls of an operation before the first measurement: caches and the heap have their size by then."""

MOST_GROWTH = 10 << 20
"""Bytes by which each of the two processes may grow over all calls of an operation."""

MOST_DESCRIPTORS = 4
"""More descriptors than before: Go's runtime opens two of its own when it first waits for something."""

_STREAM = "AwQAAg=="
_CASE = {"type": {"kind": "slice", "elem": "string"}, "value": ["a", "b"]}

OPERATIONS: dict[str, Any] = {
    "test.echo": "YWFh",
    "test.error": "an error",
    "codec.encode": {"values": [_CASE]},
    "codec.decode": {"stream": _STREAM},
    "codec.verdict": {"stream": _STREAM},
    "codec.equal": {"a": _STREAM, "b": _STREAM},
    "gob.encode_metadata": {"name": "n", "metadata": [["k", "v"]]},
    "gzip.compress": "YWFh",
}
"""Operations and their requests; each gets its part of the calls."""


class Size(NamedTuple):
    """What a process takes.

    Attributes:
        memory: Resident bytes.
        descriptors: Open file descriptors.
    """

    memory: int
    descriptors: int

    def __str__(self) -> str:
        return f"{self.memory / 1e6:.1f} MB, {self.descriptors} descriptors"


def size_of(pid: int | str) -> Size:
    """What a process takes now."""
    kilobytes = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    assert kilobytes is not None
    return Size(int(kilobytes[1]) << 10, len(os.listdir(f"/proc/{pid}/fd")))


def measured(go: Go, calls: int, call: Callable[[int], object]) -> tuple[list[Size], list[Size]]:
    """The sizes of this process and of the worker before and after so many calls."""

    def sizes() -> list[Size]:
        assert go.worker.pid is not None
        return [size_of("self"), size_of(go.worker.pid)]

    for number in range(WARMED_UP_AFTER):
        call(number)
    before = sizes()
    for number in range(calls):
        call(WARMED_UP_AFTER + number)
    return before, sizes()


def leaks(calls: int) -> Iterator[str]:
    """Measure every operation, print what was measured, and give in words what grew beyond the bound."""
    with Go() as go:
        for operation, request in OPERATIONS.items():
            go.restart()

            def call(_: int, operation: str = operation, request: Any = request) -> None:
                try:
                    go.call(operation, request)
                except GoError:
                    assert operation == "test.error"

            before, after = measured(go, calls // len(OPERATIONS), call)
            for who, first, last in zip(("this process", "the worker"), before, after, strict=True):
                print(
                    f"{operation}: {calls // len(OPERATIONS):,} calls, {who}: {first}; then {last}",
                    flush=True,
                )
                grown = last.memory - first.memory > MOST_GROWTH
                if grown or last.descriptors - first.descriptors > MOST_DESCRIPTORS:
                    yield f"{operation}: {who} grew from {first} to {last}"
            if (kept := go.call("library.results", {})) != 0:
                yield f"{operation}: {kept} answers were not freed"


def main(arguments: list[str] | None = None) -> int:
    """Measure; 0 nothing leaks, 1 something does, 3 no Go."""
    parser = argparse.ArgumentParser(prog="make leaks", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="of all operations (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        found = list(leaks(options.calls))
    except GoHelperError as error:
        print(f"leaks: {error}", file=sys.stderr)
        return 3
    for each in found:
        print(f"LEAK {each}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
