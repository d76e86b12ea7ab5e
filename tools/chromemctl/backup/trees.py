"""Backups written out as files: into a new directory, which must not exist before."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from chromemctl.backup.manifest import DirectoryRecord, FileRecord, Manifest
from chromemctl.backup.repository import Repository
from pygob.chromem.durable import sync_directory, write_all

_PARTIAL = ".partial"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def write_tree(
    repository: Repository,
    manifest: Manifest,
    root: Path,
    *,
    folders: Iterable[str] | None = None,
) -> None:
    """Write files of a backup with their modes and times, and their owners where the system allows it.

    Everything is on the disk when this returns.

    Args:
        repository: Where the content is; every byte of it is checked.
        manifest: The backup.
        root: The directory that becomes the store; it must not exist. Until all is written, it is called
            `NAME.partial`; one that an interruption has left is replaced.
        folders: Only these folders of the store; all of it when None.

    Raises:
        FileExistsError: `root` exists.
        DamagedBackup: Something is not as it was written.
        OSError: The system refused.
    """
    if os.path.lexists(root):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(root))
    partial = root.with_name(root.name + _PARTIAL)
    if partial.is_dir() and not partial.is_symlink():
        shutil.rmtree(partial)
    try:
        _write(repository, manifest, partial, None if folders is None else frozenset(folders))
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    partial.rename(root)
    sync_directory(root.parent)


def clear_partial(directory: Path) -> None:
    """Remove what interruptions have left half written in a directory of our own."""
    for path in directory.glob(f"*{_PARTIAL}"):
        shutil.rmtree(path)


def _write(repository: Repository, manifest: Manifest, root: Path, wanted: frozenset[str] | None) -> None:
    root.mkdir(mode=0o700)
    directories = [item for item in manifest.directories if _is_in(item.path, wanted)]
    for directory in directories:
        if directory.path != ".":
            (root / directory.path).mkdir(mode=0o700)
    for file in manifest.files:
        if _is_in(file.path, wanted):
            _write_file(repository, file, root / file.path)
    for link in manifest.links:
        if _is_in(link.path, wanted):
            (root / link.path).symlink_to(link.target)
    for directory in reversed(directories):  # the inner ones first, as writing changes the time
        _imitate(directory, root / directory.path)
    os.sync()


def _is_in(path: str, wanted: frozenset[str] | None) -> bool:
    return wanted is None or path == "." or path.partition("/")[0] in wanted


def _write_file(repository: Repository, file: FileRecord, path: Path) -> None:
    descriptor = os.open(path, _NEW_FILE, 0o600)
    try:
        for piece in repository.content(file.sha256, file.size):
            write_all(descriptor, piece, path)
    finally:
        os.close(descriptor)
    _imitate(file, path)


def _imitate(record: FileRecord | DirectoryRecord, path: Path) -> None:
    """Owner where only root could give it, then mode and time."""
    if os.geteuid() == 0:
        os.chown(path, record.uid, record.gid)
    path.chmod(record.mode)
    os.utime(path, ns=(record.mtime_ns, record.mtime_ns))
