"""LEFTOVER: files in a collection that chromem passes over, some of which may hold a lost name."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.findings import Finding, Severity, check
from chromemctl.survey import Survey
from pygob.chromem.entries import Kind


@check
def leftovers(survey: Survey) -> Iterator[Finding]:
    """Other files beside chromem's, in folders that have some."""
    for folder in survey.folders:
        if not folder.is_used or folder.dir.startswith("."):
            continue
        for entry in folder.others:
            if entry.kind is not Kind.DIRECTORY:
                yield Finding(
                    "LEFTOVER",
                    Severity.INFO,
                    entry.path,
                    "chromem passes this file over",
                    dir=folder.dir,
                )
