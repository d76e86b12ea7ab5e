"""What backups know of collections whose metadata is lost, and of lost documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from chromemctl.backup.manifest import FileRecord
from chromemctl.backup.repository import Backup, DamagedBackup, Repository, is_own
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.names import Format, name_hash
from pygob.chromem.records import Document, Metadata, Reading

_METADATA_NAMES = [form.metadata_name for form in Format]


@dataclass(frozen=True, slots=True)
class KnownMetadata:
    """The metadata of a collection in a backup.

    Attributes:
        dir: Its folder, which is the hash of its name.
        path: The content in the repository.
        reading: What it holds, and how it was written.
        gob: Its gob bytes, the first value only.
        mtime_ns: When the file was written that was backed up.
        backup: Id of the backup.
        is_of_store: Whether the backup is of the store in question, made on this machine.
    """

    dir: str
    path: Path
    reading: Reading[Metadata]
    gob: bytes
    mtime_ns: int
    backup: str
    is_of_store: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What backups know.

    Attributes:
        metadata: The metadata, by folder.
        unread: The number of backups that could not be read.
    """

    metadata: Mapping[str, KnownMetadata]
    unread: int


def metadata_of(repository: Repository, store: Path, folders: Collection[str]) -> Known:
    """The latest sound metadata of some folders that backups have, those of the store itself first.

    What cannot be read is passed over and counted: it is no worse than no backup.

    Args:
        repository: The backups.
        store: The store whose folders they are.
        folders: The folders.
    """
    ids = repository.latest_first()
    backups = [backup for backup_id in ids if (backup := _read(repository, backup_id))]
    torn = set(ids) - {backup.id for backup in backups}
    own_first = sorted(backups, key=lambda backup: not is_own(backup.manifest, store))
    found: dict[str, KnownMetadata] = {}
    for backup in own_first:
        for file in backup.manifest.files:
            folder, _, name = file.path.rpartition("/")
            if folder not in folders or folder in found or name not in _METADATA_NAMES:
                continue
            try:
                known = _known(repository, backup, file, store)
            except (DamagedBackup, OSError):
                torn.add(backup.id)
                continue
            if known is not None:
                found[folder] = known
    return Known(found, len(torn))


#: A document by its collection's folder and the hash of its id.
Place = tuple[str, str]


def documents_of(repository: Repository, store: Path, wanted: Collection[Place]) -> dict[Place, str]:
    """The ids of the latest backups of a store that have some of its documents whole.

    What cannot be read is passed over: it is no worse than no backup.

    Args:
        repository: The backups.
        store: The store.
        wanted: The documents.
    """
    found: dict[Place, str] = {}
    for backup_id in repository.latest_first():
        backup = _read(repository, backup_id) if len(found) < len(wanted) else None
        if backup is None or not is_own(backup.manifest, store):
            continue
        for file in backup.manifest.files:
            folder, _, name = file.path.rpartition("/")
            place = folder, name.partition(".")[0]
            if place in wanted and place not in found and _is_whole(repository, file, place[1]):
                found[place] = backup.id
    return found


def _is_whole(repository: Repository, file: FileRecord, digest: str) -> bool:
    """Whether a file that was backed up holds the document of this hash."""
    try:
        reading = Document.summarize(envelope.unwrap(repository.whole(file.sha256, file.size)).data)
    except (DamagedBackup, OSError, GobDecodeError):
        return False
    return name_hash(reading.record.id) == digest


def _read(repository: Repository, backup_id: str) -> Backup | None:
    try:
        return repository.read(backup_id)
    except (DamagedBackup, OSError):
        return None


def _known(repository: Repository, backup: Backup, file: FileRecord, store: Path) -> KnownMetadata | None:
    folder = file.path.rpartition("/")[0]
    try:
        gob = envelope.unwrap(repository.whole(file.sha256, file.size)).data
        reading = Metadata.examine(gob)
    except GobDecodeError:
        return None  # damaged when it was backed up
    if name_hash(reading.record.name) != folder.lower():
        return None
    return KnownMetadata(
        dir=folder,
        path=repository.object_path(file.sha256),
        reading=reading,
        gob=gob[: len(gob) - reading.trailing],
        mtime_ns=file.mtime_ns,
        backup=backup.id,
        is_of_store=is_own(backup.manifest, store),
    )
