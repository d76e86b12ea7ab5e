"""A new store, written beside its place and moved there when every file of it was read back."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pygob.chromem import durable, envelope
from pygob.chromem.durable import Ownership
from pygob.chromem.names import METADATA_STEM, Format, document_name, name_hash
from pygob.chromem.records import FRESH_METADATA_IDS, Document, Metadata, read_document, unwrapped
from pygob.chromem.scanning import map_in_order

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

# Where there are many files, so many are synced at a time: the disk is waited for once for all of these.
_SYNCED_TOGETHER = 8
_MANY_FILES = 32


class NewStore:
    """A store in the making; a context manager.

    Nothing is at its path before `finish`, and then all of it is. What is written until then lies beside, in
    a hidden folder that is removed when the block ends without `finish`; after a power loss it may be left.

    Attributes:
        path: Where the store will be.
        form: How its files are written.
    """

    def __init__(
        self, path: str | os.PathLike[str], form: Format, ownership: Ownership | None = None
    ) -> None:
        """Describe a store.

        Args:
            path: Where it will be; nothing is there, and the folder above exists.
            form: Whether to compress its files.
            ownership: Mode and owner of its folder; by default it belongs to whom the folder above belongs
                to, as far as whoever runs this may give it away, and only they may enter it.
        """
        self.path = Path(path)
        self.form = form
        self._ownership = ownership or durable.private_to_owner_of(self.path.parent, 0o700)
        self._place = self.path.with_name(durable.temporary_name(self.path.name, durable.new_token()))

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            FileExistsError: Something is at the path.
            OSError: The folder cannot be made.
        """
        if os.path.lexists(self.path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self.path))
        durable.make_directory(self._place, Ownership(0o700))
        return self

    def __exit__(self, *_: object) -> None:
        if self._place.exists():
            durable.remove_tree(self._place)

    @contextmanager
    def folder(self, name: str, ownership: Ownership | None = None) -> Iterator[NewFolder]:
        """Make a folder; where the block ends, its files are synced, read back and compared.

        Args:
            name: Its name.
            ownership: Its mode and owner; by default those of the store.

        Raises:
            FileExistsError: There is one of this name already.
            OSError: It could not be written, or what was read back is not what was written.
        """
        given = ownership or self._ownership
        made = NewFolder(self._place / name, self.form, replace(given, mode=given.mode & 0o666))
        durable.make_directory(made.path, given)
        yield made
        made.settle()

    @contextmanager
    def collection(self, record: Metadata) -> Iterator[NewFolder]:
        """Make a collection; see `folder`.

        Raises:
            ValueError: It has no name.
            FileExistsError: There is one of this name, or of another with the same hash.
        """
        if not record.name:
            raise ValueError("there is a collection without a name, which chromem could not open")
        with self.folder(name_hash(record.name)) as folder:
            folder.add(METADATA_STEM, record.to_bytes(FRESH_METADATA_IDS))
            yield folder

    def finish(self) -> None:
        """Let the store appear at its path.

        Raises:
            FileExistsError: Something has come to be there meanwhile.
            OSError: It could not be moved.
        """
        durable.own_directory(self._place, self._ownership)
        durable.move_directory(self._place, self.path)


class NewFolder:
    """A folder of a store in the making.

    Attributes:
        path: Where it is now.
    """

    def __init__(self, path: Path, form: Format, ownership: Ownership) -> None:
        self.path = path
        self._form = form
        self._ownership = ownership
        self._digests: dict[str, bytes] = {}

    def add(self, stem: str, gob: bytes, ownership: Ownership | None = None) -> None:
        """Write a file.

        Args:
            stem: Its name without the suffix.
            gob: What is to be in it.
            ownership: Its mode and owner; by default those of the folder, without the right to enter.

        Raises:
            FileExistsError: There is one of this name already.
            OSError: It could not be written.
        """
        name = stem + self._form.suffix
        # zlib's way, as files are many here: Go's own bytes take Python a hundred times as long.
        data = envelope.wrap(gob, compressed=self._form is Format.GZ, like=envelope.GoDeflate.MODERN)
        durable.write_new(self.path / name, data, ownership or self._ownership)
        self._digests[name] = _digest(gob)

    def add_document(self, document: Document) -> None:
        """Write a document under the hash of its id.

        Raises:
            ValueError: It has no id; or its id and another one, or the metadata file, have the same hash.
            OSError: It could not be written.
        """
        if not document.id:
            raise ValueError("there is a document without an id")
        stem = name_hash(document.id)
        try:
            self.add(stem, document.to_bytes())
        except FileExistsError:
            raise ValueError(self._clash(document.id)) from None

    def settle(self) -> None:
        """Sync every file, read it back, and sync the folder.

        Raises:
            OSError: A file is not what was written.
        """
        with _threads() if len(self._digests) >= _MANY_FILES else nullcontext() as threads:
            for _ in map_in_order(self._settle_file, self._digests.items(), threads):
                pass
        durable.sync_directory(self.path)

    def _settle_file(self, written: tuple[str, bytes]) -> None:
        name, digest = written
        path = self.path / name
        if _digest(unwrapped(durable.settled(path))) != digest:
            raise OSError(errno.EIO, "what was read back is not what was written", str(path))

    def _clash(self, document_id: str) -> str:
        name = document_name(document_id, self._form)
        if name == self._form.metadata_name:
            return f"the id {document_id!r} has the hash {METADATA_STEM}: its file would be the metadata's"
        other = read_document(self.path / name).id
        if other == document_id:
            return f"there are two documents with the id {document_id!r}"
        return f"the ids {document_id!r} and {other!r} have the same hash, so chromem has one file for both"


def _threads() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # only where there is much to do

    return ThreadPoolExecutor(_SYNCED_TOGETHER)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
