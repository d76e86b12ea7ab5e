"""NAME_MISMATCH, NAME_COLLISION, DIRNAME_NONCANONICAL, DUPLICATE_NAME: names and folders that do not fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.identification.sidecars import sidecars
from chromemctl.survey import FolderFacts, Survey
from chromemctl.wording import command, count
from pygob.chromem.names import Format, is_hash, name_hash


@check
def dirname_noncanonical(survey: Survey) -> Iterator[Finding]:
    """Folders that are not named by a hash."""
    for folder in survey.folders:
        name = folder.name
        if name is not None and not is_hash(folder.dir):
            expected = name_hash(name)
            yield Finding(
                "DIRNAME_NONCANONICAL",
                Severity.WARNING,
                folder.path,
                f"the folder holds collection {name!r}, whose folder would be {expected}; it opens under "
                "that name, but the application would write new documents elsewhere once it re-creates the "
                "collection",
                f"rename it to {expected}, as recover does",
                folder.dir,
            )


@check
def name_mismatch(survey: Survey) -> Iterator[Finding]:
    """Folders that are named by another hash than that of the collection's name."""
    entries = {entry.name for entry in survey.entries}
    for folder in survey.folders:
        name = folder.name
        if name is None or not is_hash(folder.dir) or folder.dir == name_hash(name):
            continue
        expected = name_hash(name)
        there = survey.folder(expected)
        other = there.name if there is not None and there.name != name else None
        holds = f", which holds {other!r}" if other is not None else ""
        overwritten = f"; making {name!r} anew, it writes over that" if holds else ""
        yield Finding(
            "NAME_MISMATCH",
            Severity.WARNING,
            folder.path,
            f"the folder holds collection {name!r}, whose folder would be {expected}{holds}. chromem opens "
            "it under that name, until the application makes the collection whose folder this is: then that "
            f"one has its documents{overwritten}",
            _way_out(survey, folder, name, is_free=expected not in entries),
            folder.dir,
        )


def _way_out(survey: Survey, folder: FolderFacts, name: str, *, is_free: bool) -> str:
    """How a folder and the name in its metadata come together, which only a person can decide."""
    expected = name_hash(name)
    here, place = survey.path / folder.dir, survey.path / expected
    there = survey.folder(expected)
    metadata = next(file.entry.name for file in folder.files if file.metadata is not None)
    aside = command("chromemctl", "quarantine", "add", survey.path, f"{folder.dir}/{metadata}")
    of_another = f"{aside}, then recover, which rebuilds it"
    if is_free:
        return f"if the name is right: {command('mv', '-nT', here, place)}; if the folder is: {of_another}"
    if there is not None and there.name == name:
        return (
            "recover brings the two together (DUPLICATE_NAME), unless it finds a name whose hash this folder "
            f"is; if the folder is right: {of_another}"
        )
    if there is not None and there.name is not None and name_hash(there.name) == folder.dir:
        first, second = sorted((here, place))
        between = survey.path / f".{first.name}.swap"
        moves = ((first, between), (second, first), (between, second))
        swapping = "; ".join(command("mv", "-nT", *pair) for pair in moves)
        return f"the two may have been swapped; while the application is stopped: {swapping}"
    return f"look what {expected} is. If the metadata here is a copy of another collection's: {of_another}"


@check
def name_collision(survey: Survey) -> Iterator[Finding]:
    """Folders that two collections share, as far as copies of their metadata tell."""
    for folder in survey.folders:
        read = [file.metadata.name for file in folder.files if file.metadata is not None]
        kept = [copy.record.name for copy in sidecars(folder)] if folder.name is not None else []
        names = [name for name in dict.fromkeys(read + kept) if name_hash(name) == folder.dir]
        if len(names) > 1:
            others = " and ".join(map(repr, names[1:]))
            yield Finding(
                "NAME_COLLISION",
                Severity.WARNING,
                folder.path,
                f"{names[0]!r} and {others} have one hash. chromem keeps such collections in one folder, "
                "which has the name of the last one made and, from the next start on, the documents of all; "
                "deleting one deletes them all",
                "give all but one another name in the application, and add their documents again; which "
                f"names fit: {command('chromemctl', 'identify', survey.path, folder.dir)}",
                folder.dir,
            )


@check
def duplicate_name(survey: Survey) -> Iterator[Finding]:
    """Folders that hold collections of one name: chromem keeps only the last one."""
    for form in Format:
        by_name: dict[str, list[FolderFacts]] = defaultdict(list)
        for folder in survey.folders:
            file = folder.metadata_file(form)
            if file is not None and file.metadata is not None and file.metadata.name:
                by_name[file.metadata.name].append(folder)
        for name, folders in by_name.items():
            for hidden in folders[:-1]:
                yield Finding(
                    "DUPLICATE_NAME",
                    Severity.ERROR,
                    hidden.path,
                    f"collection {name!r} is also in {folders[-1].dir}, which chromem reads later; "
                    f"of what is here it shows nothing ({count(hidden.document_count(form), 'document')})",
                    "bring the folders together, as recover does unless one of them has a name of its own",
                    hidden.dir,
                )
