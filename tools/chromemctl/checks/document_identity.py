"""DOC_NO_ID, META_AS_DOC, DOC_MISNAMED, DUP_ID, DOC_CORRUPT: ids that do not go with the files' names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import FileFacts, FolderFacts, Survey
from pygob.chromem.envelope import Checksum
from pygob.chromem.names import Format, document_name, is_hash, name_hash


@check
def document_without_id(survey: Survey) -> Iterator[Finding]:
    """Documents with an empty id, among them metadata files under a document's name."""
    for folder in survey.folders:
        for file in folder.documents:
            if file.document is None or file.document.id:
                continue
            metadata = "Name" in file.fields and "Embedding" not in file.fields
            yield Finding(
                "META_AS_DOC" if metadata else "DOC_NO_ID",
                Severity.ERROR,
                file.path,
                "collection metadata lies under a document's name; chromem makes an empty document of it, "
                "and queries fail"
                if metadata
                else "the document has an empty id",
                "set this one file aside, as recover does",
                folder.dir,
            )


@check
def document_misnamed(survey: Survey) -> Iterator[Finding]:
    """Documents in a file that is not named by the hash of their id."""
    places = _places_of_misnamed(survey)
    for folder in survey.folders:
        for file in folder.documents:
            if file.document is None or not file.document.id:
                continue
            expected = document_name(file.document.id, file.format)
            if expected == file.format.metadata_name != file.entry.name:
                yield _without_a_place(file, folder.dir)
            elif (remains := overwritten_id(file)) is not None:
                yield Finding(
                    "DOC_CORRUPT",
                    Severity.ERROR,
                    file.path,
                    f"the document opens, but its id {remains!r} has been overwritten, as the file's name "
                    "shows: the application does not find the document",
                    "set this one file aside, as recover does; the other documents are not affected",
                    folder.dir,
                )
            elif file.entry.name != expected:
                yield Finding(
                    "DOC_MISNAMED",
                    Severity.WARNING,
                    file.path,
                    f"the file of document {file.document.id!r} should be {expected}; it opens, but updates "
                    "are undone and deletions revert when the application restarts",
                    _way_to_its_name(folder, file, expected, places.get(file.entry.name, ())),
                    folder.dir,
                )


def _places_of_misnamed(survey: Survey) -> Mapping[str, Sequence[Path]]:
    """The misnamed documents of all folders, by the names that they should have."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for folder in survey.folders:
        for file in folder.documents:
            if file.document is not None and file.document.id:
                expected = document_name(file.document.id, file.format)
                if expected not in (file.entry.name, file.format.metadata_name):
                    found[expected].append(file.path)
    return found


def _way_to_its_name(folder: FolderFacts, file: FileFacts, expected: str, here: Sequence[Path]) -> str:
    """What to do about a misnamed document: what recover does, or why that leaves it.

    Args:
        folder: Its folder.
        file: Its file.
        expected: The name that it should have.
        here: The misnamed documents that should have the name that it has.
    """
    assert file.document is not None
    if here and all(path.parent != folder.path for path in here):
        exchanged = f"{here[0].parent.name}/{here[0].name}"
        return (
            f"it may have been exchanged with {exchanged}: recover brings both back if their names prove it"
        )
    there = folder.document(expected) if folder.imprint.has(expected) else None
    other = there.document.id if there is not None and there.document is not None else None
    if other is not None and other != file.document.id and document_name(other, file.format) == expected:
        return (
            f"{expected} is the place of document {other!r}, whose id has the same hash: add one of the two "
            "anew under another id"
        )
    if (before := id_before(file.document.id, file.path.name.removesuffix(file.format.suffix))) is not None:
        return (
            f"its name is the hash of {before!r}, one bit away: recover moves the file if other files show "
            "that its id is right; else restore it from a backup, or add the document anew"
        )
    return f"rename it to {expected}, or set it aside where that file exists, as recover does"


# What is in no application's ids, and is left by a lost write; bytes that are no text come as surrogates.
_OVERWRITTEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\udc80-\udcff]| {4}$")


def overwritten_id(file: FileFacts) -> str | None:
    """The id of a document that can be read, where it is no longer the one that its file is named by.

    Of a whole id under another name, that a person may have given to the file, nothing is said here, nor of
    one in which a single bit has changed.
    """
    stem = file.path.name.removesuffix(file.format.suffix)
    if file.document is None or not is_hash(stem) or name_hash(file.document.id) == stem:
        return None
    if file.checksum is Checksum.WRONG:  # then nothing in it is certain, and that is told
        return None
    if not is_overwritten(file.document.id) or id_before(file.document.id, stem) is not None:
        return None
    return file.document.id


def is_overwritten(identifier: str) -> bool:
    """Whether something is in an id that no application writes into one."""
    return _OVERWRITTEN.search(identifier) is not None


def id_before(identifier: str, stem: str) -> str | None:
    """The id that a document had before one bit of it changed; None where none has the hash of its file."""
    if not is_hash(stem):
        return None
    data = bytearray(identifier.encode("utf-8", "surrogateescape"))
    for position in range(8 * len(data)):
        data[position // 8] ^= 1 << position % 8
        candidate = data.decode("utf-8", "surrogateescape")
        if name_hash(candidate) == stem:
            return candidate
        data[position // 8] ^= 1 << position % 8
    return None


def _doubtful_name(file: FileFacts) -> str | None:
    """The name of a file in whose id a bit may have changed; None of any other."""
    assert file.document is not None
    stem = file.path.name.removesuffix(file.format.suffix)
    return None if id_before(file.document.id, stem) is None else file.path.name


def _without_a_place(file: FileFacts, folder: str) -> Finding:
    """A document of the one hash in 4 billion that chromem keeps for the metadata."""
    assert file.document is not None
    return Finding(
        "DOC_MISNAMED",
        Severity.WARNING,
        file.path,
        f"document {file.document.id!r} has no place of its own: its id's hash is 00000000, the name of the "
        "metadata file. Where it is, it opens; updated or deleted by the application it would overwrite or "
        "remove the metadata, and the store would not open again",
        "leave it where it is, and add its content under another id in the application",
        folder,
    )


@check
def duplicate_id(survey: Survey) -> Iterator[Finding]:
    """Several files with one document id: chromem keeps the one whose name comes last."""
    for folder in survey.folders:
        for form in Format:
            by_id: dict[str, list[FileFacts]] = defaultdict(list)
            for file in folder.documents:
                if file.format is form and file.document is not None and file.document.id:
                    by_id[file.document.id].append(file)
            for document_id, files in by_id.items():
                proper = document_name(document_id, form)
                right = "one of the two" if proper == form.metadata_name else proper
                doubtful = next((name for name in map(_doubtful_name, files) if name is not None), None)
                for hidden in files[:-1]:
                    yield Finding(
                        "DUP_ID",
                        Severity.ERROR,
                        hidden.path,
                        f"document {document_id!r} is also in {files[-1].path.name}, which chromem reads "
                        "later; this version is invisible",
                        f"keep {right} alone, as recover does"
                        if doubtful is None
                        else f"keep {right} alone, as recover does if other files show that the id in "
                        f"{doubtful} is right",
                        folder.dir,
                    )
