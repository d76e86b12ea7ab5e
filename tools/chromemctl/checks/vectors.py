"""DIM_MISMATCH, BAD_VECTOR, NORM: embeddings that spoil queries."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import (
    DocumentFacts,
    FileFacts,
    FolderFacts,
    Survey,
    are_few,
    is_measured,
    is_unit,
    usual_dimension,
)
from chromemctl.wording import command, count


@check
def dimensions(survey: Survey) -> Iterator[Finding]:
    """Documents whose vectors are not as long as those of the others: every unfiltered query fails."""
    for folder in survey.folders:
        lengths = folder.dimensions
        if len(lengths) < 2:
            continue
        usual, share = lengths.most_common(1)[0]
        is_clear = usual_dimension(lengths) is not None
        for file in folder.documents:
            document = file.whole_document
            if document is not None and document.id and document.dimension != usual:
                yield Finding(
                    "DIM_MISMATCH",
                    Severity.ERROR,
                    file.path,
                    f"document {document.id!r} has a vector of length {document.dimension}, "
                    f"where {count(share, 'other has', 'others have')} {usual}; queries fail with "
                    "'vectors must have the same length'",
                    "set it aside, as recover does; or embed the document anew"
                    if is_clear
                    else "only you know which length is right; embed the documents of the other one anew, or "
                    f"set them aside: {command('chromemctl', 'quarantine', 'add', survey.path, file.path)}",
                    folder.dir,
                )


@check
def bad_vectors(survey: Survey) -> Iterator[Finding]:
    """Vectors with parts that are no numbers, and vectors without a direction."""
    for folder in survey.folders:
        for file, document in _documents(folder):
            if document.dimension and not is_measured(document.norm):
                state = "is all zeros" if document.norm == 0 else "holds NaN or infinite values"
                yield Finding(
                    "BAD_VECTOR",
                    Severity.WARNING,
                    file.path,
                    f"the vector of document {document.id!r} {state}; queries give wrong results for it",
                    "embed the document anew",
                    folder.dir,
                )


@check
def norms(survey: Survey) -> Iterator[Finding]:
    """Vectors that are not of length 1: a few in a collection may be damaged, all of them are old data."""
    for folder in survey.folders:
        odd = [
            (file, document)
            for file, document in _documents(folder)
            if is_measured(document.norm) and not is_unit(document.norm)
        ]
        number = len(odd) + sum(share for shape, share in folder.ordinary.items() if not shape.is_unit)
        if number and not are_few(number, folder.measured):
            yield Finding(
                "NORM",
                Severity.INFO,
                folder.path,
                f"{count(number, 'vector')} not of length 1, as written before chromem 0.4 or given so by "
                "the application",
                dir=folder.dir,
            )
            continue
        for file, document in odd:
            yield Finding(
                "NORM",
                Severity.WARNING,
                file.path,
                f"the vector of document {document.id!r} has length {document.norm:.7g} where the others "
                "have 1; a bit of it may have changed on disk",
                "embed the document anew, or restore it from a backup",
                folder.dir,
            )


def _documents(folder: FolderFacts) -> list[tuple[FileFacts, DocumentFacts]]:
    return [(file, file.document) for file in folder.documents if file.document and file.document.id]
