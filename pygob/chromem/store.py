"""A store on disk: its folders and files as chromem walks over them, nothing opened that cannot be read.

Source: `NewPersistentDB` of chromem-go v0.7.0. Every real subdirectory of the store is taken for a
collection, hidden ones too; symbolic links to directories are passed over. In a collection, the file
`00000000.gob` (or `.gob.gz`) is its metadata, every other file with that suffix a document, the rest is
passed over. Entries are visited in the order of their names' bytes, and the first error ends it all.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

from pygob.chromem.embeddings import Embeddings, read_embeddings
from pygob.chromem.entries import Entry, Kind, scan
from pygob.chromem.names import METADATA_STEM, Format
from pygob.chromem.records import Document, Metadata, read_document, read_metadata


class Collection:
    """One folder of a store.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def dir(self) -> str:
        """The folder's name: the hash of the collection's name."""
        return self.path.name

    def entries(self) -> list[Entry]:
        """What lies in the folder, in chromem's order."""
        return scan(self.path)

    def metadata_path(self, form: Format) -> Path:
        """Where the metadata file of a format is, whether it exists or not."""
        return self.path / form.metadata_name

    def formats(self) -> set[Format]:
        """The formats that files of this folder have by their names."""
        return {entry.format for entry in self.entries() if entry.format is not None}

    def metadata(self) -> Metadata:
        """The collection's name and metadata, from the one metadata file it has.

        Raises:
            FileNotFoundError: There is none.
            OSError: It cannot be read.
            pygob.GobDecodeError: It is damaged.
        """
        for entry in self.entries():
            if entry.is_metadata:
                return read_metadata(entry.path)
        raise FileNotFoundError(
            errno.ENOENT, f"no {METADATA_STEM}.gob or {METADATA_STEM}.gob.gz", str(self.path)
        )

    def documents(self) -> Iterator[Document]:
        """The documents, one file after the other.

        Raises:
            OSError: A file cannot be read.
            pygob.GobDecodeError: A file is damaged.
        """
        for entry in self.document_entries():
            yield read_document(entry.path)

    def document_entries(self) -> list[Entry]:
        """The files that hold documents, in chromem's order."""
        return [entry for entry in self.entries() if entry.format is not None and not entry.is_metadata]

    def embeddings(self, executor: Executor | None = None) -> Embeddings:
        """The ids and vectors of all documents; see `Store.embeddings`."""
        return read_embeddings([self.path], executor)

    def __repr__(self) -> str:
        return f"Collection({str(self.path)!r})"


class Store:
    """A chromem-go database directory.

    Attributes:
        path: The directory.

    Raises:
        FileNotFoundError: The path does not exist.
        NotADirectoryError: The path is not a directory.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not stat.S_ISDIR(self.path.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self.path))

    def entries(self) -> list[Entry]:
        """Everything directly in the store, in chromem's order."""
        return scan(self.path)

    def collections(self) -> list[Collection]:
        """The folders that chromem takes for collections, in the order in which it reads them."""
        return [Collection(entry.path) for entry in self.entries() if entry.kind is Kind.DIRECTORY]

    def embeddings(self, executor: Executor | None = None) -> Embeddings:
        """The ids and vectors of the documents of all collections, as one NumPy matrix.

        Args:
            executor: Who reads the files; None for this thread.

        Raises:
            ValueError: The vectors are not all of one length.
            OSError: A file cannot be read.
            pygob.GobDecodeError: A file is damaged.
            ImportError: NumPy, the extra `numpy`, is not installed.
        """
        return read_embeddings((collection.path for collection in self.collections()), executor)

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"
