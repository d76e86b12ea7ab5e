"""Taking back what a run did to a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chromemctl.changes import fsops, journal, runs
from chromemctl.changes.preconditions import require_rest
from chromemctl.exits import UsageFailure
from chromemctl.wording import command, readable


def undoable(store: Path, run_id: str | None) -> journal.Run:
    """The run to take back: the one asked for, else the last one that was not taken back yet.

    Raises:
        UsageFailure: There is no such run, it was taken back already, or the store has changed since at a
            place that would be touched.
    """
    past = runs.past(store)
    gone = {run.undoes for run in past if run.state is journal.State.COMPLETE}
    candidates = [run for run in past if run.undoes is None and run.done and run.id not in gone]
    chosen = [run for run in candidates if run_id in (None, run.id)]
    _require_known_last(store, run_id, chosen)
    if not chosen:
        which = "there is no run to undo" if run_id is None else f"run {readable(run_id)} cannot be undone"
        raise UsageFailure(
            f"{which}: it does not exist, was undone already, or is an undoing itself"
            if run_id is not None
            else which,
            "see what was done to the store:",
            f"  {command('chromemctl', 'journal', store)}",
        )
    run = chosen[-1]
    try:
        fsops.require_possible(store, run.undoing())
    except fsops.Conflict as conflict:
        raise UsageFailure(
            f"run {run.id} cannot be undone, as the store has changed since: {readable(str(conflict))}",
            *_changed_by(store, [later for later in candidates if later.id > run.id]),
        ) from None
    return run


def _require_known_last(store: Path, run_id: str | None, chosen: Sequence[journal.Run]) -> None:
    """Check that no journal that cannot be understood hides which run is meant."""
    for hidden in journal.unreadable(store):
        if run_id == hidden.id:
            raise UsageFailure(
                f"run {run_id} cannot be undone: {readable(hidden.reason)}",
                "nothing was changed; every other run can be undone by its ID:",
                f"  {command('chromemctl', 'journal', store)}",
            )
        if run_id is None and (not chosen or journal.order(chosen[-1].id) < journal.order(hidden.id)):
            raise UsageFailure(
                f"which run is the last to undo is not known: {readable(hidden.reason)}",
                "nothing was changed; give the ID of a run instead of --last:",
                f"  {command('chromemctl', 'journal', store)}",
            )


def _changed_by(store: Path, later: Sequence[journal.Run]) -> list[str]:
    """What to do about changes since a run: those of later runs can be undone."""
    if not later:
        return ["nothing was changed; move out of the way what is there now, or leave the run as it is"]
    return [
        "nothing was changed; later runs must be undone first, latest first:",
        f"  {command('chromemctl', 'undo', '--last', store)}",
    ]


def undo(store: Path, run: journal.Run, *, force: bool) -> None:
    """Take a run back: every file in its place again, byte for byte, with modes and times.

    Args:
        store: The store, locked by the caller.
        run: What `undoable` returned.
        force: Do it although the store seems to be in use.

    Raises:
        Busy: The store is being written, or has changed.
        IOFailure: The system refused; the next run finishes.
    """
    if not force:
        require_rest(store)
    runs.carry_out(store, "undo", run.undoing(), undoes=run.id)
