"""STORE_BUSY and WAL: stores that somebody is writing, or that a newer chromem has written."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.changes.holders import Holder
from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Survey
from chromemctl.wording import count
from pygob.chromem.names import is_write_ahead_log


@check
def store_busy(survey: Survey) -> Iterator[Finding]:
    """Changes while we looked: what seems damaged may just be half written."""
    if survey.changing:
        yield Finding(
            "STORE_BUSY",
            Severity.WARNING,
            survey.changing[0],
            f"{count(len(survey.changing), 'path')} changed while we looked; an application is writing to "
            "the store, and what looks damaged may be half written",
            "stop the application and run the command again",
        )


def in_use(holder: Holder) -> Finding:
    """A process that has files of the store open for writing. No survey shows it, so it is no check."""
    return Finding(
        "STORE_BUSY",
        Severity.WARNING,
        holder.path,
        str(holder),
        "stop it before you change anything in the store",
    )


@check
def write_ahead_log(survey: Survey) -> Iterator[Finding]:
    """Write-ahead logs, which chromem v0.7.0 does not know."""
    for entry in survey.imprint.entries_but_documents():
        if is_write_ahead_log(entry.name):
            yield Finding(
                "WAL",
                Severity.WARNING,
                entry.path,
                "looks like a write-ahead log of a later chromem; this version of chromemctl does not know "
                "it and does not change such a store",
            )
