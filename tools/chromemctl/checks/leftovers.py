"""LEFTOVER: files in a collection that chromem passes over, some of which may hold a lost name."""

from __future__ import annotations

import os
from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import FolderFacts, Survey
from chromemctl.wording import command
from pygob.chromem.durable import is_deleted
from pygob.chromem.entries import Entry, Kind


@check
def leftovers(survey: Survey) -> Iterator[Finding]:
    """Other files beside chromem's, in folders that have some."""
    for folder in survey.folders:
        if not folder.is_used or folder.dir.startswith("."):
            continue
        unknown = dict(out_of_reach(folder)) if folder.name is None else {}
        astray = {file.path for file in folder.astray.files}
        for entry in folder.others:
            if entry in unknown:
                yield Finding(
                    "LEFTOVER",
                    Severity.WARNING,
                    entry.path,
                    f"{unknown[entry]}; it may be a copy of the metadata, which would tell the lost name",
                    "make it a file that can be read: recover takes the name from it",
                    folder.dir,
                )
            elif entry.kind is not Kind.DIRECTORY and entry.path not in astray:
                yield Finding(
                    "LEFTOVER",
                    Severity.INFO,
                    entry.path,
                    "chromem passes this file over",
                    dir=folder.dir,
                )


@check
def left_of_deletions(survey: Survey) -> Iterator[Finding]:
    """What `Store.delete_collection` had taken out of the store when its process ended."""
    for folder in survey.folders:
        if not is_deleted(folder.dir):
            continue
        yield Finding(
            "LEFTOVER",
            Severity.INFO,
            folder.path,
            "the rest of a collection whose deletion was interrupted; chromem passes it over"
            if folder.imprint.entries
            else "an empty folder, left of a deletion that was interrupted; chromem passes it over",
            f"the next delete_collection in this store removes it, or: {command('rm', '-r', folder.path)}",
            dir=folder.dir,
        )


def out_of_reach(folder: FolderFacts) -> Iterator[tuple[Entry, str]]:
    """The leftovers of a folder of which nobody can tell whether they hold its name, each with the reason."""
    for entry in folder.others:
        if entry.kind is Kind.SYMLINK:
            yield entry, "is a symbolic link, which is not followed"
        elif entry.kind is Kind.SPECIAL:
            yield entry, "is a FIFO, socket or device, which is not opened"
        elif entry.kind is Kind.FILE and (error := _refusal(entry)) is not None:
            yield entry, f"cannot be read: {error}"


def _refusal(entry: Entry) -> str | None:
    """Why the system does not let us read a file."""
    try:
        os.close(os.open(entry.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        return error.strerror or str(error)
    return None
