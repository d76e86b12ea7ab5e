"""Documents read by the hundred: the ordinary ones are counted, the others reported one by one.

This runs in the processes that read a large store. What they send back is small: for an ordinary document
the hash in its name and a fingerprint.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from chromemctl.survey.facts import DocumentFacts, FileFacts
from chromemctl.survey.folders import Shape, is_measured, is_unit
from chromemctl.survey.imprint import FINGERPRINTS, HASHES, Listing, fingerprint, fingerprint_of, hashed_name
from chromemctl.survey.reading import read_facts
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, entry_at, read_regular
from pygob.chromem.names import Format, name_hash
from pygob.chromem.records import Document

# Large enough to cost little to hand over, small enough for progress to be seen.
FILES_AT_A_TIME = 256

_SOUND = (envelope.Checksum.NONE, envelope.Checksum.OK)


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


def read_pieces(pieces: Sequence[Piece]) -> list[PieceFacts]:
    """Read some pieces."""
    return [_read_piece(piece) for piece in pieces]


def _read_piece(piece: Piece) -> PieceFacts:
    found = PieceFacts(piece, array(FINGERPRINTS), {}, [read_facts(entry) for entry in piece.entries])
    if not piece.hashes:
        return found
    try:
        directory = os.open(piece.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        found.fingerprints.extend(_read_whole(piece, number, found.files) for number in piece.hashes)
        return found
    try:
        for number in piece.hashes:
            looked_at = _read_ordinary(hashed_name(number, piece.format), piece.format, directory)
            if looked_at is None:
                found.fingerprints.append(_read_whole(piece, number, found.files))
                continue
            shape, mark = looked_at
            found.fingerprints.append(mark)
            found.ordinary.setdefault(shape, array(HASHES)).append(number)
    finally:
        os.close(directory)
    return found


def _read_ordinary(name: str, form: Format, directory: int) -> tuple[Shape, int] | None:
    """The shape and fingerprint of an ordinary document; None for anything else."""
    try:
        raw, status = read_regular(name, directory, envelope.DEFAULT_LIMIT)
    except OSError:
        return None
    shape = _shape_of(raw, name, form)
    if shape is None:
        return None
    return shape, fingerprint(status.st_ino, status.st_size, status.st_mtime_ns)


def _shape_of(raw: bytes, name: str, form: Format) -> Shape | None:
    try:
        inside = envelope.unwrap(raw)
        if inside.compressed is not (form is Format.GZ) or inside.checksum not in _SOUND:
            return None
        reading = Document.summarize(inside.data)
    except GobDecodeError:
        return None
    document = DocumentFacts(reading.record.id, reading.record.dimension, reading.record.norm)
    if reading.trailing or not document.id or not name.startswith(name_hash(document.id)):
        return None
    if document.dimension and not is_measured(document):
        return None
    unit = not document.dimension or is_unit(document.norm)
    return Shape(form, document.dimension, unit, reading.ids)


def _read_whole(piece: Piece, number: int, files: list[FileFacts]) -> int:
    """Note all about one file; its fingerprint, 0 when it is gone."""
    entry = entry_at(piece.folder / hashed_name(number, piece.format))
    if entry is not None and entry.format is not None:
        files.append(read_facts(entry))
    return fingerprint_of(entry)
