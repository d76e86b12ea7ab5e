"""TRAILING and CHECKSUM: what chromem never looks at, because it stops at the end of the first value."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Survey
from chromemctl.wording import command, count
from pygob.chromem.envelope import Checksum


@check
def trailing_bytes(survey: Survey) -> Iterator[Finding]:
    """Bytes after the first value; they may be another document."""
    for folder in survey.folders:
        for file in folder.files:
            if file.trailing:
                yield Finding(
                    "TRAILING",
                    Severity.WARNING,
                    file.path,
                    f"{count(file.trailing, 'byte')} follow the first value; chromem does not read them, "
                    "and a second document in them would be lost",
                    "recover brings whole documents in them to their places if those are free, and sets "
                    "other records aside; for other bytes compare the file with a backup",
                    folder.dir,
                )


@check
def bytes_behind_gzip(survey: Survey) -> Iterator[Finding]:
    """Bytes after the gzip data that are none themselves, which no reader of gzip gives anybody."""
    for folder in survey.folders:
        for file in folder.files:
            if file.behind and not file.trailing:
                show = command("tail", "-c", str(file.behind), file.path)
                yield Finding(
                    "TRAILING",
                    Severity.WARNING,
                    file.path,
                    f"{count(file.behind, 'byte')} follow the gzip data; chromem does not read them, and "
                    "a record in them would be lost",
                    "recover brings whole documents in them to their places if those are free, and leaves "
                    f"other bytes; look what they are: {show}",
                    folder.dir,
                )


@check
def gzip_checksum(survey: Survey) -> Iterator[Finding]:
    """gzip files whose trailer is wrong or cut off, although their gob can be read."""
    for folder in survey.folders:
        for file in folder.files:
            if file.fault is None and file.checksum in (Checksum.WRONG, Checksum.MISSING):
                state = "does not fit its content" if file.checksum is Checksum.WRONG else "is cut off"
                yield Finding(
                    "CHECKSUM",
                    Severity.WARNING,
                    file.path,
                    f"the gzip checksum {state}; chromem does not check it and opens the file",
                    "compare the file with a backup",
                    folder.dir,
                )
