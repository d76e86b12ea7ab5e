"""One look at a store, as plain data: what of it is damaged, what chromem would do, what was done to it.

Looks are taken in another process than the one that answers requests, so everything here can be pickled.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from chromemctl.changes import journal
from chromemctl.changes.plan import Move
from chromemctl.checks.findings import Finding
from chromemctl.exits import Failure, NoStore
from chromemctl.judgement.verdict import Status, Verdict, judge
from chromemctl.own_directories import JOURNAL_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.quarantine.contents import quarantined
from chromemctl.starting.mending import COMMAND as PREFLIGHT
from chromemctl.survey import glance, survey_store
from chromemctl.survey.imprint import fingerprint_of
from chromemctl.survey.location import locate
from pygob.chromem.entries import Kind, entry_at, scan
from pygob.chromem.names import Format

# So many errors of one kind in one folder are kept one by one; of the others only the number.
_KEPT = 20
# The commands whose runs are counted as recoveries.
_REPAIRING = frozenset({"recover", PREFLIGHT})


class Depth(StrEnum):
    """How much of a store is read."""

    FULL = "full"  # every file
    QUICK = "quick"  # metadata files and directory entries, and no document


class Outcome(StrEnum):
    """Whether a look came to its end."""

    SEEN = "seen"
    ABSENT = "absent"  # there is no store at that path
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Damage:
    """An error that was found, in such a way that it can be recognised at the next look.

    Attributes:
        finding: Id of the finding.
        dir: The collection folder concerned, or None for the store as a whole.
        path: The file or folder concerned.
        fingerprint: Of the file as it was, 0 where there is none: a file that changes is still being written.
        message: What is so, in a sentence.
        action: What to do about it, in a sentence.
    """

    finding: str
    dir: str | None
    path: Path
    fingerprint: int
    message: str = field(compare=False)
    action: str = field(compare=False)

    @property
    def place(self) -> tuple[str, Path]:
        """What was found where, in whatever version of the file."""
        return self.finding, self.path


@dataclass(frozen=True, slots=True)
class CollectionState:
    """A folder of the store.

    Attributes:
        dir: Its name.
        name: The collection's name where its metadata can be read.
        documents: Number of documents that can be read.
        is_empty: Whether it is no collection: chromem passes it over.
    """

    dir: str
    name: str | None
    documents: int
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Past:
    """What was done to a store by chromemctl, as its journals tell; numbers that only grow.

    Attributes:
        recoveries: Runs of `recover` and `preflight` that were carried out.
        set_aside: Files and folders that were moved to the quarantine.
    """

    recoveries: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a store told.

    Attributes:
        store: The store.
        depth: How much of it was read.
        began: When the look began, in seconds since 1970.
        seconds: How long it took.
        outcome: Whether it came to its end; if not, only `reason` tells more.
        reason: Why it did not, for people.
        collections: The folders of the store.
        damages: The errors.
        findings: The number of findings by id and severity.
        opens: Whether chromem would open the store, in each format that the store may be used in.
        refusal: What chromem would say if not.
        quarantined: The number of things in the quarantine.
        past: What was done to the store.
    """

    store: Path
    depth: Depth
    began: float
    seconds: float = 0.0
    outcome: Outcome = Outcome.SEEN
    reason: str = ""
    collections: tuple[CollectionState, ...] = ()
    damages: tuple[Damage, ...] = ()
    findings: Mapping[tuple[str, str], int] = field(default_factory=dict)
    opens: bool = True
    refusal: str | None = None
    quarantined: int = 0
    past: Past = Past()

    @property
    def is_seen(self) -> bool:
        """Whether the look came to its end."""
        return self.outcome is Outcome.SEEN

    @property
    def real(self) -> tuple[CollectionState, ...]:
        """The folders that are collections."""
        return tuple(item for item in self.collections if not item.is_empty)

    @property
    def damaged(self) -> tuple[CollectionState, ...]:
        """The collections with errors."""
        dirs = {damage.dir for damage in self.damages}
        return tuple(item for item in self.real if item.dir in dirs)

    @property
    def documents(self) -> int:
        """Number of documents that can be read."""
        return sum(item.documents for item in self.collections)


@dataclass(frozen=True, slots=True)
class Discovery:
    """The stores that paths lead to.

    Attributes:
        stores: The stores, in order and once each.
        failures: What could not be looked into, or holds no store, as looks that did not come to their end.
    """

    stores: tuple[Path, ...]
    failures: tuple[Look, ...]


def look_at(store: Path, depth: Depth) -> Look:
    """Look at a store. Changes nothing, and nothing that is wrong with the store is an exception."""
    began, started = time.time(), time.monotonic()
    try:
        verdict = judge(survey_store(store) if depth is Depth.FULL else glance(store))
        return _seen(verdict, depth, began, time.monotonic() - started)
    except (FileNotFoundError, NotADirectoryError) as error:
        return not_seen(store, depth, "there is no directory any more", error, began)
    except OSError as error:
        return not_seen(store, depth, f"it cannot be read: {error.strerror or error}", error, began)


def not_seen(
    store: Path, depth: Depth, reason: str, error: Exception | None = None, began: float | None = None
) -> Look:
    """A look that did not come to its end."""
    is_absent = isinstance(error, FileNotFoundError | NotADirectoryError | NoStore)
    return Look(
        store,
        depth,
        time.time() if began is None else began,
        outcome=Outcome.ABSENT if is_absent else Outcome.FAILED,
        reason=reason,
    )


def discover(paths: Sequence[Path], known: Sequence[Path], silent: Collection[Path] = ()) -> Discovery:
    """Find the stores that paths lead to: each a store, or the base of a nested layout.

    Args:
        paths: The paths.
        known: Stores that were seen before. One whose last collection is gone is a store still.
        silent: What is known not to answer.
    """
    stores: dict[Path, None] = {}
    failures: list[Look] = []
    for path in paths:
        try:
            located = locate(path, silent)
        except Failure as failure:
            if isinstance(failure, NoStore) and path in known and path.is_dir():
                stores[path] = None
            else:
                failures.append(not_seen(path, Depth.FULL, failure.message, failure))
            continue
        stores.update(dict.fromkeys(located.stores))
        failures += [not_seen(place, Depth.FULL, reason) for place, reason in located.unsearched]
    return Discovery(tuple(stores), tuple(failures))


def _seen(verdict: Verdict, depth: Depth, began: float, seconds: float) -> Look:
    refusals = [error for form in verdict.expected_formats if (error := _refusal(verdict, form)) is not None]
    return Look(
        store=verdict.store,
        depth=depth,
        began=began,
        seconds=seconds,
        collections=tuple(
            CollectionState(item.dir, item.name, item.documents, item.status is Status.IGNORED)
            for item in verdict.collections
        ),
        damages=tuple(_damages(verdict.errors)),
        findings=Counter((finding.id, finding.severity.value) for finding in verdict.findings),
        opens=not refusals,
        refusal=refusals[0] if refusals else None,
        quarantined=_quarantined(verdict.store),
        past=_past(verdict.store),
    )


def _refusal(verdict: Verdict, form: Format) -> str | None:
    prediction = verdict.predictions[form]
    return None if prediction.opens else prediction.error or "it would not open"


def _damages(errors: Iterable[Finding]) -> Iterator[Damage]:
    numbers: defaultdict[tuple[str | None, str], int] = defaultdict(int)
    for error in errors:
        numbers[error.dir, error.id] += 1
        if numbers[error.dir, error.id] <= _KEPT:
            yield Damage(
                error.id, error.dir, error.path, _file_fingerprint(error.path), error.message, error.action
            )


def _file_fingerprint(path: Path) -> int:
    """The fingerprint of a file; 0 where there is none, and for directories, which change with each file."""
    with suppress(OSError):
        entry = entry_at(path)
        if entry is not None and entry.kind is Kind.FILE:
            return fingerprint_of(entry)
    return 0


def _quarantined(store: Path) -> int:
    try:
        return len(quarantined(store))
    except OSError:
        return 0  # told by a finding, where it matters


def _past(store: Path) -> Past:
    try:
        entries = scan(store / JOURNAL_DIRECTORY)
        return _told_by_journals(store, tuple((entry.name, fingerprint_of(entry)) for entry in entries))
    except OSError:
        return Past()  # there is none, or it cannot be read, which a finding tells


@lru_cache(maxsize=1024)
def _told_by_journals(store: Path, _state: tuple[tuple[str, int], ...]) -> Past:
    """What journals tell that are in this state: they seldom change, and a look comes every few seconds."""
    runs = journal.history(store)
    return Past(
        recoveries=sum(run.command in _REPAIRING and run.state is journal.State.COMPLETE for run in runs),
        set_aside=sum(
            isinstance(step, Move) and step.destination.parts[0] == QUARANTINE_DIRECTORY
            for run in runs
            for step in run.done
        ),
    )
