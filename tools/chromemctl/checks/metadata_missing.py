"""META_MISSING: documents without the file that names their collection. The whole store fails to open."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Survey
from chromemctl.wording import count
from pygob.chromem.entries import Kind
from pygob.chromem.names import is_hash


@check
def metadata_missing(survey: Survey) -> Iterator[Finding]:
    """Folders with documents and no metadata file under either suffix."""
    for folder in survey.folders:
        documents = folder.document_count()
        if not documents or folder.dir.startswith(".") or any(file.is_metadata for file in folder.files):
            continue
        if not is_hash(folder.dir.lower()) and not folder.readable_documents:
            continue  # nothing shows that it ever was a collection; its files are found as strays
        form = folder.format
        assert form is not None
        path = folder.path / form.metadata_name
        blocked = any(entry.path == path and entry.kind is Kind.DIRECTORY for entry in folder.others)
        state = "is a directory, not a file" if blocked else "is missing"
        yield Finding(
            "META_MISSING",
            Severity.ERROR,
            path,
            f"{form.metadata_name} {state}, so the collection of {count(documents, 'document')} has no "
            "name and chromem refuses the whole store",
            "find the name and rebuild the file, as recover does",
            folder.dir,
        )
