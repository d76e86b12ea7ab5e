"""A process that dies before a chosen change to the file system."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

KILLED = 137
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
