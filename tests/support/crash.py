"""A process that dies before a chosen change to the file system."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NoReturn

KILLED = 137
# More changes than any action makes that is killed before each of them.
_MOST = 1_000
CHANGES = frozenset(
    f"os.{name}"
    for name in ("chmod", "chown", "link", "mkdir", "remove", "rename", "rmdir", "truncate", "utime")
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def run_and_die(action: Callable[[], object], at: int) -> int:
    """Run in a child that dies before its change number `at`; the exit code is 0 when it has fewer."""
    child = os.fork()
    if child == 0:
        _die_at(action, at)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def every_death(
    make: Callable[[str], Path], action: Callable[[Path], object], *, fewest: int
) -> Iterator[tuple[Path, bool]]:
    """Let an action die before each of its changes, each time in a folder of its own.

    Args:
        make: Makes the folder, by the name that it should have.
        action: What is done in the folder.
        fewest: The action makes more changes than these.

    Yields:
        The folder, called by the number of changes made, and whether the action died in it; the last is the
        one in which it did not, and stays.
    """
    for at in range(_MOST):
        folder = make(f"killed-{at}")
        outcome = run_and_die(partial(action, folder), at)
        assert outcome in (0, KILLED), f"the child failed after {at} changes"
        yield folder, outcome == KILLED
        if outcome == 0:
            assert at > fewest, "it was killed before every one of its changes"
            return
        shutil.rmtree(folder)
    raise AssertionError(f"it has not come to its end after {_MOST} changes")


def _die_at(action: Callable[[], object], at: int) -> NoReturn:
    changes = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal changes
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
        if event in CHANGES or writes:
            changes += 1
            if changes > at:
                os._exit(KILLED)

    try:
        sys.addaudithook(hook)
        action()
    except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as pytest
        os._exit(1)
    os._exit(0)
