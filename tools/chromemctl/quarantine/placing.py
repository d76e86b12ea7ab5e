"""Where files and folders are set aside: `.quarantine/HASH/NUMBER/`, each with a manifest of where it was.

That is two directories deeper than chromem looks. A `.gob` directly in `.quarantine` would break the store.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from chromemctl.changes import fingerprints
from chromemctl.changes.journal import next_number
from chromemctl.changes.plan import (
    CreateFile,
    MakeDirectory,
    Move,
    MoveDirectory,
    MoveEntry,
    MoveFile,
    Step,
)
from chromemctl.own_directories import QUARANTINE_DIRECTORY
from chromemctl.quarantine.moving import moving
from pygob.chromem.durable import Ownership, ownership_of
from pygob.chromem.entries import nature_of
from pygob.chromem.names import NAME_BYTES

MANIFEST = "manifest.json"
MANIFEST_SCHEMA_VERSION = 1
# What is added to a file's name for what could be read of it, and the name where that is too long.
_SALVAGED_SUFFIX = ".salvaged.json"
_SALVAGED = f"document{_SALVAGED_SUFFIX}"


def salvaged_name(name: str) -> str:
    """The name of the file with what could be read of a file that was set aside, which lies beside it."""
    beside = name + _SALVAGED_SUFFIX
    return beside if len(os.fsencode(beside)) <= NAME_BYTES else _SALVAGED


def is_salvaged(name: str) -> bool:
    """Whether a file of this name in a place of the quarantine tells what could be read of another."""
    return name.endswith(_SALVAGED_SUFFIX)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is set aside, as its manifest tells.

    Attributes:
        dir: The collection's folder.
        name: The collection's name as far as it is known.
        finding: Id of the finding; None when a person wants it so.
    """

    dir: str
    name: str | None
    finding: str | None


@dataclass(slots=True)
class Quarantine:
    """The quarantine of a store, and the steps that put something into it.

    Attributes:
        store: The store.
    """

    store: Path
    _made: set[PurePosixPath] = field(default_factory=set)
    _going: set[PurePosixPath] = field(default_factory=set)
    _numbers: dict[PurePosixPath, int] = field(default_factory=dict)

    def file(
        self,
        source: PurePosixPath,
        content: Path,
        reason: Reason,
        *,
        salvaged: bytes | None = None,
        rewritten: bytes | None = None,
    ) -> list[Step]:
        """Steps that move one file to a place of its own, its manifest first.

        Args:
            source: Where it will be by then, relative to the store.
            content: Where it is now.
            reason: Why.
            salvaged: What could be read of it, to lie beside it.
            rewritten: Its content by then, where a step writes it again in another form.
        """
        size, digest = (
            fingerprints.of_file(content) if rewritten is None else fingerprints.of_bytes(rewritten)
        )
        place, steps = self._place(reason.dir)
        move = MoveFile(source, place / source.name, size, digest)
        steps.append(_manifest(place, reason, _told(move), content))
        if salvaged is not None:
            steps.append(_beside(place / salvaged_name(source.name), salvaged, content))
        return [*steps, move]

    def folder(
        self, source: PurePosixPath, contents: Mapping[str, Path | bytes], reason: Reason
    ) -> list[Step]:
        """Steps that move a collection's folder to a place of its own, with everything in it.

        Args:
            source: The folder, relative to the store.
            contents: What will be in it by then: by name, where it lies now or what it is.
            reason: Why.
        """
        entries, digest = fingerprints.of_contents(contents)
        place, steps = self._place(reason.dir)
        move = MoveDirectory(source, place / source.name, entries, digest)
        return [*steps, _manifest(place, reason, _told(move), self.store / source), move]

    def as_it_is(self, source: PurePosixPath, content: Path, reason: Reason) -> list[Step]:
        """Steps that move what is no file of a collection to a place of its own, its manifest first.

        Args:
            source: A pipe, socket, device, symbolic link or directory in a collection, relative to the store.
            content: Where it is now.
            reason: Why.

        Raises:
            OSError: It is gone, or something in a directory cannot be read.
        """
        place, steps = self._place(reason.dir)
        move = moving(source, place / source.name, content)
        return [*steps, _manifest(place, reason, _told(move), content), move]

    def may_go(self, paths: Iterable[PurePosixPath]) -> None:
        """Note that steps remove these directories where they are empty by then."""
        gone = set(paths)
        self._going |= gone
        self._made -= gone

    def _place(self, dir_name: str) -> tuple[PurePosixPath, list[Step]]:
        """A new place for something of a collection's, and the steps that make it."""
        base = PurePosixPath(QUARANTINE_DIRECTORY)
        number = self._numbers.get(base / dir_name) or next_number(self.store / base / dir_name)
        self._numbers[base / dir_name] = number + 1
        place = base / dir_name / f"{number:04d}"
        owner = ownership_of(self.store)
        missing = [
            path
            for path in (base, base / dir_name, place)
            if path not in self._made and (path in self._going or not (self.store / path).exists())
        ]
        self._made.update(missing)
        return place, [MakeDirectory(path, owner) for path in missing]


def _told(move: Move) -> dict[str, Any]:
    """What is set aside, as a manifest tells: where it was and what it is."""
    match move:
        case MoveFile(source, _, size, digest):
            return {"file": str(source), "size": size, "sha256": digest}
        case MoveDirectory(source, _, entries, digest):
            return {"directory": str(source), "entries": entries, "sha256": digest}
        case MoveEntry(source, _, nature):
            return {"entry": str(source), "kind": nature.kind, "target": nature.target}


def _manifest(place: PurePosixPath, reason: Reason, told: Mapping[str, Any], content: Path) -> CreateFile:
    owner = ownership_of(content)
    manifest = {
        "schema_version": MANIFEST_SCHEMA_VERSION,
        "finding": reason.finding,
        "collection": {"dir": reason.dir, "name": reason.name},
        **told,
        "mode": f"{owner.mode:04o}",
        "uid": owner.uid,
        "gid": owner.gid,
        "mtime_ns": content.lstat().st_mtime_ns,
    }
    # Of a link, a pipe or a device the mode says nothing of who may read files.
    like = content if nature_of(content) is None else content.parent
    return _beside(place / MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n", like)


def _beside(path: PurePosixPath, data: bytes, content: Path) -> CreateFile:
    """A file about another one, which may be read by whom that one may."""
    owner = ownership_of(content)
    return CreateFile(path, data, Ownership(owner.mode & 0o666, owner.uid, owner.gid))
