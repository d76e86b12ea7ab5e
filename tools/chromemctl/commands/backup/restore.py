"""`chromemctl backup restore`: bring a backup back, into its place or elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from chromemctl.backup.repository import Backup, Repository
from chromemctl.backup.restoring import Restoration, plan_restoration, restore, selected
from chromemctl.backup.trees import write_tree
from chromemctl.changes import runs
from chromemctl.changes.lock import exclusive, shared
from chromemctl.changes.preconditions import require_known, require_rest
from chromemctl.commands.backup.common import base, directory_of, when
from chromemctl.commands.common.resuming import finish, losses, require_nothing_left
from chromemctl.commands.verify import look
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command, require_consent_possible
from chromemctl.console.report import path_fields, text, transfer_report, unfinished_report, verify_report
from chromemctl.exits import Exit, NoStore
from chromemctl.judgement.verdict import Verdict
from chromemctl.simulation.copies import require_new
from chromemctl.wording import command as command_line
from chromemctl.wording import count, readable


@click.command(
    "restore",
    epilog=examples(
        "chromemctl backup restore path/to/vectorstore --dry-run",
        "# one collection, as it was at another time",
        "chromemctl backup restore path/to/vectorstore 20261123T1750 --collection contextd_memories",
        "# elsewhere; the store stays as it is",
        "chromemctl backup restore path/to/vectorstore --output restored",
    ),
)
@click.argument("store", type=DIRECTORY)
@click.argument("backup_id", metavar="[ID]", required=False)
@click.option("--from", "directory", type=DIRECTORY, metavar="DIR", help="Where backups are kept.")
@click.option("--collection", "collections", multiple=True, metavar="NAME|HASH",
              help="Only this collection. May be repeated.")  # fmt: skip
@click.option("--output", "elsewhere", type=DIRECTORY, metavar="DIR",
              help="Write it to DIR, which must not exist; the store stays as it is.")  # fmt: skip
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be done and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Go ahead although the store seems to be in use.")
@operator_command
def restore_command(
    output: Output,
    store: Path,
    backup_id: str | None,
    directory: Path | None,
    collections: Sequence[str],
    elsewhere: Path | None,
    dry_run: bool,
    yes: bool,
    force: bool,
) -> Exit:
    """Bring STORE back from its latest backup made on this host, or from the one whose id begins with ID.

    Shows what will be done and asks first. Folders that differ from the backup move to .quarantine before
    those of the backup take their places; `undo` takes all of it back. Stop the application before.
    """
    repository = Repository.at(directory_of(directory))
    with shared(repository.objects_directory):
        backup = repository.chosen(backup_id, None if backup_id else store)
        if elsewhere is not None:
            return _write(output, repository, backup, store, elsewhere, collections)
        if not store.is_dir():
            raise NoStore(
                f"{readable(str(store))} does not exist",
                "make it anew from the backup:",
                f"  {command_line('chromemctl', 'backup', 'restore', store)} --output "
                f"{command_line(store)} --from {command_line(repository.path)}",
            )
        if dry_run:
            require_nothing_left(output, store)
            planned = plan_restoration(store, repository, backup, collections)
            _show(output, planned)
            _say(output, "\nNothing was changed: this was a dry run.")
            if output.json:
                output.emit(_report(repository, store, planned, dry_run=True))
            return Exit.OK
        require_consent_possible(output, yes)
        return _restore(output, repository, store, backup, collections, yes=yes, force=force)


def _restore(
    output: Output,
    repository: Repository,
    store: Path,
    backup: Backup,
    collections: Sequence[str],
    *,
    yes: bool,
    force: bool,
) -> Exit:
    require_known(store)
    with exclusive(store):
        resumed = finish(output, store, runs.interrupted(store), yes=yes, force=force)
        if resumed is None:
            return Exit.DAMAGE
        planned = plan_restoration(store, repository, backup, collections)
        _show(output, planned)
        if planned.transfers:
            if not yes and not output.agrees("Do this?"):
                return Exit.DAMAGE
            if not force:
                require_rest(store)
            restore(store, repository, planned)
        verdict = look(output, store)
    if output.json:
        finished = [unfinished_report(item.run, item.given_up) for item in resumed]
        told = {"interrupted_runs": finished, "verify": verify_report(verdict)}
        output.emit(_report(repository, store, planned, dry_run=False) | told)
    else:
        _tell(output, planned, verdict)
        if before := losses(resumed):
            output.screen.losses(before)
    return Exit.OK if verdict.is_healthy and not losses(resumed) else Exit.DAMAGE


def _write(
    output: Output,
    repository: Repository,
    backup: Backup,
    store: Path,
    root: Path,
    collections: Sequence[str],
) -> Exit:
    """Write a backup to a new directory."""
    require_new(store, root)
    chosen = [item.dir for item in selected(backup.manifest, collections)]
    write_tree(repository, backup.manifest, root, folders=chosen or None)
    verdict = look(output, root)
    if output.json:
        output.emit(
            {
                **base(repository.path),
                "backup": backup.id,
                **path_fields("output", root),
                "verify": verify_report(verdict),
            }
        )
    else:
        output.screen.line(f"Backup {backup.id} is in {readable(str(root))}. It was read again:\n")
        output.screen.verdict(verdict)
    return Exit.OK if verdict.is_healthy else Exit.DAMAGE


def _say(output: Output, words: str) -> None:
    if not output.json:
        output.screen.line(words)


def _show(output: Output, planned: Restoration) -> None:
    if output.json or output.quiet:
        return
    output.screen.line(f"Backup {planned.backup.id} of {when(planned.backup.manifest)} UTC:")
    for transfer in planned.transfers:
        output.screen.transfer(transfer)
    if planned.unchanged:
        output.screen.line(f"As in the backup already: {count(len(planned.unchanged), 'place')}.")
    for sentence in planned.left:
        output.screen.line(f"Not brought back: {sentence}")


def _tell(output: Output, planned: Restoration, verdict: Verdict) -> None:
    if planned.transfers:
        output.screen.line("\nDone. The store was read again:\n")
    else:
        output.screen.line("Nothing to do: the store is as the backup has it.\n")
    output.screen.verdict(verdict)


def _report(repository: Repository, store: Path, planned: Restoration, *, dry_run: bool) -> dict[str, Any]:
    return {
        **base(repository.path),
        **path_fields("store", store),
        "backup": planned.backup.id,
        "dry_run": dry_run,
        "applied": bool(planned.transfers) and not dry_run,
        "transfers": [transfer_report(transfer) for transfer in planned.transfers],
        "unchanged": [text(path) for path in planned.unchanged],
        "left": [text(sentence) for sentence in planned.left],
    }
