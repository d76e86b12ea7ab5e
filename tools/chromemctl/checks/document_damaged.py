"""DOC_TRUNCATED, DOC_CORRUPT, DOC_FOREIGN, DOC_TOO_LARGE, STRAY: what chromem takes for documents in vain."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Fault, FileFacts, Survey
from chromemctl.wording import command, count
from pygob.chromem.names import is_hash

_IDS = {
    Fault.EMPTY: "DOC_TRUNCATED",
    Fault.TRUNCATED: "DOC_TRUNCATED",
    Fault.CORRUPT: "DOC_CORRUPT",
    Fault.TOO_LARGE: "DOC_CORRUPT",
    Fault.FOREIGN: "DOC_FOREIGN",
}


@check
def document_damaged(survey: Survey) -> Iterator[Finding]:
    """Document files with a fault in their content."""
    for folder in survey.folders:
        for file in folder.documents:
            if file.fault is Fault.OVERSIZED:
                yield _oversized(survey, file, folder.dir)
            if file.fault not in _IDS:
                continue
            stray = not is_hash(file.path.name.removesuffix(file.format.suffix))
            yield Finding(
                "STRAY" if stray else _IDS[file.fault],
                Severity.ERROR,
                file.path,
                _stray(file) if stray else _state(file),
                "have it taken out of that, as recover does: every byte of it is there"
                if file.wrapped
                else "set this one file aside, as recover does; the other documents are not affected",
                folder.dir,
            )


@check
def stray_in_hidden_folder(survey: Survey) -> Iterator[Finding]:
    """chromem files directly in a hidden folder: it takes `.quarantine` itself for a collection."""
    for folder in survey.folders:
        if folder.dir.startswith(".") and folder.document_count() and folder.name is None:
            yield Finding(
                "STRAY",
                Severity.ERROR,
                folder.path,
                f"files ending in .gob lie directly in {folder.dir}, which chromem therefore takes for a "
                "collection without a name and refuses the whole store",
                f"move them into a folder below {folder.dir}, as recover does",
                folder.dir,
            )


def _oversized(survey: Survey, file: FileFacts, folder: str) -> Finding:
    """A file that recover leaves alone, as it cannot tell what is lost with it."""
    inside = file.path.relative_to(survey.path)
    set_aside = command("chromemctl", "quarantine", "add", survey.path, inside)
    known = "nothing is known about the document file"
    if file.head is not None:
        known = "only the first record of the document file was read, as chromem does"
    return Finding(
        "DOC_TOO_LARGE",
        Severity.ERROR,
        file.path,
        f"{known}: {file.error}",
        f"look what it is; to set it aside: {set_aside}",
        folder,
    )


def _stray(file: FileFacts) -> str:
    return (
        f"chromem takes {file.path.name} for a document because of its suffix, cannot read it "
        f"({file.error}) and refuses the whole store"
    )


def _state(file: FileFacts) -> str:
    if file.wrapped is not None:
        assert file.wrapped.document is not None
        return (
            f"document {file.wrapped.document.id!r} is whole, but inside of {file.wrapped.shown}; chromem "
            "cannot read it and refuses the whole store"
        )
    match file.fault:
        case Fault.EMPTY:
            state = "the document file is empty (0 bytes)"
        case Fault.TRUNCATED:
            state = f"the document file is cut short after {count(file.entry.size, 'byte')}"
        case Fault.FOREIGN:
            state = f"the file holds something other than a document ({file.error})"
        case _:
            state = f"the document file is overwritten or corrupt ({file.error})"
    return f"{state}, and chromem refuses the whole store"
