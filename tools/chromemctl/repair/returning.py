"""Bringing back what was set aside: to its place, or into the collection that has taken it.

Nothing is changed here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from chromemctl.changes.plan import (
    MakeDirectory,
    MoveEntry,
    RemoveDirectory,
    RemoveFile,
    Step,
    Transfer,
)
from chromemctl.exits import UsageFailure
from chromemctl.own_directories import QUARANTINE_DIRECTORY
from chromemctl.quarantine.contents import Quarantined, quarantined
from chromemctl.quarantine.moving import moving
from chromemctl.quarantine.placing import MANIFEST, Quarantine, salvaged_name
from chromemctl.quarantine.setting_aside import within
from chromemctl.repair.merging import Receiver, about_metadata, merge, versions
from chromemctl.survey import FileFacts, read_facts
from chromemctl.wording import command, count, readable
from pygob.chromem.durable import ownership_of
from pygob.chromem.entries import Kind, entry_at, is_empty_directory, scan
from pygob.chromem.names import format_of, is_hash

_BASE = PurePosixPath(QUARANTINE_DIRECTORY)


def bring_back(store: Path, wanted: Iterable[str], *, merging: bool) -> list[Transfer]:
    """Plan to bring things back from a store's quarantine, each after the ones before it.

    Args:
        store: The store.
        wanted: For each its path, or the part of it after `.quarantine`: HASH/NUMBER, or HASH for all of a
            collection.
        merging: Bring a collection's documents into the one that has taken its place.

    Raises:
        UsageFailure: There is no such thing, nothing says where it was, or its place is taken.
        OSError: Something cannot be read.
    """
    returning = _Returning(store, merging=merging)
    return list(filter(None, map(returning.plan, wanted)))


class _Returning:
    """What has been planned so far, so that later items meet no surprise."""

    def __init__(self, store: Path, *, merging: bool) -> None:
        self._store = store
        self._merging = merging
        self._area = Quarantine(store)
        self._items = quarantined(store)
        self._planned: set[PurePosixPath] = set()
        # What will have been brought back, by its place: where it lies now.
        self._back: dict[PurePosixPath, Path] = {}
        self._receivers: dict[PurePosixPath, _Receiving] = {}

    def plan(self, wanted: str) -> Transfer | None:
        """Plan to bring one thing back; None for one that is planned already."""
        item = _chosen(self._store, wanted, self._items)
        if item.path in self._planned:
            return None
        self._planned.add(item.path)
        origin = _origin(item)
        if self._merging and not item.is_collection:
            raise UsageFailure("only a collection can be merged", "leave --merge away")
        there = self._occupant(origin)
        entry = entry_at(there) if there is not None else None
        if there is None or (item.is_collection and entry is not None and is_empty_directory(entry)):
            return self._return(item, origin, in_the_way=there)
        if not item.is_collection or _kind(there) is not Kind.DIRECTORY:
            raise _taken(self._store, item, origin, there)
        receiving = self._receiving(origin, there)
        if not self._merging:
            raise _made_again(self._store, origin, wanted)
        return _merged(self._area, item, receiving)

    def _occupant(self, place: PurePosixPath) -> Path | None:
        """Where that which will be at a place lies now, None when nothing will be there."""
        if place in self._back:
            return self._back[place]
        receiving = self._receivers.get(place.parent)
        if receiving is not None and place.name in receiving.receiver.occupied:
            return self._store / place
        there = self._back.get(place.parent, self._store / place.parent) / place.name
        return there if os.path.lexists(there) else None

    def _return(self, item: Quarantined, origin: PurePosixPath, in_the_way: Path | None) -> Transfer:
        if not item.is_collection and _kind(self._occupant(origin.parent)) is not Kind.DIRECTORY:
            raise UsageFailure(
                f"its folder {readable(str(origin.parent))} is not there; bring that back first"
            )
        now = self._store / item.path
        self._back[origin] = now
        if (receiving := self._receivers.get(origin.parent)) is not None:
            receiving.add(origin.name, now)
        return _returned(self._area, item, origin, in_the_way)

    def _receiving(self, origin: PurePosixPath, there: Path) -> _Receiving:
        """The collection that has taken a place, as the steps so far leave it."""
        if origin not in self._receivers:
            names = {entry.name: entry.path for entry in scan(there)}
            names |= {place.name: now for place, now in self._back.items() if place.parent == origin}
            self._receivers[origin] = _received(self._store, origin, names)
        return self._receivers[origin]


def _kind(path: Path | None) -> Kind | None:
    entry = entry_at(path) if path is not None else None
    return entry.kind if entry is not None else None


def _origin(item: Quarantined) -> PurePosixPath:
    """Where something was, as its manifest says.

    Raises:
        UsageFailure: It says nothing, or no place in the store.
    """
    if item.origin is None:
        raise UsageFailure(
            f"nothing says where {readable(str(item.path))} was", "move it yourself, or give its whole folder"
        )
    origin = PurePosixPath(item.origin)
    depth = 1 if item.is_collection or item.is_moved_by_hand else 2
    if origin.is_absolute() or ".." in origin.parts or len(origin.parts) != depth:
        raise UsageFailure(f"the manifest of {readable(str(item.path))} names no place in the store")
    return origin


# ---- which one


def _chosen(store: Path, wanted: str, items: list[Quarantined]) -> Quarantined:
    path = _in_quarantine(store, wanted)
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
        kind=Kind.DIRECTORY,
        entries=len(files),
        size=sum(item.size for item in files),
        origin=path.name,
        finding=None,
        collection=None,
        sha256=None,
        salvaged=False,
    )


# ---- why not


def _taken(store: Path, item: Quarantined, origin: PurePosixPath, there: Path) -> UsageFailure:
    """What to say where something else is in the place, and what to do about it."""
    shown, entry = readable(str(origin)), entry_at(there)
    if there != store / origin:
        return UsageFailure(f"{shown} would be brought back twice; give one of the two; nothing was changed")
    if entry is None or not item.is_collection:
        return UsageFailure(
            f"{shown} exists; nothing was changed",
            "set that aside first, if the other is the right one:",
            f"  {command('chromemctl', 'quarantine', 'add', store, str(origin))}",
        )
    return UsageFailure(
        f"{shown} is a {entry.kind}, where a folder is to be brought back; nothing was changed",
        "look what it is; to give it another name:",
        f"  {command('mv', store / origin, store / f'{origin}.aside')}",
    )


def _made_again(store: Path, origin: PurePosixPath, wanted: str) -> UsageFailure:
    return UsageFailure(
        f"{readable(str(origin))} exists: the application has made the collection again; nothing was changed",
        "bring its documents into the new one:",
        f"  {command('chromemctl', 'quarantine', 'restore', '--merge', store, wanted)}",
    )


def _without_metadata(store: Path, origin: PurePosixPath, *, is_used: bool) -> UsageFailure:
    shown = readable(str(origin))
    if is_used:
        return UsageFailure(
            f"{shown} has no metadata that can be read; repair it first; nothing was changed",
            f"  {command('chromemctl', 'recover', store)}",
        )
    return UsageFailure(
        f"{shown} exists, with no chromem file in it; nothing was changed",
        "set it aside first:",
        f"  {command('chromemctl', 'quarantine', 'add', store, str(origin))}",
    )


# ---- to its place


def _returned(
    area: Quarantine, item: Quarantined, origin: PurePosixPath, in_the_way: Path | None
) -> Transfer:
    store = area.store
    inside = f", with {count(item.entries, 'file')}" if item.kind is Kind.DIRECTORY else ""
    what = f"back to its place{inside}"
    notes: list[str] = []
    first: list[Step] = []
    if in_the_way is not None:
        first.append(RemoveDirectory(origin, ownership_of(in_the_way)))
        notes.append("the empty folder in its place is removed")
    if item.is_moved_by_hand and item.kind is Kind.DIRECTORY:
        steps = [*first, *_spread(store, item, origin)]
        area.may_go([item.path])
        return Transfer(item.path, what, tuple(steps), tuple(notes))
    if item.finding is not None:
        notes.append(f"it was set aside for {item.finding}")
    move = moving(item.path, origin, store / item.path)
    if not isinstance(move, MoveEntry) and item.sha256 is not None and move.sha256 != item.sha256:
        notes.append("it is no longer as it was when it was set aside")
    tidied = _tidied(store, item)
    area.may_go(step.path for step in tidied if isinstance(step, RemoveDirectory))
    return Transfer(item.path, what, (*first, move, *tidied), tuple(notes))


def _spread(store: Path, item: Quarantined, origin: PurePosixPath) -> list[Step]:
    """Steps that bring back what another tool has put into `.quarantine/HASH` itself, one by one.

    Directories in it stay: they are places of ours, for what was set aside of the same collection.
    """
    entries = [entry for entry in scan(store / item.path) if entry.kind is not Kind.DIRECTORY]
    return [
        MakeDirectory(origin, ownership_of(store / item.path)),
        *(moving(item.path / entry.name, origin / entry.name, entry.path) for entry in entries),
        RemoveDirectory(item.path, ownership_of(store / item.path)),
    ]


def _tidied(store: Path, item: Quarantined) -> list[RemoveFile | RemoveDirectory]:
    """Steps that remove what was written about something that is back, and the directories made for it."""
    if item.is_moved_by_hand:
        return [RemoveDirectory(_BASE, ownership_of(store / _BASE))]
    own = [
        name for name in (salvaged_name(item.path.name), MANIFEST) if (store / item.place / name).is_file()
    ]
    files = [store / item.place / name for name in own]
    return [
        *(
            RemoveFile(
                item.place / path.name, path.read_bytes(), ownership_of(path), path.lstat().st_mtime_ns
            )
            for path in files
        ),
        *(
            RemoveDirectory(path, ownership_of(store / path))
            for path in (item.place, item.place.parent, _BASE)
        ),
    ]


# ---- into the collection that has taken its place


@dataclass(frozen=True, slots=True)
class _Receiving:
    """A collection that is to have the documents of others of its name.

    Attributes:
        receiver: It, as a merge sees it.
        metadata: Its metadata.
    """

    receiver: Receiver
    metadata: Mapping[str, str]

    def add(self, name: str, now: Path) -> None:
        """Note that a file will have been brought into it."""
        self.receiver.occupied.add(name)
        self.receiver.documents.update(versions(PurePosixPath(self.receiver.dir), _facts({name: now})))


def _received(store: Path, origin: PurePosixPath, names: Mapping[str, Path]) -> _Receiving:
    """What is in a folder, by the names that it will have there.

    Raises:
        UsageFailure: It has no metadata that can be read.
    """
    present = _facts(names)
    file = next((file for file in present.values() if file.metadata is not None), None)
    if file is None or file.metadata is None or not file.metadata.name:
        raise _without_metadata(store, origin, is_used=any(map(format_of, names)))
    receiver = Receiver(str(origin), file.metadata.name, file.format, versions(origin, present), set(names))
    return _Receiving(receiver, file.metadata.metadata or {})


def _merged(area: Quarantine, item: Quarantined, receiving: _Receiving) -> Transfer:
    given = _facts({entry.name: entry.path for entry in scan(area.store / item.path)})
    name = receiving.receiver.name or ""
    names = {file.metadata.name for file in given.values() if file.metadata is not None} - {name, ""}
    if names:
        raise UsageFailure(
            f"{readable(str(item.path))} is another collection: {readable(sorted(names)[0])!r}"
        )
    found = merge(area, versions(item.path, given), receiving.receiver)
    unread = [file for file in given.values() if file.fault is not None]
    theirs = [file.metadata.metadata or {} for file in given.values() if file.metadata is not None]
    notes = [*found.notes]
    if theirs:
        notes += about_metadata(receiving.metadata, theirs[0], str(item.path))
    if unread:
        notes.append(f"{count(len(unread), 'file')} cannot be read; what is not moved stays in quarantine")
    what = f"{count(len(found.moved), 'document')} brought into {readable(name)}"
    return Transfer(item.path, what, tuple(found.steps), tuple(notes), tuple(found.losses))


def _facts(files: Mapping[str, Path]) -> dict[str, FileFacts]:
    """What is in files that chromem would read, by the names that they will have."""
    entries = {name: entry_at(path) for name, path in files.items()}
    return {
        name: read_facts(entry)
        for name, entry in entries.items()
        if entry is not None and entry.kind is Kind.FILE and entry.format is not None
    }
