"""Changes to a store in words: lines, each with its style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chromemctl.changes.plan import (
    CreateFile,
    FileRepair,
    MakeDirectory,
    MoveDirectory,
    MoveEntry,
    MoveFile,
    Plan,
    RemoveDirectory,
    RemoveFile,
    Repair,
    SetTime,
    Step,
    Transfer,
    Unresolved,
)
from chromemctl.console.agreement import Line
from chromemctl.wording import brief, brief_name, count, readable

_ORDINARY, _TITLE, _ASIDE, _LOSS, _HELP = "", "bold", "dim", "yellow", "bold yellow"


def about_plan(plan: Plan) -> Iterator[Line]:
    """What will be done, in order, and what cannot be."""
    before: FileRepair | Repair | None = None
    for change in plan.changes:
        if isinstance(change, Repair):
            yield from _title(f"{readable(change.dir)}  →  {brief_name(change.name)}")
            yield from _about_repair(change)
        else:
            if not isinstance(before, FileRepair) or before.dir != change.dir:
                yield from _title(readable(change.dir))
            yield from _about_file(change)
        before = change
    for item in plan.unresolved:
        yield from _about_unresolved(item)


def about_transfer(transfer: Transfer) -> Iterator[Line]:
    """Something that is moved because a person wants it so."""
    yield f"{readable(str(transfer.path))}: {brief(transfer.what)}", _TITLE
    yield from about_steps(transfer.steps)
    yield from _about_outcome(transfer.notes, transfer.losses)


def about_steps(steps: Iterable[Step]) -> Iterator[Line]:
    """Steps, one a line."""
    return ((f"    {_about_step(step)}", _ORDINARY) for step in steps)


def _title(text: str) -> Iterator[Line]:
    yield "", _ORDINARY
    yield text, _TITLE


def _about_repair(repair: Repair) -> Iterator[Line]:
    name = f"name {repair.confidence}, from {readable(repair.source)}"
    yield f"  cures {repair.finding}; {name}", _ORDINARY
    yield f"  collection metadata: {readable(repair.metadata_source)}", _ORDINARY
    yield from about_steps(repair.steps)
    for loss in repair.losses:
        yield f"  lost: {brief(loss)}", _LOSS


def _about_file(file: FileRepair) -> Iterator[Line]:
    yield f"  {readable(file.path.name)}  {file.finding}: {brief(file.what)}", _ORDINARY
    yield from about_steps(file.steps)
    yield from _about_outcome(file.notes, file.losses)


def _about_outcome(notes: Iterable[str], losses: Iterable[str]) -> Iterator[Line]:
    for note in notes:
        yield f"    note: {brief(note)}", _ASIDE
    for loss in losses:
        yield f"    lost: {brief(loss)}", _LOSS


def _about_unresolved(item: Unresolved) -> Iterator[Line]:
    """Something that needs help."""
    where = readable(str(item.path or item.dir))
    yield "", _ORDINARY
    yield f"{where}  cannot be repaired yet: {readable(item.reason)}", _HELP
    for name in item.candidates:
        yield f"    possible: {brief_name(name)}", _ORDINARY


def _about_step(step: Step) -> str:
    match step:
        case MakeDirectory(path, _):
            return f"make    {readable(str(path))}/"
        case RemoveDirectory(path, _):
            return f"remove  {readable(str(path))}/  (if it is empty)"
        case RemoveFile(path, data):
            return f"remove  {readable(str(path))}  ({count(len(data), 'byte')}, made by chromemctl)"
        case SetTime(path, _):
            return f"time    {readable(str(path))}/  (as it was)"
        case CreateFile(path, data, ownership):
            return f"create  {readable(str(path))}  ({count(len(data), 'byte')}, mode {ownership.mode:04o})"
        case MoveDirectory(source, destination, entries, _):
            inside = count(entries, "entry", "entries")
            return f"move    {readable(str(source))}/  →  {readable(str(destination))}/  ({inside})"
        case MoveEntry(source, destination, nature):
            what = readable(str(nature))
            return f"move    {readable(str(source))}  →  {readable(str(destination))}  (a {what})"
        case MoveFile(source, destination, size, _):
            return (
                f"move    {readable(str(source))}  →  {readable(str(destination))}  ({count(size, 'byte')})"
            )
