"""What a backup holds: its manifest, as data and as the JSON file that makes it complete.

The name of the file ends in the beginning of the SHA-256 of its bytes, so a damaged manifest shows. Paths are
relative to the store; bytes of theirs that are not UTF-8 are kept in `path_b64`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

SCHEMA_VERSION = 1
_DIGITS = 12


class Scope(StrEnum):
    """How much of a store a backup holds."""

    STORE = "store"  # everything in it
    METADATA = "metadata"  # the collections' metadata files


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A regular file.

    Attributes:
        path: Where it is, relative to the store.
        sha256: The digest of its content, by which that is kept.
        size: Its length in bytes.
        mode: Its permission bits.
        uid: Its owner.
        gid: Its group.
        mtime_ns: Its modification time, in nanoseconds.
        inode: With the next, what tells the next backup that it need not be read again.
        ctime_ns: The time of its last change of any kind, in nanoseconds.
    """

    path: str
    sha256: str
    size: int
    mode: int
    uid: int
    gid: int
    mtime_ns: int
    inode: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class DirectoryRecord:
    """A directory; the store itself is `.`."""

    path: str
    mode: int
    uid: int
    gid: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A symbolic link.

    Attributes:
        path: Where it is.
        target: What it says.
    """

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that is not in the backup.

    Attributes:
        path: Where it is.
        reason: Why.
        is_loss: Whether a restored store will lack it; a pipe or a socket has no content that could be kept.
    """

    path: str
    reason: str
    is_loss: bool


@dataclass(frozen=True, slots=True)
class CollectionRecord:
    """A collection as it was.

    Attributes:
        dir: Its folder.
        name: Its name, None when its metadata does not tell it.
        documents: The number of its documents' files.
        problem: What is wrong with its metadata, None when nothing is.
    """

    dir: str
    name: str | None
    documents: int
    problem: str | None

    @property
    def is_readable(self) -> bool:
        """Whether its metadata tells its name, be it another folder's, which is no damage."""
        return self.name is not None


@dataclass(frozen=True, slots=True)
class DamagedDocument:
    """A document that is kept as it was, but could not be read.

    Attributes:
        path: Where it is.
        reason: Why.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup.

    Attributes:
        created: When it was begun, UTC.
        host: The machine.
        version: The chromemctl that made it.
        store: The store, an absolute path.
        scope: How much of it is here.
        at_rest: Whether nothing changed meanwhile; if not, files are of moments close to each other.
        collections: Its collections.
        directories: Its directories, each after the one that it is in.
        files: Its files.
        links: Its symbolic links.
        omitted: What could not be kept.
        damaged: Documents that could not be read; None when a version made it that did not look at them.
        emptied_since: When there are no collections, the id of the latest backup before that had any.
        quarantined: The folders of which something waits in the store's quarantine.
    """

    created: datetime
    host: str
    version: str
    store: Path
    scope: Scope
    at_rest: bool
    collections: tuple[CollectionRecord, ...]
    directories: tuple[DirectoryRecord, ...]
    files: tuple[FileRecord, ...]
    links: tuple[LinkRecord, ...]
    omitted: tuple[Omission, ...]
    damaged: tuple[DamagedDocument, ...] | None = None
    emptied_since: str | None = None
    quarantined: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the store is missing in the backup."""
        return not any(item.is_loss for item in self.omitted)

    @property
    def is_sound(self) -> bool:
        """Whether all metadata and all documents can be read, and the collections are not gone."""
        is_readable = all(item.is_readable for item in self.collections) and not self.damaged
        return is_readable and self.emptied_since is None

    @property
    def size(self) -> int:
        """The length of all files, in bytes."""
        return sum(file.size for file in self.files)

    def to_bytes(self) -> bytes:
        """The manifest as its file: JSON, one file of the store a line."""
        damaged = (
            None
            if self.damaged is None
            else [{**_path_fields("path", item.path), "reason": item.reason} for item in self.damaged]
        )
        return _laid_out(
            {
                "schema_version": SCHEMA_VERSION,
                "created": self.created.isoformat(),
                "host": self.host,
                "version": self.version,
                **_path_fields("store", os.fspath(self.store)),
                "scope": self.scope.value,
                "at_rest": self.at_rest,
                "collections": [_collection(item) for item in self.collections],
                "directories": [_directory(item) for item in self.directories],
                "files": [_file(item) for item in self.files],
                "links": [
                    {**_path_fields("path", item.path), **_path_fields("target", item.target)}
                    for item in self.links
                ],
                "omitted": [
                    {**_path_fields("path", item.path), "reason": item.reason, "is_loss": item.is_loss}
                    for item in self.omitted
                ],
                "damaged": damaged,
                "emptied_since": self.emptied_since,
                "quarantined": [_path_fields("dir", folder) for folder in self.quarantined],
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """The manifest that `to_bytes` wrote.

        Raises:
            ValueError: The data is no manifest of this version.
        """
        try:
            return _manifest(json.loads(data))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not the manifest of a backup: {type(error).__name__}: {error}") from None


def id_of(created: datetime, data: bytes) -> str:
    """The id of a backup: when it was begun, and the beginning of its manifest's digest."""
    return f"{created:%Y%m%dT%H%M%S.%fZ}-{hashlib.sha256(data).hexdigest()[:_DIGITS]}"


def fits(backup_id: str, data: bytes) -> bool:
    """Whether a manifest's bytes are those that its id was made from."""
    return backup_id.endswith(f"-{hashlib.sha256(data).hexdigest()[:_DIGITS]}")


# ---- as JSON


def _laid_out(fields: Mapping[str, Any]) -> bytes:
    lines = []
    for key, value in fields.items():
        if isinstance(value, list) and value:
            items = ",\n  ".join(json.dumps(item) for item in value)
            lines.append(f' "{key}": [\n  {items}\n ]')
        else:
            lines.append(f' "{key}": {json.dumps(value)}')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _path_fields(key: str, path: str) -> dict[str, str]:
    raw = path.encode("utf-8", "surrogateescape")
    try:
        return {key: raw.decode()}
    except UnicodeDecodeError:
        return {key: raw.decode("utf-8", "replace"), f"{key}_b64": base64.b64encode(raw).decode()}


def _collection(item: CollectionRecord) -> dict[str, Any]:
    name = {"name": None} if item.name is None else _path_fields("name", item.name)
    return {
        **_path_fields("dir", item.dir),
        **name,
        "documents": item.documents,
        "problem": item.problem,
    }


def _directory(item: DirectoryRecord) -> dict[str, Any]:
    return {**_path_fields("path", item.path), **_ownership(item), "mtime_ns": item.mtime_ns}


def _file(item: FileRecord) -> dict[str, Any]:
    return {
        **_path_fields("path", item.path),
        "sha256": item.sha256,
        "size": item.size,
        **_ownership(item),
        "mtime_ns": item.mtime_ns,
        "inode": item.inode,
        "ctime_ns": item.ctime_ns,
    }


def _ownership(item: FileRecord | DirectoryRecord) -> dict[str, Any]:
    return {"mode": f"{item.mode:04o}", "uid": item.uid, "gid": item.gid}


def _manifest(data: Mapping[str, Any]) -> Manifest:
    if data["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"written by another version of chromemctl ({data.get('version')})")
    return Manifest(
        created=datetime.fromisoformat(data["created"]).astimezone(UTC),
        host=str(data["host"]),
        version=str(data["version"]),
        store=Path(_text("store", data)),
        scope=Scope(data["scope"]),
        at_rest=bool(data["at_rest"]),
        collections=tuple(_collection_from(item) for item in data["collections"]),
        directories=tuple(_directory_from(item) for item in data["directories"]),
        files=tuple(_file_from(item) for item in data["files"]),
        links=tuple(LinkRecord(_inside(item), _text("target", item)) for item in data["links"]),
        omitted=tuple(
            Omission(_inside(item), str(item["reason"]), bool(item["is_loss"])) for item in data["omitted"]
        ),
        damaged=_damaged_from(data.get("damaged")),
        emptied_since=None if data.get("emptied_since") is None else str(data["emptied_since"]),
        quarantined=tuple(_text("dir", item) for item in data.get("quarantined", ())),
    )


def _collection_from(data: Mapping[str, Any]) -> CollectionRecord:
    name = None if data["name"] is None else _text("name", data)
    problem = None if data["problem"] is None else str(data["problem"])
    return CollectionRecord(_text("dir", data), name, int(data["documents"]), problem)


def _damaged_from(data: Iterable[Mapping[str, Any]] | None) -> tuple[DamagedDocument, ...] | None:
    if data is None:
        return None
    return tuple(DamagedDocument(_inside(item), str(item["reason"])) for item in data)


def _directory_from(data: Mapping[str, Any]) -> DirectoryRecord:
    return DirectoryRecord(_inside(data), *_owned(data), int(data["mtime_ns"]))


def _file_from(data: Mapping[str, Any]) -> FileRecord:
    digest = str(data["sha256"])
    if len(digest) != 2 * hashlib.sha256().digest_size or set(digest) - set("0123456789abcdef"):
        raise ValueError(f"no SHA-256: {digest!r}")
    times = (int(data[key]) for key in ("mtime_ns", "inode", "ctime_ns"))
    return FileRecord(_inside(data), digest, int(data["size"]), *_owned(data), *times)


def _owned(data: Mapping[str, Any]) -> tuple[int, int, int]:
    return int(data["mode"], 8), int(data["uid"]), int(data["gid"])


def _text(key: str, data: Mapping[str, Any]) -> str:
    if (encoded := data.get(f"{key}_b64")) is not None:
        return base64.b64decode(encoded).decode("utf-8", "surrogateescape")
    return str(data[key])


def _inside(data: Mapping[str, Any]) -> str:
    """A path that leads nowhere but into the store."""
    path = _text("path", data)
    parts = PurePosixPath(path).parts
    if (
        path.startswith("/")
        or ".." in parts
        or "\0" in path
        or (path != "." and (not parts or "/".join(parts) != path))
    ):
        raise ValueError(f"a path outside of the store: {path!r}")
    return path
