"""`chromemctl backup list`: which backups there are."""

from __future__ import annotations

from pathlib import Path

import click

from chromemctl.backup.repository import Backup, DamagedBackup, Repository, is_of
from chromemctl.commands.backup.common import backup_report, base, directory_of, table
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import failure_report
from chromemctl.exits import Exit
from chromemctl.wording import readable


@click.command(
    "list",
    epilog=examples("chromemctl backup list --from /backups/app", "chromemctl backup list --json"),
)
@click.argument("store", type=DIRECTORY, required=False)
@click.option("--from", "directory", type=DIRECTORY, metavar="DIR", help="Where backups are kept.")
@operator_command
def list_command(output: Output, store: Path | None, directory: Path | None) -> Exit:
    """List backups, oldest first: all, or those of STORE. Changes nothing."""
    repository = Repository.at(directory_of(directory))
    found: list[Backup] = []
    damaged: list[DamagedBackup] = list(repository.misnamed())
    for backup_id in repository.ids():
        try:
            backup = repository.read(backup_id)
        except DamagedBackup as error:
            damaged.append(error)
        else:
            if store is None or is_of(backup.manifest, store):
                found.append(backup)
    if output.json:
        reports = [backup_report(backup) for backup in found]
        errors = [failure_report(error)["error"] for error in damaged]
        output.emit({**base(repository.path), "backups": reports, "damaged": errors})
    else:
        if found:
            output.screen.table(*table(found), unbroken=["Backup"])
        elif not damaged:
            output.screen.line(f"No backups in {readable(str(repository.path))}.")
        for item in damaged:
            output.screen.line(readable(item.message))
    return Exit.DAMAGE if damaged else Exit.OK
