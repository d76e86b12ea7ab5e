"""DOC_NO_ID, META_AS_DOC, DOC_MISNAMED, DUP_ID: documents whose id and file name do not go together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from chromemctl.judgement.findings import Finding, Severity, check
from chromemctl.survey import FileFacts, Survey
from pygob.chromem.names import Format, document_name


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
