"""`chromemctl quarantine`: what was set aside, setting more aside, and bringing it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from chromemctl.changes import runs
from chromemctl.changes.lock import exclusive
from chromemctl.changes.plan import Transfer
from chromemctl.changes.preconditions import require_own_directories, require_rest
from chromemctl.commands.common.resuming import finish, losses, require_nothing_left, unchanged
from chromemctl.commands.verify import advice, look
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command, require_consent_possible
from chromemctl.console.report import (
    SCHEMA_VERSION,
    path_fields,
    quarantined_report,
    transfer_report,
    unfinished_report,
    verify_report,
)
from chromemctl.exits import Exit
from chromemctl.quarantine.contents import quarantined
from chromemctl.quarantine.setting_aside import set_aside
from chromemctl.repair.returning import bring_back
from chromemctl.survey.location import require_store
from chromemctl.wording import readable


@click.group("quarantine")
def command() -> None:
    """What was set aside in .quarantine, each with a manifest that says where it was."""


@command.command(
    "list",
    epilog=examples(
        "chromemctl quarantine list path/to/vectorstore",
    ),
)
@click.argument("store", type=DIRECTORY)
@operator_command
def list_command(output: Output, store: Path) -> Exit:
    """List what is in the quarantine of STORE. Changes nothing."""
    items = quarantined(require_store(store, "quarantine", "list"))
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields("store", store),
                "files": [quarantined_report(item) for item in items],
            }
        )
    elif items:
        output.screen.quarantined(items)
    else:
        output.screen.line(f"Nothing was set aside in {readable(str(store))}.")
    return Exit.OK


def _changing(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that changes a store."""
    for option in (
        click.option("--force", is_flag=True, help="Go ahead although the store seems to be in use."),
        click.option("-y", "--yes", is_flag=True, help="Do not ask."),
        click.option("-n", "--dry-run", is_flag=True, help="Show what would be done and change nothing."),
    ):
        function = option(function)
    return function


@command.command(
    "add",
    epilog=examples(
        "chromemctl quarantine add --dry-run path/to/vectorstore e9f85bf6",
        "chromemctl quarantine add path/to/vectorstore e9f85bf6/fbc6c3fe.gob",
    ),
)
@click.argument("store", type=DIRECTORY)
@click.argument("paths", nargs=-1, required=True, type=DIRECTORY, metavar="PATH...")
@_changing
@operator_command
def add_command(
    output: Output, store: Path, paths: Sequence[Path], dry_run: bool, yes: bool, force: bool
) -> Exit:
    """Set files or collections' folders of STORE aside: each PATH moves to .quarantine with a manifest.

    Shows what will be done and asks first. `quarantine restore` or `undo` bring it back.
    """
    return _transfer(
        output,
        store,
        "quarantine add",
        lambda: set_aside(store, paths),
        dry_run=dry_run,
        yes=yes,
        force=force,
    )


@command.command(
    "restore",
    epilog=examples(
        "chromemctl quarantine restore path/to/vectorstore e9f85bf6/0001",
        "# into a collection that the application has made again",
        "chromemctl quarantine restore --merge path/to/vectorstore e9f85bf6",
    ),
)
@click.argument("store", type=DIRECTORY)
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option("--merge", is_flag=True, help="Bring documents into the collection that was made again since.")
@_changing
@operator_command
def restore_command(
    output: Output, store: Path, items: Sequence[str], merge: bool, dry_run: bool, yes: bool, force: bool
) -> Exit:
    """Bring things back from the quarantine of STORE, each to its place, byte for byte.

    ITEM is a path that `quarantine list` shows, or the part of it behind .quarantine: HASH/NUMBER, or HASH
    where only one thing of the collection was set aside. Refused when its place is taken.
    """
    return _transfer(
        output,
        store,
        "quarantine restore",
        lambda: bring_back(store, items, merging=merge),
        dry_run=dry_run,
        yes=yes,
        force=force,
    )


def _transfer(
    output: Output,
    store: Path,
    what: str,
    plan: Callable[[], list[Transfer]],
    *,
    dry_run: bool,
    yes: bool,
    force: bool,
) -> Exit:
    """Plan, show, ask, carry out, verify."""
    require_store(store, "quarantine", "list")
    if dry_run:
        return _dry_run(output, store, plan)
    require_consent_possible(output, yes)
    with exclusive(store):
        resumed = finish(output, store, runs.interrupted(store), yes=yes, force=force)
        if resumed is None:
            return Exit.DAMAGE
        transfers = _planned(store, plan)
        _show(output, transfers)
        if not yes and not output.agrees("Do this?", unchanged(resumed)):
            return Exit.DAMAGE
        if not force:
            require_rest(store)
        if steps := [step for transfer in transfers for step in transfer.steps]:
            lost = [loss for transfer in transfers for loss in transfer.losses]
            runs.carry_out(store, what, steps, losses=lost)
        verdict = look(output, store)
    if output.json:
        finished = [unfinished_report(item.run, item.given_up) for item in resumed]
        told = {"interrupted_runs": finished, "verify": verify_report(verdict)}
        output.emit(_report(store, transfers, applied=True) | told)
    else:
        if not output.quiet:
            output.screen.line("\nDone. The store was read again:\n")
        output.screen.verdict(verdict)
        if before := losses(resumed):
            output.screen.losses(before)
        if next_step := advice(verdict):
            output.screen.next_command(next_step)
    is_whole = not losses(resumed) and not any(transfer.losses for transfer in transfers)
    return Exit.OK if verdict.is_healthy and is_whole else Exit.DAMAGE


def _planned(store: Path, plan: Callable[[], list[Transfer]]) -> list[Transfer]:
    transfers = plan()
    require_own_directories(store, [step for transfer in transfers for step in transfer.steps])
    return transfers


def _dry_run(output: Output, store: Path, plan: Callable[[], list[Transfer]]) -> Exit:
    require_nothing_left(output, store)
    transfers = _planned(store, plan)
    _show(output, transfers)
    if output.json:
        output.emit(_report(store, transfers, applied=False))
    else:
        output.screen.line("\nNothing was changed: this was a dry run.")
    return Exit.OK


def _show(output: Output, transfers: Sequence[Transfer]) -> None:
    if not output.json and not output.quiet:
        for transfer in transfers:
            output.screen.transfer(transfer)


def _report(store: Path, transfers: Sequence[Transfer], *, applied: bool) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        **path_fields("store", store),
        "dry_run": not applied,
        "applied": applied,
        "transfers": [transfer_report(transfer) for transfer in transfers],
    }
