"""The metrics as a file for node_exporter's textfile collector, which must never see half of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chromemctl.exits import UsageFailure
from chromemctl.own_files import publish
from chromemctl.watching.answering import Asker
from chromemctl.wording import readable

_SUFFIX = ".prom"


def require_place(file: Path, stores: Sequence[Path]) -> None:
    """Check that a file can be the one that node_exporter reads.

    Raises:
        UsageFailure: It lies in a store, which nobody but its application changes, or has another suffix.
    """
    shown = readable(str(file))
    if file.suffix != _SUFFIX:
        raise UsageFailure(f"{shown} must end in {_SUFFIX}: node_exporter reads no other files")
    real = file.parent.resolve()
    # A store that does not answer is not where the file is, whose folder has answered.
    places, _ = Asker(Path.resolve).ask(stores)
    for store, place in places.items():
        if real.is_relative_to(place):
            raise UsageFailure(f"{shown} lies in {readable(str(store))}, where nothing is written")
    if not real.is_dir():
        raise UsageFailure(f"{readable(str(file.parent))} is no directory", "make it, or name another")


def write(file: Path, metrics: bytes) -> None:
    """Replace the file as a whole.

    Raises:
        OSError: It could not be written; the old file is as it was.
    """
    publish(file, metrics)
