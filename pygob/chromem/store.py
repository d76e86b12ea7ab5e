"""A store on disk: its folders and files as chromem walks over them, nothing opened that cannot be read.

Source: `NewPersistentDB` of chromem-go v0.7.0. Every real subdirectory of the store is taken for a
collection, hidden ones too; symbolic links to directories are passed over. In a collection, the file
`00000000.gob` (or `.gob.gz`) is its metadata, every other file with that suffix a document, the rest is
passed over. Entries are visited in the order of their names' bytes, and the first error ends it all.

What is written here has the names and bytes that chromem gives it, but no moment at which half of it is
there: a process or a machine may stop at any time, and chromem opens what is left.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path

from pygob.chromem import durable, envelope
from pygob.chromem.embeddings import Embeddings, read_embeddings
from pygob.chromem.entries import Entry, Kind, entry_at, listing, read_file, scan
from pygob.chromem.export import ExportedCollection
from pygob.chromem.names import METADATA_STEM, Format, document_name, name_hash
from pygob.chromem.records import (
    FRESH_METADATA_IDS,
    Document,
    Metadata,
    RecordIds,
    read_document,
    read_metadata,
    unwrapped,
    write_metadata,
)
from pygob.chromem.vectors import float32_vector, normalized
from pygob.errors import GobDecodeError

#: Added to the name of a metadata file for a copy that chromem passes over and `chromemctl recover` finds.
BACKUP_SUFFIX = ".backup"


class NameTaken(ValueError):
    """A collection or a document cannot have its place: another one is there, or something unreadable."""


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
        return read_metadata(self._metadata_entry().path)

    def set_metadata(self, metadata: Mapping[str, str]) -> Metadata:
        """Replace what is noted about the collection, atomically and durably; its name stays.

        chromem has no function for this: a process that has the store open sees it when it opens it again. A
        copy in `00000000.gob.backup` is replaced as well, where there is one.

        Returns:
            The metadata as it was written.

        Raises:
            FileNotFoundError: The collection has no metadata file.
            pygob.GobDecodeError: The file is damaged.
            pygob.GobEncodeError: gob cannot hold the metadata.
            OSError: It could not be written; the old state remains.
        """
        path = self._metadata_entry().path
        held = Metadata.examine(unwrapped(read_file(path)))
        record = Metadata(held.record.name, dict(metadata))
        data = envelope.wrap(record.to_bytes(held.ids), compressed=self.format is Format.GZ)
        ownership = durable.ownership_for(self.path, like=path)
        durable.replace(path, data, ownership)
        if (backup := _backup_of(path)).exists():
            durable.replace(backup, data, ownership)
        return record

    @property
    def format(self) -> Format:
        """How the collection's files are written, as its metadata file is.

        Raises:
            FileNotFoundError: It has no metadata file.
        """
        form = self._metadata_entry().format
        assert form is not None
        return form

    def _metadata_entry(self) -> Entry:
        for form in Format:  # in chromem's order
            entry = entry_at(self.metadata_path(form))
            if entry is not None and entry.is_metadata:
                return entry
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

    def exported(self) -> ExportedCollection:
        """The collection for `write_export`, its documents read whenever they are asked for.

        Raises:
            OSError: The metadata cannot be read.
            pygob.GobDecodeError: The metadata is damaged.
        """
        record = self.metadata()
        return ExportedCollection(record.name, record.metadata, _Documents(self))

    def get(self, document_id: str) -> Document:
        """The document of an id.

        Raises:
            LookupError: There is none.
            OSError: Its file cannot be read.
            pygob.GobDecodeError: Its file is damaged.
        """
        found = self._held(document_id)
        if found is None:
            raise LookupError(f"no document has the id {document_id!r}")
        return found[0]

    def add(
        self,
        document_id: str,
        embedding: Iterable[float],
        *,
        metadata: Mapping[str, str] | None = None,
        content: str = "",
    ) -> Document:
        """Add a document, in the place of the one with the same id if there is one, atomically and durably.

        As chromem's `AddDocument` does, an embedding that has not length 1 is normalised. Processes that have
        the store open see the document when they open it again: chromem reads files at its start only.

        Args:
            document_id: Its id.
            embedding: Its vector: an `array.array`, a list, a NumPy array.
            metadata: Keys and values to filter by; None is Go's nil map.
            content: Its text.

        Returns:
            The document as it was written.

        Raises:
            ValueError: The id is empty or the embedding cannot be one.
            NameTaken: The file that chromem would write belongs to another document, or cannot be read.
            FileNotFoundError: The collection has no metadata.
            pygob.GobEncodeError: gob cannot hold the document.
            OSError: It could not be written; the old state remains.
        """
        if not document_id:
            raise ValueError("a document needs an id")
        own = dict(metadata) if metadata is not None else None
        document = Document(document_id, own, normalized(float32_vector(embedding)), content)
        held = self._held(document_id)
        ids = held[1] if held is not None else self._document_ids()
        data = envelope.wrap(document.to_bytes(ids), compressed=self.format is Format.GZ)
        write = durable.create if held is None else durable.replace
        like = self.metadata_path(self.format)
        write(self._path_of(document_id), data, durable.ownership_for(self.path, like=like))
        return document

    def delete(self, *document_ids: str) -> int:
        """Delete documents by their ids, durably. Ids that no document has are passed over, as in chromem.

        As with chromem's `Delete` the files are gone: nothing is kept of them.

        Returns:
            How many there were.

        Raises:
            NameTaken: A file belongs to another document, or cannot be read; then nothing was deleted.
            OSError: A file could not be removed.
        """
        present = [document_id for document_id in dict.fromkeys(document_ids) if self._held(document_id)]
        for document_id in present:
            durable.remove(self._path_of(document_id))
        return len(present)

    def _path_of(self, document_id: str) -> Path:
        return self.path / document_name(document_id, self.format)

    def _held(self, document_id: str) -> tuple[Document, RecordIds | None] | None:
        """The document of an id and its file's type ids, None when there is no such file."""
        path = self._path_of(document_id)
        if path.name == self.format.metadata_name:
            raise NameTaken(
                f"the id {document_id!r} has the hash {METADATA_STEM}: its file would be the metadata's"
            )
        try:
            reading = Document.examine(unwrapped(read_file(path)))
        except FileNotFoundError:
            return None
        except GobDecodeError as error:
            raise NameTaken(
                f"{path}, where the document {document_id!r} belongs, is damaged: {error}; "
                "chromemctl recover sets it aside"
            ) from error
        if reading.record.id != document_id:
            raise NameTaken(
                f"the ids {document_id!r} and {reading.record.id!r} have the same hash, so chromem has one "
                f"file for both: {path}"
            )
        return reading.record, reading.ids if reading.ids.is_possible else None

    def _document_ids(self) -> RecordIds | None:
        """The type ids of a document beside which a new one will lie; None for those of a fresh process."""
        for entry in listing(self.path):  # any will do, and there may be very many
            if entry.format is None or entry.is_metadata:
                continue
            try:
                ids = Document.examine(unwrapped(read_file(entry.path))).ids
            except (OSError, GobDecodeError):
                continue
            return ids if ids.is_possible else None
        return None

    def __repr__(self) -> str:
        return f"Collection({str(self.path)!r})"


class _Documents:
    """The documents of a collection, read anew whenever they are asked for."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def __iter__(self) -> Iterator[Document]:
        return self._collection.documents()


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

    @classmethod
    def create(cls, path: str | os.PathLike[str]) -> Store:
        """Make the directory of a new store, which only its owner may enter, as chromem does.

        Raises:
            FileExistsError: The path exists.
            OSError: It could not be made.
        """
        durable.make_directory(Path(path), durable.Ownership(0o700))
        return cls(path)

    def entries(self) -> list[Entry]:
        """Everything directly in the store, in chromem's order."""
        return scan(self.path)

    def collections(self) -> list[Collection]:
        """The folders that chromem takes for collections, in the order in which it reads them."""
        return [Collection(entry.path) for entry in self.entries() if entry.kind is Kind.DIRECTORY]

    def collection(self, name: str) -> Collection:
        """The collection of a name, wherever it lies.

        Raises:
            LookupError: There is none whose metadata can be read.
        """
        found = self._named(name)
        if found is None:
            raise LookupError(f"no collection has the name {name!r}")
        return found

    def create_collection(
        self,
        name: str,
        metadata: Mapping[str, str] | None = None,
        *,
        form: Format | None = None,
        backup: bool = False,
    ) -> Collection:
        """Create a collection, durably.

        Args:
            name: Its name.
            metadata: What to note about it.
            form: Whether its files are compressed; by default as those of the store are, which are plain in
                an empty one. chromem sees only those of the form that it opens the store with.
            backup: Whether to keep a second copy of the metadata, in `00000000.gob.backup`.

        Raises:
            ValueError: The name is empty, or the store has files of both forms and none is given.
            NameTaken: A collection has this name or the same hash, or documents without metadata lie there.
            pygob.GobEncodeError: gob cannot hold the metadata.
            OSError: It could not be written; at most an empty folder is left, which chromem passes over.
        """
        if not name:
            raise ValueError("a collection needs a name")
        form = form or self._form()
        taken = self._named(name)
        if taken is not None:
            raise NameTaken(f"the collection {name!r} exists: {taken.path}")
        folder = Collection(self.path / name_hash(name))
        self._require_free(folder, name)
        siblings = [other for other in self.collections() if other.dir != folder.dir]
        record = Metadata(name, dict(metadata or {}))
        ids = _metadata_ids(siblings)
        record.to_bytes(ids)  # what gob cannot hold shows before anything is written
        if not folder.path.exists():
            like = durable.ownership_of(siblings[0].path if siblings else self.path)
            mode = like.mode if siblings else 0o700
            durable.make_directory(folder.path, durable.Ownership(mode, like.uid, like.gid, is_wish=True))
        if backup:
            copy = _backup_of(folder.metadata_path(form))
            data = envelope.wrap(record.to_bytes(ids), compressed=form is Format.GZ)
            durable.replace(copy, data, durable.ownership_for(folder.path))
        write_metadata(folder.path, record, form, ids)
        return folder

    def delete_collection(self, name: str) -> None:
        """Delete a collection with all its documents, durably, as chromem's `DeleteCollection` does.

        Its metadata goes last: interrupted at any moment, what is left is a collection that chromem opens.

        Raises:
            LookupError: There is none.
            OSError: A file could not be removed; or folders lie in it, and then all is as it was.
        """
        found = self.collection(name)
        entries = found.entries()
        if any(entry.kind is Kind.DIRECTORY for entry in entries):
            raise OSError(
                errno.ENOTEMPTY, "there are folders in it, which are not chromem's", str(found.path)
            )
        for entry in sorted(entries, key=lambda entry: entry.is_metadata):
            durable.remove(entry.path)
        durable.remove_directory(found.path)

    def _named(self, name: str) -> Collection | None:
        """The collection of a name: where it belongs, else the last one that has it, as in chromem."""
        own, others = Collection(self.path / name_hash(name)), reversed(self.collections())
        for found in (own, *others):
            try:
                if found.metadata().name == name:
                    return found
            except (OSError, GobDecodeError):
                continue
        return None

    def _require_free(self, folder: Collection, name: str) -> None:
        """Check that nothing is where a collection is to be.

        Raises:
            NameTaken: Something is.
        """
        try:
            entries = folder.entries()
        except FileNotFoundError:
            return
        except NotADirectoryError:
            raise NameTaken(f"{folder.path}, where the collection {name!r} belongs, is no folder") from None
        used = [entry for entry in entries if entry.format is not None]
        if not used:
            return
        try:
            other = folder.metadata().name
        except (OSError, GobDecodeError):
            raise NameTaken(
                f"files without readable metadata lie in {folder.path}, where the collection {name!r} "
                "belongs; chromemctl recover brings them back"
            ) from None
        raise NameTaken(
            f"the names {name!r} and {other!r} have the same hash, so chromem has one folder for both: "
            f"{folder.path}"
        )

    def _form(self) -> Format:
        """The form of the store's files.

        Raises:
            ValueError: It has files of both.
        """
        forms = {form for collection in self.collections() for form in collection.formats()}
        if len(forms) > 1:
            raise ValueError(f"{self.path} has plain files and compressed ones; say which form is meant")
        return forms.pop() if forms else Format.PLAIN

    def embeddings(self, executor: Executor | None = None) -> Embeddings:
        """The ids and vectors of the documents of all collections, as one NumPy matrix.

        Args:
            executor: Who reads the files; None for this thread.

        Raises:
            ValueError: The vectors are not all of one length, or the executor was shut down.
            OSError: A file cannot be read.
            pygob.GobDecodeError: A file is damaged.
            ImportError: NumPy, the extra `numpy`, is not installed.
        """
        return read_embeddings((collection.path for collection in self.collections()), executor)

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"


def _backup_of(metadata: Path) -> Path:
    """Where the second copy of a metadata file is, whether it exists or not."""
    return metadata.with_name(metadata.name + BACKUP_SUFFIX)


def _metadata_ids(siblings: Iterable[Collection]) -> RecordIds:
    """The type ids of the metadata of other collections, else those of a fresh process."""
    for sibling in siblings:
        try:
            entry = sibling._metadata_entry()
            ids = Metadata.examine(unwrapped(read_file(entry.path))).ids
        except (OSError, GobDecodeError):
            continue
        if ids.is_possible:
            return ids
    return FRESH_METADATA_IDS
