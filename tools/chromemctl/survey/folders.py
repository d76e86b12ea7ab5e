"""What a survey knows of a store: its folders, the files that matter one by one, and the rest by number."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge
from pathlib import Path
from typing import NamedTuple

from chromemctl.own_directories import PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.survey.facts import Astray, DocumentFacts, FileFacts
from chromemctl.survey.imprint import FolderImprint, StoreImprint
from chromemctl.survey.reading import read_facts
from pygob.chromem.entries import Entry, entry_at
from pygob.chromem.names import Format
from pygob.chromem.records import RecordIds

# A majority is clear when it has this many times the others' number.
_CLEAR = 2

# chromem normalises to length 1 in float32; rounding leaves less than this.
UNIT_TOLERANCE = 1e-6


def is_measured(norm: float) -> bool:
    """Whether a vector has a length, which an empty one, zeros and NaN have not."""
    return 0 < norm < math.inf


def is_unit(norm: float) -> bool:
    """Whether a vector is of length 1, as chromem makes them all."""
    return abs(norm - 1) <= UNIT_TOLERANCE


def are_few(odd: int, measured: int) -> bool:
    """Whether so many vectors not of length 1 are exceptions, rather than the way of their collection."""
    return odd > 0 and 2 * odd <= measured


class Shape(NamedTuple):
    """What ordinary documents have in common.

    Attributes:
        format: The format of their files.
        dimension: Length of their vectors.
        is_unit: Whether the vectors are of length 1; empty ones count as such.
        ids: The type ids that the files use.
    """

    format: Format
    dimension: int
    is_unit: bool
    ids: RecordIds


@dataclass(frozen=True)
class FolderFacts:
    """A folder that chromem takes for a collection.

    Nearly all files of a store are documents of which nothing is to be said: each can be read, lies under the
    name of its id, which no other file has, and its vector is like those of most others in the folder. These
    are the ordinary ones, of which only the number is kept. All other files are kept one by one.

    Attributes:
        path: The folder.
        imprint: The names of everything in it, and what shows changes.
        files: Metadata files and the documents that are not ordinary, in chromem's order.
        ordinary: The number of ordinary documents of each shape.
        unread: The number of files of each format that were left unread, in a survey that looks at no
            documents.
        error: Why the folder cannot be listed, in Go's words, or None.
        astray: Records of the collection where chromem does not look, in a survey that reads documents.
    """

    path: Path
    imprint: FolderImprint
    files: tuple[FileFacts, ...] = ()
    ordinary: Mapping[Shape, int] = field(default_factory=dict)
    unread: Mapping[Format, int] = field(default_factory=dict)
    error: str | None = None
    astray: Astray = field(default_factory=Astray)

    @property
    def dir(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def is_own(self) -> bool:
        """Whether it is one of chromemctl's own, with no files put into it that chromem would read."""
        return self.dir in (PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY) and not self.is_used

    @cached_property
    def documents(self) -> tuple[FileFacts, ...]:
        """The files, of those kept one by one, that chromem reads as documents."""
        return tuple(file for file in self.files if not file.is_metadata)

    @cached_property
    def _by_name(self) -> dict[str, FileFacts]:
        return {file.entry.name: file for file in self.documents}

    @cached_property
    def others(self) -> tuple[Entry, ...]:
        """What chromem passes over."""
        return tuple(entry for entry in self.imprint.entries if entry.format is None)

    @cached_property
    def _sizes(self) -> Counter[Format]:
        sizes = Counter(file.format for file in self.documents)
        sizes.update(self.unread)
        for shape, number in self.ordinary.items():
            sizes[shape.format] += number
        return sizes

    def document_count(self, form: Format | None = None) -> int:
        """How many files chromem reads as documents, of one format or of both."""
        return self._sizes.total() if form is None else self._sizes[form]

    def uneventful(self, form: Format) -> int:
        """How many documents of a format are not kept one by one: ordinary ones and those left unread."""
        return self.document_count(form) - sum(file.format is form for file in self.documents)

    @property
    def is_used(self) -> bool:
        """Whether chromem reads anything in it."""
        return bool(self.file_counts)

    @property
    def readable_documents(self) -> int:
        """How many document files can be read, those left unread included."""
        return self.document_count() - sum(file.document is None for file in self.documents)

    @property
    def sound_documents(self) -> int:
        """How many documents with an id can be read, those left unread included."""
        without_id = sum(file.document is not None and not file.document.id for file in self.documents)
        return self.readable_documents - without_id

    def metadata_file(self, form: Format) -> FileFacts | None:
        """The metadata file of a format."""
        return next((file for file in self.files if file.is_metadata and file.format is form), None)

    @property
    def file_counts(self) -> Counter[Format]:
        """How many files chromem reads under each format."""
        return self._sizes + Counter(file.format for file in self.files if file.is_metadata)

    @property
    def format(self) -> Format | None:
        """The format that most of its files have, plain among equals; None when it has no file."""
        return _most(self.file_counts)

    @property
    def name(self) -> str | None:
        """The collection's name as far as a readable metadata file tells it."""
        for file in self.files:
            if file.metadata is not None and file.metadata.name:
                return file.metadata.name
        return None

    @property
    def _with_id(self) -> Iterator[DocumentFacts]:
        return (file.document for file in self.documents if file.document is not None and file.document.id)

    @property
    def dimensions(self) -> Counter[int]:
        """The number of documents by the length of their vectors; the first of the most common is usual."""
        counts: Counter[int] = Counter()
        for shape, number in self.ordinary.items():
            counts[shape.dimension] += number
        whole = (file.whole_document for file in self.documents)
        counts.update(document.dimension for document in whole if document is not None and document.id)
        return counts

    @property
    def measured(self) -> int:
        """The number of documents whose vectors have a length."""
        ordinary = sum(number for shape, number in self.ordinary.items() if shape.dimension)
        return ordinary + sum(is_measured(document.norm) for document in self._with_id)

    def document(self, name: str) -> FileFacts | None:
        """The readable document in the file of this name; an ordinary one is read again."""
        known = self._by_name.get(name)
        if known is not None:
            return known if known.document is not None else None
        if not self.imprint.has_hashed(name):
            return None
        entry = entry_at(self.path / name)
        if entry is None or entry.format is None:
            return None
        facts = read_facts(entry)
        return facts if facts.document is not None else None

    def other_names(self, form: Format | None = None) -> Iterator[str]:
        """The names of the documents that are not kept one by one, of one format or of both."""
        for name in self.imprint.hashed_names(form):
            if name not in self._by_name:
                yield name

    def document_names(self) -> Iterator[str]:
        """The names of all files that chromem reads as documents, in its order."""
        singled_out = (file.entry.name for file in self.documents)
        unread = (entry.name for entry in self.imprint.entries if entry.format and not entry.is_metadata)
        return merge(self.other_names(), sorted({*singled_out, *unread}, key=os.fsencode), key=os.fsencode)

    def every_file(self) -> Iterator[FileFacts]:
        """All files that chromem reads, one by one; ordinary documents are read again."""
        others = (file for name in self.other_names() if (file := self.document(name)) is not None)
        return merge(self.files, others, key=lambda file: os.fsencode(file.entry.name))


@dataclass(frozen=True)
class Survey:
    """A store as it was at one moment.

    Attributes:
        path: The store.
        imprint: What lay in it and in its folders, to tell later whether that has changed.
        folders: The folders that chromem takes for collections, in the order in which it reads them.
        changing: Paths that changed while we looked.
        reads_documents: Whether documents were read; else only metadata and directory entries.
        loose: Whole records among the files of the store itself.
    """

    path: Path
    imprint: StoreImprint
    folders: tuple[FolderFacts, ...]
    changing: tuple[Path, ...] = ()
    reads_documents: bool = True
    loose: tuple[FileFacts, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything directly in it, in chromem's order."""
        return self.imprint.entries

    @cached_property
    def _by_name(self) -> dict[str, FolderFacts]:
        return {folder.dir: folder for folder in self.folders}

    def folder(self, name: str) -> FolderFacts | None:
        """The folder of this name."""
        return self._by_name.get(name)

    @property
    def format(self) -> Format | None:
        """The format that most files of the store have; None when there is none."""
        counts: Counter[Format] = Counter()
        for folder in self.folders:
            if folder.format is not None:
                counts[folder.format] += folder.file_counts.total()
        return _most(counts)

    @property
    def usual_format(self) -> Format | None:
        """The format of a store, where nearly all of its files agree on one: that of its application."""
        counts = sum((folder.file_counts for folder in self.folders), Counter[Format]())
        for usual, number in counts.most_common(1):
            return usual if number >= _CLEAR * (counts.total() - number) else None
        return None


def usual_dimension(lengths: Counter[int]) -> int | None:
    """The length that the vectors of a collection should have; None where no majority is clear.

    Args:
        lengths: The number of documents by the length of their vectors.
    """
    for usual, number in lengths.most_common(1):
        return usual if usual > 0 and number >= _CLEAR * (lengths.total() - number) else None
    return None


def _most(counts: Counter[Format]) -> Format | None:
    best = max(Format, key=lambda form: counts[form])
    return best if counts[best] else None
