"""`chromemctl backup prune`: remove backups that need not stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chromemctl.backup.repository import Repository
from chromemctl.backup.retention import UNLIMITED, Pruning, Rules, plan_pruning, prune
from chromemctl.changes.lock import exclusive
from chromemctl.commands.backup.common import base, directory_of, remark, size
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command, require_consent_possible
from chromemctl.exits import Exit
from chromemctl.wording import count


class _Number(click.IntRange):
    """How many backups a rule keeps."""

    name = "number"

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return UNLIMITED if value == "unlimited" else super().convert(value, param, ctx)


_NUMBER = _Number()


@click.command(
    "prune",
    epilog=examples(
        "chromemctl backup prune --keep-last 60 --keep-daily 14 --dry-run",
        "chromemctl backup prune --keep-daily 14 --keep-weekly 8 --yes --from /backups/app",
    ),
)
@click.argument("store", type=DIRECTORY, required=False)
@click.option("--from", "directory", type=DIRECTORY, metavar="DIR", help="Where backups are kept.")
@click.option("--keep-last", type=_NUMBER, default=0, metavar="N", help="Keep the latest N.")
@click.option("--keep-daily", type=_NUMBER, default=0, metavar="N", help="Keep the latest of each of N days.")
@click.option(
    "--keep-weekly", type=_NUMBER, default=0, metavar="N", help="Keep the latest of each of N weeks."
)
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be removed and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@operator_command
def prune_command(
    output: Output,
    store: Path | None,
    directory: Path | None,
    keep_last: int,
    keep_daily: int,
    keep_weekly: int,
    dry_run: bool,
    yes: bool,
) -> Exit:
    """Remove backups that no rule keeps, of all stores or of STORE, and then what only they held.

    Each store of each host has its rules for itself, and backups of metadata apart from whole ones. The
    latest sound backup and the latest with collections always stay, and so does the latest with the metadata
    of a collection that has lost it or waits in the quarantine. With a damaged manifest nothing is removed.
    N may be `unlimited`.
    """
    repository = Repository.at(directory_of(directory))
    rules = Rules(keep_last, keep_daily, keep_weekly)
    if dry_run:
        _show(output, repository, plan_pruning(repository, rules, store), applied=False)
        return Exit.OK
    require_consent_possible(output, yes)
    with exclusive(repository.backups_directory), exclusive(repository.objects_directory):
        pruning = plan_pruning(repository, rules, store)
        if not yes:
            _show(output, repository, pruning, applied=False)
            if not output.agrees("Remove these?"):
                return Exit.DAMAGE
        prune(repository, pruning)
    _show(output, repository, pruning, applied=True)
    return Exit.OK


def _show(output: Output, repository: Repository, pruning: Pruning, *, applied: bool) -> None:
    if output.json:
        output.emit(
            {
                **base(repository.path),
                "applied": applied,
                "removed": [backup.id for backup in pruning.removed],
                "kept": [{"id": backup.id, "reasons": list(reasons)} for backup, reasons in pruning.kept],
                "contents": len(pruning.objects),
                "size": pruning.size,
            }
        )
        return
    if not output.quiet:
        rows = [("stays", backup.id, ", ".join(why)) for backup, why in pruning.kept]
        rows += [("goes", backup.id, remark(backup.manifest)) for backup in pruning.removed]
        rows.sort(key=lambda row: row[1])
        output.screen.table(("", "Backup", "Why"), rows, unbroken=["Backup"])
    backups, contents = count(len(pruning.removed), "backup"), count(len(pruning.objects), "content")
    what = f"{backups}, {contents}, {size(pruning.size)}"
    output.screen.line(
        f"Removed: {what}." if applied else f"Would be removed: {what}. Nothing was changed yet."
    )
