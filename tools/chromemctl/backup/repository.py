"""A directory of backups, read: which there are, what they hold, whether every byte is still right.

    DIR/repository.json             marks it
    DIR/backups/ID.json             one manifest a backup, written last
    DIR/objects/ab/abcdef...        the content of files, by its SHA-256

Nothing here writes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chromemctl import own_files
from chromemctl.backup.manifest import Manifest, fits, id_of
from chromemctl.exits import Exit, Failure, NoStore, UsageFailure
from chromemctl.own_files import BACKUPS_MARKER
from chromemctl.wording import command, readable
from pygob.chromem.entries import pieces, read_file

BACKUPS, OBJECTS = "backups", "objects"
SCHEMA_VERSION = 1
_SUFFIX = ".json"
# What the name of a manifest begins with: when its backup was begun.
_TIME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-")


class DamagedBackup(Failure):
    """A file of a repository is not as it was written.

    Attributes:
        path: The file.
        reason: What is wrong with it.
    """

    exit = Exit.DAMAGE

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{readable(str(path))} {reason}",
            "see what else is damaged, and which backups are not:",
            f"  {command('chromemctl', 'backup', 'verify')} --from DIR",
        )
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in a repository.

    Attributes:
        id: Its id, which sorts by time.
        manifest: What it holds.
    """

    id: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Repository:
    """A directory of backups.

    Attributes:
        path: The directory.
    """

    path: Path

    @classmethod
    def at(cls, path: Path) -> Repository:
        """A repository that exists.

        Raises:
            NoStore: There is none.
            UsageFailure: It is of another version.
        """
        try:
            data = json.loads((path / BACKUPS_MARKER).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise NoStore(
                f"there are no backups in {readable(str(path))}",
                "name their directory, or make the first backup:",
                f"  {command('chromemctl', 'backup', 'create', 'path/to/vectorstore', '--to', path)}",
            ) from None
        except ValueError:
            raise DamagedBackup(path / BACKUPS_MARKER, "is not JSON") from None
        if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
            raise UsageFailure(f"{readable(str(path))} was made by another version of chromemctl")
        return cls(path)

    @property
    def backups_directory(self) -> Path:
        """Where the manifests are."""
        return self.path / BACKUPS

    @property
    def objects_directory(self) -> Path:
        """Where the content is."""
        return self.path / OBJECTS

    def manifest_path(self, backup_id: str) -> Path:
        """Where the manifest of a backup is."""
        return self.backups_directory / (backup_id + _SUFFIX)

    def object_path(self, sha256: str) -> Path:
        """Where the content with this digest is."""
        return self.objects_directory / sha256[:2] / sha256

    def ids(self) -> list[str]:
        """The ids of all backups, oldest first. Other files beside them are none of ours."""
        return [stem for stem in self._stems() if _TIME.match(stem)]

    def _stems(self) -> list[str]:
        """The names of all JSON files beside the manifests, without the suffix."""
        try:
            names = os.listdir(self.backups_directory)
        except FileNotFoundError:
            return []
        return sorted(
            name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX) and name[0] != "."
        )

    def misnamed(self) -> Iterator[DamagedBackup]:
        """Manifests that have been given another name, so that their backups are not found.

        Raises:
            OSError: A file that may be one cannot be read.
        """
        for stem in self._stems():
            path = self.manifest_path(stem)
            if _TIME.match(stem) or not path.is_file():
                continue
            data = read_file(path)
            try:
                created = Manifest.from_bytes(data).created
            except ValueError:
                continue  # another program's
            own = self.manifest_path(id_of(created, data))
            if not own.exists():  # else it is a copy, of which nothing depends
                yield DamagedBackup(path, f"is the manifest of a backup and must be called {own.name}")

    def latest_first(self) -> list[str]:
        """The ids of all backups, latest first; those of a time to come, of a wrong clock, come last."""
        now = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}~"
        return sorted(self.ids(), key=lambda backup_id: (backup_id <= now, backup_id), reverse=True)

    def read(self, backup_id: str) -> Backup:
        """A backup.

        Raises:
            DamagedBackup: Its manifest is not as it was written.
            OSError: It cannot be read.
        """
        path = self.manifest_path(backup_id)
        data = read_file(path)
        if not fits(backup_id, data):
            raise DamagedBackup(path, "is damaged: its bytes are not those that its name tells of")
        try:
            return Backup(backup_id, Manifest.from_bytes(data))
        except ValueError as error:
            raise DamagedBackup(path, f"cannot be understood: {error}") from None

    def backups(self, store: Path | None = None) -> list[Backup]:
        """All backups, or those of one store, oldest first.

        Raises:
            DamagedBackup: A manifest is not as it was written.
        """
        found = [self.read(backup_id) for backup_id in self.ids()]
        return [backup for backup in found if store is None or is_of(backup.manifest, store)]

    def chosen(self, wanted: str | None, store: Path | None = None) -> Backup:
        """The backup of this id, or of one that begins so; without an id the latest, of a store of this host.

        Raises:
            UsageFailure: There is none, or more than one, or only some of another host.
            DamagedBackup: Its manifest is not as it was written.
        """
        if wanted is not None:
            return self.read(self.resolved(wanted))
        foreign: dict[str, Backup] = {}
        for backup_id in self.latest_first():
            backup = self.read(backup_id)
            if store is None or is_own(backup.manifest, store):
                return backup
            if is_of(backup.manifest, store):
                foreign.setdefault(backup.manifest.host, backup)
        raise self.nothing_of(store, foreign.values())

    def nothing_of(self, store: Path | None, foreign: Iterable[Backup] = ()) -> UsageFailure:
        """That there is no backup, or none of a store; with the latest ones of other hosts at its path."""
        of = "" if store is None else f" of {readable(str(store))}"
        others = [f"the latest of host {readable(item.manifest.host)!r}: {item.id}" for item in foreign]
        if not others:
            return UsageFailure(f"{readable(str(self.path))} has no backup{of}", *self._listing())
        return UsageFailure(
            f"{readable(str(self.path))} has no backup{of} that was made on this host, "
            f"{readable(this_host())!r}",
            *others,
            "if one of these is meant, name its id",
        )

    def resolved(self, wanted: str) -> str:
        """The id of the one backup whose id begins so.

        Raises:
            UsageFailure: There is none, or more than one.
        """
        ids = [backup_id for backup_id in self.ids() if wanted and backup_id.startswith(wanted)]
        if len(ids) == 1:
            return ids[0]
        what = "no backup" if not ids else f"{len(ids)} backups"
        raise UsageFailure(f"{readable(wanted)!r} names {what}", *self._listing())

    def _listing(self) -> tuple[str, str]:
        return "see which there are:", f"  {command('chromemctl', 'backup', 'list', '--from', self.path)}"

    def content(self, sha256: str, size: int) -> Iterator[bytes]:
        """The content with a digest, piece by piece; the last piece comes only if all were right.

        Raises:
            DamagedBackup: It is missing, or not what was written.
            OSError: It cannot be read.
        """
        path, digest, length = self.object_path(sha256), hashlib.sha256(), 0
        held = b""
        try:
            for piece in pieces(path):
                digest.update(piece)
                length += len(piece)
                if held:
                    yield held
                held = piece
        except FileNotFoundError:
            raise DamagedBackup(path, "is missing") from None
        if length != size:
            raise DamagedBackup(path, f"is damaged: it has {length:,} bytes instead of {size:,}")
        if digest.hexdigest() != sha256:
            raise DamagedBackup(path, "is damaged: its bytes are not those that its name tells of")
        if held:
            yield held

    def whole(self, sha256: str, size: int) -> bytes:
        """The content with a digest at once; see `content`."""
        return b"".join(self.content(sha256, size))


def this_host() -> str:
    """The name of this machine, as backups that are made on it have it."""
    return socket.gethostname()


def is_own(manifest: Manifest, store: Path) -> bool:
    """Whether a backup is of the store at a path on this machine."""
    return manifest.host == this_host() and is_of(manifest, store)


def is_of(manifest: Manifest, store: Path) -> bool:
    """Whether a backup is of the store at a path, on whatever machine."""
    return os.path.realpath(manifest.store) == os.path.realpath(store)


def default_directory() -> Path | None:
    """`$XDG_DATA_HOME/chromemctl/backups`, or the same below `~/.local/share`; None without a home."""
    base = own_files.user_directory("XDG_DATA_HOME", ".local/share", os.environ)
    return None if base is None else base / "backups"
