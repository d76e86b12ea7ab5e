"""The recovery of a store, step by step, without a word to anybody: commands tell, this module does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chromemctl import fsops, journal, logs, naming
from chromemctl.evidence import gather
from chromemctl.exits import Busy, Failure, IOFailure, UsageFailure
from chromemctl.findings import examine
from chromemctl.operator_names import confirmed
from chromemctl.plan import Plan, Step
from chromemctl.repair import make_plan, rebuildable
from chromemctl.survey import Survey, snapshot, survey_store
from chromemctl.wording import command, readable
from pygob.chromem.entries import Entry, Kind, entry_at

# A store that does not change for this long between two looks is taken to be at rest.
OBSERVATION_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A survey of a store and the plan that follows from it.

    Attributes:
        survey: The store as it was looked at.
        plan: What to do about it.
        names: What was found about lost names, None when none was lost.
        looked_at: When the look began, by the monotonic clock.
    """

    survey: Survey
    plan: Plan
    names: naming.Identification | None
    looked_at: float = field(compare=False)


Progress = Callable[[int, int], None]


def propose(
    store: Path,
    *,
    only: str | None = None,
    names: Sequence[str] = (),
    listed: Iterable[str] = (),
    progress: Progress | None = None,
) -> Proposal:
    """Look at a store and plan its repair. Changes nothing.

    Args:
        store: The store.
        only: The one folder to repair; all when None.
        names: Names that the operator vouches for, as NAME or HASH=NAME.
        listed: Names that the operator thinks possible.
        progress: Called with the number of files read and of all files.

    Raises:
        UsageFailure: A name does not belong to a folder that needs one.
        Failure: Another command must come first.
    """
    looked_at = time.monotonic()
    survey = survey_store(store, progress)
    findings = [finding for finding in examine(survey) if only in (None, finding.dir)]
    damage = rebuildable(findings)
    nameless = [folder.dir for folder in survey.folders if folder.dir in damage and folder.name is None]
    explicit = confirmed(names, nameless, survey)
    found = _identify(survey, nameless, explicit, listed) if damage else None
    plan = make_plan(survey, findings, damage, found)
    if plan.steps:
        _require_own_directories(store)
    return Proposal(survey, plan, found, looked_at)


def _require_own_directories(store: Path) -> None:
    """Check that what is set aside or noted has a place in the store itself."""
    for name in (journal.QUARANTINE_DIRECTORY, journal.PRIVATE_DIRECTORY):
        entry = entry_at(store / name)
        if entry is None:
            continue
        shown = readable(str(store / name))
        if entry.kind is not Kind.DIRECTORY:
            raise IOFailure(
                f"{shown} is a {entry.kind}, where chromemctl needs a directory; nothing was changed",
                "move it out of the store and run this again",
            )
        if (store / name).stat().st_dev != store.stat().st_dev:
            raise IOFailure(
                f"{shown} is on another file system than the store, so no file can be moved there safely; "
                "nothing was changed",
                "unmount it and run this again",
            )


def _identify(
    survey: Survey, nameless: Sequence[str], explicit: Sequence[str], listed: Iterable[str]
) -> naming.Identification:
    folders = [folder for folder in survey.folders if folder.dir in nameless]
    evidence = gather(survey, folders, explicit=explicit, listed=listed)
    return naming.identify([folder.dir for folder in folders], evidence)


def carry_out(store: Path, proposal: Proposal, *, force: bool) -> None:
    """Carry out a plan, provided that the store is at rest and as it was looked at.

    Args:
        store: The store, locked by the caller.
        proposal: What was planned.
        force: Do it although the store seems to be in use.

    Raises:
        Busy: The store is being written, or has changed since the plan was made.
        OSError: The system refused; the next run finishes.
    """
    if any(finding.id == "WAL" for finding in examine(proposal.survey)):
        raise Failure(
            f"{readable(str(store))} seems to be written by a later chromem; it is left alone",
            "look for a newer chromemctl",
        )
    if not force:
        _require_rest(store, proposal)
    if steps := proposal.plan.steps:
        _run(store, "recover", steps)


def _run(store: Path, command_name: str, steps: Sequence[Step], *, undoes: str | None = None) -> None:
    try:
        journal.Journal.start(store, command_name, steps, undoes=undoes).run(store, steps)
    except fsops.Conflict as conflict:
        raise Busy(
            f"the store changed while it was being repaired: {readable(str(conflict))}",
            "what was done so far is sound; stop the application and run this again",
        ) from None
    except OSError as error:
        raise IOFailure(
            f"{readable(str(error.filename or store))}: {error.strerror}",
            "what was done so far is sound; once the cause is gone, run this again to finish",
        ) from error
    logs.event("plan carried out", steps=len(steps))


def _require_rest(store: Path, proposal: Proposal) -> None:
    time.sleep(max(0.0, OBSERVATION_SECONDS - (time.monotonic() - proposal.looked_at)))
    changed = list(proposal.survey.changing) or _differences(proposal.survey, snapshot(store))
    if changed:
        raise _being_written(changed[0])


def _being_written(path: Path) -> Busy:
    return Busy(
        f"the store is being written: {readable(str(path))} changed while we looked",
        "stop the application and run this again; --force goes ahead all the same",
    )


def _differences(survey: Survey, now: dict[Path, Entry]) -> list[Path]:
    """Entries of chromem's that are not as they were; directories' own times are left out."""
    before = {entry.path: entry for entry in survey.entries}
    before.update((entry.path, entry) for folder in survey.folders for entry in folder.entries)
    return sorted(
        path
        for path in before.keys() | now.keys()
        if before.get(path) != now.get(path)
        and not all(
            entry is not None and entry.kind is Kind.DIRECTORY for entry in (before.get(path), now.get(path))
        )
    )


def past_runs(store: Path) -> list[journal.Run]:
    """What was done to a store, oldest first. Changes nothing.

    Raises:
        Failure: A journal cannot be understood.
    """
    try:
        return journal.history(store)
    except journal.JournalError as error:
        raise _not_understood(store, error) from None


def undoable(store: Path, run_id: str | None) -> journal.Run:
    """The run to take back: the one asked for, else the last one that was not taken back yet.

    Raises:
        UsageFailure: There is no such run, or it was taken back already.
        Busy: The store has changed since at a place that would be touched.
    """
    runs = past_runs(store)
    gone = {run.undoes for run in runs if run.state is journal.State.COMPLETE}
    candidates = [run for run in runs if run.undoes is None and run.done and run.id not in gone]
    chosen = [run for run in candidates if run_id in (None, run.id)]
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
        raise Busy(
            f"run {run.id} cannot be undone, as the store has changed since: {readable(str(conflict))}",
            "nothing was changed; later runs must be undone first, latest first",
        ) from None
    return run


def finish_undoing(store: Path) -> journal.Run | None:
    """Finish what was interrupted; if an undoing was among it, that run, which needs no repetition.

    Args:
        store: The store, locked by the caller.

    Raises:
        Failure: A journal cannot be understood.
        OSError: The system refused.
    """
    finished = {path.stem for path in finish_interrupted(store)}
    undoings = [run for run in past_runs(store) if run.id in finished and run.undoes is not None]
    return undoings[-1] if undoings else None


def undo(store: Path, run: journal.Run, *, force: bool) -> None:
    """Take a run back: every file in its place again, byte for byte, with modes and times.

    Args:
        store: The store, locked by the caller.
        run: What `undoable` returned.
        force: Do it although the store seems to be in use.

    Raises:
        Busy: The store is being written, or has changed.
        OSError: The system refused; the next run finishes.
    """
    if not force:
        before = snapshot(store)
        time.sleep(OBSERVATION_SECONDS)
        if changed := sorted(path for path, _ in set(before.items()) ^ set(snapshot(store).items())):
            raise _being_written(changed[0])
    _run(store, "undo", run.undoing(), undoes=run.id)


def finish_interrupted(store: Path) -> list[Path]:
    """Finish the runs that were interrupted.

    Args:
        store: The store, locked by the caller.

    Returns:
        Their journals.

    Raises:
        Failure: A journal cannot be understood.
        OSError: The system refused.
    """
    finished: list[Path] = []
    for run in interrupted(store):
        try:
            journal.Journal.reopen(run).run(store, run.steps, run.done)
        except fsops.Conflict as conflict:
            # The journal says so; the survey that follows sees the store as it is now and plans anew.
            logs.logger.warning("an interrupted run was given up: %s", readable(str(conflict)))
        finished.append(run.path)
    return finished


def interrupted(store: Path) -> list[journal.Unfinished]:
    """The runs that were interrupted. Changes nothing.

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
