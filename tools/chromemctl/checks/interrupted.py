"""INTERRUPTED, STORE_BUSY, JOURNAL_CORRUPT: runs of chromemctl without an end, and unreadable journals.

A run without an end was killed, or has not come to it yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from chromemctl.changes.journal import Unfinished, Unreadable, put_aside, unfinished, unreadable
from chromemctl.changes.lock import is_held
from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Survey
from chromemctl.wording import command


@check
def interrupted(survey: Survey) -> Iterator[Finding]:
    """Journals without an end, and those that cannot be understood."""
    try:
        runs = unfinished(survey.path)
        corrupt = unreadable(survey.path)
    except OSError as error:
        yield Finding(
            "PERMISSION",
            Severity.WARNING,
            Path(os.fsdecode(error.filename or survey.path)),
            f"cannot be read ({error.strerror}), so whether a run was interrupted is not known",
            "correct owner and mode, or run as the user that owns the store",
        )
        return
    going_on = bool(runs) and is_held(survey.path)
    for run in runs:
        yield _going_on(run) if going_on else _interrupted(survey, run)
    for journal in corrupt:
        yield _corrupt(journal)


def _going_on(run: Unfinished) -> Finding:
    return Finding(
        "STORE_BUSY",
        Severity.WARNING,
        run.path,
        f"another chromemctl is changing the store at this moment (run {run.id})",
        "wait until it is done, and look again",
    )


def _corrupt(journal: Unreadable) -> Finding:
    if journal.is_over:
        known, meanwhile = "the run is over, and cannot be undone", "all other runs can be undone"
    else:
        known, meanwhile = "whether the run has ended is not known", "no command changes the store until then"
    return Finding(
        "JOURNAL_CORRUPT",
        Severity.WARNING,
        journal.path,
        f"{journal.reason}; {known}",
        f"put it aside once you know what it did; {meanwhile}: {put_aside(journal.path)}",
    )


def _interrupted(survey: Survey, run: Unfinished) -> Finding:
    return Finding(
        "INTERRUPTED",
        Severity.WARNING,
        run.path,
        "a run of chromemctl was interrupted",
        f"let it be finished: {command('chromemctl', 'recover', survey.path)}",
    )
