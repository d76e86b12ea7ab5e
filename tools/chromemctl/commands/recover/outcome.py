"""What `recover` says: the plan, what became of it, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chromemctl.changes.journal import Unfinished
from chromemctl.changes.plan import Unresolved
from chromemctl.checks.leftovers import out_of_reach
from chromemctl.commands.common.resuming import Resumed, losses, show_left
from chromemctl.commands.verify import into_sight
from chromemctl.console.output import Output
from chromemctl.console.report import recovery_report, unfinished_report
from chromemctl.exits import Exit
from chromemctl.judgement.verdict import Verdict
from chromemctl.recovery import Proposal, doubt
from chromemctl.repair.scope import WHOLE, Scope
from chromemctl.wording import command as command_line
from chromemctl.wording import count, readable
from pygob.chromem.names import is_hash


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a recovery ended.

    Attributes:
        store: The store that was looked at in the end: the copy, where one was repaired.
        proposal: What was planned.
        verdict: What was found in the end.
        resumed: The interrupted runs that came first.
        scope: What of the store was to be repaired.
        dry_run: Whether nothing was to be changed.
        applied: Whether the plan was carried out.
        is_unfinished: Whether another run can do more.
    """

    store: Path
    proposal: Proposal
    verdict: Verdict
    resumed: Sequence[Resumed]
    scope: Scope
    dry_run: bool
    applied: bool
    is_unfinished: bool

    @property
    def losses(self) -> tuple[str, ...]:
        """What cannot be brought back, of interrupted runs too: nobody may have been told of theirs."""
        return tuple(dict.fromkeys((*losses(self.resumed), *self.proposal.plan.losses)))

    @property
    def has_changed_the_store(self) -> bool:
        """Whether anything was carried out, of this plan or of what was left of others."""
        return self.applied or any(item.has_changed_the_store for item in self.resumed)

    @property
    def exit(self) -> Exit:
        """0 only if nothing is damaged, lost or left, and real chromem-go, where it was asked, agrees."""
        if self.verdict.is_contradicted:
            return Exit.BUG
        sound = self.verdict.is_healthy and not self.proposal.plan.unresolved and not self.losses
        if not sound:
            return Exit.DAMAGE
        return Exit.IO_ERROR if self.verdict.is_unconfirmed else Exit.OK


def show_plan(output: Output, store: Path, proposal: Proposal) -> None:
    """Show the plan before anybody is asked."""
    if output.json or output.quiet:
        return
    plan = proposal.plan
    if plan.steps:
        folders = {repair.dir for repair in plan.changes}
        output.screen.line(f"Plan for {readable(str(store))}: {count(len(folders), 'collection')} to repair.")
    output.screen.plan(proposal.plan)
    if (why := doubt(proposal)) is not None:
        output.screen.line(f"\nIs that so? {why}")


def tell_left(
    output: Output,
    store: Path,
    verdict: Verdict,
    interrupted: Sequence[Unfinished],
    again: Sequence[str | Path],
) -> Exit:
    """A dry run of a store with interrupted runs: what comes after them depends on how they end."""
    if output.json:
        left = [unfinished_report(run) for run in interrupted]
        output.emit(recovery_report(store, verdict, None, left, dry_run=True, applied=False))
        return Exit.DAMAGE
    show_left(output, interrupted)
    output.screen.line("\nNothing was changed: this was a dry run.")
    output.screen.line("What else there is to repair is planned, shown and asked for once this is finished.")
    output.screen.next_command(command_line("chromemctl", "recover", *again))
    return Exit.DAMAGE


def tell(output: Output, outcome: Outcome, again: Sequence[str | Path]) -> None:
    """Say what was done and what is left."""
    plan = outcome.proposal.plan
    if output.json:
        output.emit(
            recovery_report(
                outcome.store,
                outcome.verdict,
                plan,
                [unfinished_report(item.run, item.given_up) for item in outcome.resumed],
                dry_run=outcome.dry_run,
                applied=outcome.has_changed_the_store,
            )
        )
        return
    screen = output.screen
    if outcome.dry_run and plan.steps:
        screen.line("\nNothing was changed: this was a dry run.")
    elif outcome.applied and not output.quiet:
        which = "The store" if outcome.store == outcome.proposal.survey.path else readable(str(outcome.store))
        screen.line(f"\nDone. {which} was read again:\n")
    elif not outcome.applied and (what := _nothing(outcome)) is not None:
        screen.line(("\n" if plan.unresolved else "") + what + "\n")
    if not outcome.dry_run or not plan.steps:
        screen.verdict(outcome.verdict)
    if not outcome.dry_run and outcome.losses:
        screen.losses(outcome.losses)
        screen.line("  The files are in .quarantine, each with a manifest and what could be read of it.")
    _tell_next(output, outcome, again)


def _nothing(outcome: Outcome) -> str | None:
    """That nothing was planned: nothing is wrong, or nothing of it can be put right from here.

    None where the plan has said it already: of a name, or of something that is no error.
    """
    unresolved = outcome.proposal.plan.unresolved
    wrong = Counter(error.id for error in outcome.verdict.errors if outcome.scope.covers(error))
    if any(item.path is None for item in unresolved) or (unresolved and not wrong):
        return None
    if not wrong:
        return "Nothing to repair."
    kinds = ", ".join(f"{kind} ({number:,})" if number > 1 else kind for kind, number in wrong.items())
    return f"Nothing can be repaired yet: {kinds} must be put right by hand; how is said below."


def _tell_next(output: Output, outcome: Outcome, again: Sequence[str | Path]) -> None:
    screen, plan = output.screen, outcome.proposal.plan
    nameless = [item for item in plan.unresolved if item.path is None]
    if nameless:
        screen.heading("What to do about the names that are missing")
        if any(is_hash(item.dir.lower()) for item in nameless):
            screen.tried(dict(plan.tried or {}), in_full=output.verbose)
        for item in nameless:
            for line in _help_with(item, outcome):
                screen.line(f"  {line}")
    if outcome.dry_run and plan.steps and not nameless:
        screen.next_command(command_line("chromemctl", "recover", *again))
    elif outcome.is_unfinished:
        is_same = outcome.scope == WHOLE and outcome.store == outcome.proposal.survey.path
        words = again if is_same else [outcome.store]
        screen.line("\nMore can be repaired now.")
        screen.next_command(command_line("chromemctl", "recover", *words))
    elif next_step := into_sight(outcome.verdict):
        screen.next_command(next_step)
    elif any(not outcome.scope.covers(error) for error in outcome.verdict.errors):
        screen.line("\nOther damage was left out, as was asked for.")
        screen.next_command(command_line("chromemctl", "recover", outcome.store))
    elif not outcome.dry_run and outcome.losses and not nameless:
        screen.next_command(command_line("chromemctl", "quarantine", "list", outcome.store))


def _help_with(item: Unresolved, outcome: Outcome) -> list[str]:
    """Commands that may help with one folder."""
    store = outcome.store
    if not is_hash(item.dir.lower()):
        return _help_without_hash(store, item.dir)
    folder = outcome.proposal.survey.folder(item.dir)
    return [
        *(
            f"{readable(str(entry.path))} may tell the name, but {reason}"
            for entry, reason in (out_of_reach(folder) if folder is not None else ())
        ),
        _who_knows(len(item.candidates)),
        *(
            f"    {command_line('chromemctl', 'recover', '--path', store / item.dir, '--name', name)}"
            for name in item.candidates or ("NAME",)
        ),
        "else look for it in logs and configurations:",
        f"    {command_line('chromemctl', 'identify', store, item.dir)} --from FILE",
        *_set_aside(store, item.dir),
    ]


def _set_aside(store: Path, folder: str) -> list[str]:
    """How the application starts without a collection."""
    return [
        "else set the folder aside, so that the application starts without it:",
        f"    {command_line('chromemctl', 'quarantine', 'add', store, Path(folder))}",
    ]


def _who_knows(candidates: int) -> str:
    """What to know before a name is given: of those that fit, none is picked."""
    if candidates == 0:
        return "if you know the name:"
    if candidates == 1:
        return "if this is the name, which it need not be:"
    return f"if you know which of these {candidates} names it is, one of:"


def _help_without_hash(store: Path, folder: str) -> list[str]:
    """What to do about a folder whose name no collection's name can be checked against."""
    place = command_line(store / folder), command_line(store)
    return [
        "if you know the name, call the folder as chromem would, and run this again with --name NAME:",
        f"    mv -nT {place[0]} {place[1]}/$(printf %s 'NAME' | sha256sum | cut -c1-8)",
        "if that moves nothing, a folder is there already: leave it, and do as below",
        *_set_aside(store, folder),
    ]
