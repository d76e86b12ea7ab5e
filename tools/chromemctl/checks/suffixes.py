"""EXT_MISMATCH, MIXED_EXT, CONTENT_FORMAT: `.gob` and `.gob.gz` where only one of them is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.judgement.findings import Finding, Severity, check
from chromemctl.survey import Survey
from chromemctl.wording import count
from pygob.chromem.names import Format


@check
def suffix_mismatch(survey: Survey) -> Iterator[Finding]:
    """Collections whose metadata and documents have different suffixes."""
    for folder in survey.folders:
        for form in Format:
            other = Format.GZ if form is Format.PLAIN else Format.PLAIN
            documents = folder.document_count(other)
            if folder.metadata_file(form) is None or folder.metadata_file(other) is not None or not documents:
                continue
            mixed = folder.document_count(form) > 0
            yield Finding(
                "MIXED_EXT" if mixed else "EXT_MISMATCH",
                Severity.ERROR,
                folder.path,
                f"the metadata is {form.metadata_name}, but {count(documents, 'document')} "
                f"{'ends' if documents == 1 else 'end'} in {other.suffix}: chromem never sees those, or "
                "refuses the store, depending on its compress setting",
                "bring all files of the collection to one suffix, as recover does",
                folder.dir,
            )


@check
def both_metadata(survey: Survey) -> Iterator[Finding]:
    """Collections that exist in both formats at once."""
    for folder in survey.folders:
        if all(folder.metadata_file(form) is not None for form in Format):
            yield Finding(
                "MIXED_EXT",
                Severity.WARNING,
                folder.path,
                "the collection exists twice, as .gob and as .gob.gz; chromem sees one half of it, "
                "depending on its compress setting",
                "bring all files of the collection to one suffix",
                folder.dir,
            )


@check
def mixed_store(survey: Survey) -> Iterator[Finding]:
    """Stores some of whose collections are plain and some compressed."""
    by_format = {form: [f.dir for f in survey.folders if f.format is form] for form in Format}
    if all(by_format.values()):
        fewer = min(Format, key=lambda form: len(by_format[form]))
        yield Finding(
            "MIXED_EXT",
            Severity.WARNING,
            survey.path,
            f"{count(len(by_format[fewer]), 'collection')} in {fewer.suffix} among "
            f"{count(len(by_format[Format.PLAIN]) + len(by_format[Format.GZ]), 'collection')}: "
            "chromem sees one kind only, without an error, depending on its compress setting",
            "find out which setting the application uses and bring all collections to that suffix",
        )


@check
def content_format(survey: Survey) -> Iterator[Finding]:
    """Files whose content is not what their suffix says; chromem goes by the content."""
    for folder in survey.folders:
        for file in folder.files:
            if file.fault is not None or file.compressed is (file.format is Format.GZ):
                continue
            held = "gzip" if file.compressed else "plain gob"
            yield Finding(
                "CONTENT_FORMAT",
                Severity.INFO,
                file.path,
                f"the file holds {held} although it ends in {file.format.suffix}; chromem reads it all the "
                "same",
                dir=folder.dir,
            )
