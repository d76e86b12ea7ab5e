"""NAME_MISMATCH, DIRNAME_NONCANONICAL, DUPLICATE_NAME: names and folders that do not go together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from chromemctl.judgement.findings import Finding, Severity, check
from chromemctl.survey import FolderFacts, Survey
from pygob.chromem.names import Format, is_hash, name_hash


@check
def name_mismatch(survey: Survey) -> Iterator[Finding]:
    """Folders that are not named by the hash of the collection's name."""
    for folder in survey.folders:
        name = folder.name
        if name is None or folder.dir == name_hash(name):
            continue
        expected = name_hash(name)
        canonical = is_hash(folder.dir)
        yield Finding(
            "NAME_MISMATCH" if canonical else "DIRNAME_NONCANONICAL",
            Severity.WARNING,
            folder.path,
            f"the folder holds collection {name!r}, whose folder would be {expected}; it opens under that "
            "name, but the application would write new documents elsewhere once it re-creates the collection",
            f"check which is right, then rename {folder.dir} to {expected} while the application is stopped"
            if canonical
            else f"rename it to {expected}, as recover does",
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
                    f"the {hidden.document_count(form)} documents here are invisible",
                    "bring the folders together, as recover does",
                    hidden.dir,
                )
