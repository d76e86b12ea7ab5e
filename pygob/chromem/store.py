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
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path

from pygob.chromem import durable, envelope
from pygob.chromem.collection import Collection, NameTaken, require_text, text_map, write_backup
from pygob.chromem.embeddings import Embeddings, document_paths, read_vectors
from pygob.chromem.entries import Entry, Kind, entry_at, read_file, scan
from pygob.chromem.names import Format, name_hash
from pygob.chromem.records import FRESH_METADATA_IDS, Metadata, RecordIds, unwrapped, write_metadata
from pygob.errors import GobDecodeError

# How often is begun anew where other processes create and delete the same collection: each time one of them
# has got further.
_ATTEMPTS = 1000
# How long an empty folder is left to whoever has made it to move a collection there; then it makes another.
_SPARED_NS = 10 * 60 * 10**9
_NAME = "the name of a collection"
_METADATA_NAMES = frozenset(form.metadata_name for form in Format)


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
            TypeError: The name is no string.
            LookupError: There is none whose metadata can be read.
        """
        require_text(name, _NAME)
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

        Of several processes that create it at the same time one does, and all others get `NameTaken`.

        Raises:
            TypeError: The name is no string, the metadata no mapping of strings, or the form no `Format`.
            ValueError: The name is empty, or the store has files of both forms and none is given; or
                (`pygob.GobEncodeError`) gob cannot hold a text.
            NameTaken: A collection has this name or the same hash, or documents without metadata lie there.
            OSError: It could not be written; at most an empty folder is left, which chromem passes over.
        """
        collection, is_new = self._made_or_found(name, metadata, form, backup=backup)
        if not is_new:
            raise NameTaken(f"the collection {name!r} exists: {collection.path}")
        return collection

    def get_or_create_collection(
        self,
        name: str,
        metadata: Mapping[str, str] | None = None,
        *,
        form: Format | None = None,
        backup: bool = False,
    ) -> Collection:
        """The collection of a name, created if there is none; as chromem's `GetOrCreateCollection`.

        Of several processes that ask at the same time one creates it, and all get it. Where it exists, what
        was noted about it stays. See `create_collection` for the arguments.

        Raises:
            TypeError: The name is no string, the metadata no mapping of strings, or the form no `Format`.
            ValueError: As for `create_collection`.
            NameTaken: Something else has its place; see `create_collection`.
            OSError: It could not be written.
        """
        return self._made_or_found(name, metadata, form, backup=backup)[0]

    def delete_collection(self, name: str) -> None:
        """Delete a collection with all its documents, durably, as chromem's `DeleteCollection` does.

        It is taken out of the store in one step, so it is there as a whole or not at all, whoever looks or
        writes. Its files are removed then; what an interruption leaves of them lies in a hidden folder, which
        chromem passes over and the next deletion removes; where it is empty, once it is ten minutes old.

        Raises:
            TypeError: The name is no string.
            LookupError: There is none.
            OSError: It could not be deleted: folders lie in it, or the system refused. Or it is gone from the
                store, but a file of it could not be removed.
        """
        require_text(name, _NAME)
        self._sweep()
        for _ in range(_ATTEMPTS):
            if self._taken_out(self.collection(name)):
                return
        raise OSError(errno.EBUSY, f"the collection {name!r} changes all the time", str(self.path))

    def _taken_out(self, collection: Collection) -> bool:
        """Take a collection out of the store, and remove its files.

        Returns:
            Whether it was there.

        Raises:
            OSError: It could not be taken out, or not be removed.
        """
        entry = entry_at(collection.path)
        if entry is None:
            return False
        if entry.kind is not Kind.DIRECTORY:
            raise NotADirectoryError(errno.ENOTDIR, "no folder of the store's own", str(collection.path))
        if any(inside.kind is Kind.DIRECTORY for inside in collection.entries()):
            raise OSError(
                errno.ENOTEMPTY, "there are folders in it, which are not chromem's", str(collection.path)
            )
        # One folder deeper than chromem looks, as it would take any other for a collection.
        place = self.path / durable.deleted_name(collection.dir, durable.new_token())
        durable.make_directory(place, durable.private_to_owner_of(self.path, 0o700))
        try:
            durable.move_directory(collection.path, place / collection.dir)
        except BaseException as error:
            with suppress(OSError):  # with the collection in it already it is left to the next deletion
                durable.remove_directory(place)
            if not isinstance(error, FileNotFoundError):
                raise
            # Else another process has moved the collection, or swept our folder; or it was moved, and
            # another process has removed it there. Only an error of the move itself names two paths.
            return error.filename2 is None
        self._remove(place)
        return True

    def _sweep(self) -> None:
        """Remove what interrupted deletions have left, as far as whoever runs this may.

        What is empty is spared at first: another process may be about to move a collection there.
        """
        abandoned = time.time_ns() - _SPARED_NS
        for entry in self.entries():
            if entry.kind is Kind.DIRECTORY and durable.is_deleted(entry.name):
                with suppress(OSError):
                    if entry.mtime_ns < abandoned or scan(entry.path):
                        self._remove(entry.path)

    @staticmethod
    def _remove(place: Path) -> None:
        """Remove a collection that was taken out of the store; another process may be at it too."""
        with suppress(FileNotFoundError):
            for entry in scan(place):
                durable.remove_with_files(entry.path)
            durable.remove_directory(place)

    def _made_or_found(
        self, name: str, metadata: Mapping[str, str] | None, form: Format | None, *, backup: bool
    ) -> tuple[Collection, bool]:
        """A collection, and whether it was created.

        Raises:
            NameTaken: Something else has its place.
        """
        require_text(name, _NAME)
        if form is not None and not isinstance(form, Format):
            raise TypeError(f"the form is a Format, not {type(form).__name__}")
        if not name:
            raise ValueError("a collection needs a name")
        noted = {} if metadata is None else metadata
        record = Metadata(name, text_map(noted, "the metadata of a collection"))
        for _ in range(_ATTEMPTS):
            found = self._named(name)
            if found is not None:
                return found, False
            with suppress(FileExistsError, FileNotFoundError):  # another process creates or deletes it
                return self._make(record, form or self._form(), backup=backup), True
        raise NameTaken(f"the collection {name!r} is created and deleted by others all the time")

    def _make(self, record: Metadata, form: Format, *, backup: bool) -> Collection:
        """Create a collection that is not there.

        Raises:
            FileExistsError: It is there by now.
            FileNotFoundError: What it was to lie in, or beside, is gone by now.
            NameTaken: Something else has its place.
        """
        folder = Collection(self.path / name_hash(record.name))
        self._require_free(folder, record.name)
        siblings = [other for other in self.collections() if other.dir != folder.dir]
        ids = _metadata_ids(siblings)
        seen = [other for other in siblings if not other.dir.startswith(".")]  # hidden ones are private
        like = durable.ownership_of(seen[0].path if seen else self.path)
        mode = like.mode if seen else 0o700
        with suppress(FileExistsError):  # with nothing in it that chromem reads
            durable.make_directory(folder.path, durable.Ownership(mode, like.uid, like.gid, is_wish=True))
        path = write_metadata(folder.path, record, form, ids)
        if any(entry_at(folder.metadata_path(other)) is not None for other in Format if other is not form):
            # Another process has made it in another form. The later one always sees that; where both do, both
            # begin anew. Killed just before this, both files stay: chromem opens the collection with either
            # setting, and chromemctl verify tells which to set aside.
            durable.remove(path)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder.path))
        if backup:
            data = envelope.wrap(record.to_bytes(ids), compressed=form is Format.GZ)
            write_backup(path, data)
        return folder

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
            FileExistsError: The collection is there by now.
            NameTaken: Something is.
        """
        try:
            entries = folder.entries()
        except (FileNotFoundError, NotADirectoryError):
            entry = entry_at(folder.path)
            if entry is None or entry.kind is Kind.DIRECTORY:
                return  # by now
            raise NameTaken(f"{folder.path}, where the collection {name!r} belongs, is no folder") from None
        if any(entry.kind is Kind.DIRECTORY and entry.name in _METADATA_NAMES for entry in entries):
            raise NameTaken(
                f"in {folder.path} a folder lies where the metadata of the collection {name!r} belongs; "
                "chromemctl recover sets it aside"
            )
        used = [entry for entry in entries if entry.format is not None]
        if not used:
            return
        try:
            other = folder.metadata().name
        except (OSError, GobDecodeError):
            if not folder.path.exists():
                return  # deleted since it was listed
            raise NameTaken(
                f"files without readable metadata lie in {folder.path}, where the collection {name!r} "
                "belongs; chromemctl recover brings them back"
            ) from None
        if other == name:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder.path))
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

        What is deleted meanwhile is passed over.

        Args:
            executor: Who reads the files; None for this thread.

        Raises:
            ValueError: The vectors are not all of one length, or the executor was shut down.
            OSError: A file cannot be read.
            pygob.GobDecodeError: A file is damaged.
            ImportError: NumPy, the extra `numpy`, is not installed.
        """
        paths: list[str] = []
        for collection in self.collections():
            with suppress(FileNotFoundError):  # deleted since it was listed
                paths += document_paths(collection.path)
        return read_vectors(paths, executor)

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"


def _metadata_ids(siblings: Iterable[Collection]) -> RecordIds:
    """The type ids of the metadata of other collections, else those of a fresh process."""
    for sibling in siblings:
        try:
            entry = sibling.metadata_entry()
            ids = Metadata.examine(unwrapped(read_file(entry.path))).ids
        except (OSError, GobDecodeError):
            continue
        if ids.is_possible:
            return ids
    return FRESH_METADATA_IDS
