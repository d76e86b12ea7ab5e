"""Bringing back what was set aside: to its place, or into the collection that has taken it.

Nothing is changed here.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from chromemctl.changes import fingerprints
from chromemctl.changes.journal import QUARANTINE_DIRECTORY
from chromemctl.changes.plan import (
    MakeDirectory,
    MoveDirectory,
    MoveFile,
    RemoveDirectory,
    RemoveFile,
    Step,
    Transfer,
)
from chromemctl.exits import UsageFailure
from chromemctl.repair.merging import Receiver, about_metadata, merge, versions
from chromemctl.repair.quarantine import MANIFEST, SALVAGED_SUFFIX, Quarantine
from chromemctl.repair.quarantined import Quarantined, quarantined
from chromemctl.repair.setting_aside import within
from chromemctl.survey import FileFacts, read_facts
from chromemctl.wording import command, count, readable
from pygob.chromem.durable import ownership_of
from pygob.chromem.entries import Kind, scan
from pygob.chromem.names import is_hash

_BASE = PurePosixPath(QUARANTINE_DIRECTORY)


def bring_back(area: Quarantine, wanted: str, *, merging: bool) -> Transfer:
    """Plan to bring something back from a store's quarantine.

    Args:
        area: The quarantine.
        wanted: Its path, or the part of it after `.quarantine`: HASH/NUMBER, or HASH for all of a collection.
        merging: Bring a collection's documents into the one that has taken its place.

    Raises:
        UsageFailure: There is no such thing, nothing says where it was, or its place is taken.
        OSError: Something cannot be read.
    """
    store = area.store
    item = _chosen(store, wanted)
    if item.origin is None:
        raise UsageFailure(
            f"nothing says where {readable(str(item.path))} was", "move it yourself, or give its whole folder"
        )
    origin = PurePosixPath(item.origin)
    if origin.is_absolute() or ".." in origin.parts or len(origin.parts) != (1 if item.is_folder else 2):
        raise UsageFailure(f"the manifest of {readable(str(item.path))} names no place in the store")
    if merging and not item.is_folder:
        raise UsageFailure("only a collection can be merged", "leave --merge away")
    taken = os.path.lexists(store / origin)
    if merging and taken:
        return _merged(area, item, origin)
    if taken:
        raise _taken(store, item, origin, wanted)
    if not item.is_folder and not (store / origin.parent).is_dir():
        raise UsageFailure(f"its folder {readable(str(origin.parent))} is not there; bring that back first")
    return _returned(store, item, origin)


# ---- which one


def _chosen(store: Path, wanted: str) -> Quarantined:
    path = _in_quarantine(store, wanted)
    items = quarantined(store)
    folder = _left_by_others(store, path, items)
    fitting = [item for item in items if path in (item.path, item.place) or _is_of(item, path)]
    if folder is not None:
        return folder
    if len(fitting) == 1:
        return fitting[0]
    what = "nothing" if not fitting else f"more than one thing ({len(fitting)})"
    raise UsageFailure(
        f"{readable(wanted)} is {what} in the quarantine of {readable(str(store))}",
        *(f"  {readable(str(item.path))}" for item in fitting[:_SHOWN]),
        "see what was set aside:",
        f"  {command('chromemctl', 'quarantine', 'list', store)}",
    )


_SHOWN = 8


def _in_quarantine(store: Path, wanted: str) -> PurePosixPath:
    """The path that is meant, relative to the store."""
    inside = within(store, Path(wanted))
    if inside is not None and inside.parts[0] == QUARANTINE_DIRECTORY:
        return inside
    return _BASE / PurePosixPath(wanted.strip("/"))


def _is_of(item: Quarantined, path: PurePosixPath) -> bool:
    """Whether an item is one of the collection whose quarantine folder is meant."""
    return path.parent == _BASE and item.place.parent == path


def _left_by_others(store: Path, path: PurePosixPath, items: list[Quarantined]) -> Quarantined | None:
    """A collection whose files another tool has put into `.quarantine/HASH` itself."""
    files = [item for item in items if item.place == path and item.origin is None]
    if path.parent != _BASE or not is_hash(path.name.lower()) or not files:
        return None
    return Quarantined(
        path=path,
        is_folder=True,
        entries=len(files),
        size=sum(item.size for item in files),
        origin=path.name,
        finding=None,
        collection=None,
        sha256=None,
        salvaged=False,
    )


def _taken(store: Path, item: Quarantined, origin: PurePosixPath, wanted: str) -> UsageFailure:
    if not item.is_folder:
        return UsageFailure(
            f"{readable(str(origin))} exists; nothing was changed",
            "set that aside first, if the other is the right one:",
            f"  {command('chromemctl', 'quarantine', 'add', store, str(origin))}",
        )
    return UsageFailure(
        f"{readable(str(origin))} exists: the application has made the collection again; nothing was changed",
        "bring its documents into the new one:",
        f"  {command('chromemctl', 'quarantine', 'restore', '--merge', store, wanted)}",
    )


# ---- to its place


def _returned(store: Path, item: Quarantined, origin: PurePosixPath) -> Transfer:
    what = f"back to its place, with {count(item.entries, 'file')}" if item.is_folder else "back to its place"
    if item.place == _BASE:
        return Transfer(item.path, what, tuple(_spread(store, item, origin)))
    notes: list[str] = []
    if item.finding is not None:
        notes.append(f"it was set aside for {item.finding}")
    move: MoveFile | MoveDirectory
    if item.is_folder:
        move = MoveDirectory(item.path, origin, *fingerprints.of_directory(store / item.path))
    else:
        move = MoveFile(item.path, origin, *fingerprints.of_file(store / item.path))
    if move.sha256 != item.sha256:
        notes.append("it is no longer as it was when it was set aside")
    return Transfer(item.path, what, (move, *_tidied(store, item)), tuple(notes))


def _spread(store: Path, item: Quarantined, origin: PurePosixPath) -> list[Step]:
    """Steps that bring back what another tool has put into `.quarantine/HASH` itself, file by file."""
    files = [entry for entry in scan(store / item.path) if entry.kind is Kind.FILE]
    return [
        MakeDirectory(origin, ownership_of(store / item.path)),
        *(
            MoveFile(item.path / entry.name, origin / entry.name, *fingerprints.of_file(entry.path))
            for entry in files
        ),
        RemoveDirectory(item.path, ownership_of(store / item.path)),
    ]


def _tidied(store: Path, item: Quarantined) -> list[Step]:
    """Steps that remove what was written about something that is back, and the directories made for it."""
    own = [
        name for name in (item.path.name + SALVAGED_SUFFIX, MANIFEST) if (store / item.place / name).is_file()
    ]
    files = [store / item.place / name for name in own]
    return [
        *(RemoveFile(item.place / path.name, path.read_bytes(), ownership_of(path)) for path in files),
        *(
            RemoveDirectory(path, ownership_of(store / path))
            for path in (item.place, item.place.parent, _BASE)
        ),
    ]


# ---- into the collection that has taken its place


def _merged(area: Quarantine, item: Quarantined, origin: PurePosixPath) -> Transfer:
    store = area.store
    given, present = _facts(store / item.path), _facts(store / origin)
    metadata = next((file for file in present.values() if file.metadata is not None), None)
    if metadata is None or metadata.metadata is None or not metadata.metadata.name:
        raise UsageFailure(
            f"{readable(str(origin))} has no metadata that can be read; repair it first",
            f"  {command('chromemctl', 'recover', store)}",
        )
    name, ours = metadata.metadata.name, metadata.metadata.metadata or {}
    names = {file.metadata.name for file in given.values() if file.metadata is not None} - {name, ""}
    if names:
        raise UsageFailure(
            f"{readable(str(item.path))} is another collection: {readable(sorted(names)[0])!r}"
        )
    receiver = Receiver(
        str(origin), name, metadata.format, versions(origin, present), {e.name for e in scan(store / origin)}
    )
    found = merge(area, versions(item.path, given), receiver)
    unread = [file for file in given.values() if file.fault is not None]
    theirs = [file.metadata.metadata or {} for file in given.values() if file.metadata is not None]
    notes = [*found.notes, *(about_metadata(ours, theirs[0], str(item.path)) if theirs else ())]
    if unread:
        notes.append(f"{count(len(unread), 'file')} cannot be read; what is not moved stays in quarantine")
    what = f"{count(len(found.moved), 'document')} brought into {readable(name)}"
    return Transfer(item.path, what, tuple(found.steps), tuple(notes), tuple(found.losses))


def _facts(folder: Path) -> dict[str, FileFacts]:
    """What is in the files of a folder that chromem would read, by their names."""
    return {
        entry.name: read_facts(entry)
        for entry in scan(folder)
        if entry.kind is Kind.FILE and entry.format is not None
    }
