"""Documents read by the hundred: the ordinary ones are counted, the others reported one by one.

This runs in the processes that read a large store. What they send back is small: for an ordinary document
the hash in its name and a fingerprint.
"""

from __future__ import annotations

import os
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from chromemctl.survey.facts import FileFacts
from chromemctl.survey.folders import Shape, is_measured, is_unit
from chromemctl.survey.imprint import FINGERPRINTS, HASHES, Listing, fingerprint, fingerprint_of, hashed_name
from chromemctl.survey.reading import read_facts
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, entry_at, read_regular
from pygob.chromem.measuring import Measured
from pygob.chromem.names import Format, name_hash
from pygob.chromem.records import RecordIds

# Large enough to cost little to hand over, small enough for progress to be seen.
FILES_AT_A_TIME = 512
BYTES_AT_A_TIME = 16 << 20

Measure = Callable[[Sequence[bytes]], list[Measured | None]]


class Piece(NamedTuple):
    """Some files of a folder.

    Attributes:
        folder: The folder.
        entries: Metadata files and files of other names, which are always reported.
        format: The format of the others.
        hashes: The hashes in the names of documents.
    """

    folder: Path
    entries: Sequence[Entry]
    format: Format
    hashes: array[int]

    @property
    def size(self) -> int:
        """How many files there are."""
        return len(self.entries) + len(self.hashes)


class PieceFacts(NamedTuple):
    """What was found in a piece.

    Attributes:
        piece: The piece.
        fingerprints: One for each hash; 0 where the file is gone.
        ordinary: The hashes in the names of the documents that are ordinary by themselves, by shape.
        files: The other files.
    """

    piece: Piece
    fingerprints: array[int]
    ordinary: dict[Shape, array[int]]
    files: list[FileFacts]


def cut(listings: Iterable[Listing]) -> Iterator[list[Piece]]:
    """Everything in some folders that chromem reads, a few hundred files at a time."""
    waiting: list[Piece] = []
    size = 0
    for piece in chain.from_iterable(map(_pieces, listings)):
        waiting.append(piece)
        size += piece.size
        if size >= FILES_AT_A_TIME:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def _pieces(listing: Listing) -> Iterator[Piece]:
    entries = [entry for entry in listing.entries if entry.format is not None]
    for start in range(0, len(entries), FILES_AT_A_TIME):
        part = entries[start : start + FILES_AT_A_TIME]
        yield Piece(listing.path, part, Format.PLAIN, array(HASHES))
    for form, hashes in listing.hashes.items():
        for start in range(0, len(hashes), FILES_AT_A_TIME):
            yield Piece(listing.path, (), form, hashes[start : start + FILES_AT_A_TIME])


def read_pieces(pieces: Sequence[Piece], measure: Measure) -> list[PieceFacts]:
    """Read some pieces.

    Args:
        pieces: The pieces.
        measure: How documents are measured, of which nothing is to be kept.
    """
    readings = [_Reading(piece) for piece in pieces]
    for some in _batches(chain.from_iterable(reading.contents() for reading in readings)):
        for content, measured in zip(some, measure([content.gob for content in some]), strict=True):
            if measured is not None:
                content.reading.note(content, measured)
    return [reading.facts() for reading in readings]


class _Content(NamedTuple):
    """A document's file.

    Attributes:
        reading: What it is read for.
        number: The hash in its name.
        fingerprint: Its fingerprint.
        gob: What is in it, decompressed.
    """

    reading: _Reading
    number: int
    fingerprint: int
    gob: bytes


def _batches(contents: Iterable[_Content]) -> Iterator[list[_Content]]:
    """The documents, as many at a time as fit into memory."""
    found: list[_Content] = []
    size = 0
    for content in contents:
        found.append(content)
        size += len(content.gob)
        if size > BYTES_AT_A_TIME:
            yield found
            found, size = [], 0
    yield found


# Dimension, whether the vector is of length 1, type ids: a shape within one format.
_Kind = tuple[int, bool, RecordIds]


class _Reading:
    """The reading of a piece."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._files = [read_facts(entry) for entry in piece.entries]
        self._marks = dict.fromkeys(piece.hashes, 0)
        self._ordinary: defaultdict[_Kind, array[int]] = defaultdict(lambda: array(HASHES))
        self._others = set(piece.hashes)

    def contents(self) -> Iterator[_Content]:
        """The documents whose files are regular ones, wrapped as their format says."""
        if not self._piece.hashes:
            return
        try:
            directory = os.open(self._piece.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return
        form = self._piece.format
        suffix, is_plain = form.suffix, form is Format.PLAIN
        try:
            for number in self._piece.hashes:
                try:
                    raw, status = read_regular(f"{number:08x}{suffix}", directory, envelope.DEFAULT_LIMIT)
                except OSError:
                    continue
                gob = raw if is_plain else _decompressed(raw)
                if gob is not None and not gob.startswith(envelope.GZIP_MAGIC):
                    mark = fingerprint(status.st_ino, status.st_size, status.st_mtime_ns)
                    yield _Content(self, number, mark, gob)
        finally:
            os.close(directory)

    def note(self, content: _Content, measured: Measured) -> None:
        """Count a document if it is ordinary by itself."""
        kind = _kind(measured, content.number)
        if kind is not None:
            self._ordinary[kind].append(content.number)
            self._marks[content.number] = content.fingerprint
            self._others.remove(content.number)

    def facts(self) -> PieceFacts:
        """What was found, once all documents are counted; the other files are read now, with care."""
        for number in sorted(self._others):
            self._marks[number] = self._read_whole(number)
        form = self._piece.format
        ordinary = {Shape(form, *kind): numbers for kind, numbers in self._ordinary.items()}
        return PieceFacts(self._piece, array(FINGERPRINTS, self._marks.values()), ordinary, self._files)

    def _read_whole(self, number: int) -> int:
        """Note all about one file; its fingerprint, 0 when it is gone."""
        entry = entry_at(self._piece.folder / hashed_name(number, self._piece.format))
        if entry is not None and entry.format is not None:
            self._files.append(read_facts(entry))
        return fingerprint_of(entry)


def _decompressed(raw: bytes) -> bytes | None:
    """What is in a gzip file that is sound to its last byte, and nothing else in the file."""
    try:
        inside = envelope.unwrap(raw)
    except GobDecodeError:
        return None
    return inside.data if inside.checksum is envelope.Checksum.OK and not inside.behind else None


def _kind(document: Measured, number: int) -> _Kind | None:
    """What a document that is ordinary by itself has in common with others; None for one that is not."""
    if not document.id or int(name_hash(document.id), 16) != number:
        return None
    if not document.dimension:
        return 0, True, document.ids
    if not is_measured(document.norm):
        return None
    return document.dimension, is_unit(document.norm), document.ids
