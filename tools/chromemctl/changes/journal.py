"""The journal of changes to a store: what was planned, and how far it got.

It lies in `STORE/.chromemctl/journal/NUMBER.jsonl`, one directory deeper than chromem looks. The first line
holds the whole plan, content of new files included; then one line before and one after each step, each
on the disk before the next thing happens. A journal without an end belongs to a run that was interrupted.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

import pygob
from chromemctl.changes import fsops
from chromemctl.changes.plan import (
    MoveDirectory,
    RemoveDirectory,
    SetTime,
    Step,
    inverse,
    parents,
    step_from_json,
    step_to_json,
)
from chromemctl.own_directories import PRIVATE_DIRECTORY
from chromemctl.wording import command as command_line
from pygob.chromem.durable import Ownership, ownership_of

_SUFFIX = ".jsonl"
_BEGIN = "begin"  # names the temporary file in which a journal begins
SCHEMA_VERSION = 1
#: What the system answers when directories are not where they were: trying again would not help.
_NOT_AS_PLANNED = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EXDEV})


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that was interrupted.

    Attributes:
        path: Its journal.
        command: What it was: `recover`, `undo`; empty when it was interrupted before its plan was written.
        time: When it began, UTC; empty as well then.
        steps: Its steps; none as well then.
        done: Indices of those that are known to be done.
        losses: What cannot be brought back, one sentence each; nobody may have been told.
    """

    path: Path
    command: str
    time: str
    steps: tuple[Step, ...]
    done: frozenset[int] = frozenset()
    losses: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its number, as text of four digits or more."""
        return self.path.stem

    @property
    def left(self) -> tuple[Step, ...]:
        """The steps that are left, in order. The first may be done already, the journal being one behind."""
        return tuple(step for index, step in enumerate(self.steps) if index not in self.done)


class State(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    ABANDONED = "abandoned"  # the store was not as planned any more
    INTERRUPTED = "interrupted"  # it has not ended; the next run finishes it
    RUNNING = "running"  # it has not ended, and is being carried out at this moment


@dataclass(frozen=True, slots=True)
class Run:
    """What a journal tells about a run.

    Attributes:
        id: Its number, as text of four digits or more.
        command: What it was: `recover` or `undo`.
        time: When it began, UTC.
        state: How it ended.
        done: The steps that were carried out, in order.
        times: The directories that it changed, with the modification times, in nanoseconds, that they had.
        undoes: Id of the run that it took back, None for one that did not.
    """

    id: str
    command: str
    time: str
    state: State
    done: tuple[Step, ...]
    times: tuple[SetTime, ...]
    undoes: str | None

    def undoing(self) -> list[Step]:
        """The steps that take it back."""
        back = [step for done in reversed(self.done) if (step := inverse(done)) is not None]
        return [*back, *self.times]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A journal that cannot be understood: that run cannot be undone.

    Attributes:
        path: The journal.
        reason: What is wrong with it, a sentence that names it.
        is_over: Whether its run has ended for certain: it says so, or a later run was begun, which none
            is before the earlier ones have ended.
    """

    path: Path
    reason: str
    is_over: bool

    @property
    def id(self) -> str:
        """The number of its run, as text of four digits or more."""
        return self.path.stem


class JournalError(Exception):
    """A journal cannot be understood; a person must look at it."""


class Journal:
    """The journal of one run."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def token(self) -> str:
        """Names the run in temporary files."""
        return f"chromemctl-{self._path.stem}"

    @classmethod
    def start(
        cls,
        store: Path,
        command: str,
        steps: Sequence[Step],
        *,
        losses: Sequence[str] = (),
        undoes: str | None = None,
    ) -> Journal:
        """Begin a run: the plan is on the disk before anything is done."""
        times = [
            SetTime(path, (store / path).lstat().st_mtime_ns)
            for path in _directories(steps)
            if (store / path).is_dir()
        ]
        owner = ownership_of(store)
        directory = store / PRIVATE_DIRECTORY
        # Killed before the journal is there, the run leaves no note of the time that the store had.
        fsops.make_directory(directory, owner, keep_time=True)
        directory /= "journal"
        fsops.make_directory(directory, owner)
        path = directory / f"{next_number(directory):04d}{_SUFFIX}"
        begin = _line(
            event="begin",
            schema_version=SCHEMA_VERSION,
            command=command,
            version=pygob.__version__,
            steps=[step_to_json(step) for step in steps],
            times=[step_to_json(step) for step in times],
            losses=list(losses),
            undoes=undoes,
        )
        fsops.create_file(path, begin, Ownership(owner.mode & 0o666, owner.uid, owner.gid), _BEGIN)
        return cls(path)

    @classmethod
    def reopen(cls, run: Unfinished) -> Journal:
        """Go on with the journal of an interrupted run, whose last line may be cut."""
        journal = cls(run.path)
        fsops.clear_temporary(run.path, _BEGIN)
        journal._write(event="resume", after=b"\n")
        return journal

    def run(self, store: Path, steps: Sequence[Step], done: frozenset[int] = frozenset()) -> None:
        """Carry out the steps, each with its entry before and after, and note the end.

        Args:
            store: The store.
            steps: All steps of the run.
            done: Indices of those that were done before an interruption. They are not repeated: a later step
                may have put something else in their place.

        Raises:
            Conflict: The store is not as planned; the journal notes that the run was given up.
            OSError: The system refused; the journal stays open for the next run.
        """
        for index, step in enumerate(steps):
            if index in done:
                continue
            self._write(event="step", index=index, state="begin")
            try:
                fsops.run_step(store, step, self.token)
            except fsops.Conflict as conflict:
                self._abandon(index, conflict)
                raise
            except OSError as error:
                if error.errno not in _NOT_AS_PLANNED:
                    raise
                gone = fsops.Conflict(f"{error.filename or store}: {error.strerror}")
                self._abandon(index, gone)
                raise gone from error
            self._write(event="step", index=index, state="done")
        self._write(event="end", state="complete")

    def _abandon(self, index: int, conflict: fsops.Conflict) -> None:
        self._write(event="end", state="abandoned", index=index, reason=str(conflict))

    def _write(self, *, after: bytes = b"", **entry: Any) -> None:
        fsops.append_journal(self._path, after + _line(**entry))


def _directories(steps: Sequence[Step]) -> list[PurePosixPath]:
    """The directories that steps move, remove, or change something in, once each."""
    moved = [step.source for step in steps if isinstance(step, MoveDirectory)]
    removed = [step.path for step in steps if isinstance(step, RemoveDirectory)]
    return list(dict.fromkeys([*moved, *removed, *parents(steps)]))


def _line(**entry: Any) -> bytes:
    entry["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps(entry).encode() + b"\n"


def _journals(store: Path) -> list[Path]:
    directory = store / PRIVATE_DIRECTORY / "journal"
    try:
        return sorted(
            (path for path in directory.iterdir() if path.suffix == _SUFFIX),
            key=lambda path: order(path.stem),
        )
    except (FileNotFoundError, NotADirectoryError):
        return []


def history(store: Path) -> list[Run]:
    """All runs, oldest first, but those interrupted before their plan was written, and `unreadable` ones.

    Reads only.
    """
    return [
        Run(
            id=path.stem,
            command=record.command,
            time=record.time,
            state=record.state,
            done=tuple(step for index, step in enumerate(record.steps) if index in record.done),
            times=record.times,
            undoes=record.undoes,
        )
        for path, record in _records(store)
        if isinstance(record, _Record) and record.command
    ]


def unfinished(store: Path) -> list[Unfinished]:
    """The runs that were interrupted, oldest first, as far as journals can be understood. Reads only.

    An `unreadable` one that is not over may be one more.
    """
    runs: list[Unfinished] = []
    for path, record in _records(store):
        if isinstance(record, Unreadable):
            continue
        if record is None:
            runs.append(Unfinished(path, "", "", ()))
        elif record.state is State.INTERRUPTED:
            runs.append(
                Unfinished(path, record.command, record.time, record.steps, record.done, record.losses)
            )
    return runs


def unreadable(store: Path) -> list[Unreadable]:
    """The journals that cannot be understood, oldest first. Reads only."""
    return [record for _, record in _records(store) if isinstance(record, Unreadable)]


def put_aside(path: Path) -> str:
    """The command line that puts one journal aside, where it lies; its number is not given again."""
    return command_line("mv", "-n", path, path.with_name(f"{path.name}.unreadable"))


def order(run_id: str) -> tuple[int, str]:
    """By this ids of runs are sorted, oldest first."""
    return len(run_id), run_id


def next_number(directory: Path) -> int:
    """The number after the highest one that names something in a directory, 1 in an empty or missing one."""
    try:
        names = os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return 1
    numbers = [int(stem) for name in names if (stem := name.split(".")[0]).isdecimal()]
    return max(numbers, default=0) + 1


@dataclass(frozen=True, slots=True)
class _Record:
    """Everything that a journal tells."""

    command: str
    time: str
    steps: tuple[Step, ...]
    times: tuple[SetTime, ...]
    losses: tuple[str, ...]
    undoes: str | None
    done: frozenset[int]
    state: State


def _records(store: Path) -> Iterator[tuple[Path, _Record | Unreadable | None]]:
    """Each journal, oldest first, with what it tells; None for one with nothing in it."""
    for path in _journals(store):
        try:
            yield path, _read(path)
        except JournalError as error:
            yield path, Unreadable(path, str(error), _has_successor(path) or _says_its_end(path))


def _has_successor(path: Path) -> bool:
    """Whether a later run was begun."""
    return path.stem.isdecimal() and int(path.stem) < next_number(path.parent) - 1


def _says_its_end(path: Path) -> bool:
    """Whether the last line of a journal is the note of its end, whatever is wrong with those before."""
    try:
        last = path.read_bytes().split(b"\n")[-2:]
    except IsADirectoryError:
        return False
    entry = _entry(last[0]) if len(last) == 2 and not last[1] else None
    return entry is not None and entry.get("event") == "end" and entry.get("state") in tuple(State)


def _read(path: Path) -> _Record | None:
    """What a journal tells; None when there is nothing in it.

    Raises:
        JournalError: It cannot be understood.
    """
    entries = _entries(path)
    if not entries:
        return None
    first = entries[0]
    if first.get("event") == "resume":  # it was empty, and then closed
        first = {"schema_version": SCHEMA_VERSION, "command": "", "time": "", "steps": ()}
    if first.get("schema_version") != SCHEMA_VERSION:
        raise JournalError(f"{path} was written by another version of chromemctl ({first.get('version')})")
    try:
        return _record(first, entries)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise JournalError(f"{path} cannot be understood: {type(error).__name__}: {error}") from error


def _record(first: dict[str, Any], entries: Sequence[dict[str, Any]]) -> _Record:
    times = [step_from_json(step) for step in first.get("times", ())]
    ends = [State(entry["state"]) for entry in entries if entry.get("event") == "end"]
    undoes = first.get("undoes")
    return _Record(
        command=str(first["command"]),
        time=str(first["time"]),
        steps=tuple(step_from_json(step) for step in first["steps"]),
        times=tuple(step for step in times if isinstance(step, SetTime)),
        losses=tuple(map(str, first.get("losses", ()))),
        undoes=None if undoes is None else str(undoes),
        done=_done(entries),
        state=ends[-1] if ends else State.INTERRUPTED,
    )


def _done(entries: Sequence[dict[str, Any]]) -> frozenset[int]:
    """Indices of the steps that a journal says are done."""
    return frozenset(
        int(entry["index"])
        for entry in entries
        if entry.get("event") == "step" and entry.get("state") == "done"
    )


def _entries(path: Path) -> list[dict[str, Any]]:
    """The entries of a journal, less lines that a crash cut: the last one, or one before a resumption."""
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise JournalError(f"{path} is a directory") from None
    lines = [line for line in content.split(b"\n")[:-1] if line]
    entries = [_entry(line) for line in lines]
    for number, entry in enumerate(entries, start=1):
        following = entries[number] if number < len(entries) else None
        if entry is None and (following is None or following.get("event") != "resume"):
            raise JournalError(f"{path}, entry {number} is not JSON")
    return [entry for entry in entries if entry is not None]


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
