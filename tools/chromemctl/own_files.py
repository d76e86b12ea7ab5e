"""Files of chromemctl's own, outside of any store: what it remembers, manifests of backups, metrics."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pygob.chromem import durable
from pygob.chromem.durable import Ownership

#: Only whoever runs chromemctl may look at them: names and paths are nobody else's business.
PRIVATE_FILE, PRIVATE_DIRECTORY = Ownership(0o600), Ownership(0o700)
#: The file that marks a directory of backups.
BACKUPS_MARKER = "repository.json"
#: The metrics, which another user's node_exporter reads.
PUBLIC_FILE = Ownership(0o644)


def make_directories(path: Path) -> None:
    """Make a directory and those above it that are missing, durably.

    Raises:
        OSError: One cannot be made, or something else has its name.
    """
    missing = [part for part in (path, *path.parents) if not part.is_dir()]
    for part in reversed(missing):
        try:
            durable.make_directory(part, PRIVATE_DIRECTORY)
        except FileExistsError:
            if not part.is_dir():  # made by another process meanwhile, or something else
                raise


def write(path: Path, data: bytes) -> None:
    """Write a file anew or in the place of an earlier one, whole or not at all, durably."""
    durable.replace(path, data, PRIVATE_FILE)


def publish(path: Path, data: bytes) -> None:
    """Write a file for others to read, anew or in the place of an earlier one, whole or not at all."""
    durable.replace(path, data, PUBLIC_FILE)


def add(path: Path, data: bytes) -> None:
    """Write a new file, whole or not at all, durably.

    Raises:
        FileExistsError: There is one.
    """
    durable.create(path, data, PRIVATE_FILE)


def remove(path: Path) -> None:
    """Remove a file, durably."""
    durable.remove(path)


def user_directory(variable: str, fallback: str, environ: Mapping[str, str]) -> Path | None:
    """A directory of the user by the XDG rules: where a variable says, else below the home directory.

    Args:
        variable: `XDG_STATE_HOME` or another one; a relative path in it is ignored, as the rules say.
        fallback: The place below the home directory.
        environ: The environment.

    Returns:
        The directory, which may not exist; None for a user without a home.
    """
    given = environ.get(variable, "")
    if os.path.isabs(given):  # noqa: PTH117 - of text that may be empty
        return Path(given, "chromemctl")
    try:
        return Path.home() / fallback / "chromemctl"
    except RuntimeError:
        return None
