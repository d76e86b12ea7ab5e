"""PERMISSION, NOT_REGULAR, SYMLINK_COLLECTION: what cannot be opened, must not be, or is not followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chromemctl.judgement.findings import Finding, Severity, check
from chromemctl.survey import Fault, FileFacts, Survey
from pygob.chromem.entries import Entry, Kind, listing
from pygob.chromem.names import is_hash


@check
def unreadable(survey: Survey) -> Iterator[Finding]:
    """Files and folders that the system does not let us read; nothing is known about their content."""
    for folder in survey.folders:
        paths: list[tuple[Path, str | None]] = []
        if folder.error is not None:
            paths.append((folder.path, folder.error))
        paths += [
            (file.path, file.error)
            for file in folder.files
            if file.fault is Fault.UNREADABLE and not _leads_nowhere(file)
        ]
        for path, error in paths:
            yield Finding(
                "PERMISSION",
                Severity.ERROR,
                path,
                f"cannot be read: {error}",
                "correct owner and mode, or run as the user that owns the store",
                None if folder.is_own else folder.dir,
            )


@check
def not_regular(survey: Survey) -> Iterator[Finding]:
    """FIFOs, sockets, devices and links to directories under a name that chromem opens."""
    for folder in survey.folders:
        for file in folder.files:
            if file.fault is Fault.NOT_REGULAR:
                yield Finding(
                    "NOT_REGULAR",
                    Severity.ERROR,
                    file.path,
                    "is not a regular file; chromem fails on it or waits for ever",
                    "move it out of the store",
                    folder.dir,
                )


@check
def dangling(survey: Survey) -> Iterator[Finding]:
    """Links to nothing under a name that chromem opens."""
    for folder in survey.folders:
        for file in folder.files:
            if _leads_nowhere(file):
                yield Finding(
                    "NOT_REGULAR",
                    Severity.ERROR,
                    file.path,
                    "is a symbolic link to a file that does not exist; chromem fails on it",
                    "bring the file back that it leads to, or move the link out of the store",
                    folder.dir,
                )


def _leads_nowhere(file: FileFacts) -> bool:
    """Whether it is a symbolic link to nothing."""
    if file.fault is not Fault.UNREADABLE or file.entry.kind is not Kind.SYMLINK:
        return False
    try:
        file.path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


@check
def linked_collection(survey: Survey) -> Iterator[Finding]:
    """Symbolic links in the store that lead to a folder: chromem does not follow them."""
    for entry in survey.entries:
        if entry.kind is Kind.SYMLINK and (finding := _about_link(entry, survey)) is not None:
            yield finding


def _about_link(link: Entry, survey: Survey) -> Finding | None:
    """What a link in the store means; None for one to a file, or to nothing that could be a collection."""
    try:
        is_collection = any(entry.format is not None for entry in listing(link.path))
    except NotADirectoryError:
        return None
    except OSError as error:
        if not is_hash(link.name.lower()):
            return Finding(
                "FOREIGN",
                Severity.INFO,
                link.path,
                f"is a symbolic link, and where it leads cannot be looked at ({error.strerror}); chromem "
                "passes it over",
                dir=link.name,
            )
        return Finding(
            "SYMLINK_COLLECTION",
            Severity.WARNING,
            link.path,
            f"is a symbolic link named like a collection, and where it leads cannot be looked at "
            f"({error.strerror}); chromem passes it over",
            "if it stands for a collection, put the folder itself in the place of the link",
            link.name,
        )
    target = link.path.resolve()
    in_the_store = target.parent == survey.path.resolve()
    if in_the_store or not is_collection:
        whereto = (
            f"{target.name}, a folder of this store" if in_the_store else "a folder without chromem files"
        )
        return Finding(
            "FOREIGN",
            Severity.INFO,
            link.path,
            f"is a symbolic link to {whereto}; chromem passes it over, and nothing is missing for that",
            dir=link.name,
        )
    return Finding(
        "SYMLINK_COLLECTION",
        Severity.ERROR,
        link.path,
        "is a symbolic link to a folder; chromem passes it over without an error, so the collection in it is "
        "invisible",
        "put the folder itself in the place of the link",
        link.name,
    )
