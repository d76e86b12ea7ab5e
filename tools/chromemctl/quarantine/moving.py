"""The step that moves something as it is, whatever it is. Nothing is changed here."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from chromemctl.changes import fingerprints
from chromemctl.changes.plan import Move, MoveDirectory, MoveEntry, MoveFile
from pygob.chromem.entries import nature_of


def moving(source: PurePosixPath, destination: PurePosixPath, content: Path) -> Move:
    """The step that moves a file, a directory with everything in it, or what is neither.

    Pipes, sockets and devices are not opened for it, and links are not followed.

    Args:
        source: Where it will be by then, relative to the store.
        destination: Where it goes.
        content: Where it is now.

    Raises:
        OSError: It is gone, or something in it cannot be read.
    """
    nature = nature_of(content)
    if nature is not None:
        return MoveEntry(source, destination, nature)
    if content.is_dir():
        return MoveDirectory(source, destination, *fingerprints.of_directory(content))
    return MoveFile(source, destination, *fingerprints.of_file(content))
