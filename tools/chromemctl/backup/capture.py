"""Reading a store for a backup while its application may be writing.

chromem writes a file in several pieces, under its own name. So the store is looked at again and again: what
has changed since it was read is read anew, until a look finds everything as it was read, or the time is over.
What is of no sound form then is left out and said.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pygob
from chromemctl.backup.manifest import (
    CollectionRecord,
    DamagedDocument,
    DirectoryRecord,
    FileRecord,
    LinkRecord,
    Manifest,
    Omission,
    Scope,
)
from chromemctl.backup.repository import Backup, DamagedBackup, Repository, this_host
from chromemctl.backup.writing import Writer
from chromemctl.own_directories import PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Kind, kind_of, pieces, scan
from pygob.chromem.names import METADATA_STEM, Format, format_of, name_hash
from pygob.chromem.records import Document, Metadata

#: How long a store that does not come to rest is read again.
PATIENCE_SECONDS = 10.0
# A file that changed this recently may be half written: it is looked at once more, this much later.
_SETTLING_NS = 2_000_000_000
_PAUSE_SECONDS = 0.3
# How often a file that changes all the time is read in the hope of a sound form.
_ATTEMPTS = 20
_METADATA_NAMES = {form.metadata_name for form in Format}
_OWN = (QUARANTINE_DIRECTORY, PRIVATE_DIRECTORY)

Progress = Callable[[int, int], None]


class Mark(NamedTuple):
    """What changes with a file."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


def mark_of(status: os.stat_result) -> Mark:
    """The mark of a file of this status."""
    return Mark(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(slots=True)
class _Look:
    """Everything that was there at one look, by path."""

    files: dict[str, os.stat_result] = field(default_factory=dict)
    directories: dict[str, os.stat_result] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    omitted: dict[str, Omission] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)


class Capture:
    """The reading of one store into a repository.

    Args:
        store: The store.
        repository: Where its content goes.
        writer: Who writes there.
        scope: How much of the store.
        before: The backup of the same store and scope before this one.
        reread: Read files too that are as they were in that one.
        progress: Called with the number of files read and of all files.
    """

    def __init__(
        self,
        store: Path,
        repository: Repository,
        writer: Writer,
        scope: Scope,
        before: Backup | None,
        *,
        reread: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._repository = repository
        self._writer = writer
        self._scope = scope
        self._before = before
        self._looked_at = {} if before is None or reread else _looked_at(before.manifest)
        self._known = {} if before is None or reread else _trusted(before.manifest)
        self._progress = progress
        self._taken: dict[str, FileRecord] = {}
        self._failed: dict[str, Omission] = {}
        self.reused = 0

    def run(self) -> Manifest:
        """Read the store.

        Raises:
            OSError: The store cannot be listed, or the repository not be written.
        """
        created = datetime.now(UTC)
        deadline: float | None = None
        at_rest = True
        while changed := self._changed(look := self._look()):
            self._take_all(changed)
            if deadline is None:  # the first reading may take long; patience is for what changes meanwhile
                deadline = time.monotonic() + PATIENCE_SECONDS
            elif time.monotonic() > deadline:
                at_rest = False
                self._look_for_sound_forms(changed)
                look = self._look()
                self._finish(look)
                break
            newest = max(status.st_mtime_ns for status in changed.values())
            if time.time_ns() - newest < _SETTLING_NS:
                time.sleep(_PAUSE_SECONDS)
        collections = tuple(self._collections(look))
        return Manifest(
            created=created,
            host=this_host(),
            version=pygob.__version__,
            store=self._store.absolute(),
            scope=self._scope,
            at_rest=at_rest,
            collections=collections,
            directories=tuple(_directory(path, status) for path, status in look.directories.items()),
            files=tuple(self._taken[path] for path in sorted(self._taken, key=os.fsencode)),
            links=tuple(LinkRecord(path, target) for path, target in sorted(look.links.items())),
            omitted=(*look.omitted.values(), *self._failed.values()),
            damaged=tuple(self._damaged()),
            emptied_since=None if collections else self._had_collections(),
            quarantined=self._quarantined(),
        )

    # ---- looking

    def _look(self) -> _Look:
        look = _Look()
        look.directories["."] = self._store.lstat()
        self._list("", look)
        return look

    def _list(self, folder: str, look: _Look) -> None:
        """List a folder, and those in it that belong to the scope."""
        below: list[str] = []
        try:
            with os.scandir(os.path.join(self._store, folder)) as found:  # noqa: PTH118 - of very many
                items = sorted(found, key=lambda item: os.fsencode(item.name))
        except FileNotFoundError:
            return
        except OSError as error:
            if not folder:
                raise
            look.omitted[folder] = Omission(folder, error.strerror or str(error), is_loss=True)
            return
        for item in items:
            path = f"{folder}/{item.name}" if folder else item.name
            if not self._is_wanted(folder, item.name, look):
                continue
            try:
                status = item.stat(follow_symlinks=False)
                kind = kind_of(status.st_mode)
                if kind is Kind.FILE:
                    look.files[path] = status
                elif kind is Kind.DIRECTORY:
                    look.directories[path] = status
                    below.append(path)
                elif kind is Kind.SYMLINK:
                    look.links[path] = os.readlink(item.path)  # noqa: PTH115 - a Path would not keep every byte
                else:
                    look.omitted[path] = Omission(path, "is a pipe, a socket or a device", is_loss=False)
            except FileNotFoundError:
                continue  # gone while we looked
        for path in below:
            self._list(path, look)

    def _is_wanted(self, folder: str, name: str, look: _Look) -> bool:
        """Whether something belongs to the scope; documents that do not are counted."""
        if self._scope is Scope.STORE:
            return True
        if not folder:
            return (
                name not in _OWN and (self._store / name).is_dir() and not (self._store / name).is_symlink()
            )
        if name in _METADATA_NAMES:
            return True
        if "/" not in folder and format_of(name) is not None:
            look.documents[folder] = look.documents.get(folder, 0) + 1
        return False

    def _changed(self, look: _Look) -> dict[str, os.stat_result]:
        """The files that are not as they were taken."""
        self._forget(look)
        return {
            path: status
            for path, status in look.files.items()
            if path not in self._failed and not _is_as_taken(self._taken.get(path), status)
        }

    def _forget(self, look: _Look) -> None:
        """Drop what is gone."""
        for path in [path for path in self._taken if path not in look.files]:
            del self._taken[path]
        for path in [path for path in self._failed if path not in look.files]:
            del self._failed[path]

    # ---- taking

    def _take_all(self, changed: Mapping[str, os.stat_result]) -> None:
        for number, (path, status) in enumerate(changed.items()):
            self._take(path, status)
            if self._progress is not None and not number % 256:
                self._progress(number, len(changed))
        if self._progress is not None:
            self._progress(len(changed), len(changed))

    def _take(self, path: str, status: os.stat_result) -> None:
        """Read a file, unless the backup before has this very one."""
        known = self._known.get(path)
        if known is not None and _is_as_taken(known, status) and self._holds(known):
            self._taken[path] = known
            self.reused += 1
            return
        try:
            sha256, size = self._writer.keep(pieces(self._store / path))
        except FileNotFoundError:
            return
        except OSError as error:
            if error.filename is None or not os.path.realpath(error.filename).startswith(
                os.path.realpath(self._store)
            ):
                raise
            self._failed[path] = Omission(path, error.strerror or str(error), is_loss=True)
            return
        record = _record(path, sha256, status)
        # One that grew meanwhile is taken again: its status differs from this one at the next look.
        self._taken[path] = record if size == record.size else _record(path, sha256, status, size=-1)

    def _holds(self, known: FileRecord) -> bool:
        """Whether the content of a file of an earlier backup is still there, as long as it was."""
        try:
            return self._repository.object_path(known.sha256).stat().st_size == known.size
        except OSError:
            return False

    def _look_for_sound_forms(self, changed: Mapping[str, os.stat_result]) -> None:
        """What changes all the time is read until it is a whole record, or left out."""
        for path in changed:
            for _ in range(_ATTEMPTS):
                record = self._taken.get(path)
                if record is None or (record.size >= 0 and self._is_whole(record)):
                    break
                time.sleep(_PAUSE_SECONDS / 10)
                try:
                    self._take(path, (self._store / path).lstat())
                except FileNotFoundError:
                    break
            else:
                self._taken.pop(path, None)
                self._failed[path] = Omission(path, "was never whole while it was read", is_loss=True)

    def _finish(self, look: _Look) -> None:
        """Leave out what is gone by now, and take metadata without which documents would have no name."""
        self._forget(look)
        known = self._taken.keys() | self._failed.keys()
        for path, status in look.files.items():
            if path.rpartition("/")[2] in _METADATA_NAMES and path not in known:
                self._take(path, status)

    def _is_whole(self, record: FileRecord) -> bool:
        return self._damage(record) is None

    def _damage(self, record: FileRecord) -> str | None:
        """Why a file that chromem reads cannot be read; of others no form is known."""
        name = record.path.rpartition("/")[2]
        if format_of(name) is None:
            return None
        try:
            gob = envelope.unwrap(self._repository.whole(record.sha256, record.size)).data
            if name in _METADATA_NAMES:
                Metadata.examine(gob)
            else:
                Document.summarize(gob)
        except GobDecodeError as error:
            return str(error)
        except DamagedBackup:  # kept by an earlier backup, and not read again now
            return "what the repository has of it is damaged; --reread reads it again"
        return None

    def _damaged(self) -> Iterator[DamagedDocument]:
        """The documents that cannot be read; of those that the backup before has, it tells."""
        for path, record in self._taken.items():
            folder, _, name = path.rpartition("/")
            if not folder or "/" in folder or folder in _OWN or name in _METADATA_NAMES:
                continue
            content = record.sha256, format_of(name)
            reason = self._looked_at[content] if content in self._looked_at else self._damage(record)
            if reason is not None:
                yield DamagedDocument(path, reason)

    def _quarantined(self) -> tuple[str, ...]:
        """The folders of which something was set aside; where nobody may look, there is no telling."""
        with suppress(OSError):
            entries = scan(self._store / QUARANTINE_DIRECTORY)
            return tuple(entry.name for entry in entries if entry.kind is Kind.DIRECTORY)
        return ()

    def _had_collections(self) -> str | None:
        """The id of the latest backup before this one that had collections."""
        if self._before is None:
            return None
        return self._before.id if self._before.manifest.collections else self._before.manifest.emptied_since

    # ---- collections

    def _collections(self, look: _Look) -> Iterator[CollectionRecord]:
        inside: dict[str, list[str]] = {}
        for path in self._taken:
            folder, _, name = path.rpartition("/")
            if folder and "/" not in folder and folder not in _OWN and format_of(name) is not None:
                inside.setdefault(folder, []).append(name)
        for folder in sorted(inside.keys() | look.documents.keys(), key=os.fsencode):
            names = inside.get(folder, [])
            documents = look.documents.get(folder, sum(name not in _METADATA_NAMES for name in names))
            metadata = [self._taken[f"{folder}/{name}"] for name in names if name in _METADATA_NAMES]
            told, problem = self._name(folder, metadata)
            yield CollectionRecord(folder, told, documents, problem)

    def _name(self, folder: str, metadata: list[FileRecord]) -> tuple[str | None, str | None]:
        """What a collection's metadata files say of its name, and what is wrong with one of them."""
        if not metadata:
            return None, f"{METADATA_STEM} is missing"
        names = []
        for record in metadata:  # two, where it is there in both forms
            if (damage := self._damage(record)) is not None:
                return None, f"{METADATA_STEM} cannot be read: {damage}"
            names.append(self._metadata(record).name)
            if not names[-1]:
                return None, f"{METADATA_STEM} has no name"
        is_own = all(name_hash(name) == folder.lower() for name in names)
        return names[0], None if is_own else "its name is that of another folder"

    def _metadata(self, record: FileRecord) -> Metadata:
        gob = envelope.unwrap(self._repository.whole(record.sha256, record.size)).data
        return Metadata.examine(gob).record


def _trusted(before: Manifest | None) -> dict[str, FileRecord]:
    """The files of an earlier backup that are as they were if their marks are.

    One that was changed just before that backup read it may have changed again within the same tick of the
    clock.
    """
    if before is None:
        return {}
    latest = int(before.created.timestamp() * 1e9) - _SETTLING_NS
    return {file.path: file for file in before.files if file.ctime_ns < latest}


def _looked_at(before: Manifest) -> dict[tuple[str, Format | None], str | None]:
    """What is wrong with the documents' contents of an earlier backup, None where nothing is."""
    if before.damaged is None:
        return {}
    reasons = {item.path: item.reason for item in before.damaged}
    found: dict[tuple[str, Format | None], str | None] = {}
    for file in before.files:
        folder, _, name = file.path.rpartition("/")
        if folder and "/" not in folder and folder not in _OWN and name not in _METADATA_NAMES:
            found[file.sha256, format_of(name)] = reasons.get(file.path)
    return found


def _is_as_taken(record: FileRecord | None, status: os.stat_result) -> bool:
    return record is not None and mark_of(status) == (
        record.inode,
        record.size,
        record.mtime_ns,
        record.ctime_ns,
    )


def _record(path: str, sha256: str, status: os.stat_result, size: int | None = None) -> FileRecord:
    return FileRecord(
        path=path,
        sha256=sha256,
        size=status.st_size if size is None else size,
        mode=status.st_mode & 0o7777,
        uid=status.st_uid,
        gid=status.st_gid,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
        ctime_ns=status.st_ctime_ns,
    )


def _directory(path: str, status: os.stat_result) -> DirectoryRecord:
    return DirectoryRecord(path, status.st_mode & 0o7777, status.st_uid, status.st_gid, status.st_mtime_ns)
