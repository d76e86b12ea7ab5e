"""The journal of changes to a store: what was planned, and how far it got.

It lies in `STORE/.chromemctl/journal/NUMBER.jsonl`, one directory deeper than chromem looks. The first line
holds the whole plan, content of new files included; then one line before and one after each step, each
on the disk before the next thing happens. A journal without an end belongs to a run that was interrupted.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pygob
from chromemctl import fsops
from chromemctl.plan import Step, step_from_json, step_to_json
from pygob.chromem.durable import Ownership, ownership_of

PRIVATE_DIRECTORY = ".chromemctl"
QUARANTINE_DIRECTORY = ".quarantine"
_SUFFIX = ".jsonl"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that was interrupted.

    Attributes:
        path: Its journal.
        steps: Its steps; empty when it was interrupted before its plan was written.
    """

    path: Path
    steps: tuple[Step, ...]


class JournalError(Exception):
    """A journal cannot be understood; a person must look at it."""


class Journal:
    """The journal of one run."""

    def __init__(self, path: Path, ownership: Ownership) -> None:
        self._path = path
        self._ownership = ownership

    @property
    def token(self) -> str:
        """Names the run in temporary files."""
        return f"chromemctl-{self._path.stem}"

    @classmethod
    def start(cls, store: Path, command: str, steps: Sequence[Step]) -> Journal:
        """Begin a run: the plan is on the disk before anything is done."""
        owner = ownership_of(store)
        directory = store / PRIVATE_DIRECTORY
        fsops.make_directory(directory, owner)
        directory /= "journal"
        fsops.make_directory(directory, owner)
        path = directory / f"{next_number(directory):04d}{_SUFFIX}"
        journal = cls(path, Ownership(owner.mode & 0o666, owner.uid, owner.gid))
        journal._write(
            event="begin",
            schema_version=SCHEMA_VERSION,
            command=command,
            version=pygob.__version__,
            steps=[step_to_json(step) for step in steps],
        )
        return journal

    @classmethod
    def reopen(cls, run: Unfinished) -> Journal:
        """Go on with the journal of an interrupted run, whose last line may be cut."""
        journal = cls(run.path, ownership_of(run.path))
        journal._write(event="resume", after=b"\n")
        return journal

    def run(self, store: Path, steps: Sequence[Step]) -> None:
        """Carry out the steps, each with its entry before and after, and note the end.

        Raises:
            Conflict: The store is not as planned; the journal notes that the run was given up.
            OSError: The system refused; the journal stays open for the next run.
        """
        for index, step in enumerate(steps):
            self._write(event="step", index=index, state="begin")
            try:
                fsops.run_step(store, step, self.token)
            except fsops.Conflict as conflict:
                self._write(event="end", state="abandoned", index=index, reason=str(conflict))
                raise
            self._write(event="step", index=index, state="done")
        self._write(event="end", state="complete")

    def _write(self, *, after: bytes = b"", **entry: Any) -> None:
        entry["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        fsops.append_journal(self._path, after + json.dumps(entry).encode() + b"\n", self._ownership)


def unfinished(store: Path) -> list[Unfinished]:
    """The runs that were interrupted, oldest first. Reads only.

    Raises:
        JournalError: A journal cannot be understood.
    """
    directory = store / PRIVATE_DIRECTORY / "journal"
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix == _SUFFIX)
    except (FileNotFoundError, NotADirectoryError):
        return []
    runs: list[Unfinished] = []
    for path in paths:
        entries = _entries(path)
        if not any(entry.get("event") == "end" for entry in entries):
            runs.append(Unfinished(path, _steps(path, entries)))
    return runs


def next_number(directory: Path) -> int:
    """The number after the highest one that names something in a directory, 1 in an empty or missing one."""
    try:
        names = os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return 1
    numbers = [int(stem) for name in names if (stem := name.split(".")[0]).isdecimal()]
    return max(numbers, default=0) + 1


def _entries(path: Path) -> list[dict[str, Any]]:
    """The entries of a journal, less lines that a crash cut: the last one, or one before a resumption."""
    lines = [line for line in path.read_bytes().split(b"\n")[:-1] if line]
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


def _steps(path: Path, entries: Sequence[dict[str, Any]]) -> tuple[Step, ...]:
    if not entries:
        return ()
    first = entries[0]
    if first.get("schema_version") != SCHEMA_VERSION:
        raise JournalError(f"{path} was written by another version of chromemctl ({first.get('version')})")
    try:
        return tuple(step_from_json(step) for step in first["steps"])
    except (KeyError, TypeError, ValueError) as error:
        raise JournalError(f"{path} does not hold a plan: {error}") from error
