"""Runs that were interrupted come first: shown, asked for and finished before a command's own work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chromemctl.changes import runs
from chromemctl.changes.journal import Unfinished
from chromemctl.changes.lock import require_free
from chromemctl.changes.plan import parents
from chromemctl.changes.preconditions import require_rest
from chromemctl.console.output import Output
from chromemctl.exits import UsageFailure
from chromemctl.own_directories import QUARANTINE_DIRECTORY
from chromemctl.repair.scope import Scope
from chromemctl.wording import command as command_line
from chromemctl.wording import readable


@dataclass(frozen=True, slots=True)
class Resumed:
    """A run that was interrupted, and what became of it.

    Whoever began it may not have been told what it could not bring back.

    Attributes:
        run: The run, as it was found.
        given_up: Why it was given up, None when it was finished.
    """

    run: Unfinished
    given_up: str | None = None

    @property
    def has_changed_the_store(self) -> bool:
        """Whether steps were left that have been carried out now."""
        return self.given_up is None and bool(self.run.left)


def losses(resumed: Sequence[Resumed]) -> tuple[str, ...]:
    """What the interrupted runs could not bring back."""
    return tuple(dict.fromkeys(loss for item in resumed for loss in item.run.losses))


def unchanged(resumed: Sequence[Resumed]) -> str:
    """What to tell somebody who does not agree to what comes after the interrupted runs."""
    if any(item.has_changed_the_store for item in resumed):
        return "Nothing else was changed."
    return "Nothing was changed."


def require_within(store: Path, interrupted: Sequence[Unfinished], scope: Scope) -> None:
    """Check that what is left of interrupted runs concerns nothing else than what is meant.

    Raises:
        UsageFailure: It does, or that cannot be told: a journal does not note which findings its steps cure.
    """
    for run in interrupted:
        if (beyond := _beyond(run, scope)) is not None:
            raise UsageFailure(
                f"run {run.id} was interrupted, and {beyond}",
                "let it be finished first:",
                f"  {command_line('chromemctl', 'recover', store)}",
            )


def _beyond(run: Unfinished, scope: Scope) -> str | None:
    """What is left of a run beyond what is meant."""
    if scope.folders is not None:
        touched = {folder.parts[0] for folder in parents(run.left) if folder.parts}
        if others := sorted(touched - {*scope.folders, QUARANTINE_DIRECTORY}):
            return f"what is left of it concerns also {readable(others[0])}"
    if scope.findings is not None and run.left:
        return "what is left of it may cure other findings too"
    return None


def show_left(output: Output, interrupted: Sequence[Unfinished]) -> None:
    """Show what is left of interrupted runs, step by step."""
    if output.json or output.quiet:
        return
    for run in interrupted:
        what = f"Run {run.id} ({run.command}, {run.time})" if run.command else f"Run {run.id}"
        if run.left:
            output.screen.line(f"{what} was interrupted. This is left of it, and comes first:")
            output.screen.steps(run.left)
        else:
            output.screen.line(f"{what} was interrupted, with nothing left to do.")


def require_nothing_left(output: Output, store: Path) -> None:
    """Check before a dry run that no interrupted run comes first, and show what is left of one that does.

    Raises:
        UsageFailure: One does; what comes after depends on how it ends.
        Busy: It is not interrupted but at work.
    """
    interrupted = runs.interrupted(store)
    if any(run.left for run in interrupted):
        require_free(store)
        show_left(output, interrupted)
        raise UsageFailure(
            f"run {interrupted[0].id} was interrupted; what comes after can be told once it is finished",
            f"  {command_line('chromemctl', 'recover', store)}",
        )


def finish(
    output: Output, store: Path, interrupted: Sequence[Unfinished], *, yes: bool, force: bool
) -> list[Resumed] | None:
    """Show what is left of interrupted runs, ask, and do it.

    Args:
        output: How the command speaks.
        store: The store, locked by the caller.
        interrupted: The runs.
        yes: Do not ask.
        force: Do it although the store seems to be in use.

    Returns:
        What became of each run; None when the person who was asked said no.

    Raises:
        Busy: The store is being written.
        Failure: The store is of a later chromem.
        IOFailure: The system refused; it can be tried again.
    """
    show_left(output, interrupted)
    if any(run.left for run in interrupted):
        if not yes and not output.agrees("Finish this?"):
            return None
        if not force:
            require_rest(store)
    resumed = [Resumed(run, runs.finish(store, run)) for run in interrupted]
    if not output.json and not output.quiet:
        for item in resumed:
            output.screen.line(_outcome(item))
    return resumed


def _outcome(item: Resumed) -> str:
    if item.given_up is None:
        return f"Run {item.run.id} is finished.\n"
    return (
        f"Run {item.run.id} was given up, as the store has changed since it was planned: "
        f"{readable(item.given_up)}\n"
    )
