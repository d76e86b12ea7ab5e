"""Runs over a store: begin one, finish one that was interrupted, list them all.

Whatever changes a store does so as a run: on a store at rest, every step noted in the journal before it is
taken, so that the run can be finished after a crash and taken back later.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chromemctl import logs
from chromemctl.changes import fsops, journal
from chromemctl.changes.plan import Step
from chromemctl.changes.preconditions import require_known, require_one_mount, require_owner
from chromemctl.exits import Busy, Failure, IOFailure
from chromemctl.wording import readable


def carry_out(
    store: Path,
    command_name: str,
    steps: Sequence[Step],
    *,
    losses: Sequence[str] = (),
    undoes: str | None = None,
) -> None:
    """Begin a run and carry it out.

    Args:
        store: The store, locked by the caller and at rest.
        command_name: What the run is: `recover`, `undo`.
        steps: What to do, in order.
        losses: What cannot be brought back, one sentence each: noted, so that whoever finishes an interrupted
            run is told.
        undoes: Id of the run that is taken back.

    Raises:
        Busy: The store changed meanwhile; the run is given up.
        Failure: The store is of a later chromem.
        IOFailure: The system refused; the next run finishes this one.
    """
    require_known(store)
    require_owner(store, steps)
    require_one_mount(store, steps)
    try:
        begun = journal.Journal.start(store, command_name, steps, losses=losses, undoes=undoes)
    except fsops.Conflict as conflict:
        raise IOFailure(f"{readable(str(conflict))}; nothing was changed", "move it away first") from None
    except OSError as error:
        raise IOFailure(_told(store, error), "nothing was changed") from error
    try:
        begun.run(store, steps)
    except fsops.Conflict as conflict:
        raise Busy(
            f"the store changed while it was being repaired: {readable(str(conflict))}",
            "what was done so far is sound; stop the application and run this again",
        ) from None
    except OSError as error:
        raise _refused(store, error) from error
    logs.event("plan carried out", steps=len(steps))


def finish(store: Path, run: journal.Unfinished) -> str | None:
    """Finish a run that was interrupted.

    Args:
        store: The store, locked by the caller and at rest.
        run: One of `interrupted`.

    Returns:
        Why the run was given up instead, the store being no longer as it was planned for; None when it is
        finished.

    Raises:
        Failure: The store is of a later chromem.
        IOFailure: The system refused; it can be tried again.
    """
    require_known(store)
    require_owner(store, run.left)
    require_one_mount(store, run.left)
    try:
        journal.Journal.reopen(run).run(store, run.steps, run.done)
    except fsops.Conflict as conflict:
        return str(conflict)
    except OSError as error:
        raise _refused(store, error) from error
    logs.event("interrupted run finished", run=run.id)
    return None


def _refused(store: Path, error: OSError) -> IOFailure:
    return IOFailure(
        _told(store, error), "what was done so far is sound; once the cause is gone, run this again to finish"
    )


def _told(store: Path, error: OSError) -> str:
    return f"{readable(str(error.filename or store))}: {error.strerror}"


def past(store: Path) -> list[journal.Run]:
    """What was done to a store, oldest first, as far as journals can be understood. Changes nothing."""
    return journal.history(store)


def interrupted(store: Path) -> list[journal.Unfinished]:
    """The runs that were interrupted, oldest first. Changes nothing.

    Raises:
        Failure: A journal cannot be understood, and its run may be one of them.
    """
    for doubtful in journal.unreadable(store):
        if not doubtful.is_over:
            raise Failure(
                f"{readable(doubtful.reason)}, so whether that run has ended is not known",
                "put this one journal aside once you know what it did; all other runs stay as they are:",
                f"  {journal.put_aside(doubtful.path)}",
            )
    return journal.unfinished(store)
