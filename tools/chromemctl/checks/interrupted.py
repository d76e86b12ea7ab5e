"""INTERRUPTED, STORE_BUSY: a run of chromemctl that was killed before its end, or has not come to it yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from chromemctl.changes.journal import JournalError, Unfinished, unfinished
from chromemctl.changes.lock import is_held
from chromemctl.judgement.findings import Finding, Severity, check
from chromemctl.survey import Survey
from chromemctl.wording import command


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


def _going_on(run: Unfinished) -> Finding:
    return Finding(
        "STORE_BUSY",
        Severity.WARNING,
        run.path,
        f"another chromemctl is changing the store at this moment (run {run.id})",
        "wait until it is done, and look again",
    )


def _interrupted(survey: Survey, run: Unfinished) -> Finding:
    return Finding(
        "INTERRUPTED",
        Severity.WARNING,
        run.path,
        "a run of chromemctl was interrupted",
        f"let it be finished: {command('chromemctl', 'recover', survey.path)}",
    )
