"""The preflight: an application on chromem starts with everything that is healthy, whatever has happened.

As a command it stands before the application in a unit, a container or a script; as `chromemctl.preflight` it
is called by a program. It never asks anybody anything.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from chromemctl.exits import Busy, IOFailure, NoStore, UsageFailure
from chromemctl.starting.policy import Policy, PreflightResult, State
from chromemctl.starting.remembered import Healthy, Memory
from chromemctl.wording import readable, user

# How often a store that is in use is looked at again.
_PAUSE_SECONDS = 0.5


def preflight(
    path: str | os.PathLike[str],
    *,
    policy: Policy | str = Policy.RECOVER,
    compress: bool | None = None,
    wait: float = 0.0,
    full: bool = False,
    force: bool = False,
    must_exist: bool = False,
    names: Iterable[str] = (),
    backups: str | os.PathLike[str] | None = None,
    state: str | os.PathLike[str] | None = None,
) -> PreflightResult:
    """Make sure that an application on chromem-go starts with a store, and change no more than that needs.

    A store that is as the last check has left it is not read again. Otherwise all of it is read. What is
    damaged is repaired where that is certain; collections that chromem would refuse all the same move to
    `.quarantine` in the store, so that the others load. Nothing is deleted, and `chromemctl undo` takes it
    back. Nothing is printed.

    Args:
        path: The store. One that does not exist is fine: chromem makes it at the first start.
        policy: What may be done: `recover`, `quarantine` or `fail`.
        compress: The setting with which the application opens the store; told from its files when None.
        wait: How many seconds a store that is in use is waited for: one that another process writes, or
            another chromemctl changes.
        full: Read everything although nothing has changed.
        force: Go ahead although the store is being written, or most of it seems damaged.
        must_exist: Refuse a store that does not exist.
        names: Names that collections may have, for the search for lost names.
        backups: The directory of backups, which bring lost metadata back; the user's own when None.
        state: The directory in which checks are remembered; `$XDG_STATE_HOME/chromemctl/preflight` when None.
            Where it cannot be written, every check is a full one.

    Raises:
        chromemctl.exits.NoStore: The path is no directory, or does not exist and must.
        chromemctl.exits.Busy: The store needs a repair, and is in use.
        chromemctl.exits.Doubtful: Most of the store seems damaged alike; that is rarely the damage it seems.
        chromemctl.exits.IOFailure: The system refused something.
        ValueError: There is no such policy.
    """
    store, chosen = Path(path), Policy(policy)
    if not os.path.lexists(store):
        return _first_start(store, must_exist=must_exist)
    if not store.is_dir():
        raise NoStore(f"{readable(str(store))} is not a directory, and chromem refuses to start with it")
    memory = Memory(store, compress, _outside(store, state))
    marks, looked_at = memory.look(), time.time_ns()
    known = None if full or marks is None else memory.recall(marks)
    if known is not None:
        return PreflightResult(store, State.UNCHANGED, True, known.collections, known.documents)

    # The repair brings modules with it that take longer to load than an unchanged store takes to look at.
    from chromemctl.starting.mending import Mender

    place = None if backups is None else Path(backups)
    mender = Mender(store, chosen, compress, tuple(names), place, force=force)
    result = _patiently(mender.run, wait)
    if result.state is State.HEALTHY and result.being_written is None:
        memory.keep(Healthy(result.collections, result.documents), marks, looked_at)
    return result


def _first_start(store: Path, *, must_exist: bool) -> PreflightResult:
    """Nothing is there: right at the first start, provided that chromem can make it."""
    shown = readable(str(store))
    if must_exist:
        raise NoStore(f"{shown} does not exist", "check the path, or that the volume it is on is mounted")
    above = next(parent for parent in store.absolute().parents if os.path.lexists(parent))
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise IOFailure(
            f"{shown} does not exist, and {user(os.geteuid())} cannot make it in {readable(str(above))}",
            "correct the path, or owner and mode of that directory",
        )
    return PreflightResult(store, State.NEW, starts=True)


def _outside(store: Path, state: str | os.PathLike[str] | None) -> Path | None:
    if state is None:
        return None
    directory = Path(state)
    if directory.resolve().is_relative_to(store.resolve()):
        raise UsageFailure(
            f"{readable(str(directory))}, where checks would be remembered, is in the store",
            "name a directory outside of it",
        )
    return directory


def _patiently(attempt: Callable[[], PreflightResult], wait: float) -> PreflightResult:
    """Try again while the store is in use, for a bounded time."""
    deadline = time.monotonic() + wait
    while True:
        left = deadline - time.monotonic()
        try:
            result = attempt()
        except Busy:
            if left <= 0:
                raise
        else:
            if result.being_written is None or left <= 0:
                return result
        time.sleep(min(_PAUSE_SECONDS, max(left, 0.0)))
