"""What becomes of a file that something is wrong with: a repair, or the reason why it is left alone."""

from __future__ import annotations

from pathlib import PurePosixPath

from chromemctl.changes.plan import FileRepair, Unresolved
from chromemctl.checks.findings import Finding
from chromemctl.survey import Fault, FileFacts

Outcome = FileRepair | Unresolved


def untouchable(file: FileFacts) -> str | None:
    """Why a file is left alone whatever is in it."""
    if file.fault in (Fault.OVERSIZED, Fault.TOO_LARGE):
        return f"{file.path.name} is larger than is read; look yourself what it is"
    if file.fault is Fault.UNREADABLE:
        return f"{file.path.name} cannot be read, so nothing is known about it"
    return None


def left(file: FileFacts, finding: Finding, reason: str) -> Unresolved:
    """That a file is left alone."""
    assert finding.dir is not None
    return Unresolved(finding.dir, finding.id, reason, path=PurePosixPath(finding.dir, file.path.name))
