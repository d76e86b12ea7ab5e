"""`chromemctl backup create`: read a store, keep what is new."""

from __future__ import annotations

from pathlib import Path

import click

from chromemctl.backup.creating import Created, create
from chromemctl.backup.manifest import Scope
from chromemctl.backup.repository import Backup, Repository
from chromemctl.backup.sidecars import write_sidecars
from chromemctl.commands.backup.common import backup_report, base, directory_of, size
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.pipes import say
from chromemctl.exits import Exit
from chromemctl.survey.location import require_store
from chromemctl.wording import count, readable

# How many damaged documents are named; all of a large store would hide everything else.
_NAMED = 10


@click.command(
    "create",
    epilog=examples(
        "chromemctl backup create path/to/vectorstore --to /backups/app",
        "# small: every minute if you like",
        "chromemctl backup create --metadata path/to/vectorstore --to /backups/app",
    ),
)
@click.argument("store", type=DIRECTORY)
@click.option("--to", "directory", type=DIRECTORY, metavar="DIR",
              help="Where backups are kept, outside of the store; made if it does not exist.")  # fmt: skip
@click.option("--metadata", "only_metadata", is_flag=True,
              help="Only the collections' metadata files, without which documents are nothing.")  # fmt: skip
@click.option("--reread", is_flag=True, help="Read files too that are as they were in the backup before.")
@click.option("--sidecars", is_flag=True,
              help="Also write a copy beside each metadata file, 00000000.gob.backup.")  # fmt: skip
@operator_command
def create_command(
    output: Output, store: Path, directory: Path | None, only_metadata: bool, reread: bool, sidecars: bool
) -> Exit:
    """Back STORE up, while its application runs.

    Only what is new since the backup before is read and kept. A file that changes while it is read is read
    again. A backup is there when its manifest is; an interrupted one is none. Exits with 1 when something
    could not be kept, when metadata or documents cannot be read, and when the collections of the backup
    before are gone: the backup is kept all the same.
    """
    require_store(store, "backup", "create")
    where = directory_of(directory)
    scope = Scope.METADATA if only_metadata else Scope.STORE
    if output.json:
        made = create(store, where, scope, reread=reread)
    else:
        with output.screen.progress("Reading") as progress:
            made = create(store, where, scope, reread=reread, progress=progress)
    written = write_sidecars(store, Repository.at(where), made.manifest) if sidecars else 0
    if output.json:
        told = {"added": made.added, "added_bytes": made.added_bytes, "reused": made.reused}
        backup = {"backup": backup_report(Backup(made.id, made.manifest))}
        output.emit({**base(where), **backup, **told, "sidecars": written})
    else:
        _tell(output, where, made, written)
    manifest = made.manifest
    return Exit.OK if manifest.is_complete and manifest.is_sound else Exit.DAMAGE


def _tell(output: Output, where: Path, made: Created, written: int) -> None:
    manifest = made.manifest
    output.screen.line(
        f"Backup {made.id} in {readable(str(where))}: {count(len(manifest.collections), 'collection')}, "
        f"{count(len(manifest.files), 'file')}, {size(manifest.size)}; new: {size(made.added_bytes)}."
    )
    if written and not output.quiet:
        output.screen.line(f"{count(written, 'sidecar')} written.")
    if not manifest.at_rest:
        say("The store was written meanwhile: its files are of moments close to each other.")
    for item in manifest.collections:
        if item.problem is not None:
            say(f"Kept as it is: {readable(item.dir)}: {readable(item.problem)}")
    for document in (manifest.damaged or ())[:_NAMED]:
        say(f"Damaged, kept as it is: {readable(document.path)}: {readable(document.reason)}")
    if manifest.damaged and len(manifest.damaged) > _NAMED:
        say(f"And {len(manifest.damaged) - _NAMED:,} more damaged documents: --json names all.")
    if manifest.emptied_since is not None:
        say(f"The store has no collections any more; backup {manifest.emptied_since} is the last with some.")
    for omission in manifest.omitted:
        say(f"Not kept: {readable(omission.path)}: {readable(omission.reason)}")
