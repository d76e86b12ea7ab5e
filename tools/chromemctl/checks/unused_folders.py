"""EMPTY and FOREIGN: folders that chromem passes over, which is no damage."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.checks.suffixes import in_capitals
from chromemctl.survey import Survey
from chromemctl.wording import count


@check
def unused_folders(survey: Survey) -> Iterator[Finding]:
    """Folders without any file that chromem reads; our own and other hidden ones are not mentioned."""
    for folder in survey.folders:
        if folder.is_used or folder.error is not None or folder.dir.startswith("."):
            continue
        if not folder.others:
            yield Finding(
                "EMPTY",
                Severity.INFO,
                folder.path,
                "an empty folder; chromem passes it over",
                dir=folder.dir,
            )
        elif not in_capitals(folder) and not folder.astray.files:
            yield Finding(
                "FOREIGN",
                Severity.INFO,
                folder.path,
                f"{count(len(folder.others), 'entry', 'entries')}, none of them under a name "
                "that chromem reads: it passes the folder over, whatever is in it",
                dir=folder.dir,
            )
