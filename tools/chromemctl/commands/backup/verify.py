"""`chromemctl backup verify`: read everything that was kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from chromemctl.backup.checking import Checked, check
from chromemctl.backup.repository import Repository
from chromemctl.changes.lock import shared
from chromemctl.commands.backup.common import base, directory_of, size
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import path_fields, text
from chromemctl.exits import Exit
from chromemctl.wording import command as command_line
from chromemctl.wording import count, readable


@click.command("verify", epilog=examples("chromemctl backup verify --from /backups/app"))
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--from", "directory", type=DIRECTORY, metavar="DIR", help="Where backups are kept.")
@operator_command
def verify_command(output: Output, ids: Sequence[str], directory: Path | None) -> Exit:
    """Read backups and all that they hold, and compare every byte with its SHA-256: all, or those with an ID.

    Changes nothing. Exits with 1 when something is damaged, and names the file and the backups that need it.
    """
    repository = Repository.at(directory_of(directory))
    chosen = [repository.resolved(wanted) for wanted in ids] or repository.ids()
    with shared(repository.objects_directory):
        if output.json:
            found = check(repository, chosen)
        else:
            with output.screen.progress("Reading") as progress:
                found = check(repository, chosen, progress)
    if output.json:
        output.emit(_report(repository, found))
    else:
        _tell(output, found)
    return Exit.DAMAGE if found.damage else Exit.OK


def _tell(output: Output, found: Checked) -> None:
    for item in found.damage:
        output.screen.line(f"{readable(str(item.error.path))} {readable(item.error.reason)}")
        if item.backups:
            output.screen.line(f"  needed by {', '.join(item.backups)}")
    if found.damage:
        sound = sum(found.is_sound(backup) for backup in found.backups)
        output.screen.line(f"Damaged: {count(len(found.damage), 'file')}; whole: {count(sound, 'backup')}.")
        if any(item.backups for item in found.damage):
            again = command_line("chromemctl", "backup", "create", "--reread")
            output.screen.line(f"What the store still has is kept anew by: {again} STORE --to DIR")
    else:
        backups, contents = count(len(found.backups), "backup"), count(found.objects, "content")
        output.screen.line(f"Sound: {backups}, {contents}, {size(found.size)}.")


def _report(repository: Repository, found: Checked) -> dict[str, object]:
    return {
        **base(repository.path),
        "sound": not found.damage,
        "backups": [{"id": backup.id, "sound": found.is_sound(backup)} for backup in found.backups],
        "contents": found.objects,
        "size": found.size,
        "damage": [
            {
                **path_fields("path", item.error.path),
                "reason": text(item.error.reason),
                "backups": list(item.backups),
            }
            for item in found.damage
        ],
    }
