"""A system that refuses: from a call on the disk is full, or a call fails; or it writes in pieces."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

# What needs room. A full disk stays full, but files can still be removed and moved.
_NEEDS_ROOM = ("link", "mkdir", "open", "write")
# What fails when the medium does.
_TOUCHES_MEDIUM = ("fsync", "link", "open", "rename", "unlink", "utime", "write")
# What needs the right to change a directory.
_NEEDS_PERMISSION = ("link", "mkdir", "open", "rename", "rmdir", "unlink")
_CREATING = os.O_CREAT


@dataclass(slots=True)
class Faults:
    """Counts the calls that can fail, and lets some fail.

    Attributes:
        at: Index of the first call that fails.
        error: The errno.
        lasts: Whether all later ones fail too.
        calls: How many there were.
    """

    at: int
    error: int
    lasts: bool
    calls: int = 0

    @property
    def struck(self) -> bool:
        """Whether any call failed."""
        return self.calls > self.at

    def refuses(self) -> bool:
        """Whether this call fails; counts it."""
        self.calls += 1
        return self.calls > self.at if self.lasts else self.calls == self.at + 1


@contextmanager
def full_disk(at: int) -> Iterator[Faults]:
    """From the call of this index on, nothing that needs room succeeds; what is written last is cut."""
    faults = Faults(at, errno.ENOSPC, lasts=True)
    with _patched(faults, _NEEDS_ROOM):
        yield faults


@contextmanager
def failing_medium(at: int) -> Iterator[Faults]:
    """The call of this index fails."""
    faults = Faults(at, errno.EIO, lasts=False)
    with _patched(faults, _TOUCHES_MEDIUM):
        yield faults


@contextmanager
def forbidden(at: int) -> Iterator[Faults]:
    """From the call of this index on nothing may be made, moved or removed."""
    faults = Faults(at, errno.EACCES, lasts=True)
    with _patched(faults, _NEEDS_PERMISSION):
        yield faults


@contextmanager
def short_writes(size: int) -> Iterator[None]:
    """Each call writes so many bytes at most, as the system may."""
    write = os.write
    with mock.patch.object(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:size]))):
        yield


@contextmanager
def _patched(faults: Faults, names: tuple[str, ...]) -> Iterator[None]:
    with ExitStack() as patches:
        for name in names:
            patches.enter_context(mock.patch.object(os, name, _failing(faults, name, getattr(os, name))))
        yield


def _failing(faults: Faults, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        if name == "open" and not (len(arguments) > 1 and arguments[1] & _CREATING):
            return real(*arguments, **keywords)
        if not faults.refuses():
            return real(*arguments, **keywords)
        if name == "write":  # some of it is written before the system refuses
            real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        path = arguments[0] if isinstance(arguments[0], str | os.PathLike) else None
        raise OSError(faults.error, os.strerror(faults.error), path and os.fspath(path))

    return call
