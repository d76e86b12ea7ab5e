"""A store on disk: its folders and files as chromem walks over them, nothing opened that cannot be read.

Source: `NewPersistentDB` of chromem-go v0.7.0. Every real subdirectory of the store is taken for a
collection, hidden ones too; symbolic links to directories are passed over. In a collection, the file
`00000000.gob` (or `.gob.gz`) is its metadata, every other file with that suffix a document, the rest is
passed over. Entries are visited in the order of their names' bytes, and the first error ends it all.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pygob.chromem.names import METADATA_STEM, Format, format_of
from pygob.chromem.records import Document, Metadata, read_document, read_metadata

_READ_BYTES = 1 << 20
_METADATA_NAMES = frozenset(form.metadata_name for form in Format)


class Kind(StrEnum):
    """What a directory entry is, symbolic links not followed."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    SPECIAL = "special"  # FIFO, socket, device: opening one may wait for ever


class Entry(NamedTuple):
    """One entry of a directory, with what tells whether it has changed since.

    Attributes:
        folder: The directory.
        name: The file name; bytes that are not UTF-8 through surrogateescape.
        kind: What it is; a symbolic link is one, whatever it points to.
        size: Its length in bytes.
        mtime_ns: Time of its last change, in nanoseconds.
        inode: Its inode number.
    """

    folder: Path
    name: str
    kind: Kind
    size: int
    mtime_ns: int
    inode: int

    @property
    def path(self) -> Path:
        """Where it is; made when asked for, as a store has very many entries."""
        return self.folder / self.name

    @property
    def format(self) -> Format | None:
        """The format under which chromem reads this file, None when it passes it over."""
        return None if self.kind is Kind.DIRECTORY else format_of(self.name)

    @property
    def is_metadata(self) -> bool:
        """Whether chromem reads this file as the metadata of a collection."""
        return self.name in _METADATA_NAMES and self.kind is not Kind.DIRECTORY


class NotRegularFile(OSError):
    """The path is a FIFO, a socket, a device or a directory: reading it could hang, so it is not opened."""


def scan(directory: Path) -> list[Entry]:
    """List a directory in chromem's order, without opening anything in it.

    Raises:
        OSError: The directory cannot be read.
    """
    entries: list[Entry] = []
    with os.scandir(directory) as found:
        for item in found:
            try:
                status = item.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # removed while we looked
            entries.append(_entry(directory, item.name, status))
    entries.sort(key=lambda entry: os.fsencode(entry.name))
    return entries


def entry_at(path: Path) -> Entry | None:
    """One directory entry, None when there is nothing of that name."""
    try:
        return _entry(path.parent, path.name, path.lstat())
    except FileNotFoundError:
        return None


def read_file(path: Path) -> bytes:
    """Read a regular file; symbolic links to one are followed, as chromem does.

    Raises:
        NotRegularFile: The path is something else.
        OSError: It cannot be read.
    """
    _require_regular(path, path.stat().st_mode)
    return _read_regular(path)


def read_entry(entry: Entry) -> bytes:
    """Read a file that was listed; see `read_file`."""
    if entry.kind is not Kind.FILE:
        return read_file(entry.path)
    return _read_regular(os.path.join(entry.folder, entry.name))  # noqa: PTH118 - a Path costs as much as reading


def _read_regular(path: Path | str) -> bytes:
    # The kind may have changed since; without O_NONBLOCK opening a FIFO would wait for its writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        _require_regular(path, status.st_mode)
        data = os.read(descriptor, status.st_size + 1)
        if len(data) == status.st_size:  # nearly always; else it grows, or the system gives it in pieces
            return data
        parts = [data]
        while data:
            data = os.read(descriptor, _READ_BYTES)
            parts.append(data)
        return b"".join(parts)
    finally:
        os.close(descriptor)


class Collection:
    """One folder of a store.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def dir(self) -> str:
        """The folder's name: the hash of the collection's name."""
        return self.path.name

    def entries(self) -> list[Entry]:
        """What lies in the folder, in chromem's order."""
        return scan(self.path)

    def metadata_path(self, form: Format) -> Path:
        """Where the metadata file of a format is, whether it exists or not."""
        return self.path / form.metadata_name

    def formats(self) -> set[Format]:
        """The formats that files of this folder have by their names."""
        return {entry.format for entry in self.entries() if entry.format is not None}

    def metadata(self) -> Metadata:
        """The collection's name and metadata, from the one metadata file it has.

        Raises:
            FileNotFoundError: There is none.
            OSError: It cannot be read.
            pygob.GobDecodeError: It is damaged.
        """
        for entry in self.entries():
            if entry.is_metadata:
                return read_metadata(entry.path)
        raise FileNotFoundError(
            errno.ENOENT, f"no {METADATA_STEM}.gob or {METADATA_STEM}.gob.gz", str(self.path)
        )

    def documents(self) -> Iterator[Document]:
        """The documents, one file after the other.

        Raises:
            OSError: A file cannot be read.
            pygob.GobDecodeError: A file is damaged.
        """
        for entry in self.entries():
            if entry.format is not None and not entry.is_metadata:
                yield read_document(entry.path)

    def __repr__(self) -> str:
        return f"Collection({str(self.path)!r})"


class Store:
    """A chromem-go database directory.

    Attributes:
        path: The directory.

    Raises:
        FileNotFoundError: The path does not exist.
        NotADirectoryError: The path is not a directory.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not stat.S_ISDIR(self.path.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self.path))

    def entries(self) -> list[Entry]:
        """Everything directly in the store, in chromem's order."""
        return scan(self.path)

    def collections(self) -> list[Collection]:
        """The folders that chromem takes for collections, in the order in which it reads them."""
        return [Collection(entry.path) for entry in self.entries() if entry.kind is Kind.DIRECTORY]

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"


def _entry(folder: Path, name: str, status: os.stat_result) -> Entry:
    return Entry(folder, name, _kind(status.st_mode), status.st_size, status.st_mtime_ns, status.st_ino)


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return Kind.FILE
    if stat.S_ISDIR(mode):
        return Kind.DIRECTORY
    return Kind.SYMLINK if stat.S_ISLNK(mode) else Kind.SPECIAL


def _require_regular(path: Path | str, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise NotRegularFile(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise NotRegularFile(errno.EINVAL, "not a regular file, so not opened", str(path))
