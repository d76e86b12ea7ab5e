"""What is mounted within a store, as far as /proc shows it. Reads only.

No file moves from one mount to another, not even where both show the same file system (a bind mount).
Other systems have no /proc: that nothing is found does not mean that there is nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from chromemctl.changes.plan import Move, Step

#: The system's table of mounts.
MOUNTS = Path("/proc/self/mountinfo")
# The place among the fields of a line that says where something is mounted.
_MOUNT_POINT = 4
_ESCAPED = re.compile(rb"\\([0-7]{3})")


def mounted_within(store: Path, table: Path = MOUNTS) -> frozenset[PurePosixPath]:
    """The places within a store where something is mounted, relative to it; the store's own is none."""
    root = Path(os.path.realpath(store))
    try:
        lines = table.read_bytes().splitlines()
    except OSError:
        return frozenset()
    points = [Path(os.fsdecode(_unescaped(line.split(b" ")[_MOUNT_POINT]))) for line in lines]
    return frozenset(
        PurePosixPath(point.relative_to(root))
        for point in points
        if point != root and point.is_relative_to(root)
    )


def first_crossing(store: Path, steps: Iterable[Step]) -> PurePosixPath | None:
    """The first mount point that a step would move something into or out of; None where none would."""
    mounted = mounted_within(store)
    for step in steps if mounted else ():
        if isinstance(step, Move):
            source, destination = _mount_of(step.source, mounted), _mount_of(step.destination, mounted)
            if source != destination:
                return source or destination
    return None


def _mount_of(path: PurePosixPath, mounted: frozenset[PurePosixPath]) -> PurePosixPath | None:
    return next((part for part in (path, *path.parents) if part in mounted), None)


def _unescaped(field: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), field)
