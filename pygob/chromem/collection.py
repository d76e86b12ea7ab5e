"""A collection of a store: one folder with its metadata and its documents, each in a file.

What is written here has the names and bytes that chromem gives it, but no moment at which half of it is
there: a process or a machine may stop at any time, and chromem opens what is left.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path

from pygob.chromem import durable, envelope
from pygob.chromem.embeddings import Embeddings, read_embeddings
from pygob.chromem.entries import Entry, Kind, entry_at, listing, read_file, scan
from pygob.chromem.export import ExportedCollection
from pygob.chromem.names import METADATA_STEM, Format, document_name
from pygob.chromem.records import Document, Metadata, RecordIds, read_document, read_metadata, unwrapped
from pygob.chromem.vectors import float32_vector, normalized
from pygob.errors import GobDecodeError, GobEncodeError

#: Added to the name of a metadata file for a copy that chromem passes over and `chromemctl recover` finds.
BACKUP_SUFFIX = ".backup"

_ID = "the id of a document"


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
        """The formats that files of this folder have by their names; none when it is gone."""
        try:
            return {entry.format for entry in listing(self.path) if entry.format is not None}
        except FileNotFoundError:
            return set()

    def metadata(self) -> Metadata:
        """The collection's name and metadata, from the one metadata file it has.

        Raises:
            FileNotFoundError: There is none.
            OSError: It cannot be read.
            pygob.GobDecodeError: It is damaged.
        """
        return read_metadata(self.metadata_entry().path)

    def set_metadata(self, metadata: Mapping[str, str]) -> Metadata:
        """Replace what is noted about the collection, atomically and durably; its name stays.

        chromem has no function for this: a process that has the store open sees it when it opens it again. A
        copy in `00000000.gob.backup` is replaced after it, where there is one; an interruption between
        the two leaves the old copy.

        Returns:
            The metadata as it was written.

        Raises:
            TypeError: It is no mapping of strings.
            FileNotFoundError: The collection has no metadata file, or was deleted.
            pygob.GobDecodeError: The file is damaged.
            pygob.GobEncodeError: gob cannot hold the metadata.
            OSError: It could not be written; the old state remains.
        """
        own = text_map(metadata, "the metadata of a collection")
        path = self.metadata_entry().path
        held = Metadata.examine(unwrapped(read_file(path)))
        record = Metadata(held.record.name, own)
        data = envelope.wrap(record.to_bytes(held.ids), compressed=self.format is Format.GZ)
        try:
            durable.replace(path, data, durable.ownership_for(self.path, like=path))
            if backup_of(path).exists():
                write_backup(path, data)
        except FileNotFoundError:
            raise self._gone() from None
        return record

    @property
    def format(self) -> Format:
        """How the collection's files are written, as its metadata file is.

        Raises:
            FileNotFoundError: It has no metadata file.
        """
        form = self.metadata_entry().format
        assert form is not None
        return form

    def metadata_entry(self) -> Entry:
        """The metadata file; of two the one that chromem reads, if it opens the store with plain files.

        Raises:
            FileNotFoundError: There is none.
        """
        for form in Format:  # in chromem's order
            entry = entry_at(self.metadata_path(form))
            if entry is not None and entry.is_metadata:
                return entry
        raise FileNotFoundError(
            errno.ENOENT, f"no {METADATA_STEM}.gob or {METADATA_STEM}.gob.gz", str(self.path)
        )

    def documents(self) -> Iterator[Document]:
        """The documents, one file after the other; those that are deleted meanwhile are passed over.

        Raises:
            OSError: A file cannot be read.
            pygob.GobDecodeError: A file is damaged.
        """
        for entry in self.document_entries():
            try:
                document = read_document(entry.path)
            except FileNotFoundError:
                if entry_at(entry.path) is not None:  # a symbolic link to nothing
                    raise
                continue
            yield document

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
            TypeError: The id is no string.
            LookupError: There is none.
            OSError: Its file cannot be read.
            pygob.GobDecodeError: Its file is damaged.
        """
        require_text(document_id, _ID)
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

        Where several processes add one id at the same time, the last of them stays.

        Raises:
            TypeError: The id or the content is no string, the metadata no mapping of strings, or the
                embedding holds no numbers.
            ValueError: The id is empty, the embedding cannot be one, or (`pygob.GobEncodeError`) gob cannot
                hold a text.
            NameTaken: The file that chromem would write belongs to another document, or cannot be read.
            FileNotFoundError: The collection has no metadata, or was deleted.
            OSError: It could not be written; the old state remains.
        """
        require_text(document_id, _ID)
        require_text(content, "the content of a document")
        own = text_map(metadata, "the metadata of a document") if metadata is not None else None
        if not document_id:
            raise ValueError("a document needs an id")
        document = Document(document_id, own, normalized(float32_vector(embedding)), content)
        while not self._write(document):
            pass  # another process has added it since we looked: now it is replaced
        return document

    def _write(self, document: Document) -> bool:
        """Write a document, in the place of the one of the same id if there is one.

        Returns:
            Whether there still was, or was none, as when its file was looked at.

        Raises:
            FileNotFoundError: The collection was deleted; then nothing of the document is left.
        """
        held = self._held(document.id)
        ids = held[1] if held is not None else self._document_ids()
        form = self.format
        path = self.path / document_name(document.id, form)
        data = envelope.wrap(document.to_bytes(ids), compressed=form is Format.GZ)
        write = durable.create if held is None else durable.replace
        try:
            write(path, data, durable.ownership_for(self.path, like=self.metadata_path(form)))
        except FileExistsError:
            return False
        except FileNotFoundError:
            raise self._gone() from None
        self._require_metadata_beside(path)
        return True

    def _require_metadata_beside(self, path: Path) -> None:
        """Look whether a document that was written still lies in a collection; else remove it.

        chromem deletes a collection file by file; a document that it did not see would keep it from starting.

        Raises:
            FileNotFoundError: The collection was deleted meanwhile.
        """
        try:
            self.metadata_entry()
        except FileNotFoundError:
            with suppress(OSError):
                durable.remove(path)
                durable.remove_directory(self.path)
            raise self._gone() from None

    def _gone(self) -> FileNotFoundError:
        return FileNotFoundError(errno.ENOENT, "the collection was deleted meanwhile", str(self.path))

    def delete(self, *document_ids: str) -> int:
        """Delete documents by their ids, durably. Ids that no document has are passed over, as in chromem.

        As with chromem's `Delete` the files are gone: nothing is kept of them.

        Returns:
            How many there were.

        Raises:
            TypeError: An id is no string; then nothing was deleted.
            NameTaken: A file belongs to another document, or cannot be read; then nothing was deleted.
            FileNotFoundError: The collection has no metadata, or was deleted.
            OSError: A file could not be removed.
        """
        for document_id in document_ids:
            require_text(document_id, _ID)
        present = [document_id for document_id in dict.fromkeys(document_ids) if self._held(document_id)]
        return sum(self._remove(document_id) for document_id in present)

    def _remove(self, document_id: str) -> bool:
        """Remove a document's file; whether it was there."""
        path = self._path_of(document_id)
        try:
            durable.remove(path)
        except FileNotFoundError:
            return False  # another process was faster
        return True

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
            entry = entry_at(path)
            if entry is not None and entry.kind is Kind.SYMLINK:
                raise NameTaken(
                    f"{path}, where the document {document_id!r} belongs, is a symbolic link to nothing"
                ) from None
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


def backup_of(metadata: Path) -> Path:
    """Where the second copy of a metadata file is, whether it exists or not."""
    return metadata.with_name(metadata.name + BACKUP_SUFFIX)


def write_backup(metadata: Path, data: bytes) -> None:
    """Write the second copy of a metadata file; whoever replaces that meanwhile, both are equal in the end.

    Args:
        metadata: The file.
        data: What was written into it.

    Raises:
        FileNotFoundError: The collection was deleted.
        pygob.GobDecodeError: The file was replaced, and is damaged; the copy is not.
        OSError: The copy could not be written.
    """
    while True:
        durable.replace(backup_of(metadata), data, durable.ownership_for(metadata.parent, like=metadata))
        held = read_file(metadata)
        if held == data:
            return
        Metadata.examine(unwrapped(held))
        data = held


def require_text(value: object, what: str) -> None:
    """Refuse what is no text, which gob and the hash of a name would each refuse in their own words.

    Raises:
        TypeError: It is no string.
        GobEncodeError: It has no bytes in UTF-8, nor stands for bytes that are not UTF-8.
    """
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {type(value).__name__}")
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise GobEncodeError(
            f"{what} has a lone surrogate at index {error.start}, which has no bytes in UTF-8"
        ) from None


def text_map(given: object, what: str) -> dict[str, str]:
    """A copy of a mapping of strings.

    Raises:
        TypeError: It is something else.
        GobEncodeError: A text of it has no bytes in UTF-8.
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"{what} is a mapping of str to str, not {type(given).__name__}")
    for key, value in given.items():
        require_text(key, f"a key in {what}")
        require_text(value, f"{key!r} in {what}")
    return dict(given)
