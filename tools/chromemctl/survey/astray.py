"""Whole records where chromem does not look: below collections' folders, under other names, beside folders.

Other programs put them there: a copy that was interrupted, a folder copied into itself, a collection copied
without its folder. Only files that have a suffix of chromem's somewhere in their names are opened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from chromemctl.survey.facts import Astray, DocumentFacts, Enclosed, FileFacts
from chromemctl.survey.folders import FolderFacts
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, Kind, in_order, listing, read_file
from pygob.chromem.names import Format, document_name, format_of, is_hash, name_hash
from pygob.chromem.records import Document, Metadata

#: How many folders deep is looked below a collection's, and at how many files in all.
DEPTH = 4
MOST_FILES = 200_000
#: Where a check of the file system puts files that it finds in no folder, and how much of that is read.
LOST_AND_FOUND = "lost+found"
_CHECKED_FILES = 10_000
_CHECKED_BYTES = 1 << 20


def with_astray(folders: Iterable[FolderFacts]) -> list[FolderFacts]:
    """The folders, with what is astray of each that is named as chromem names those of collections."""
    budget = _Budget()
    return [
        _look(folder, budget)
        if is_hash(folder.dir)
        else _looked_through(folder)
        if folder.dir == LOST_AND_FOUND
        else folder
        for folder in folders
    ]


def loose_files(entries: Iterable[Entry]) -> tuple[FileFacts, ...]:
    """Whole records among the files of a store itself, where only folders should be."""
    budget = _Budget()
    return tuple(filter(None, map(_record, budget.allowed(entries))))


class _Budget:
    """How many files may still be opened."""

    def __init__(self) -> None:
        self._left = MOST_FILES

    def allowed(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Those of some entries that may be records of chromem's, as far as it goes."""
        for entry in entries:
            if self._left and entry.kind is Kind.FILE and Format.PLAIN.suffix in entry.name and entry.size:
                self._left -= 1
                yield entry


def _looked_through(folder: FolderFacts) -> FolderFacts:
    """The folder of a check of the file system, with the records in it; it gives files numbers for names."""
    files = [entry for entry in folder.others if entry.kind is Kind.FILE and 0 < entry.size <= _CHECKED_BYTES]
    records = tuple(filter(None, map(_record, files[:_CHECKED_FILES])))
    return replace(folder, astray=Astray(checked=records)) if records else folder


def _look(folder: FolderFacts, budget: _Budget) -> FolderFacts:
    around = (*folder.others, *_below(folder.others, folder.dir, DEPTH))
    read = [(entry, _record(entry)) for entry in budget.allowed(around)]
    records = [record for _, record in read if record is not None]
    metadata = [(file, name_hash(file.metadata.name)) for file in records if file.metadata is not None]
    foreign = {file.entry.folder for file, digest in metadata if digest != folder.dir}
    own = [file for file, digest in metadata if digest == folder.dir]
    # In a folder of which chromem reads nothing, who knows whose documents lie below; its metadata tells.
    near = {folder.path, folder.path / folder.dir, *(file.entry.folder for file in own)}
    held = _Held(folder)
    found = [] if folder.is_used else own
    repeated: Counter[Path] = Counter()
    for file in records:
        place = file.entry.folder
        if file.document is None or place in foreign or not (folder.is_used or place in near):
            continue
        if not held.has(file.document):
            found.append(file)
        elif place != folder.path:
            repeated[place] += 1
    enclosed = tuple(filter(None, (_enclosed(entry, folder.dir, budget) for entry in around)))
    broken = tuple(
        entry.path
        for entry, record in read
        if record is None and folder.is_used and entry.folder not in foreign and held.misses(entry.name)
    )
    if not (found or repeated or enclosed or broken):
        return folder
    return replace(folder, astray=Astray(tuple(found), dict(repeated), enclosed, broken))


def _is_of_another(entry: Entry, dir_name: str) -> bool:
    """Whether something is called as the folder of another collection."""
    return is_hash(entry.name) and entry.name != dir_name


def _enclosed(entry: Entry, dir_name: str, budget: _Budget) -> Enclosed | None:
    """What is in the folder of another collection; None where that is nothing, or it is no such folder."""
    if entry.kind is not Kind.DIRECTORY or not _is_of_another(entry, dir_name):
        return None
    files: list[Entry] = []
    with suppress(OSError):
        files = [file for file in in_order(listing(entry.path)) if file.format and file.kind is Kind.FILE]
    if not files:
        return None
    records = map(_record, budget.allowed(file for file in files if file.is_metadata))
    names = (record.metadata.name for record in records if record is not None and record.metadata)
    documents = tuple(file.name for file in files if not file.is_metadata)
    return Enclosed(entry.path, next(names, None), documents)


def _below(entries: Iterable[Entry], dir_name: str, depth: int) -> Iterator[Entry]:
    """Everything in some folders and below them, but in those of other collections.

    Folders in the places of files are other damages.
    """
    for entry in entries:
        is_in_a_place = format_of(entry.name) is not None and is_hash(entry.name.partition(".")[0])
        is_passed_over = is_in_a_place or _is_of_another(entry, dir_name)
        if entry.kind is Kind.DIRECTORY and depth and not is_passed_over:
            with suppress(OSError):
                inside = in_order(listing(entry.path))
                yield from inside
                yield from _below(inside, dir_name, depth - 1)


def _record(entry: Entry) -> FileFacts | None:
    """A file that holds one whole record and nothing else."""
    if entry.size > envelope.DEFAULT_LIMIT:
        return None
    try:
        inside = envelope.unwrap(read_file(entry.path))
    except (OSError, GobDecodeError):
        return None
    if inside.checksum is envelope.Checksum.WRONG:
        return None
    form = entry.format or (Format.GZ if inside.compressed else Format.PLAIN)
    facts = FileFacts(entry, form, compressed=inside.compressed, checksum=inside.checksum)
    with suppress(GobDecodeError):
        reading = Document.summarize(inside.data)
        if not reading.trailing and reading.record.id and "Embedding" in reading.fields:
            document = DocumentFacts(reading.record.id, reading.record.dimension, reading.record.norm)
            return facts._replace(document=document, fields=reading.fields, ids=reading.ids)
    with suppress(GobDecodeError):
        about = Metadata.examine(inside.data)
        if not about.trailing and about.record.name and "Embedding" not in about.fields:
            return facts._replace(metadata=about.record, fields=about.fields, ids=about.ids)
    return None


# A document's file under whatever name a copy gives it until it is whole.
_DOCUMENT = re.compile(r"(?<![0-9a-f])(?!0{8})([0-9a-f]{8})\.gob")


class _Held:
    """The documents that a collection has, or that a file in its place holds whole."""

    def __init__(self, folder: FolderFacts) -> None:
        whole = (file.whole_document for file in folder.documents)
        self._ids = {document.id for document in whole if document is not None}
        self._singled_out = {file.entry.name for file in folder.documents}
        self._imprint = folder.imprint

    def has(self, document: DocumentFacts) -> bool:
        """Whether it is one of them."""
        names = {document_name(document.id, form) for form in Format} - self._singled_out
        return document.id in self._ids or any(map(self._imprint.has_hashed, names))

    def misses(self, name: str) -> bool:
        """Whether a name has that of a document's file in it, and the collection has no such file."""
        found = _DOCUMENT.search(name)
        return found is not None and not any(self._imprint.has(found[1] + form.suffix) for form in Format)
