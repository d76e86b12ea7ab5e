"""QUARANTINED: collections that were set aside as a whole, and what stood in the place of one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.own_directories import QUARANTINE_DIRECTORY
from chromemctl.survey import Survey
from chromemctl.wording import command, count
from pygob.chromem.entries import Entry, Kind, nature_of, scan
from pygob.chromem.names import is_hash


@check
def moved_by_hand(survey: Survey) -> Iterator[Finding]:
    """What somebody has moved to the quarantine from a collection's place and is no folder: mostly a link."""
    for entry in _listed(survey.path / QUARANTINE_DIRECTORY):
        if entry.kind in (Kind.SYMLINK, Kind.SPECIAL) and is_hash(entry.name.lower()):
            is_taken = os.path.lexists(survey.path / entry.name)
            restore = command("chromemctl", "quarantine", "restore", survey.path, entry.name)
            yield Finding(
                "QUARANTINED",
                Severity.INFO,
                entry.path,
                _described(entry),
                f"look what it is; {entry.name} is in the store again, so it stays here"
                if is_taken
                else f"to bring it back as it is: {restore}",
            )


def _described(entry: Entry) -> str:
    """What was set aside there, and whether a link leads to a folder at all."""
    what: object = "symbolic link or special file"
    with suppress(OSError):  # it may be gone by now
        what = nature_of(entry.path)
    leads_nowhere = entry.kind is Kind.SYMLINK and not entry.path.is_dir()
    return f"a {what}, named like a collection's folder, was set aside" + (
        "; it leads to no folder" if leads_nowhere else ""
    )


@check
def quarantined(survey: Survey) -> Iterator[Finding]:
    """Folders of collections in the quarantine, by `quarantine add` or by another tool such as contextd."""
    for entry in _directories(survey.path / QUARANTINE_DIRECTORY):
        if not is_hash(entry.name.lower()):
            continue
        present = _documents(survey.path / entry.name)
        for folder in (entry.path, *_set_aside_by_hand(entry)):
            missing = _documents(folder) - present
            if missing:
                yield _finding(survey, entry, folder, len(missing))


def _finding(survey: Survey, aside: Entry, folder: Path, documents: int) -> Finding:
    dir_name = aside.name
    there = survey.folder(dir_name)
    made_again = there is not None and there.is_used
    option = ("--merge",) if made_again else ()
    # Several things may have been set aside of one collection, so HASH alone may not be enough.
    item = dir_name if folder == aside.path else f"{dir_name}/{folder.parent.name}"
    restore = command("chromemctl", "quarantine", "restore", *option, survey.path, item)
    again = ", although it has made the collection again" if made_again else ""
    return Finding(
        "QUARANTINED",
        Severity.INFO,
        folder,
        f"{count(documents, 'document')} of folder {dir_name} set aside; the application has none of these"
        f"{again}",
        f"to bring them back: {restore}",
    )


def _set_aside_by_hand(entry: Entry) -> Iterator[Path]:
    """The folders that `quarantine add` has moved; what a merge has left over is of no use any more."""
    for place in _directories(entry.path):
        with suppress(OSError, ValueError, AttributeError):
            if json.loads((place.path / "manifest.json").read_bytes()).get("finding") is None:
                yield place.path / entry.name


def _documents(folder: Path) -> set[str]:
    """The documents' files of a folder, by their names without the suffix."""
    return {
        entry.name.split(".")[0]
        for entry in _listed(folder)
        if entry.format is not None and not entry.is_metadata
    }


def _directories(path: Path) -> list[Entry]:
    return [entry for entry in _listed(path) if entry.kind is Kind.DIRECTORY]


def _listed(path: Path) -> list[Entry]:
    with suppress(OSError):
        return scan(path)
    return []
