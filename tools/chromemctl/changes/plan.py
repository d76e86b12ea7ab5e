"""What a repair will do, as plain data: shown by a dry run, kept in the journal, carried out by fsops.

Paths in steps are relative to the store, so that a journal stays true when the store is moved.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pygob.chromem.durable import Ownership
from pygob.chromem.entries import Nature


@dataclass(frozen=True, slots=True)
class MakeDirectory:
    """Make a directory; one that exists already is left as it is."""

    path: PurePosixPath
    ownership: Ownership


@dataclass(frozen=True, slots=True)
class CreateFile:
    """Create a file that does not exist yet.

    Attributes:
        path: The file.
        data: Its content.
        ownership: Its mode and owner.
        mtime_ns: Its modification time, in nanoseconds; None for that of the moment.
    """

    path: PurePosixPath
    data: bytes
    ownership: Ownership
    mtime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class MoveFile:
    """Move a file to a place where nothing is.

    Attributes:
        source: Where it is.
        destination: Where it goes.
        size: Its length, and
        sha256: its digest when the plan was made: another file than the one planned for is not moved.
    """

    source: PurePosixPath
    destination: PurePosixPath
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MoveDirectory:
    """Move a directory, with everything in it, to a place where nothing is.

    Attributes:
        source: Where it is.
        destination: Where it goes.
        entries: The number of everything in it, at any depth, and
        sha256: a digest over all of it when it is to be moved: another one is not.
    """

    source: PurePosixPath
    destination: PurePosixPath
    entries: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MoveEntry:
    """Move what is neither a file nor a directory, as it is, to a place where nothing is.

    It is not opened, and a link is not followed: the link itself is moved, with the same words in it.

    Attributes:
        source: Where it is.
        destination: Where it goes.
        nature: What it was when the plan was made: something else is not moved.
    """

    source: PurePosixPath
    destination: PurePosixPath
    nature: Nature


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Take back a file of chromemctl's own making that is still as it was created.

    Attributes:
        path: The file.
        data: Its content,
        ownership: its mode and owner, and
        mtime_ns: its modification time, in nanoseconds, so that nothing is lost with it; None for a file that
            a run made and that has no time worth keeping.
    """

    path: PurePosixPath
    data: bytes
    ownership: Ownership
    mtime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveDirectory:
    """Take back a directory that a run made, unless something else is in it by now."""

    path: PurePosixPath
    ownership: Ownership


@dataclass(frozen=True, slots=True)
class SetTime:
    """Give a directory the modification time that it had; one that is gone is passed over."""

    path: PurePosixPath
    mtime_ns: int


#: Steps that bring something from one place to another.
Move = MoveFile | MoveDirectory | MoveEntry
Step = MakeDirectory | CreateFile | Move | RemoveFile | RemoveDirectory | SetTime


def inverse(step: Step) -> Step | None:
    """The step that takes another one back; None for one that leaves nothing to take back."""
    match step:
        case MakeDirectory(path, ownership):
            return RemoveDirectory(path, ownership)
        case CreateFile(path, data, ownership, mtime_ns):
            return RemoveFile(path, data, ownership, mtime_ns)
        case MoveFile(source, destination, size, sha256):
            return MoveFile(destination, source, size, sha256)
        case MoveDirectory(source, destination, entries, sha256):
            return MoveDirectory(destination, source, entries, sha256)
        case MoveEntry(source, destination, nature):
            return MoveEntry(destination, source, nature)
        case RemoveFile(path, data, ownership, mtime_ns):
            return CreateFile(path, data, ownership, mtime_ns)
        case RemoveDirectory(path, ownership):
            return MakeDirectory(path, ownership)
    return None


def parents(steps: Iterable[Step]) -> list[PurePosixPath]:
    """The directories in which steps change something, in order and once each."""
    found: dict[PurePosixPath, None] = {}
    for step in steps:
        match step:
            case (
                MoveFile(source, destination)
                | MoveDirectory(source, destination)
                | MoveEntry(source, destination)
            ):
                found.update({source.parent: None, destination.parent: None})
            case _:
                found[step.path.parent] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class Repair:
    """What is done for one collection.

    Attributes:
        dir: Its folder.
        finding: Id of the finding that it cures.
        name: The collection's name.
        source: Where the name comes from, for people.
        confidence: How sure it is: certain, likely or possible.
        metadata_source: Where the collection's metadata comes from, for people.
        steps: The steps, in order.
        losses: What cannot be brought back, one sentence each.
    """

    dir: str
    finding: str
    name: str
    source: str
    confidence: str
    metadata_source: str
    steps: tuple[Step, ...]
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRepair:
    """What is done about one file.

    Attributes:
        dir: The collection's folder.
        finding: Id of the finding that it cures.
        path: The file.
        what: What becomes of it, for people.
        steps: The steps, in order.
        losses: What the application no longer has, one sentence each.
        notes: What else is worth knowing, one sentence each.
    """

    dir: str
    finding: str
    path: PurePosixPath
    what: str
    steps: tuple[Step, ...]
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """Something that is moved because a person wants it so.

    Attributes:
        path: What is moved, relative to the store.
        what: What becomes of it, for people.
        steps: The steps, in order.
        notes: What is worth knowing before, one sentence each.
        losses: What the application will not have afterwards although it was meant to, one sentence each.
    """

    path: PurePosixPath
    what: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something that cannot be repaired without help.

    Attributes:
        dir: The collection's folder.
        finding: Id of the finding that stays.
        reason: Why.
        candidates: Names that fit the folder, when there are several or none is sure enough.
        path: The file concerned; None when it is the collection's metadata.
    """

    dir: str
    finding: str
    reason: str
    candidates: tuple[str, ...] = ()
    path: PurePosixPath | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a repair of a store will do, and what it cannot do.

    Attributes:
        changes: Everything that is done, in order.
        unresolved: What needs help.
        tried: Number of candidates for lost names, by source.
    """

    changes: tuple[FileRepair | Repair, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    tried: Mapping[str, int] | None = None

    @property
    def files(self) -> tuple[FileRepair, ...]:
        """What becomes of documents, of files taken for some, and of whole folders."""
        return tuple(change for change in self.changes if isinstance(change, FileRepair))

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """The collections whose metadata is rebuilt."""
        return tuple(change for change in self.changes if isinstance(change, Repair))

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        return tuple(step for change in self.changes for step in change.steps)

    @property
    def losses(self) -> tuple[str, ...]:
        """Everything that cannot be brought back."""
        return tuple(loss for change in self.changes for loss in change.losses)


def step_to_json(step: Step) -> dict[str, Any]:
    """A step as JSON data, without loss."""
    match step:
        case MakeDirectory(path, ownership):
            return {"action": "make_directory", "path": _path(path), **_ownership(ownership)}
        case RemoveDirectory(path, ownership):
            return {"action": "remove_directory", "path": _path(path), **_ownership(ownership)}
        case SetTime(path, mtime_ns):
            return {"action": "set_time", "path": _path(path), "mtime_ns": mtime_ns}
        case CreateFile(path, data, ownership, mtime_ns) | RemoveFile(path, data, ownership, mtime_ns):
            return {
                "action": "create_file" if isinstance(step, CreateFile) else "remove_file",
                "path": _path(path),
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "data_b64": base64.b64encode(data).decode(),
                **_ownership(ownership),
                **({} if mtime_ns is None else {"mtime_ns": mtime_ns}),
            }
        case MoveFile(source, destination, size, sha256):
            return {
                "action": "move_file",
                "source": _path(source),
                "destination": _path(destination),
                "size": size,
                "sha256": sha256,
            }
        case MoveDirectory(source, destination, entries, sha256):
            return {
                "action": "move_directory",
                "source": _path(source),
                "destination": _path(destination),
                "entries": entries,
                "sha256": sha256,
            }
        case MoveEntry(source, destination, nature):
            return {
                "action": "move_entry",
                "source": _path(source),
                "destination": _path(destination),
                "kind": nature.kind,
                "target": _text(nature.target),
            }


def step_from_json(data: Mapping[str, Any]) -> Step:
    """The step that `step_to_json` wrote.

    Raises:
        ValueError: The data is no step of this version.
    """
    try:
        match data["action"]:
            case "make_directory":
                return MakeDirectory(_from_path(data["path"]), _from_ownership(data))
            case "remove_directory":
                return RemoveDirectory(_from_path(data["path"]), _from_ownership(data))
            case "set_time":
                return SetTime(_from_path(data["path"]), data["mtime_ns"])
            case "create_file" | "remove_file" as action:
                kind = CreateFile if action == "create_file" else RemoveFile
                return kind(
                    _from_path(data["path"]),
                    base64.b64decode(data["data_b64"]),
                    _from_ownership(data),
                    data.get("mtime_ns"),
                )
            case "move_file":
                return MoveFile(
                    _from_path(data["source"]), _from_path(data["destination"]), data["size"], data["sha256"]
                )
            case "move_directory":
                return MoveDirectory(
                    _from_path(data["source"]),
                    _from_path(data["destination"]),
                    data["entries"],
                    data["sha256"],
                )
            case "move_entry":
                return MoveEntry(
                    _from_path(data["source"]),
                    _from_path(data["destination"]),
                    Nature(data["kind"], _from_text(data["target"])),
                )
            case other:
                raise ValueError(f"unknown step {other!r}")
    except KeyError as error:
        raise ValueError(f"a step without {error}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError(f"a step of another form: {error}") from error


def _text(words: str) -> str | dict[str, str]:
    """A path, or what a link says, as text, or as base64 where it is not UTF-8."""
    raw = words.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"path_b64": base64.b64encode(raw).decode()}


def _from_text(data: str | Mapping[str, str]) -> str:
    if isinstance(data, str):
        return data
    return base64.b64decode(data["path_b64"]).decode("utf-8", "surrogateescape")


def _path(path: PurePosixPath) -> str | dict[str, str]:
    return _text(str(path))


def _from_path(data: str | Mapping[str, str]) -> PurePosixPath:
    path = PurePosixPath(_from_text(data))
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"a step outside the store: {path}")
    return path


def _ownership(ownership: Ownership) -> dict[str, Any]:
    return {"mode": f"{ownership.mode:04o}", "uid": ownership.uid, "gid": ownership.gid}


def _from_ownership(data: Mapping[str, Any]) -> Ownership:
    return Ownership(int(data["mode"], 8), data["uid"], data["gid"])
