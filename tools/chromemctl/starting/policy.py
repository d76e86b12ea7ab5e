"""What is asked of a preflight, and what it answers: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath


class Policy(StrEnum):
    """What a preflight may do to a store with which the application would not start."""

    RECOVER = "recover"  # repair what is certain, set the rest aside
    QUARANTINE = "quarantine"  # repair nothing, set aside the collections that chromem refuses
    FAIL = "fail"  # change nothing


class State(StrEnum):
    """How a preflight found a store, or what it made of it."""

    NEW = "new"  # nothing is there yet; chromem makes it
    UNCHANGED = "unchanged"  # as it was when the last check found it healthy; no document was read
    HEALTHY = "healthy"
    MENDED = "mended"  # damaged, and changed so that the application starts
    DAMAGED = "damaged"  # not changed, or not enough of it could be


@dataclass(frozen=True, slots=True)
class SetAside:
    """A collection that the application will not have until somebody brings it back.

    Attributes:
        dir: Its folder.
        name: Its name, None when it is not known.
        documents: The number of its documents, readable or not.
        reason: Why it could not stay.
        place: Where it lies now, relative to the store.
    """

    dir: str
    name: str | None
    documents: int
    reason: str
    place: PurePosixPath


@dataclass(frozen=True, slots=True)
class PreflightResult:
    """The outcome of a preflight of one store.

    Attributes:
        store: The store.
        state: How it was found, or what was made of it.
        starts: Whether the application would start now, and see all collections that are in the store.
        collections: Number of collections that chromem opens; 0 when it does not start.
        documents: Number of documents in them.
        repaired: What was repaired, one sentence each.
        set_aside: Collections that were set aside as a whole.
        losses: What the application no longer has, one sentence each.
        problems: What is wrong still, one sentence each.
        being_written: A path that changed while the store was read, None at rest: another process uses it.
        runs: Ids of the runs that changed the store, for `chromemctl undo`, latest last.
        unread: What could not be looked into for lost names, as backups that are damaged or not there; one
            sentence each.
    """

    store: Path
    state: State
    starts: bool
    collections: int = 0
    documents: int = 0
    repaired: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    losses: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    being_written: Path | None = None
    runs: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def was_damaged(self) -> bool:
        """Whether anything was or is wrong with the store."""
        return self.state in (State.MENDED, State.DAMAGED) or bool(self.problems)
