"""DIM_MISMATCH, BAD_VECTOR, NORM: embeddings that spoil queries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from chromemctl.findings import Finding, Severity, check
from chromemctl.survey import DocumentFacts, FileFacts, FolderFacts, Survey
from chromemctl.wording import count

# chromem normalises to length 1 in float32; rounding leaves less than this.
NORM_TOLERANCE = 1e-6


@check
def dimensions(survey: Survey) -> Iterator[Finding]:
    """Documents whose vectors are not as long as those of the others: every unfiltered query fails."""
    for folder in survey.folders:
        documents = _documents(folder)
        lengths = Counter(document.dimension for _, document in documents)
        if len(lengths) < 2:
            continue
        usual, share = lengths.most_common(1)[0]
        for file, document in documents:
            if document.dimension != usual:
                yield Finding(
                    "DIM_MISMATCH",
                    Severity.ERROR,
                    file.path,
                    f"document {document.id!r} has a vector of length {document.dimension}, "
                    f"where {count(share, 'document')} of the collection have {usual}; queries fail with "
                    "'vectors must have the same length'",
                    "set it aside: chromemctl recover; or embed the document anew",
                    folder.dir,
                )


@check
def bad_vectors(survey: Survey) -> Iterator[Finding]:
    """Vectors with parts that are no numbers, and vectors without a direction."""
    for folder in survey.folders:
        for file, document in _documents(folder):
            if document.dimension and not 0 < document.norm < math.inf:
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
        documents = [(file, facts) for file, facts in _documents(folder) if 0 < facts.norm < math.inf]
        odd = [(file, facts) for file, facts in documents if abs(facts.norm - 1) > NORM_TOLERANCE]
        if odd and 2 * len(odd) > len(documents):
            yield Finding(
                "NORM",
                Severity.INFO,
                folder.path,
                f"{count(len(odd), 'vector')} not of length 1, as written before chromem 0.4 or given so by "
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
    return [(file, file.document) for file in folder.document_files() if file.document and file.document.id]
