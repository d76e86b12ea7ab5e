"""What a damage is, the collection it happens to, and the registry that damages enter themselves into."""

from __future__ import annotations

import importlib
import os
import random
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from chromemctl.simulation.copies import StoreCopy
from pygob import GobDecodeError
from pygob.chromem import envelope
from pygob.chromem.entries import Kind, scan
from pygob.chromem.names import Format, document_name
from pygob.chromem.records import Document, read_document

# Checksum and length end a gzip file in 8 bytes, behind deflate's empty last block in as many bits as fill 2.
_UNREAD_TRAILER = 10


class NotApplicable(Exception):
    """The collection is not one to which this can happen."""


@dataclass(frozen=True, slots=True)
class Target:
    """A sound collection of a copy.

    Attributes:
        copy: The copy.
        folder: The collection's folder.
        form: The format of its files.
        name: The collection's name.
        numbers: Where chance comes from.
    """

    copy: StoreCopy
    folder: Path
    form: Format
    name: str
    numbers: random.Random

    @property
    def metadata(self) -> Path:
        """The metadata file."""
        return self.folder / self.form.metadata_name

    @property
    def documents(self) -> list[Path]:
        """The documents' files, in chromem's order."""
        return [
            entry.path
            for entry in scan(self.folder)
            if entry.kind is Kind.FILE and entry.format is self.form and not entry.is_metadata
        ]

    @property
    def other_form(self) -> Format:
        """The format that the collection does not have."""
        return Format.GZ if self.form is Format.PLAIN else Format.PLAIN

    def choose(self, *, among: int = 1) -> Path:
        """One of the documents' files.

        Args:
            among: How many documents the collection must have for the damage to be what it is.

        Raises:
            NotApplicable: It has fewer.
        """
        documents = self.documents
        if len(documents) < among:
            raise NotApplicable(f"it needs a collection with at least {among} documents")
        return self.numbers.choice(documents)

    def in_their_places(self, number: int) -> list[Path]:
        """The files of some documents that are named by the hash of their ids.

        Raises:
            NotApplicable: It has fewer.
        """
        found = [
            path for path in self.documents if path.name == document_name(self.document(path).id, self.form)
        ]
        if len(found) < number:
            raise NotApplicable(f"it needs a collection with at least {number} documents in their places")
        return self.numbers.sample(found, number)

    def document(self, path: Path) -> Document:
        """Read a document's file.

        Raises:
            NotApplicable: It is damaged already.
        """
        try:
            return read_document(path)
        except GobDecodeError:
            raise NotApplicable(f"it needs sound documents, and {path.name} is damaged already") from None

    def write(self, path: Path, gob: bytes, form: Format | None = None) -> None:
        """Write a file in the format of the collection, or in another."""
        self.copy.write(path, envelope.wrap(gob, compressed=(form or self.form) is Format.GZ))

    def embed(self, path: Path, embedding: array[float]) -> None:
        """Give a document another vector."""
        self.write(path, replace(self.document(path), embedding=embedding).to_bytes())

    def cut_trailer(self, path: Path) -> None:
        """Take some of the last bytes of a compressed file, which chromem opens all the same.

        Raises:
            NotApplicable: The collection is not compressed.
        """
        if self.form is not Format.GZ:
            raise NotApplicable("it needs a compressed store")
        self.cut(path, path.stat().st_size - self.numbers.randint(1, _UNREAD_TRAILER))

    def hide(self, path: Path) -> None:
        """Put a link in the place of a file or directory, which moves to where chromem does not look."""
        store = self.folder.parent
        hidden = store / ".elsewhere" / path.relative_to(store)
        for directory in reversed(hidden.relative_to(store).parents[:-1]):
            if not (store / directory).exists():
                self.copy.make_directory(store / directory)
        self.copy.move(path, hidden)
        self.copy.link(path, os.path.relpath(hidden, path.parent))

    def cut(self, path: Path, size: int) -> None:
        """Leave only the first bytes of a file; none for a size below 1."""
        self.copy.write(path, path.read_bytes()[: max(size, 0)])


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that happens to stores.

    Attributes:
        kind: Its name on the command line.
        summary: What it is, in a sentence.
        apply: Does it to a collection, or raises `NotApplicable` before it changes anything.
    """

    kind: str
    summary: str
    apply: Callable[[Target], None]


_DAMAGES: dict[str, Damage] = {}


def damage(function: Callable[[Target], None]) -> Callable[[Target], None]:
    """Enter a function as a damage: its name, with dashes, is the kind, its docstring the summary."""
    kind = function.__name__.replace("_", "-")
    assert kind not in _DAMAGES, kind
    _DAMAGES[kind] = Damage(kind, (function.__doc__ or kind).strip(), function)
    return function


_MODULES = ("metadata", "documents", "suffixes", "folders", "collisions", "displaced", "wrapped", "joined")


def damages() -> dict[str, Damage]:
    """Every damage by its kind, those of metadata first, then those of documents."""
    for module in _MODULES:
        importlib.import_module(f"{__package__}.{module}")
    return dict(_DAMAGES)
