"""META_NAME_EMPTY and DOC_AS_META: a metadata file that can be read but gives no name."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Survey


@check
def metadata_nameless(survey: Survey) -> Iterator[Finding]:
    """Metadata files whose name is empty."""
    for folder in survey.folders:
        for file in folder.files:
            if file.metadata is None or file.metadata.name:
                continue
            if "Embedding" in file.fields or "Content" in file.fields:
                yield Finding(
                    "DOC_AS_META",
                    Severity.ERROR,
                    file.path,
                    "a document lies in the place of the metadata file, so the collection has no name",
                    "set it aside and rebuild the metadata, as recover does",
                    folder.dir,
                )
                continue
            documents = folder.document_count(file.format)
            yield Finding(
                "META_NAME_EMPTY",
                Severity.ERROR if documents else Severity.INFO,
                file.path,
                "the metadata file holds an empty name"
                + (
                    ", and chromem refuses the whole store"
                    if documents
                    else "; chromem passes the folder over"
                ),
                "set it aside and rebuild it, as recover does" if documents else "",
                folder.dir,
            )
