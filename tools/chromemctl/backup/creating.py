"""Making a backup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chromemctl.backup.capture import Capture, Progress
from chromemctl.backup.manifest import Manifest, Scope
from chromemctl.backup.repository import Backup, DamagedBackup, Repository, is_own
from chromemctl.backup.writing import Writer, make_repository
from chromemctl.changes.lock import exclusive
from chromemctl.exits import UsageFailure
from chromemctl.survey.location import is_collection
from chromemctl.wording import readable
from pygob.chromem.entries import scan
from pygob.chromem.names import is_hash


@dataclass(frozen=True, slots=True)
class Created:
    """A backup that was made.

    Attributes:
        id: Its id.
        manifest: What it holds.
        added: The number of contents that the repository did not have.
        added_bytes: Their length.
        reused: The number of files that were not read, being as in the backup before.
    """

    id: str
    manifest: Manifest
    added: int
    added_bytes: int
    reused: int


def create(
    store: Path,
    directory: Path,
    scope: Scope,
    *,
    reread: bool = False,
    progress: Progress | None = None,
) -> Created:
    """Back a store up.

    Args:
        store: The store; only read.
        directory: The repository, made if it does not exist.
        scope: How much of the store.
        reread: Read files too that are as they were in the backup before.
        progress: Called with the number of files read and of all that must be.

    Raises:
        UsageFailure: The repository would lie in the store, or is of another version.
        Busy: Another backup is being made there.
        OSError: Something cannot be listed or written; what is not complete is no backup.
    """
    require_outside(store, directory)
    repository = make_repository(directory)
    with exclusive(repository.backups_directory):
        before = _before(repository, store, scope)
        writer = Writer(repository)
        capture = Capture(store, repository, writer, scope, before, reread=reread, progress=progress)
        manifest = capture.run()
        backup_id = writer.complete(manifest)
    named = {file.sha256 for file in manifest.files}  # without what changed again while it was read
    added = [size for sha256, size in writer.added.items() if sha256 in named]
    return Created(backup_id, manifest, len(added), sum(added), capture.reused)


def require_outside(store: Path, directory: Path) -> None:
    """Check that a repository is in no place that chromem reads, or that a backup would hold.

    Raises:
        UsageFailure: It is.
    """
    place = directory.resolve()
    if place.is_relative_to(store.resolve()) or is_collection(place) or _is_store(place.parent):
        raise UsageFailure(
            f"{readable(str(directory))} lies in a store", "keep backups outside of it, on another disk best"
        )


def _is_store(directory: Path) -> bool:
    """Whether chromem's collections lie in a directory."""
    try:
        entries = scan(directory)
    except OSError:
        return False
    return any(is_hash(entry.name.lower()) and is_collection(entry.path) for entry in entries)


def _before(repository: Repository, store: Path, scope: Scope) -> Backup | None:
    """The latest backup of the same store and scope; a damaged one is no help, and no harm."""
    for backup_id in repository.latest_first():
        try:
            backup = repository.read(backup_id)
        except DamagedBackup:
            continue
        if backup.manifest.scope is scope and is_own(backup.manifest, store):
            return backup
    return None
