"""Names that are given whole: by the operator, by healthy collections, by files that hold a name."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.naming.case import Case, Stream, Trust


def streams(case: Case) -> Iterator[Stream]:
    """Explicit names, names of healthy collections, of sidecar files, and of the operator's list."""
    evidence = case.evidence
    yield Stream("given by the operator", Trust.GIVEN, evidence.explicit)
    for sidecar in evidence.sidecars:
        yield Stream(sidecar.source, Trust.READ, (sidecar.name,))
    for name, file in case.registry.names:
        yield Stream(file, Trust.READ, (name,))
    yield Stream("names of healthy collections", Trust.READ, evidence.known_names)
    # A list may be anybody's guesses, so its length alone decides how sure a match is.
    yield Stream("list of names", Trust.GUESSED, evidence.listed)
