"""PERMISSION, NOT_REGULAR, SYMLINK_COLLECTION: what cannot be opened, must not be, or is not followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Fault, FileFacts, FolderFacts, Survey
from chromemctl.wording import command
from pygob.chromem.entries import Entry, Kind, listing, nature_of
from pygob.chromem.names import format_of, is_hash


@check
def unreadable(survey: Survey) -> Iterator[Finding]:
    """Files and folders that the system does not let us read; nothing is known about their content."""
    for folder in survey.folders:
        paths: list[tuple[Path, str | None]] = []
        if folder.error is not None:
            paths.append((folder.path, folder.error))
        paths += [(file.path, file.error) for file in folder.files if file.fault is Fault.UNREADABLE]
        for path, error in paths:
            yield Finding(
                "PERMISSION",
                Severity.ERROR,
                path,
                f"cannot be read: {error}",
                "correct owner and mode, or run as the user that owns the store",
                None if folder.is_own else folder.dir,
            )


# What chromem does with what is no regular file, and what can be done about it.
_OUTCOMES = {
    Fault.NOT_REGULAR: ("chromem fails on it", "set it aside as it is, as recover does"),
    Fault.ENDLESS: ("chromem may wait there for ever", "set it aside as it is, as recover does"),
    Fault.NOWHERE: (
        "chromem fails on it",
        "bring back what it leads to, or set it aside as it is, as recover does",
    ),
}


@check
def not_regular(survey: Survey) -> Iterator[Finding]:
    """Pipes, sockets, devices, and links to these, to folders or to nothing, where chromem opens a file."""
    for folder in survey.folders:
        for file in folder.files:
            if file.fault in _OUTCOMES:
                outcome, action = _OUTCOMES[file.fault]
                yield Finding(
                    "NOT_REGULAR",
                    Severity.ERROR,
                    file.path,
                    f"is a {_described(file)}; {outcome}",
                    action,
                    folder.dir,
                )


def _described(file: FileFacts) -> str:
    """What something is that is no file, and what a link to it leads to."""
    with suppress(OSError):  # it may be gone by now
        nature = nature_of(file.path)
        if nature is None:
            return "something else than when it was read"
        if file.entry.kind is not Kind.SYMLINK:
            return str(nature)
        if file.fault is Fault.NOWHERE:
            return f"{nature}, which leads to no file"
        return f"{nature}, a {nature_of(file.path, follow=True) or 'folder'}"
    return "symbolic link or other special file"


@check
def folders_in_the_way(survey: Survey) -> Iterator[Finding]:
    """Folders under a name that chromem gives to files: it passes them over until it writes that file."""
    for folder in survey.folders:
        if folder.dir.startswith(".") or not (folder.is_used or is_hash(folder.dir.lower())):
            continue
        for entry in folder.others:
            if entry.kind is Kind.DIRECTORY and _is_in_the_way(entry, folder):
                aside = command("chromemctl", "quarantine", "add", survey.path, f"{folder.dir}/{entry.name}")
                yield Finding(
                    "NOT_REGULAR",
                    Severity.WARNING,
                    entry.path,
                    "is a folder under a name that chromem gives to files: it passes the folder over, and "
                    "cannot write that file",
                    f"look what is in it; to set it aside as it is: {aside}",
                    folder.dir,
                )


def _is_in_the_way(entry: Entry, folder: FolderFacts) -> bool:
    """Whether an application will fail to write a file for a folder, of which nothing else is found."""
    form = format_of(entry.name)
    if form is None or folder.format not in (form, None) or not is_hash(entry.name.removesuffix(form.suffix)):
        return False
    # With documents and without metadata the collection has a finding for it that is an error.
    return entry.name != form.metadata_name or not folder.document_count()


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
        "put the folder itself in the place of the link: "
        f"{command('rm', link.path)}; {command('cp', '-aT', target, link.path)}",
        link.name,
    )
