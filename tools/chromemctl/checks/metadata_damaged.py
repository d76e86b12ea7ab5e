"""META_TRUNCATED, META_CORRUPT, META_FOREIGN: a metadata file that chromem cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import Fault, FileFacts, Survey
from chromemctl.wording import count

_IDS = {
    Fault.EMPTY: "META_TRUNCATED",
    Fault.TRUNCATED: "META_TRUNCATED",
    Fault.CORRUPT: "META_CORRUPT",
    Fault.OVERSIZED: "META_CORRUPT",
    Fault.TOO_LARGE: "META_CORRUPT",
    Fault.FOREIGN: "META_FOREIGN",
}


@check
def metadata_damaged(survey: Survey) -> Iterator[Finding]:
    """Metadata files with a fault in their content."""
    for folder in survey.folders:
        for file in folder.files:
            if file.is_metadata and file.fault in _IDS:
                yield Finding(
                    _IDS[file.fault],
                    Severity.ERROR,
                    file.path,
                    _state(file) if file.head else f"{_state(file)}, and chromem refuses the whole store",
                    "have it taken out of that, as recover does: every byte of it is there"
                    if file.wrapped
                    else "set it aside and rebuild it, as recover does",
                    folder.dir,
                )


def _state(file: FileFacts) -> str:
    if file.wrapped is not None:
        return f"the metadata file is whole, but inside of {file.wrapped.shown}"
    match file.fault:
        case Fault.EMPTY:
            return "the metadata file is empty (0 bytes)"
        case Fault.TRUNCATED:
            return f"the metadata file is cut short after {count(file.entry.size, 'byte')}"
        case Fault.FOREIGN:
            return f"the metadata file holds something else ({file.error})"
        case Fault.OVERSIZED if file.head is not None:
            return f"only the first record of the metadata file was read, as chromem does: {file.error}"
        case _:
            return f"the metadata file is overwritten or corrupt ({file.error})"
