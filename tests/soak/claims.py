"""Who may write a store at this moment: the application, or the one who damages and heals it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def claim_if_free(store: Path) -> Iterator[bool]:
    """Have a store for oneself unless somebody else has it; whether one has."""
    with _file(store) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def claim(store: Path) -> Iterator[None]:
    """Have a store for oneself; waits until it is free."""
    with _file(store) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _file(store: Path) -> TextIO:
    return store.with_name(f"{store.name}.claim").open("w")
