"""What tells whether a file or a directory is still the one that a plan was made for. Reads only."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pygob.chromem.entries import Kind, entry_at, pieces, scan


class FileFingerprint(NamedTuple):
    """A file's length in bytes and SHA-256."""

    size: int
    sha256: str


class DirectoryFingerprint(NamedTuple):
    """The number of everything in a directory, at any depth, and a SHA-256 over names, kinds and contents."""

    entries: int
    sha256: str


def of_file(path: Path) -> FileFingerprint:
    """Read a regular file of any size piece by piece.

    Raises:
        NotRegularFile: It is something that reading could wait for.
        OSError: It cannot be read.
    """
    size, digest = 0, hashlib.sha256()
    for piece in pieces(path):
        size += len(piece)
        digest.update(piece)
    return FileFingerprint(size, digest.hexdigest())


def of_bytes(data: bytes) -> FileFingerprint:
    """The fingerprint of a file with this content."""
    return FileFingerprint(len(data), hashlib.sha256(data).hexdigest())


def of_directory(path: Path) -> DirectoryFingerprint:
    """Read everything below a directory; links are not followed, and pipes not opened.

    Raises:
        OSError: Something cannot be read.
    """
    return of_contents({entry.name: entry.path for entry in scan(path)})


class LinkTo(NamedTuple):
    """A symbolic link, by what it says."""

    target: str


#: What something in a directory will be: where that lies now, or a file, a link or a directory by itself.
Content: TypeAlias = "Path | bytes | FileFingerprint | LinkTo | Mapping[str, Content]"


def of_contents(contents: Mapping[str, Content]) -> DirectoryFingerprint:
    """The fingerprint of a directory as it will be.

    Args:
        contents: By name, where its content lies now, or what it is.
    """
    number, digest = 0, hashlib.sha256()
    for name, content in sorted(contents.items(), key=lambda item: os.fsencode(item[0])):
        count, words = _words_of(content)
        number += count
        digest.update(b"\0".join((os.fsencode(name), *words)) + b"\0\0")
    return DirectoryFingerprint(number, digest.hexdigest())


def _words_of(content: Content) -> tuple[int, tuple[bytes, ...]]:
    match content:
        case bytes():
            return 1, _file_words(of_bytes(content))
        case FileFingerprint():
            return 1, _file_words(content)
        case LinkTo(target):
            return 1, (b"symlink", os.fsencode(target))
        case Path():
            return _words(content)
    inside = of_contents(content)
    return 1 + inside.entries, (b"directory", inside.sha256.encode())


def _words(path: Path) -> tuple[int, tuple[bytes, ...]]:
    """How many entries something is, and what it is, in words."""
    entry = entry_at(path)
    if entry is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    match entry.kind:
        case Kind.FILE:
            return 1, _file_words(of_file(path))
        case Kind.DIRECTORY:
            inside = of_directory(path)
            return 1 + inside.entries, (b"directory", inside.sha256.encode())
        case Kind.SYMLINK:
            return 1, (b"symlink", os.fsencode(path.readlink()))
        case Kind.SPECIAL:
            return 1, (b"special",)


def _file_words(file: FileFingerprint) -> tuple[bytes, ...]:
    return (b"file", str(file.size).encode(), file.sha256.encode())
