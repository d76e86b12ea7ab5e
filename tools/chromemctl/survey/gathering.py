"""What was read of a folder, put together: which documents are ordinary among the others there."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field

from chromemctl.survey.facts import DocumentFacts, FileFacts
from chromemctl.survey.folders import FolderFacts, Shape, are_few, is_measured, is_unit
from chromemctl.survey.imprint import (
    FINGERPRINTS,
    HASHES,
    FolderImprint,
    HashNamed,
    Listing,
    hash_in,
    hashed_name,
)
from chromemctl.survey.pieces import PieceFacts
from chromemctl.survey.reading import go_error, read_facts
from pygob.chromem.entries import Entry, entry_at
from pygob.chromem.names import Format, document_name
from pygob.chromem.scanning import scan_files


@dataclass(slots=True)
class Gathered:
    """What was read of a folder so far.

    Attributes:
        listing: What lies in it.
        fingerprints: Of the documents of each format, in the order of the listing.
        ordinary: The documents that are ordinary by themselves, as the hashes in their names, by shape.
        files: All other files.
    """

    listing: Listing
    fingerprints: dict[Format, array[int]] = field(
        default_factory=lambda: {form: array(FINGERPRINTS) for form in Format}
    )
    ordinary: defaultdict[Shape, array[int]] = field(
        default_factory=lambda: defaultdict(lambda: array(HASHES))
    )
    files: list[FileFacts] = field(default_factory=list)

    def add(self, facts: PieceFacts) -> None:
        """Add the next piece."""
        self.fingerprints[facts.piece.format].extend(facts.fingerprints)
        self.files.extend(facts.files)
        for shape, hashes in facts.ordinary.items():
            self.ordinary[shape].extend(hashes)

    @property
    def documents(self) -> list[tuple[FileFacts, DocumentFacts]]:
        """The readable documents among the files."""
        return [(file, file.document) for file in self.files if file.document and file.document.id]

    @property
    def imprint(self) -> FolderImprint:
        """The names of everything in the folder, and what shows changes."""
        hashed = {
            form: HashNamed(form, hashes, self.fingerprints[form])
            for form, hashes in self.listing.hashes.items()
        }
        return FolderImprint(self.listing.path, hashed, self.listing.entries, self.listing.mark)


def single_out(folder: Gathered, workers: Executor | None) -> FolderFacts:
    """The facts of a folder.

    Documents that stand out among the others of the folder are read again, to be kept one by one.

    Args:
        folder: What was read of it.
        workers: Who reads the files; None for this thread.
    """
    ordinary = Counter({shape: len(hashes) for shape, hashes in folder.ordinary.items()})
    names: list[str] = []
    for shape, numbers in _outstanding(folder).items():
        ordinary[shape] -= len(numbers)
        names += (hashed_name(number, shape.format) for number in numbers)
    again = scan_files(read_facts, _entries(folder.listing, names), workers)
    files = sorted([*folder.files, *again], key=lambda file: os.fsencode(file.entry.name))
    error = folder.listing.error
    return FolderFacts(
        folder.listing.path,
        folder.imprint,
        tuple(files),
        +ordinary,
        error=None if error is None else go_error("open", error),
    )


def _entries(listing: Listing, names: Iterable[str]) -> list[Entry]:
    found = (entry_at(listing.path / name) for name in names)
    return [entry for entry in found if entry is not None and entry.format is not None]


def _outstanding(folder: Gathered) -> dict[Shape, Collection[int]]:
    """The documents that are ordinary by themselves, but not among the others of their folder."""
    usual = _usual_dimension(folder)
    uneven = _has_a_few_not_of_length_1(folder)
    found: dict[Shape, Collection[int]] = {
        shape: hashes
        for shape, hashes in folder.ordinary.items()
        if shape.dimension != usual or (uneven and not shape.is_unit)
    }
    claimed: defaultdict[Shape, set[int]] = defaultdict(set)
    for shape, number in _claimed(folder):
        if shape not in found:
            claimed[shape].add(number)
    return {**found, **claimed}


def _usual_dimension(folder: Gathered) -> int | None:
    """The length of most vectors; among equals that of the first file."""
    found = [
        (hashed_name(hashes[0], shape.format), shape.dimension, len(hashes))
        for shape, hashes in folder.ordinary.items()
    ]
    whole = ((file, file.whole_document) for file in folder.files)
    found += [(file.entry.name, each.dimension, 1) for file, each in whole if each is not None and each.id]
    counts: Counter[int] = Counter()
    for _, dimension, number in sorted(found):
        counts[dimension] += number
    return counts.most_common(1)[0][0] if counts else None


def _has_a_few_not_of_length_1(folder: Gathered) -> bool:
    shapes = {shape: len(hashes) for shape, hashes in folder.ordinary.items() if shape.dimension}
    others = [document.norm for _, document in folder.documents if is_measured(document.norm)]
    odd = sum(number for shape, number in shapes.items() if not shape.is_unit)
    odd += sum(not is_unit(norm) for norm in others)
    return are_few(odd, sum(shapes.values()) + len(others))


def _claimed(folder: Gathered) -> Iterator[tuple[Shape, int]]:
    """Documents that lie where another file's document belongs: it may be another version of the same."""
    for file, document in folder.documents:
        proper = document_name(document.id, file.format)
        place = hash_in(proper)
        if place is None or proper == file.entry.name:
            continue
        for shape, hashes in folder.ordinary.items():
            index = bisect_left(hashes, place[1])
            if shape.format is file.format and index < len(hashes) and hashes[index] == place[1]:
                yield shape, place[1]
