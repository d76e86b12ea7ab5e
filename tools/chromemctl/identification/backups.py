"""What backups tell of what is lost: a collection's name and metadata, and whole documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chromemctl.backup.known import Place, documents_of, metadata_of
from chromemctl.backup.repository import Repository, default_directory
from chromemctl.exits import Failure, NoStore
from chromemctl.identification.sidecars import Sidecar
from chromemctl.wording import command, count, readable


@dataclass(frozen=True, slots=True)
class BackedUp:
    """Metadata of collections in backups, by folder.

    Attributes:
        own: From backups of this very store on this machine, the latest of each.
        others: From those of other stores or machines: the name is the same, as its hash is, not the rest.
        unread: What could not be looked into, one sentence each.
    """

    own: Mapping[str, Sidecar] = field(default_factory=dict)
    others: Mapping[str, Sidecar] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def backed_up(
    directory: Path | None, store: Path, folders: Collection[str], *, required: bool = True
) -> BackedUp:
    """Look for metadata of some folders of a store in backups.

    Args:
        directory: Where the backups are; the user's own when None, where there need not be any.
        store: The store.
        folders: The folders.
        required: Whether there must be backups in a directory that was given.

    Raises:
        Failure: There are none in the directory that was given, and must be.
        OSError: Those that must be there cannot be read.
    """
    place = directory or default_directory()
    if not folders or place is None:
        return BackedUp()
    try:
        known = metadata_of(Repository.at(place), store, folders)
    except (Failure, OSError) as error:
        if directory is not None and required:
            raise
        return BackedUp(unread=_why_not(error, place, is_given=directory is not None))
    copies = {
        item.dir: Sidecar(
            item.path, item.reading.record, item.gob, item.reading.ids, item.mtime_ns, f"backup {item.backup}"
        )
        for item in known.metadata.values()
    }
    own = {item.dir for item in known.metadata.values() if item.is_of_store}
    return BackedUp(
        {folder: copy for folder, copy in copies.items() if folder in own},
        {folder: copy for folder, copy in copies.items() if folder not in own},
        _passed_over(known.unread, place),
    )


def whole_in_backups(directory: Path | None, store: Path, wanted: Collection[Place]) -> dict[Place, str]:
    """Where lost documents are whole in backups of their store, with the command that brings them back.

    Args:
        directory: Where the backups are; the user's own when None.
        store: The store.
        wanted: The documents.
    """
    place = directory or default_directory()
    if not wanted or place is None:
        return {}
    try:
        found = documents_of(Repository.at(place), store, wanted)
    except (Failure, OSError):
        return {}  # that they cannot be looked into is told with the names
    given = ("--from", place) if directory is not None else ()
    return {
        document: f"it is whole in backup {backup_id}, which brings back the collection as it was then: "
        + command("chromemctl", "backup", "restore", store, backup_id, "--collection", document[0], *given)
        for document, backup_id in found.items()
    }


def _why_not(error: Failure | OSError, place: Path, *, is_given: bool) -> tuple[str, ...]:
    if isinstance(error, NoStore) and not is_given:
        return ()  # nobody said that there are any
    reason = error.message if isinstance(error, Failure) else error.strerror or str(error)
    return (f"backups could not be looked into: {readable(str(place))}: {reason}",)


def _passed_over(unread: int, place: Path) -> tuple[str, ...]:
    if not unread:
        return ()
    told = command("chromemctl", "backup", "verify", "--from", place)
    return (f"{count(unread, 'backup')} could not be read and told nothing; see {told}",)
