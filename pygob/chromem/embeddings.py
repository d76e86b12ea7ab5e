"""The vectors of many documents as one NumPy matrix.

Documents are read some hundreds at a time. Of those that are like all others only the outline is read one
by one; their vectors are read side by side. Whatever is unusual about a file is left to the way by which a
single document is read, which knows every rule and every error.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from itertools import chain, repeat
from operator import and_
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pygob._destination.fitting import MAX_FLOAT32
from pygob._kernels.lockstep import LEAD, lockstep_floats
from pygob.chromem._outline import Outline, ends_soundly, outline_of
from pygob.chromem.entries import entry_at, read_file
from pygob.chromem.envelope import GZIP_MAGIC
from pygob.chromem.names import Format, format_of
from pygob.chromem.records import read_vector, unwrapped
from pygob.chromem.scanning import map_in_order
from pygob.errors import GobDecodeError

if TYPE_CHECKING:
    import numpy as np

# Enough that a step of NumPy works rather than starts, few enough for a processor's cache.
BATCH_FILES = 512
PIECE_BYTES = 8 << 20
# Fewer vectors are read faster one by one.
LOCKSTEP_FROM = 48

_METADATA_NAMES = frozenset(form.metadata_name for form in Format)


class Embeddings(NamedTuple):
    """The vectors of documents.

    Attributes:
        ids: The documents' ids, in the order of the rows.
        vectors: float32, shape (documents, dimensions).
    """

    ids: list[str]
    vectors: np.ndarray[Any, np.dtype[np.float32]]


def read_embeddings(folders: Iterable[Path], executor: Executor | None = None) -> Embeddings:
    """Read the vectors of all documents in the folders of collections into one matrix.

    Documents that are deleted meanwhile are passed over.

    Args:
        folders: The folders. The rows are in their order and, in a folder, in chromem's.
        executor: Who reads the files; None for this thread.

    Raises:
        ValueError: The vectors are not all of one length, or the executor was shut down.
        OSError: A file cannot be read.
        pygob.GobDecodeError: A file is damaged.
        ImportError: NumPy, the extra `numpy`, is not installed.
    """
    return read_vectors([path for folder in folders for path in document_paths(folder)], executor)


def read_vectors(paths: Sequence[str], executor: Executor | None) -> Embeddings:
    """Read the vectors of documents, given by their files; see `read_embeddings`."""
    import numpy as np  # an extra, imported when asked for

    batches = [paths[start : start + BATCH_FILES] for start in range(0, len(paths), BATCH_FILES)]
    ids: list[str] = []
    vectors = np.empty((0, 0), np.float32)
    for found in chain.from_iterable(map_in_order(_read_batch, batches, executor)):
        if found.ids:
            length = found.vectors.shape[1]
            if not ids:
                vectors = np.empty((0, length), np.float32)
            if length != vectors.shape[1]:
                raise _other_length(found.first, found.ids[0], length, vectors.shape[1])
            begin = len(ids)
            ids += found.ids
            if len(ids) > len(vectors):
                # Never far beyond what is there: the first vector may be a damaged one of millions.
                vectors.resize((min(2 * len(ids), len(paths)), length), refcheck=False)
            vectors[begin : len(ids)] = found.vectors
        if found.fault is not None:
            raise found.fault
    if len(vectors) > len(ids):  # where some were deleted meanwhile
        vectors.resize((len(ids), vectors.shape[1]), refcheck=False)
    return Embeddings(ids, vectors)


def _other_length(path: str, document_id: str, length: int, expected: int) -> ValueError:
    return ValueError(
        f"{path}: the vector of document {document_id!r} has length {length}, those before it have {expected}"
    )


def document_paths(folder: Path) -> list[str]:
    """The files that chromem takes for documents, in its order.

    Raises:
        OSError: The folder cannot be listed.
    """
    with os.scandir(folder) as found:
        names = [
            item.name
            for item in found
            if format_of(item.name) is not None
            and item.name not in _METADATA_NAMES
            and not item.is_dir(follow_symlinks=False)
        ]
    names.sort(key=os.fsencode)
    return [f"{folder}/{name}" for name in names]


class _Found(NamedTuple):
    """What a piece holds up to the first file that cannot be among the others.

    Attributes:
        ids: The documents' ids.
        vectors: Their vectors.
        fault: What is wrong with the next file; None when there is none.
        first: The file of the first document; empty where there is none.
    """

    ids: list[str]
    vectors: np.ndarray[Any, np.dtype[np.float32]]
    fault: ValueError | None
    first: str


def _read_batch(paths: Sequence[str]) -> list[_Found]:
    """The vectors of some files, in pieces that fit into memory."""
    import numpy as np

    found: list[_Found] = []
    memory = np.empty(LEAD + PIECE_BYTES, np.uint8).data
    piece = _Piece(memory)
    for path in paths:
        try:
            data = _contents(path)
        except FileNotFoundError:
            if entry_at(Path(path)) is not None:  # a symbolic link to nothing
                raise
            continue
        if piece.size + len(data) > PIECE_BYTES and piece.size:
            found.append(piece.read())
            piece = _Piece(memory)
        piece.add(path, data)
    found.append(piece.read())
    return found


class _Piece:
    """Documents whose vectors are read together.

    Attributes:
        size: How many bytes they have in all.
    """

    def __init__(self, memory: memoryview) -> None:
        self.size = 0
        self._paths: list[str] = []
        self._length = 0
        self._peculiar: dict[int, bytes] = {}
        # The others lie one behind the other in memory that serves one piece after the other.
        self._memory = memory
        self._indexes: list[int] = []
        self._outlines: list[Outline] = []
        self._ends = [LEAD]

    def add(self, path: str, raw: bytes) -> None:
        """Take up what is in a file."""
        data, outline = _outlined(raw)
        index = len(self._paths)
        if not index:
            self._length = outline.length if outline is not None else _length(raw)
        self._paths.append(path)
        self.size += len(data)
        if outline is None or outline.length != self._length or self.size > len(self._memory) - LEAD:
            self._peculiar[index] = raw
            return
        begin = self._ends[-1]
        end = begin + len(data)
        self._memory[begin:end] = data
        self._indexes.append(index)
        self._outlines.append(outline)
        self._ends.append(end)

    def read(self) -> _Found:
        """The ids and the vectors."""
        import numpy as np

        ids = [""] * len(self._paths)
        for index, outline in zip(self._indexes, self._outlines, strict=True):
            ids[index] = outline.id
        alike = self._side_by_side()
        others: dict[int, Any] = {}
        fault: ValueError | None = None
        for index, raw in sorted(self._peculiar.items()):
            try:
                ids[index], vector = _read(self._paths[index], raw)
            except GobDecodeError as error:
                fault = error
            else:
                if len(vector) == self._length:
                    others[index] = vector
                    continue
                fault = _other_length(self._paths[index], ids[index], len(vector), self._length)
            del ids[index:]
            break
        vectors = alike[: len(ids)]
        if len(alike) < len(self._paths):
            vectors = np.empty((len(ids), self._length), np.float32)
            rows = self._indexes[: bisect_left(self._indexes, len(ids), hi=len(alike))]
            vectors[rows] = alike[: len(rows)]
        for index, vector in others.items():
            vectors[index] = vector
        return _Found(ids, vectors, fault, self._paths[0] if self._paths else "")

    def _side_by_side(self) -> Any:
        """The vectors that are alike; those of damaged documents, or with odd numbers, become peculiar."""
        import numpy as np

        begins, ends = self._ends[:-1], self._ends[1:]
        is_right: Iterable[bool] = repeat(False, len(ends))
        vectors = np.empty((0, self._length), np.float32)
        if len(ends) >= LOCKSTEP_FROM:
            starts = [begin + outline.start for begin, outline in zip(begins, self._outlines, strict=True)]
            vectors, stops = lockstep_floats(self._memory[: ends[-1]], starts, self._length)
            ordinary = np.abs(vectors).max(axis=1) < MAX_FLOAT32  # no NaN, and nothing too large
            rests = map(self._memory.__getitem__, map(slice, stops, ends))
            is_right = map(and_, map(ends_soundly, rests), ordinary.tolist())
        for index, begin, end, right in zip(self._indexes, begins, ends, is_right, strict=True):
            if not right:
                self._peculiar[index] = bytes(self._memory[begin:end])
        return vectors


def _outlined(raw: bytes) -> tuple[bytes, Outline | None]:
    """The gob bytes in a file, and their outline; the file's own bytes if it is peculiar."""
    outline = outline_of(raw)
    if outline is None and raw.startswith(GZIP_MAGIC):
        try:
            data = unwrapped(raw)
        except GobDecodeError:
            return raw, None
        return data, outline_of(data)
    return raw, outline


def _contents(path: str) -> bytes:
    """What is in a file, by as few calls as can be."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                data = os.read(descriptor, status.st_size + 1)
                if len(data) == status.st_size:
                    return data
        finally:
            os.close(descriptor)
    except OSError:
        pass
    return read_file(Path(path))  # a link, no regular file, one that grows: with care, or with a good error


def _length(raw: bytes) -> int:
    """The length of the vector in a peculiar file; 0 when it is damaged."""
    try:
        return len(read_vector(unwrapped(raw))[1])
    except GobDecodeError:
        return 0


def _read(path: str, raw: bytes) -> tuple[str, Any]:
    """The id and the vector of a document, whatever its file is like; an error names it."""
    try:
        return read_vector(unwrapped(raw))
    except GobDecodeError as error:
        error.message = f"{path}: {error.message}"
        raise
