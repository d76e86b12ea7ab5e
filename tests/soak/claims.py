"""Who may write a store at this moment: the application, or the one who damages and heals it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def claim(store: Path) -> Iterator[None]:
    """Have a store for oneself; waits until it is free."""
    with store.with_name(f"{store.name}.claim").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
