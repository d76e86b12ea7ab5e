"""`chromemctl recover`: plan, show, ask, carry out, verify again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import click

from chromemctl import logs
from chromemctl.changes import runs
from chromemctl.changes.lock import exclusive, require_free
from chromemctl.changes.preconditions import require_known, require_one_mount, require_owner, require_unused
from chromemctl.checks.findings import Severity
from chromemctl.commands.common.resuming import finish, require_within, unchanged
from chromemctl.commands.common.searching import search_options
from chromemctl.commands.recover.outcome import Outcome, show_plan, tell, tell_left
from chromemctl.commands.recover.target import target
from chromemctl.commands.verify import CROSSCHECK_HELP, Look, crosschecked, look, surveyed
from chromemctl.console.examples import examples
from chromemctl.console.output import (
    DIRECTORY,
    Output,
    not_an_option,
    operator_command,
    require_consent_possible,
)
from chromemctl.exits import Exit, UsageFailure
from chromemctl.identification.name_search import NameSearch
from chromemctl.judgement.crosscheck import find_program
from chromemctl.judgement.verdict import Verdict
from chromemctl.recovery import (
    Proposal,
    carry_out,
    needs_another_run,
    propose,
    require_likely,
    require_rest,
)
from chromemctl.repair.planning import CURABLE
from chromemctl.repair.scope import Scope
from chromemctl.simulation.copies import StoreCopy, require_new
from chromemctl.wording import command as command_line
from chromemctl.wording import readable


@dataclass(frozen=True, slots=True)
class _Request:
    """What `recover` was asked to do.

    Attributes:
        store: The store.
        scope: What of it.
        copy: Where to repair a copy instead; None for the store itself.
        names: Names that the operator vouches for.
        search: How others are searched for.
        dry_run: Change nothing.
        yes: Do not ask.
        force: Go ahead although something speaks against it.
        look_at: How the store is looked at in the end.
        again: The same request as words of a command line, without --dry-run.
    """

    store: Path
    scope: Scope
    copy: Path | None
    names: Sequence[str]
    search: NameSearch
    dry_run: bool
    yes: bool
    force: bool
    look_at: Look
    again: Sequence[str | Path]


@click.command(
    "recover",
    epilog=examples(
        "chromemctl recover --dry-run path/to/vectorstore",
        "chromemctl recover path/to/vectorstore",
        "# unattended, with a name that is known",
        "chromemctl recover --yes --name contextd_memories path/to/vectorstore",
        "# the store stays as it is",
        "chromemctl recover --output mended path/to/vectorstore",
    ),
)
@click.argument("store", type=DIRECTORY, required=False)
@click.option("--path", "folder", type=DIRECTORY, metavar="FOLDER",
              help="One collection folder instead of a whole store.")  # fmt: skip
@click.option("--collection", "collections", multiple=True, metavar="NAME|HASH",
              help="Only this collection of STORE. May be repeated.")  # fmt: skip
@click.option("--only", "findings", multiple=True, metavar="FINDING",
              help="Only what cures this finding, META_MISSING for example. May be repeated.")  # fmt: skip
@click.option("--output", "copy", type=DIRECTORY, metavar="DIR",
              help="Repair a copy, DIR, which must not exist; the store stays as it is.")  # fmt: skip
@click.option("-n", "--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--name", "names", multiple=True, metavar="NAME", callback=not_an_option,
              help="A lost name, or HASH=NAME; its hash must be the folder's. May be repeated.")  # fmt: skip
@click.option("--crosscheck", "asking", is_flag=True, help=CROSSCHECK_HELP)
@click.option("--force", is_flag=True,
              help="Go ahead although the store seems to be in use, or most of it damaged.")  # fmt: skip
@operator_command
@search_options
def command(
    output: Output,
    store: Path | None,
    folder: Path | None,
    collections: Sequence[str],
    findings: Sequence[str],
    copy: Path | None,
    dry_run: bool,
    yes: bool,
    names: Sequence[str],
    asking: bool,
    force: bool,
    search: NameSearch,
) -> Exit:
    """Repair STORE, so that the application starts again with everything that survived.

    Shows the plan and asks first. Lost metadata is rebuilt, and readable metadata never replaced; files that
    cannot stay move to .quarantine in the store. Stop the application before. Exits with 1 when something is
    lost or damage is left.
    """
    chosen, scope = target(store, folder, collections, findings)
    words: list[str | Path] = [word for name in names for word in ("--name", name)]
    words += search.given
    words += [word for name in collections for word in ("--collection", name)]
    words += [word for finding in findings for word in ("--only", finding)]
    if asking:
        words.append("--crosscheck")
    if copy is not None:
        words += ["--output", copy]
    if folder is not None:
        words += ["--path", folder]
    words += [store] if store is not None else []
    if not dry_run:
        require_consent_possible(output, yes)
    look_at = crosschecked(find_program()) if asking else look
    request = _Request(chosen, scope, copy, names, search, dry_run, yes, force, look_at, words)
    return _recover(output, request)


def _recover(output: Output, asked: _Request) -> Exit:
    if asked.copy is not None:
        require_new(asked.store, asked.copy)
    with ExitStack() as held:
        if not asked.dry_run:
            held.enter_context(exclusive(asked.store))
        interrupted = runs.interrupted(asked.store)
        if interrupted and asked.dry_run:
            require_free(asked.store)  # else one is at work, and not interrupted
        require_within(asked.store, interrupted, asked.scope)
        if any(run.left for run in interrupted):
            if asked.dry_run:
                return tell_left(output, asked.store, look(output, asked.store), interrupted, asked.again)
            _require_in_place(asked)
        resumed = (
            []
            if asked.dry_run
            else finish(output, asked.store, interrupted, yes=asked.yes, force=asked.force)
        )
        if resumed is None:
            return Exit.DAMAGE
        proposal = _propose(output, asked)
        for sentence in proposal.unread:
            logs.warning(sentence)
        show_plan(output, asked.store, proposal)
        if asked.copy is None and proposal.plan.steps:
            require_owner(asked.store, proposal.plan.steps)
            require_one_mount(asked.store, proposal.plan.steps)
        repaired: Path | None = None
        if not asked.dry_run and proposal.plan.steps:
            if not asked.force:
                require_unused(asked.store)
                require_likely(proposal)
            if not asked.yes and not output.agrees("Carry out this plan?", unchanged(resumed)):
                return Exit.DAMAGE
            repaired = _carry_out(asked, proposal)
        # Where nothing was changed, what the plan was made for is still so.
        seen = proposal.survey if repaired is None else surveyed(output, repaired)
        verdict = asked.look_at(output, repaired or asked.store, seen)
        is_unfinished = (
            repaired is not None and _has_more(asked, verdict) and needs_another_run(seen, proposal)
        )
    outcome = Outcome(
        store=repaired or asked.store,
        proposal=proposal,
        verdict=verdict,
        resumed=resumed,
        scope=asked.scope,
        dry_run=asked.dry_run,
        applied=repaired is not None,
        is_unfinished=is_unfinished,
    )
    tell(output, outcome, asked.again)
    return outcome.exit


def _require_in_place(asked: _Request) -> None:
    """Check that an interrupted run is finished in the store itself: a copy would hide it."""
    if asked.copy is not None:
        raise UsageFailure(
            f"a run in {readable(str(asked.store))} was interrupted; a copy would be half repaired",
            "let it be finished first:",
            f"  {command_line('chromemctl', 'recover', asked.store)}",
        )


def _propose(output: Output, asked: _Request) -> Proposal:
    """Plan, with a line that moves where somebody watches."""
    if output.json:
        return propose(asked.store, scope=asked.scope, names=asked.names, search=asked.search)
    with output.screen.search_progress() as (reading, searching):
        watched = replace(asked.search, progress=searching)
        return propose(asked.store, scope=asked.scope, names=asked.names, search=watched, progress=reading)


def _has_more(asked: _Request, verdict: Verdict) -> bool:
    """Whether something is left of which a plan may be made."""
    curable = (finding for finding in verdict.findings if finding.id in CURABLE)
    return not verdict.is_healthy or any(
        finding.severity is Severity.WARNING and asked.scope.covers(finding) for finding in curable
    )


def _carry_out(asked: _Request, proposal: Proposal) -> Path:
    """Carry out a plan in the store, or in a copy; the path of what was repaired."""
    if asked.copy is None:
        carry_out(asked.store, proposal, force=asked.force)
        return asked.store
    require_known(asked.store)
    copy = StoreCopy.make(asked.store, asked.copy)
    if not asked.force:
        try:
            require_rest(proposal)
        except BaseException:
            copy.discard()  # it may be of two moments
            raise
    runs.carry_out(copy.root, "recover", proposal.plan.steps, losses=proposal.plan.losses)
    copy.make_durable()
    return copy.root
