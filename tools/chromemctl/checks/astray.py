"""ASTRAY: whole records of a collection where chromem does not look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Enclosed, FileFacts, FolderFacts, Survey
from chromemctl.wording import command, count
from pygob.chromem.entries import Kind
from pygob.chromem.names import Format, document_name, is_hash, name_hash


@check
def documents_astray(survey: Survey) -> Iterator[Finding]:
    """Documents below a collection's folder, or in it under a name that chromem passes over."""
    for folder in survey.folders:
        for file in folder.astray.files:
            if file.document is not None:
                yield Finding(
                    "ASTRAY",
                    Severity.WARNING if folder.is_used else Severity.ERROR,
                    file.path,
                    f"document {file.document.id!r} lies where chromem does not look, and the collection "
                    "does not have it",
                    "bring it to its place, as recover does; if the application has deleted it, move the "
                    "file out of the store",
                    folder.dir,
                )
        for path in folder.astray.broken:
            yield Finding(
                "LEFTOVER",
                Severity.WARNING,
                path,
                "it has the name of a document's file that the collection does not have, and is damaged or "
                "no document; chromem does not look here",
                f"look what can still be read of it: {command('pygob', 'salvage', path)}",
                folder.dir,
            )
        for path, number in folder.astray.repeated.items():
            yield Finding(
                "LEFTOVER",
                Severity.INFO,
                path,
                f"{count(number, 'document')} here, of which the collection has each in its place; chromem "
                "does not look here",
                dir=folder.dir,
            )


@check
def found_by_a_file_system_check(survey: Survey) -> Iterator[Finding]:
    """Whole records that a check of the file system has found; of which collection they are is lost."""
    for folder in survey.folders:
        for file in folder.astray.checked:
            yield Finding(
                "LEFTOVER",
                Severity.INFO if _is_held(survey, file) else Severity.WARNING,
                file.path,
                f"{_record_in(file)} lies where a check of the file system puts what it finds, and chromem "
                "does not look",
                "" if _is_held(survey, file) else _way_home(file),
                folder.dir,
            )


def _record_in(file: FileFacts) -> str:
    if file.document is not None:
        return f"document {file.document.id!r}"
    assert file.metadata is not None
    return f"the metadata of collection {file.metadata.name!r}"


def _is_held(survey: Survey, file: FileFacts) -> bool:
    """Whether a collection has a file in the place of a record, or is known by the name in it."""
    if file.document is None:
        assert file.metadata is not None
        own = survey.folder(name_hash(file.metadata.name))
        return own is not None and own.name is not None
    names = [document_name(file.document.id, form) for form in Format]
    return any(folder.imprint.has(name) for folder in survey.folders for name in names)


def _way_home(file: FileFacts) -> str:
    if file.document is not None:
        name = document_name(file.document.id, file.format)
        return f"move it into the folder of its collection, which only you know, as {name}"
    assert file.metadata is not None
    return f"its place is {name_hash(file.metadata.name)}/{file.format.metadata_name}"


@check
def collections_enclosed(survey: Survey) -> Iterator[Finding]:
    """Folders named as those of collections inside of a collection's, of which chromem reads nothing."""
    for folder in survey.folders:
        for inner in folder.astray.enclosed:
            there = survey.folder(inner.path.name)
            is_copy = (
                there is not None and there.is_used and all(map(there.imprint.has_hashed, inner.documents))
            )
            whose = f"collection {inner.name!r}" if inner.name else "a collection whose name is not known"
            yield Finding(
                "LEFTOVER",
                Severity.INFO if is_copy else Severity.WARNING,
                inner.path,
                f"{whose} with {count(len(inner.documents), 'document')} lies in another one's folder, "
                "where chromem does not look"
                + ("; the store has files of all these names in their place" if is_copy else ""),
                "" if is_copy else _way_out(survey, inner),
                folder.dir,
            )


def _way_out(survey: Survey, inner: Enclosed) -> str:
    """How a collection that lies inside of another one comes to its place, which is for a person to judge."""
    place = survey.path / inner.path.name
    if any(entry.name == place.name for entry in survey.entries):
        return f"the store has {place.name} as well: compare the two, then move one of them out of the store"
    if inner.name is None:
        return "only you know whose documents these are; move them into the folder of their collection"
    return f"stop the application and move it beside the others: {command('mv', inner.path, place)}"


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The files of a collection that lie beside the folders, where its own folder should be.

    Attributes:
        name: The collection's name.
        metadata: Its metadata file.
        documents: The documents beside that.
        doubt: Why these may be another collection's; None where their place is certain.
    """

    name: str
    metadata: FileFacts
    documents: tuple[FileFacts, ...]
    doubt: str | None

    @property
    def dir(self) -> str:
        """The folder that they belong into."""
        return name_hash(self.name)


def unfolded(survey: Survey) -> Unfolded | None:
    """The collection that was copied into a store without its folder; None where no metadata tells of one.

    In the folder of a collection, that was taken for a store, its own files are where they should be.
    """
    records = [file for file in survey.loose if file.metadata is not None and file.entry.is_metadata]
    if len(records) != 1 or is_hash(survey.path.absolute().name.lower()):
        return None
    metadata = records[0]
    assert metadata.metadata is not None
    name = metadata.metadata.name
    documents = tuple(file for file in survey.loose if _is_beside(file, metadata))
    return Unfolded(name, metadata, documents, _doubt(survey, name, documents))


def _is_beside(file: FileFacts, metadata: FileFacts) -> bool:
    """Whether a file is a document under its own name, in the format of the metadata."""
    if file.document is None or file.format is not metadata.format:
        return False
    return file.entry.name == document_name(file.document.id, file.format)


def _doubt(survey: Survey, name: str, documents: tuple[FileFacts, ...]) -> str | None:
    own = survey.folder(name_hash(name))
    if own is not None and (own.is_used or own.error is not None):
        return f"the collection has its folder {own.dir}; compare what is in both"
    if any(entry.name == name_hash(name) for entry in survey.entries) and own is None:
        return f"{name_hash(name)}, where its folder should be, is something else"
    for folder in survey.folders:
        if folder is not own and _may_miss_documents(folder):
            return f"they may be of folder {folder.dir}, which misses files as well"
    if len({file.document.dimension for file in documents if file.document is not None}) > 1:
        return "their vectors are not of one length, so they are not of one collection"
    return None


def _may_miss_documents(folder: FolderFacts) -> bool:
    """Whether a folder is one that chromem made, with nothing in it."""
    return is_hash(folder.dir) and not folder.is_used and not folder.astray.files


@check
def beside_the_folders(survey: Survey) -> Iterator[Finding]:
    """Files with a suffix of chromem's in the store itself, where it looks at folders only."""
    found = unfolded(survey)
    told: set[Path] = set()
    if found is not None and (found.doubt is None or not _is_there(survey, found)):
        told = {found.metadata.path, *(file.path for file in found.documents)}
        with_documents = f" and {count(len(found.documents), 'document')}" if found.documents else ""
        yield Finding(
            "ASTRAY",
            Severity.ERROR,
            found.metadata.path,
            f"the files of collection {found.name!r} lie in the store itself, without their folder: the "
            f"metadata{with_documents}, of which chromem sees nothing",
            f"bring them into a folder {found.dir}, as recover does"
            if found.doubt is None
            else f"make a folder {found.dir} and move those of the collection into it; {found.doubt}",
            found.dir,
        )
    holds = {file.path: file.document for file in survey.loose if file.document is not None}
    for entry in survey.entries:
        if entry.kind is not Kind.FILE or entry.format is None or entry.path in told:
            continue
        document = holds.get(entry.path)
        if any(folder.imprint.has(entry.name) for folder in survey.folders):
            document = None
        yield Finding(
            "LEFTOVER",
            Severity.INFO if document is None else Severity.WARNING,
            entry.path,
            ("" if document is None else f"document {document.id!r} ")
            + "lies beside the collections' folders, where chromem does not look",
            "" if document is None else "move it into the folder of its collection, which only you know",
        )


def _is_there(survey: Survey, found: Unfolded) -> bool:
    """Whether the collection is in its own folder as well."""
    folder = survey.folder(found.dir)
    return folder is not None and folder.is_used
