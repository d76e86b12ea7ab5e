"""`chromemctl recover`: plan, show, ask, carry out, verify again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from chromemctl import runs
from chromemctl.commands.resuming import Resumed, finish, require_within, show_left
from chromemctl.commands.searching import search_options
from chromemctl.commands.verify import look
from chromemctl.exits import Exit, NoStore, UsageFailure
from chromemctl.journal import Unfinished
from chromemctl.location import is_collection, list_directory, require_store
from chromemctl.lock import exclusive
from chromemctl.name_search import NameSearch
from chromemctl.output import DIRECTORY, Output, operator_command, require_consent_possible
from chromemctl.plan import Unresolved
from chromemctl.recovery import Proposal, carry_out, propose
from chromemctl.report import recovery_report, unfinished_report
from chromemctl.verdict import Verdict
from chromemctl.wording import command as command_line
from chromemctl.wording import count, readable
from pygob.chromem.names import format_of, is_hash


@click.command("recover")
@click.argument("store", type=DIRECTORY, required=False)
@click.option("--path", "folder", type=DIRECTORY, metavar="FOLDER",
              help="One collection folder instead of a whole store.")  # fmt: skip
@click.option("-n", "--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--name", "names", multiple=True, metavar="NAME",
              help="A lost name, or HASH=NAME; its hash must be the folder's. May be repeated.")  # fmt: skip
@click.option("--force", is_flag=True, help="Go ahead although the store seems to be in use.")
@operator_command
@search_options
def command(
    output: Output,
    store: Path | None,
    folder: Path | None,
    dry_run: bool,
    yes: bool,
    names: Sequence[str],
    force: bool,
    search: NameSearch,
) -> Exit:
    """Repair STORE, so that the application starts again with everything that survived.

    Shows the plan and asks first. Lost metadata is rebuilt, and readable metadata never replaced; files that
    cannot stay move to .quarantine in the store. Stop the application before. Exits with 1 when something is
    lost or damage is left.
    """
    target, only = _target(store, folder)
    again = _again(store, folder, names, search)
    changing = not dry_run
    with ExitStack() as held:
        if changing:
            require_consent_possible(output, yes)
            held.enter_context(exclusive(target))
        interrupted = runs.interrupted(target)
        require_within(target, interrupted, only)
        if dry_run and any(run.left for run in interrupted):
            return _tell_left(output, target, interrupted, again)
        resumed = finish(output, target, interrupted, yes=yes, force=force) if changing else []
        if resumed is None:
            return Exit.DAMAGE
        proposal = _propose(output, target, only, names, search)
        _show(output, target, proposal)
        applied = False
        if changing and proposal.plan.steps:
            if not yes and not click.confirm("\nCarry out this plan?", default=False):
                click.echo("Nothing was changed.", err=True)
                return Exit.DAMAGE
            carry_out(target, proposal, force=force)
            applied = True
        verdict = look(output, target)
    _tell_outcome(output, target, proposal, verdict, again, applied=applied, dry_run=dry_run, resumed=resumed)
    sound = verdict.is_healthy and not proposal.plan.unresolved and not proposal.plan.losses
    return Exit.OK if sound else Exit.DAMAGE


def _propose(
    output: Output, store: Path, only: str | None, names: Sequence[str], search: NameSearch
) -> Proposal:
    """Plan, with a line that moves where somebody watches."""
    if output.json:
        return propose(store, only=only, names=names, search=search)
    with output.screen.search_progress() as (reading, searching):
        watched = replace(search, progress=searching)
        return propose(store, only=only, names=names, search=watched, progress=reading)


def _target(store: Path | None, folder: Path | None) -> tuple[Path, str | None]:
    """The store, and the one folder of it that is meant if only one is."""
    if (store is None) == (folder is None):
        raise UsageFailure(
            "give either a STORE or --path FOLDER",
            f"  {command_line('chromemctl', 'recover', 'path/to/vectorstore')}",
            f"  {command_line('chromemctl', 'recover', '--path', 'path/to/vectorstore/e9f85bf6')}",
        )
    if store is not None:
        return require_store(store, "recover"), None
    assert folder is not None
    if folder.is_file() and format_of(folder.name) is not None:
        folder = folder.parent  # one of its files was given
    if not folder.is_dir():
        raise NoStore(f"{readable(str(folder))} is not a folder")
    list_directory(folder)  # what cannot be listed is not called empty
    if not is_collection(folder):
        store = folder.absolute().parent if is_hash(folder.name.lower()) else folder
        raise NoStore(
            f"{readable(str(folder))} is not a collection folder: it holds no chromem files",
            "for a whole store leave --path away:",
            f"  {command_line('chromemctl', 'recover', store)}",
        )
    # "." and "x/.." name a folder without its name, a link under another one.
    plain = folder.name not in ("", "..") and not folder.is_symlink()
    whole = folder if plain else folder.resolve()
    return require_store(whole.parent), whole.name


def _tell_left(
    output: Output, store: Path, interrupted: Sequence[Unfinished], again: Sequence[str | Path]
) -> Exit:
    """A dry run of a store with interrupted runs: what comes after them depends on how they end."""
    verdict = look(output, store)
    if output.json:
        left = [unfinished_report(run) for run in interrupted]
        output.emit(recovery_report(store, verdict, None, left, dry_run=True, applied=False))
        return Exit.DAMAGE
    show_left(output, interrupted)
    output.screen.line("\nNothing was changed: this was a dry run.")
    output.screen.line("What else there is to repair is planned, shown and asked for once this is finished.")
    output.screen.next_command(command_line("chromemctl", "recover", *again))
    return Exit.DAMAGE


def _show(output: Output, store: Path, proposal: Proposal) -> None:
    """Show the plan before anybody is asked."""
    if output.json or output.quiet:
        return
    plan = proposal.plan
    if plan.steps:
        folders = {repair.dir for repair in plan.changes}
        output.screen.line(f"Plan for {readable(str(store))}: {count(len(folders), 'collection')} to repair.")
    output.screen.plan(proposal.plan)


def _tell_outcome(
    output: Output,
    store: Path,
    proposal: Proposal,
    verdict: Verdict,
    again: Sequence[str | Path],
    *,
    applied: bool,
    dry_run: bool,
    resumed: Sequence[Resumed],
) -> None:
    """Say what was done and what is left."""
    if output.json:
        output.emit(
            recovery_report(
                store,
                verdict,
                proposal.plan,
                [unfinished_report(item.run, item.given_up) for item in resumed],
                dry_run=dry_run,
                applied=applied,
            )
        )
        return
    screen = output.screen
    if dry_run:
        if proposal.plan.steps:
            screen.line("\nNothing was changed: this was a dry run.")
    elif applied:
        screen.line("\nDone. The store was read again:\n")
    elif not proposal.plan.unresolved:
        screen.line("Nothing to repair.\n")
    if not dry_run or not proposal.plan.steps:
        screen.verdict(verdict)
    if applied and proposal.plan.losses:
        screen.losses(proposal.plan.losses)
        screen.line("  The files are in .quarantine, each with a manifest and what could be read of it.")
    _tell_next(output, store, proposal, again, dry_run=dry_run)


def _again(
    store: Path | None, folder: Path | None, names: Sequence[str], search: NameSearch
) -> tuple[str | Path, ...]:
    """What this run was given, for the one that carries its plan out."""
    words: list[str | Path] = [word for name in names for word in ("--name", name)]
    words += search.given
    if folder is not None:
        words += ["--path", folder]
    return (*words, store) if store is not None else tuple(words)


def _tell_next(
    output: Output, store: Path, proposal: Proposal, again: Sequence[str | Path], *, dry_run: bool
) -> None:
    screen = output.screen
    nameless = [item for item in proposal.plan.unresolved if item.path is None]
    if nameless:
        screen.heading("What to do about the names that are missing")
        screen.tried(dict(proposal.plan.tried or {}))
        for item in nameless:
            for line in _help_with(item, store):
                screen.line(f"  {line}")
    elif dry_run and proposal.plan.steps:
        screen.next_command(command_line("chromemctl", "recover", *again))


def _help_with(item: Unresolved, store: Path) -> list[str]:
    """Commands that may help with one folder."""
    example = item.candidates[0] if item.candidates else "NAME"
    return [
        "if you know the name:",
        f"    {command_line('chromemctl', 'recover', '--path', store / item.dir, '--name', example)}",
        "else look for it in logs and configurations:",
        f"    {command_line('chromemctl', 'identify', store, item.dir)} --from FILE",
    ]
