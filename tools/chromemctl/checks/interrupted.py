"""INTERRUPTED: a run of chromemctl that was killed before its end."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.findings import Finding, Severity, check
from chromemctl.journal import JournalError, unfinished
from chromemctl.survey import Survey


@check
def interrupted(survey: Survey) -> Iterator[Finding]:
    """Journals without an end."""
    try:
        runs = unfinished(survey.path)
    except JournalError as error:
        yield Finding(
            "INTERRUPTED",
            Severity.WARNING,
            survey.path,
            f"a journal of chromemctl cannot be read: {error}",
            "look at it before changing the store",
        )
        return
    for run in runs:
        yield Finding(
            "INTERRUPTED",
            Severity.WARNING,
            run.path,
            "a run of chromemctl was interrupted",
            "let it be finished: chromemctl recover",
        )
