"""Writing into a repository: the one module that does.

Content is written without waiting for the disk, file by file; before the manifest names it, all of it is made
durable at once. So whatever a manifest names is on the disk, and what an interrupted backup has left is no
part of any.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from chromemctl import own_files
from chromemctl.backup.manifest import Manifest, id_of
from chromemctl.backup.repository import SCHEMA_VERSION, DamagedBackup, Repository
from pygob.chromem.durable import sync_directory, write_all

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_INCOMING = ".incoming-"


def make_repository(path: Path) -> Repository:
    """The repository in a directory, made if there is none; what else is in the directory stays.

    Raises:
        UsageFailure: It is of another version.
        OSError: It cannot be made.
    """
    repository = Repository(path)
    own_files.make_directories(repository.backups_directory)
    own_files.make_directories(repository.objects_directory)
    if not (path / own_files.BACKUPS_MARKER).exists():
        told = {"schema_version": SCHEMA_VERSION, "what": "backups of chromem stores, by chromemctl"}
        with suppress(FileExistsError):
            own_files.add(path / own_files.BACKUPS_MARKER, json.dumps(told, indent=2).encode() + b"\n")
    return Repository.at(path)


class Writer:
    """Adds one backup to a repository, which the caller has locked.

    Attributes:
        added: The contents that were not there: their lengths by their digests.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: set[str] = set()
        self.added: dict[str, int] = {}
        clear_incoming(repository)

    def keep(self, content: Iterable[bytes]) -> tuple[str, int]:
        """Keep content, unless it is there; its digest and length."""
        temporary = self._repository.objects_directory / f"{_INCOMING}{secrets.token_hex(8)}"
        try:
            sha256, size = self._write(temporary, content)
            if sha256 in self._known or self._is_there(sha256, size):
                temporary.unlink()
            else:
                self._place(temporary, sha256, size)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._known.add(sha256)
        return sha256, size

    def _write(self, path: Path, content: Iterable[bytes]) -> tuple[str, int]:
        """Write content to a new file; its digest and length."""
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(path, _NEW_FILE, 0o600)
        try:
            for piece in content:
                digest.update(piece)
                size += len(piece)
                write_all(descriptor, piece, self._repository.path)
        finally:
            os.close(descriptor)
        return digest.hexdigest(), size

    def _is_there(self, sha256: str, size: int) -> bool:
        """Whether content is there, read again: what an interrupted backup left may not be whole."""
        try:
            for _ in self._repository.content(sha256, size):
                pass
        except DamagedBackup:
            return False
        return True

    def _place(self, temporary: Path, sha256: str, size: int) -> None:
        path = self._repository.object_path(sha256)
        with suppress(FileExistsError):
            path.parent.mkdir(mode=0o700)
        temporary.rename(path)
        self.added[sha256] = size

    def complete(self, manifest: Manifest) -> str:
        """Make everything durable, then write the manifest: from here on the backup is there. Its id."""
        if self.added:
            _sync_file_system(self._repository.objects_directory)
        data = manifest.to_bytes()
        backup_id = id_of(manifest.created, data)
        with suppress(FileExistsError):  # of the same bytes, as the id tells
            own_files.add(self._repository.manifest_path(backup_id), data)
        return backup_id


def remove(repository: Repository, ids: Iterable[str], objects: Iterable[str]) -> None:
    """Remove backups, and then content that none is left to name; the caller has locked the repository.

    Interrupted in between, content is left that a later call removes.
    """
    for backup_id in ids:
        own_files.remove(repository.manifest_path(backup_id))
    directories = set()
    for sha256 in objects:
        path = repository.object_path(sha256)
        path.unlink(missing_ok=True)
        directories.add(path.parent)
    for directory in sorted(directories):
        sync_directory(directory)
        with suppress(OSError):  # there is other content in it
            directory.rmdir()
    clear_incoming(repository)


def clear_incoming(repository: Repository) -> None:
    """Remove what an interrupted backup has left half written."""
    for path in repository.objects_directory.glob(f"{_INCOMING}*"):
        path.unlink(missing_ok=True)


def _sync_file_system(directory: Path) -> None:
    """Wait until everything on a file system is on the disk: far faster than file by file.

    Raises:
        OSError: Something could not be written.
    """
    system = ctypes.CDLL(None, use_errno=True)
    if not hasattr(system, "syncfs"):  # Linux has it, and it tells of errors
        os.sync()
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if system.syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(directory))
    finally:
        os.close(descriptor)
