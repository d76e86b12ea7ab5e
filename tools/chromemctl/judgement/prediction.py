"""What real chromem-go v0.7.0 does with a store, worked out without running it.

A transcription of `NewPersistentDB` into the terms of a survey: folders and files in the order of their
names' bytes, the first error ends everything, names and ids that come twice overwrite each other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from chromemctl.survey import Fault, FileFacts, FolderFacts, Survey
from pygob.chromem.entries import Kind
from pygob.chromem.names import Format
from pygob.chromem.records import Metadata


@dataclass(frozen=True, slots=True)
class Prediction:
    """The outcome of opening a store with one setting of `compress`.

    Attributes:
        opens: Whether the application would start. A store that makes it wait for ever does not open.
        error: chromem's error text when it does not, or what else happens.
        is_quoted: Whether the error is chromem's own words.
        waits: Whether it would wait for ever.
        collections: Number of documents by collection name when it does.
    """

    opens: bool
    error: str | None = None
    collections: Mapping[str, int] = field(default_factory=dict)
    is_quoted: bool = True
    waits: bool = False


def predict(survey: Survey, form: Format) -> Prediction:
    """Predict what `NewPersistentDB(path, compress)` does, `compress` being true for `Format.GZ`."""
    collections: dict[str, int] = {}
    for folder in survey.folders:
        outcome = _open_collection(folder, form)
        if isinstance(outcome, _Refused):
            return Prediction(
                opens=False, error=outcome.error, is_quoted=outcome.is_quoted, waits=outcome.waits
            )
        if outcome is not None:
            collections[outcome.name] = outcome.documents
    return Prediction(opens=True, collections=collections)


@dataclass(frozen=True, slots=True)
class _Opened:
    name: str
    documents: int


@dataclass(frozen=True, slots=True)
class _Refused:
    error: str
    is_quoted: bool = True
    waits: bool = False


def _open_collection(folder: FolderFacts, form: Format) -> _Opened | _Refused | None:
    """Open one folder; None when chromem passes it over."""
    if folder.error is not None:
        return _Refused(f"couldn't read collection directory: {folder.error}")
    name, ids = "", set[str]()
    others = folder.uneventful(form)
    for file in folder.files:
        if file.format is not form or file.entry.kind is Kind.DIRECTORY:
            continue
        if file.fault is not None and file.head is None:
            quoted = file.fault not in (Fault.ENDLESS, Fault.OVERSIZED)
            return _Refused(refusal(file), is_quoted=quoted, waits=file.fault is Fault.ENDLESS)
        read = file.head or file.metadata or file.document
        if isinstance(read, Metadata):
            name = read.name
        elif read is not None:
            ids.add(read.id)
    if name:
        return _Opened(name, len(ids) + others)
    if not ids and not others:
        return None
    return _Refused(f"collection metadata file not found: {os.fspath(folder.path)}")


def refusal(file: FileFacts) -> str:
    """chromem's error text for a file that it cannot read; it names no file, so tools must."""
    if file.fault is Fault.ENDLESS:
        return file.error or ""
    if file.fault is Fault.OVERSIZED:
        return f"it would hardly get through {file.path}: {file.error}"
    kind = "collection metadata" if file.is_metadata else "document"
    return f"couldn't read {kind}: {file.error}"
