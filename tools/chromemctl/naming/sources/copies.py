"""Names read in full from the operator's files: copies of metadata, exports, reports and manifests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chromemctl.naming.case import Case, Stream, Trust
from chromemctl.naming.model import Skipped
from chromemctl.naming.sources.registry import REGISTRY_BYTES
from chromemctl.naming.sources.texts import files
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import read_file
from pygob.chromem.export import read_export
from pygob.chromem.names import METADATA_STEM, is_hash
from pygob.chromem.records import METADATA_BYTES, Metadata

# How chromem's documentation names encrypted exports; any other file that nobody can read may be anything.
_ENCRYPTED = ".enc"


def streams(case: Case) -> Iterator[Stream]:
    """The names of collections in whatever of the operator's files is of chromem's or chromemctl's making."""
    for text in case.evidence.texts:
        for path in files(text, case.skipped):
            for read in _readers(path):
                yield Stream(str(path), Trust.READ, _read(read, path, case.skipped))


def _readers(path: Path) -> Iterator[Callable[[Path], Iterator[str]]]:
    """How a file may be read; documents of a store have no names of collections in them."""
    stem = path.name.partition(".")[0]
    if is_hash(stem) and stem != METADATA_STEM:
        return
    if path.name.endswith(".json"):
        yield _in_report
        return
    if path.suffix != _ENCRYPTED:
        yield _in_metadata
    yield _in_export


def _read(read: Callable[[Path], Iterator[str]], path: Path, skipped: list[Skipped]) -> Iterator[str]:
    """The names, as far as the file can be read as that: what is of another kind is no fault."""
    found = 0
    try:
        for name in read(path):
            found += 1
            yield name
    except OSError as error:
        skipped.append(Skipped(str(path), str(error)))
    except (GobDecodeError, ValueError, RecursionError) as error:
        if found:
            skipped.append(Skipped(str(path), f"only {found} of its names can be read: {error}"))
        elif path.suffix == _ENCRYPTED:
            skipped.append(Skipped(str(path), str(error)))


def _in_metadata(path: Path) -> Iterator[str]:
    if path.stat().st_size <= METADATA_BYTES:
        name = Metadata.examine(envelope.unwrap(read_file(path)).data).record.name
        yield from filter(None, (name,))


def _in_export(path: Path) -> Iterator[str]:
    return (collection.name for collection in read_export(path))


def _in_report(path: Path) -> Iterator[str]:
    """`collections` of a report of `verify --json`, and of the manifest of a backup."""
    if path.stat().st_size > REGISTRY_BYTES:
        return
    report: Any = json.loads(path.read_bytes())
    listed = report.get("collections") if isinstance(report, dict) else None
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield entry["name"]
