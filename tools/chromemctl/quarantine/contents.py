"""What lies in a store's quarantine, as its manifests tell. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from chromemctl.own_directories import QUARANTINE_DIRECTORY
from chromemctl.quarantine.placing import MANIFEST, is_salvaged, salvaged_name
from pygob.chromem.entries import Entry, Kind, scan
from pygob.chromem.names import is_hash


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file, a collection's folder, or something else that was set aside.

    Attributes:
        path: Where it is, relative to the store.
        kind: What it is; a folder with everything in it is a directory.
        entries: The number of files in it, 1 for a file.
        size: Its length in bytes, that of all its files for a folder.
        origin: Where it was, as the manifest says; None without a manifest that can be read. What lies in
            `.quarantine` itself, named like a collection and no folder, was in the place of one.
        finding: Id of the finding for which it was set aside; None where a person wanted it so, and without
            a manifest.
        collection: The collection's name, or None.
        sha256: Its digest when it was set aside, or None.
        salvaged: Whether what could be read of it lies beside it.
    """

    path: PurePosixPath
    kind: Kind
    entries: int
    size: int
    origin: str | None
    finding: str | None
    collection: str | None
    sha256: str | None
    salvaged: bool

    @property
    def is_collection(self) -> bool:
        """Whether it is the folder of a collection, and not one that was in such a folder."""
        return self.kind is Kind.DIRECTORY and "/" not in (self.origin or "")

    @property
    def place(self) -> PurePosixPath:
        """The directory that it has for itself, where it has a manifest."""
        return self.path.parent

    @property
    def is_moved_by_hand(self) -> bool:
        """Whether it lies in `.quarantine` itself, where chromemctl puts nothing."""
        return self.place == PurePosixPath(QUARANTINE_DIRECTORY)


def quarantined(store: Path) -> list[Quarantined]:
    """What is in a store's quarantine, that of other tools included, in the order of its paths.

    Raises:
        OSError: A directory cannot be listed.
    """
    base = store / QUARANTINE_DIRECTORY
    return list(_below(base, store)) if base.is_dir() else []


def _below(folder: Path, store: Path) -> Iterator[Quarantined]:
    entries = scan(folder)
    names = {entry.name for entry in entries}
    manifest = _manifest(folder / MANIFEST) if MANIFEST in names else {}
    moved_folder = PurePosixPath(_text(manifest.get("directory")) or "").name
    for entry in entries:
        if entry.kind is Kind.DIRECTORY and entry.name != moved_folder:
            yield from _below(entry.path, store)
        elif folder == store / QUARANTINE_DIRECTORY and is_hash(entry.name.lower()):
            yield _item(entry, store, {_ORIGIN.get(entry.kind, _OTHER): entry.name}, salvaged=False)
        elif entry.kind is Kind.DIRECTORY or not _is_own(entry):
            yield _item(entry, store, manifest, salvaged=salvaged_name(entry.name) in names)


def _is_own(entry: Entry) -> bool:
    """Whether a file is one that tells about another."""
    return entry.name == MANIFEST or is_salvaged(entry.name)


# Under which word a manifest says where something was.
_ORIGIN = {Kind.FILE: "file", Kind.DIRECTORY: "directory"}
_OTHER = "entry"


def _item(entry: Entry, store: Path, manifest: dict[str, Any], *, salvaged: bool) -> Quarantined:
    collection = manifest.get("collection")
    files = list(_files(entry.path)) if entry.kind is Kind.DIRECTORY else [entry]
    return Quarantined(
        path=PurePosixPath(entry.path.relative_to(store)),
        kind=entry.kind,
        entries=len(files),
        size=sum(file.size for file in files),
        origin=_text(manifest.get(_ORIGIN.get(entry.kind, _OTHER))),
        finding=_text(manifest.get("finding")),
        collection=_text(collection.get("name")) if isinstance(collection, dict) else None,
        sha256=_text(manifest.get("sha256")),
        salvaged=salvaged,
    )


def _files(folder: Path) -> Iterator[Entry]:
    for entry in scan(folder):
        if entry.kind is Kind.DIRECTORY:
            yield from _files(entry.path)
        else:
            yield entry


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
