"""The vectors of many documents as one NumPy matrix."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, NamedTuple

from pygob.chromem.entries import Entry, read_entry
from pygob.chromem.records import read_vector, unwrapped
from pygob.chromem.scanning import scan_files

if TYPE_CHECKING:
    import numpy as np


class Embeddings(NamedTuple):
    """The vectors of documents.

    Attributes:
        ids: The documents' ids, in the order of the rows.
        vectors: float32, shape (documents, dimensions).
    """

    ids: list[str]
    vectors: np.ndarray[Any, np.dtype[np.float32]]


def read_embeddings(entries: Sequence[Entry], executor: Executor | None = None) -> Embeddings:
    """Read the vectors of document files into one matrix.

    Args:
        entries: The files.
        executor: Who reads them; None for this thread.

    Raises:
        ValueError: The vectors are not all of one length.
        OSError: A file cannot be read.
        pygob.GobDecodeError: A file is damaged.
        ImportError: NumPy, the extra `numpy`, is not installed.
    """
    import numpy  # an extra, imported when asked for

    ids: list[str] = []
    vectors = numpy.empty((0, 0), numpy.float32)
    for row, (entry, (document_id, vector)) in enumerate(
        zip(entries, scan_files(_read, entries, executor), strict=True)
    ):
        if not row:
            vectors = numpy.empty((len(entries), len(vector)), numpy.float32)
        if len(vector) != vectors.shape[1]:
            raise ValueError(
                f"{entry.path}: the vector of document {document_id!r} has length {len(vector)}, "
                f"those before it have {vectors.shape[1]}"
            )
        ids.append(document_id)
        vectors[row] = vector
    return Embeddings(ids, vectors)


def _read(entry: Entry) -> tuple[str, Any]:
    return read_vector(unwrapped(read_entry(entry)))
