"""Setting a file or a collection's folder aside because a person wants it so. Nothing is changed here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from chromemctl.changes.plan import Transfer
from chromemctl.exits import UsageFailure
from chromemctl.own_directories import PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.quarantine.placing import Quarantine, Reason
from chromemctl.wording import command, count, readable
from pygob import GobDecodeError
from pygob.chromem.collection import Collection
from pygob.chromem.entries import Entry, Kind, entry_at, nature_of, scan


def set_aside(store: Path, paths: Sequence[Path]) -> list[Transfer]:
    """Plan to move files and folders of a store to its quarantine.

    Args:
        store: The store.
        paths: Collections' folders and what is in them, absolute, relative to the store, or relative to the
            current directory. Pipes and the like are moved as they are, and links not followed.

    Raises:
        UsageFailure: Something is not in the store, or not to be moved.
        OSError: Something cannot be read.
    """
    area = Quarantine(store)
    wanted = dict.fromkeys(_inside(store, path) for path in paths)
    nested = [path for path in wanted if path.parent in wanted]
    if nested:
        raise UsageFailure(f"{readable(str(nested[0]))} is given, and so is the folder that it is in")
    return [
        _folder(area, store, path) if len(path.parts) == 1 else _file(area, store, path) for path in wanted
    ]


def _inside(store: Path, path: Path) -> PurePosixPath:
    """The path of something in a collection, or of a collection, relative to the store."""
    inside = within(store, path)
    shown = readable(str(path))
    if inside is None:
        raise UsageFailure(f"{shown} is not in {readable(str(store))}; nothing was changed")
    if inside.parts[:1] in ((QUARANTINE_DIRECTORY,), (PRIVATE_DIRECTORY,)):
        raise UsageFailure(f"{shown} is chromemctl's own; nothing was changed")
    entry = entry_at(store / inside)
    is_collection = len(inside.parts) == 1 and entry is not None and entry.kind is Kind.DIRECTORY
    if entry is None or not (is_collection or len(inside.parts) == 2):
        raise UsageFailure(
            f"{shown} is neither a collection's folder nor a file in one; nothing was changed",
            "give for example",
            f"  {command('chromemctl', 'quarantine', 'add', store, 'e9f85bf6/fbc6c3fe.gob')}",
        )
    return inside


def within(store: Path, path: Path) -> PurePosixPath | None:
    """A path relative to the store, None when it is not in it: as given from here, else from the store.

    Links are followed in the folder that something is in, never in the last part.
    """
    root = store.resolve()
    here: list[Path] = []
    with suppress(FileNotFoundError):  # the current directory was deleted
        here.append(Path.cwd())
    for base in (*here, root):
        given = base / path
        # Through abspath, as "x/.." and a trailing "." have no last part of their own.
        whole = Path(os.path.abspath(given))  # noqa: PTH100 - resolve would follow the last part too
        if os.path.lexists(whole):
            real = whole.parent.resolve() / whole.name
            if real != root and real.is_relative_to(root):
                return PurePosixPath(real.relative_to(root))
    return None


def _folder(area: Quarantine, store: Path, path: PurePosixPath) -> Transfer:
    entries = scan(store / path)
    documents = [entry for entry in entries if entry.format is not None and not entry.is_metadata]
    name = _name(store / path)
    steps = area.folder(path, {entry.name: entry.path for entry in entries}, Reason(str(path), name, None))
    return Transfer(
        path=path,
        what="the whole folder is set aside",
        steps=tuple(steps),
        notes=(
            f"the application will not have collection {name!r} with its {count(len(documents), 'document')}"
            if name is not None
            else f"{count(len(documents), 'document')} of a collection whose name is not known",
        ),
    )


def _file(area: Quarantine, store: Path, path: PurePosixPath) -> Transfer:
    reason = Reason(str(path.parent), _name(store / path.parent), None)
    entry = entry_at(store / path)
    is_file = entry is not None and entry.kind is Kind.FILE
    steps = (area.file if is_file else area.as_it_is)(path, store / path, reason)
    what = "set aside" if is_file else f"set aside as it is: a {nature_of(store / path) or 'folder'}"
    return Transfer(path=path, what=what, steps=tuple(steps), notes=_notes(store, path))


def _notes(store: Path, path: PurePosixPath) -> tuple[str, ...]:
    """What becomes of a collection without its metadata."""
    entries = {entry.name: entry for entry in scan(store / path.parent)}
    others = [entry for entry in entries.values() if _is_document_beside(entry, path.name)]
    if not entries[path.name].is_metadata or not others:
        return ()
    instead = command("chromemctl", "quarantine", "add", store, str(path.parent))
    return (
        "without its metadata the collection's documents make chromem refuse the whole store, until recover "
        "has rebuilt it",
        f"to start without the collection, set its folder aside instead: {instead}",
    )


def _is_document_beside(entry: Entry, metadata_name: str) -> bool:
    return entry.format is not None and not entry.is_metadata and entry.name != metadata_name


def _name(folder: Path) -> str | None:
    """The collection's name as far as its metadata tells it."""
    try:
        return Collection(folder).metadata().name or None
    except (OSError, GobDecodeError):
        return None
