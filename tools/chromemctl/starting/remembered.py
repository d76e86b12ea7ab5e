"""What the last check of a store found, kept outside of it, so that nothing unchanged is read again.

A check is trusted while every directory entry that chromem sees is the very one that was checked (inode,
size, mode, both times), and until the machine starts anew: after a power failure a file may hold other bytes
than were written without any of that being different.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pygob
from chromemctl import logs, own_files
from chromemctl.own_directories import JOURNAL_DIRECTORY

SCHEMA_VERSION = 1
# A clock of a file system may tick this slowly: two changes within one tick leave the same time.
_TICK_NS = 2_000_000_000
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Healthy:
    """What a check has found.

    Attributes:
        collections: Number of collections.
        documents: Number of documents.
    """

    collections: int
    documents: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells whether anything in a store has changed.

    Attributes:
        digest: Over all entries that chromem sees, and the journals.
        newest_ns: When the last of them was changed.
    """

    digest: str
    newest_ns: int


def marks(store: Path) -> Marks | None:
    """Look at every directory entry of a store that matters, and open no file.

    Returns:
        None where entries do not tell all: behind a symbolic link anything may change unseen.

    Raises:
        OSError: A directory cannot be listed.
    """
    digest, newest = hashlib.sha256(), 0
    for status, words in _entries(store):
        if status is None:
            return None
        newest = max(newest, status.st_ctime_ns)
        digest.update(words)
    return Marks(digest.hexdigest(), newest)


def _entries(store: Path) -> Iterator[tuple[os.stat_result | None, bytes]]:
    for folder in (store, *_folders(store), store / JOURNAL_DIRECTORY):
        with suppress(FileNotFoundError):  # the journal, or a folder that has just gone: its parent tells
            yield from _inside(folder)


def _folders(store: Path) -> list[Path]:
    with os.scandir(store) as found:
        names = [item.name for item in found if item.is_dir(follow_symlinks=False)]
    return [store / name for name in sorted(names)]


def _inside(folder: Path) -> Iterator[tuple[os.stat_result | None, bytes]]:
    with os.scandir(folder) as found:
        items = sorted(found, key=lambda item: item.name)
    yield folder.lstat(), os.fsencode(folder.name) + b"\0"
    for item in items:
        if item.is_symlink():
            yield None, b""
        elif not item.is_dir(follow_symlinks=False):
            status = item.stat(follow_symlinks=False)
            facts = (status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            yield status, os.fsencode(item.name) + b"\0" + " ".join(map(str, facts)).encode() + b"\0"


class Memory:
    """The last check of one store with one setting of `compress`.

    Args:
        store: The store.
        compress: The setting; None when it is told from the store.
        directory: Where it is kept; `default_directory()` when None.
    """

    def __init__(self, store: Path, compress: bool | None, directory: Path | None) -> None:
        self._store = store
        self._facts = {
            "schema_version": SCHEMA_VERSION,
            "version": pygob.__version__,
            "store": os.fsencode(store.resolve()).hex(),
            "compress": compress,
            "boot": _boot(),
        }
        self._directory = directory or default_directory()

    @property
    def path(self) -> Path | None:
        """The file it is kept in; None for a user without a home."""
        if self._directory is None:
            return None
        key = hashlib.sha256(json.dumps([self._facts["store"], self._facts["compress"]]).encode())
        return self._directory / f"{key.hexdigest()[:16]}.json"

    def look(self) -> Marks | None:
        """The marks of the store now, None where they do not tell all or cannot be had."""
        try:
            return marks(self._store)
        except OSError:
            return None

    def recall(self, now: Marks) -> Healthy | None:
        """What the last check found, None unless everything is as it was then."""
        known = self._read()
        expected = {**self._facts, "digest": now.digest}
        if any(known.get(key) != value for key, value in expected.items()):
            return None
        try:
            return Healthy(int(known["collections"]), int(known["documents"]))
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, found: Healthy, before: Marks | None, looked_at_ns: int) -> None:
        """Remember that a store was found healthy; one that cannot be remembered is read again next time.

        Args:
            found: What was found.
            before: The marks from before it was read.
            looked_at_ns: The time then.
        """
        if self.path is None or before is None or before != self.look():
            return
        if looked_at_ns - before.newest_ns < _TICK_NS:
            logs.event("not remembered, as the store was changed within the last two seconds")
            return
        data = {**self._facts, "digest": before.digest, **asdict(found), "checked": time.time()}
        try:
            own_files.make_directories(self.path.parent)
            own_files.write(self.path, json.dumps(data, indent=2).encode() + b"\n")
        except OSError as error:
            logs.event(f"the check is not remembered: {self.path.parent}: {error.strerror}")

    def _read(self) -> Mapping[str, Any]:
        try:
            known = json.loads(self.path.read_bytes()) if self.path is not None else {}
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def default_directory() -> Path | None:
    """`$XDG_STATE_HOME/chromemctl/preflight`, or the same below `~/.local/state`."""
    base = own_files.user_directory("XDG_STATE_HOME", ".local/state", os.environ)
    return None if base is None else base / "preflight"


def _boot() -> str | None:
    """What names the time since the machine was started."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return None
