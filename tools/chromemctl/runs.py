"""Runs over a store: begin one, finish one that was interrupted, list them all.

Whatever changes a store does so as a run: on a store at rest, every step noted in the journal before it is
taken, so that the run can be finished after a crash and taken back later.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from chromemctl import fsops, journal, logs
from chromemctl.exits import Busy, Failure, IOFailure
from chromemctl.plan import Step
from chromemctl.survey import entries_but_documents, take_imprint
from chromemctl.wording import command, readable
from pygob.chromem.names import is_write_ahead_log

# A store that does not change for this long between two looks is taken to be at rest.
OBSERVATION_SECONDS = 1.0


def carry_out(store: Path, command_name: str, steps: Sequence[Step], *, undoes: str | None = None) -> None:
    """Begin a run and carry it out.

    Args:
        store: The store, locked by the caller and at rest.
        command_name: What the run is: `recover`, `undo`.
        steps: What to do, in order.
        undoes: Id of the run that is taken back.

    Raises:
        Busy: The store changed meanwhile; the run is given up.
        Failure: The store is of a later chromem.
        IOFailure: The system refused; the next run finishes this one.
    """
    require_known(store)
    try:
        journal.Journal.start(store, command_name, steps, undoes=undoes).run(store, steps)
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
        f"{readable(str(error.filename or store))}: {error.strerror}",
        "what was done so far is sound; once the cause is gone, run this again to finish",
    )


def past(store: Path) -> list[journal.Run]:
    """What was done to a store, oldest first. Changes nothing.

    Raises:
        Failure: A journal cannot be understood.
    """
    try:
        return journal.history(store)
    except journal.JournalError as error:
        raise _not_understood(store, error) from None


def interrupted(store: Path) -> list[journal.Unfinished]:
    """The runs that were interrupted, oldest first. Changes nothing.

    Raises:
        Failure: A journal cannot be understood.
    """
    try:
        return journal.unfinished(store)
    except journal.JournalError as error:
        raise _not_understood(store, error) from None


def _not_understood(store: Path, error: journal.JournalError) -> Failure:
    return Failure(
        readable(str(error)),
        "move that journal aside once you know what it did, for example",
        f"  {command('mv', store / journal.PRIVATE_DIRECTORY / 'journal', store.absolute().parent)}",
    )


def require_known(store: Path) -> None:
    """Check that a store has nothing that only a later chromem knows.

    Raises:
        Failure: It has; such a store is left alone.
    """
    if any(is_write_ahead_log(entry.name) for entry in entries_but_documents(store)):
        raise Failure(
            f"{readable(str(store))} seems to be written by a later chromem; it is left alone",
            "look for a newer chromemctl",
        )


def require_rest(store: Path) -> None:
    """Check that nobody is writing a store, by looking at it twice.

    Raises:
        Busy: Something changed in between.
    """
    before = take_imprint(store)
    time.sleep(OBSERVATION_SECONDS)
    if changed := before.changes():
        raise being_written(changed[0].path)


def being_written(path: Path) -> Busy:
    """What to say of a store in which this path changed."""
    return Busy(
        f"the store is being written: {readable(str(path))} changed while we looked",
        "stop the application and run this again; --force goes ahead all the same",
    )
