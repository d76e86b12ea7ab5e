"""What lies in a store's quarantine, as its manifests tell. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from chromemctl.journal import QUARANTINE_DIRECTORY
from chromemctl.repair.workspace import MANIFEST, SALVAGED_SUFFIX
from pygob.chromem.entries import Kind, scan


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file that was set aside.

    Attributes:
        path: Where it is, relative to the store.
        size: Its length in bytes.
        origin: Where it was, as the manifest says; None without a manifest that can be read.
        finding: Id of the finding for which it was set aside, or None.
        collection: The collection's name, or None.
        salvaged: Whether what could be read of it lies beside it.
    """

    path: PurePosixPath
    size: int
    origin: str | None
    finding: str | None
    collection: str | None
    salvaged: bool


def quarantined(store: Path) -> list[Quarantined]:
    """The files in a store's quarantine, those of other tools included, in the order of their paths.

    Raises:
        OSError: A directory cannot be listed.
    """
    base = store / QUARANTINE_DIRECTORY
    return list(_below(base, store)) if base.is_dir() else []


def _below(folder: Path, store: Path) -> Iterator[Quarantined]:
    entries = scan(folder)
    names = {entry.name for entry in entries}
    manifest = _manifest(folder / MANIFEST) if MANIFEST in names else {}
    for entry in entries:
        if entry.kind is Kind.DIRECTORY:
            yield from _below(entry.path, store)
        elif entry.name != MANIFEST and not entry.name.endswith(SALVAGED_SUFFIX):
            collection = manifest.get("collection")
            yield Quarantined(
                path=PurePosixPath(entry.path.relative_to(store)),
                size=entry.size,
                origin=_text(manifest.get("file")),
                finding=_text(manifest.get("finding")),
                collection=_text(collection.get("name")) if isinstance(collection, dict) else None,
                salvaged=entry.name + SALVAGED_SUFFIX in names,
            )


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
