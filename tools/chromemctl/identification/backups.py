"""What backups tell of collections whose metadata is lost: the name, and the whole file where it was kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chromemctl.backup.known import metadata_of
from chromemctl.backup.repository import Repository, default_directory
from chromemctl.exits import Failure
from chromemctl.identification.copies import Sidecar


@dataclass(frozen=True, slots=True)
class BackedUp:
    """Metadata of collections in backups, by folder.

    Attributes:
        own: From backups of this very store, the latest of each.
        others: From those of other stores: the name is the same, as its hash is, the rest may not be.
    """

    own: Mapping[str, Sidecar] = field(default_factory=dict)
    others: Mapping[str, Sidecar] = field(default_factory=dict)


def backed_up(directory: Path | None, store: Path, folders: Collection[str]) -> BackedUp:
    """Look for metadata of some folders of a store in backups.

    Args:
        directory: Where the backups are; the user's own when None, where there need not be any.
        store: The store.
        folders: The folders.

    Raises:
        Failure: There are no backups in the directory that was given.
    """
    place = directory or default_directory()
    if not folders or place is None:
        return BackedUp()
    try:
        known = metadata_of(Repository.at(place), store, folders)
    except (Failure, OSError):
        if directory is not None:
            raise
        return BackedUp()
    copies = {
        item.dir: Sidecar(
            item.path, item.reading.record, item.gob, item.reading.ids, item.mtime_ns, f"backup {item.backup}"
        )
        for item in known.values()
    }
    own = {item.dir for item in known.values() if item.is_of_store}
    return BackedUp(
        {folder: copy for folder, copy in copies.items() if folder in own},
        {folder: copy for folder, copy in copies.items() if folder not in own},
    )
