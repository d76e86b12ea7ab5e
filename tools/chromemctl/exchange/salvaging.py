"""Stores of what can still be read of a damaged export."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from chromemctl.exchange.conversion import Carried
from chromemctl.exchange.soundness import Progress
from chromemctl.exits import Damaged, KeyFailure, UsageFailure
from chromemctl.wording import count, readable
from pygob import Limits
from pygob.chromem import (
    Document,
    Format,
    FoundCollection,
    LostBytes,
    Metadata,
    NewStore,
    name_hash,
    salvage_export,
)
from pygob.chromem.building import NewFolder
from pygob.chromem.export import SALVAGE_LIMITS

# What collections are called whose names are lost; a number follows.
_NAMELESS = "salvaged"
# So many lost documents and ranges of bytes are named one by one.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was had of a damaged export.

    Attributes:
        carried: The collections of the new store.
        losses: What is missing, one sentence each.
        notes: What else is wrong with the export, one sentence each.
    """

    carried: tuple[Carried, ...]
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def salvage_store(
    file: Path,
    out: Path,
    *,
    names: Collection[str],
    form: Format,
    key: bytes | None,
    largest: int | None = None,
    progress: Progress | None = None,
) -> Salvaged:
    """Make a new store of what can be read of an export, and say what cannot. It appears when it is whole.

    Args:
        file: The export.
        out: Where the store will be; nothing is there.
        names: The collections; all when empty.
        form: Whether to compress the store's files.
        key: The key that the export was encrypted with, or None.
        largest: The bytes of the largest document that is looked for, None for 64 MiB.
        progress: Called with the number of documents written.

    Raises:
        KeyFailure: Nothing of an encrypted file can be read with the key.
        Damaged: Nothing can be read.
        UsageFailure: A package for encryption is missing.
        OSError: A file cannot be read or written.
    """
    try:
        limits = SALVAGE_LIMITS if largest is None else Limits(message_bytes=largest)
        found = salvage_export(file, key=key, limits=limits)
        with NewStore(out, form) as new:
            salvage = _Salvage(new, frozenset(names), progress)
            for item in found:
                salvage.take(item)
            salvage.end()
            if not salvage.carried:
                raise _nothing(file, key)
            new.finish()
    except ImportError as error:
        raise UsageFailure(str(error)) from error
    losses = salvage.losses
    if found.announced is not None and found.announced > salvage.seen:
        missing = count(found.announced - salvage.seen, "collection")
        losses.append(f"{missing} with all documents: nothing of it was found")
    notes = [f"The file is damaged: {found.fault}."] if found.fault is not None else []
    if key is not None and (losses or notes):
        notes.append("What was read of the encrypted file could not be authenticated.")
    return Salvaged(tuple(salvage.carried), tuple(losses), tuple(notes))


def _nothing(file: Path, key: bytes | None) -> Damaged | KeyFailure:
    if key is not None:
        return KeyFailure(
            f"{readable(str(file))}: nothing can be read with this key",
            "look for the key that it was encrypted with",
        )
    return Damaged(
        f"{readable(str(file))}: no collection and no document of an export can be found in it",
        "if it is encrypted, give the key with --key-file; else look for another copy",
    )


@dataclass(slots=True)
class _Open:
    """The collection that is being written."""

    name: str
    announced: int | None
    folder: NewFolder | None
    had: int = 0


@dataclass(slots=True)
class _Salvage:
    """Writes what comes, and keeps account of what does not."""

    new: NewStore
    names: frozenset[str]
    progress: Progress | None
    carried: list[Carried] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    seen: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)
    _open: _Open | None = None
    _nameless: int = 0
    _refused: int = 0
    _ranges: list[LostBytes] = field(default_factory=list)
    _done: int = 0

    def take(self, item: FoundCollection | Document | LostBytes) -> None:
        """Take in what was found, or lost."""
        if isinstance(item, LostBytes):
            self._ranges.append(item)
        elif isinstance(item, FoundCollection):
            self._close()
            self._begin(item)
        else:
            self._add(item)

    def end(self) -> None:
        """Close the last collection, and sum up."""
        self._close()
        if self._refused > _NAMED:
            self.losses.append(f"and {self._refused - _NAMED:,} documents more that cannot be kept")
        for lost in self._ranges[:_NAMED]:
            size = lost.end - lost.start
            self.losses.append(f"{count(size, 'byte')} from byte {lost.start:,} of the gob on tell nothing")
        if len(self._ranges) > _NAMED:
            self.losses.append(f"and {len(self._ranges) - _NAMED:,} more such places")

    def _begin(self, found: FoundCollection) -> None:
        name = found.name
        if name is None:
            self._nameless += 1
            name = f"{_NAMELESS}-{self._nameless}"
        else:
            self.seen += 1
        folder = None
        taken = any(each.dir == name_hash(name) for each in self.carried)
        if taken:
            self.losses.append(f"a second collection of the folder of {readable(name)!r}, {name_hash(name)}")
        elif found.name is None or not self.names or name in self.names:
            folder = self._stack.enter_context(self.new.collection(Metadata(name, found.metadata)))
        self._open = _Open(name, found.announced, folder)

    def _add(self, document: Document) -> None:
        opened = self._open
        assert opened is not None, "a collection comes before its documents"
        if opened.folder is None:
            return
        try:
            opened.folder.add_document(document)
        except ValueError as error:
            self._refused += 1
            if self._refused <= _NAMED:
                self.losses.append(f"document {readable(document.id)!r}: {readable(str(error))}")
            return
        opened.had += 1
        self._done += 1
        if self.progress is not None:
            self.progress(self._done, 0)

    def _close(self) -> None:
        opened, self._open = self._open, None
        if opened is None or opened.folder is None:
            return
        self._stack.close()
        self.carried.append(Carried(opened.name, opened.had, name_hash(opened.name)))
        self.losses += _missing(opened)


def _missing(opened: _Open) -> Iterator[str]:
    shown = repr(readable(opened.name))
    if opened.announced is None:
        documents = count(opened.had, "document")
        yield f"the name of the collection to which {documents} belong, which are now in {shown}"
    elif opened.announced > opened.had:
        yield f"{opened.announced - opened.had:,} of {count(opened.announced, 'document')} of {shown}"
