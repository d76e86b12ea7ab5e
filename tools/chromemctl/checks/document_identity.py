"""DOC_NO_ID, META_AS_DOC, DOC_MISNAMED, DUP_ID, DOC_CORRUPT: ids that do not go with the files' names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from chromemctl.judgement.findings import Finding, Severity, check
from chromemctl.survey import FileFacts, Survey
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
                    f"rename it to {expected}, or set it aside where that file exists, as recover does",
                    folder.dir,
                )


# What is in no application's ids, and is left by a lost write; bytes that are no text come as surrogates.
_OVERWRITTEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\udc80-\udcff]")


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
    if not _OVERWRITTEN.search(file.document.id) or id_before(file.document.id, stem) is not None:
        return None
    return file.document.id


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
                for hidden in files[:-1]:
                    yield Finding(
                        "DUP_ID",
                        Severity.ERROR,
                        hidden.path,
                        f"document {document_id!r} is also in {files[-1].path.name}, which chromem reads "
                        "later; this version is invisible",
                        f"keep {right} alone, as recover does",
                        folder.dir,
                    )
