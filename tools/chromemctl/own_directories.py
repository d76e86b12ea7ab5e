"""The directories that chromemctl keeps inside a store; hidden, so chromem passes them over."""

from __future__ import annotations

from pathlib import PurePosixPath

PRIVATE_DIRECTORY = ".chromemctl"
JOURNAL_DIRECTORY = PurePosixPath(PRIVATE_DIRECTORY, "journal")
QUARANTINE_DIRECTORY = ".quarantine"
