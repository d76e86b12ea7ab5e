"""Stores as exports, and exports as stores."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from chromemctl.exchange.conversion import Carried
from chromemctl.exchange.soundness import Progress, collections_in, require_unchanged
from chromemctl.exits import Damaged, KeyFailure, UsageFailure
from chromemctl.survey import FolderFacts, Survey, changes_in
from chromemctl.wording import command, count, readable
from pygob import GobDecodeError, GobLimitExceeded, Limits
from pygob.chromem import Collection as Folder
from pygob.chromem import (
    Document,
    ExportedCollection,
    ExportKeyError,
    Format,
    Metadata,
    NewStore,
    name_hash,
    read_export,
    write_export,
)
from pygob.chromem.export import EXPORT_LIMITS


def export(
    survey: Survey,
    file: Path,
    *,
    names: Collection[str],
    compressed: bool,
    key: bytes | None,
    progress: Progress | None = None,
) -> list[Carried]:
    """Write collections of a store into one file, as chromem's `ExportToFile` does.

    Args:
        survey: The store, sound as far as the collections are concerned.
        file: The new file.
        names: The collections; all when empty.
        compressed: Whether to compress it.
        key: The key to encrypt it with, or None.
        progress: Called with the number of documents written and of all.

    Raises:
        UsageFailure: The store has no collection of one of the names.
        Damaged: A name comes twice, or an id in a collection.
        Busy: The store changed meanwhile; nothing was written.
        OSError: A file cannot be read or written.
    """
    folders = [folder for folder in collections_in(survey) if not names or folder.name in names]
    _require_all(names, {folder.name or "" for folder in folders}, "the store")
    total = 2 * sum(folder.document_count() for folder in folders)
    counted = _Counted(progress, total)
    collections = [_exported(folder, counted) for folder in folders]
    try:
        write_export(file, collections, compressed=compressed, key=key)
    except ImportError as error:
        raise UsageFailure(str(error)) from error
    except ValueError as error:
        raise Damaged(
            f"the store cannot be exported: {readable(str(error))}; nothing was written",
            "chromem would export one of them; see what verify says",
        ) from error
    return [Carried(folder.name or "", folder.document_count()) for folder in folders]


def import_store(
    file: Path,
    out: Path,
    *,
    names: Collection[str],
    form: Format,
    key: bytes | None,
    largest: int | None = None,
    progress: Progress | None = None,
) -> list[Carried]:
    """Make a new store of an export, as chromem's `ImportFromFile` does. It appears when it is whole.

    Args:
        file: The export.
        out: Where the store will be; nothing is there.
        names: The collections; all when empty.
        form: Whether to compress the store's files.
        key: The key that the export was encrypted with, or None.
        largest: The bytes of the largest document that is read, None for 256 MiB.
        progress: Called with the number of documents written.

    Raises:
        UsageFailure: The export has no collection of one of the names.
        KeyFailure: The key is missing or does not open the export.
        Damaged: The export is damaged or none, or holds what chromem would write into one file.
        OSError: A file cannot be read or written.
    """
    carried: list[Carried] = []
    counted = _Counted(progress, 0)
    with NewStore(out, form) as new:
        for found in opened(file, key, largest):
            if names and found.name not in names:
                continue
            _require_own_folder(found.name, carried)
            number = 0
            try:
                with new.collection(Metadata(found.name, found.metadata)) as folder:
                    for document in counted.over(found.documents):
                        folder.add_document(document)
                        number += 1
            except ValueError as error:
                raise _refused(file, found.name, str(error)) from error
            carried.append(Carried(found.name, number, name_hash(found.name)))
        _require_all(names, {each.name for each in carried}, "the export")
        new.finish()
    return carried


def opened(file: Path, key: bytes | None, largest: int | None = None) -> Iterator[ExportedCollection]:
    """The collections of an export, with errors that people understand.

    Args:
        file: The export.
        key: Its key, or None.
        largest: The bytes of the largest document that is read, None for 256 MiB.

    Raises:
        KeyFailure: The key is missing or does not open the export.
        Damaged: The export is damaged or none, also where its documents are asked for.
    """
    shown = readable(str(file))
    limits = EXPORT_LIMITS if largest is None else Limits(message_bytes=largest)
    try:
        for found in read_export(file, key=key, limits=limits):
            yield ExportedCollection(found.name, found.metadata, _told(found.documents, shown))
    except ImportError as error:
        raise UsageFailure(str(error)) from error
    except ExportKeyError as error:
        advice = (
            "give the key with --key-file" if key is None else "look for the key that it was encrypted with"
        )
        raise KeyFailure(f"{shown}: {error.message}", advice) from error
    except GobDecodeError as error:
        raise _damaged(shown, error) from error


def _told(documents: Iterable[Document], shown: str) -> Iterator[Document]:
    try:
        yield from documents
    except GobDecodeError as error:
        raise _damaged(shown, error) from error


def _damaged(shown: str, error: GobDecodeError) -> Damaged:
    if isinstance(error, GobLimitExceeded) and error.limit == "message_bytes":
        return Damaged(f"{shown}: {readable(error.message)}", "--max-document MIB reads larger ones")
    return Damaged(
        f"{shown}: {readable(str(error))}",
        "look for another copy of the export, or make it anew; or take what can be read of it:",
        f"  {command('chromemctl', 'import', '--salvage', shown, 'OUT')}",
    )


class _Counted:
    """Documents, counted as they go by."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def over(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, one by one."""
        for document in documents:
            yield document
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)


class _Documents:
    """The documents of a folder, as often as they are asked for; the folder must stay as it was."""

    def __init__(self, folder: FolderFacts, documents: Iterable[Document], counted: _Counted) -> None:
        self._folder = folder
        self._documents = documents
        self._counted = counted

    def __iter__(self) -> Iterator[Document]:
        yield from self._counted.over(self._documents)
        require_unchanged(changes_in([self._folder.imprint]))


def _exported(folder: FolderFacts, counted: _Counted) -> ExportedCollection:
    found = Folder(folder.path).exported()
    return ExportedCollection(found.name, found.metadata, _Documents(folder, found.documents, counted))


def _require_all(names: Collection[str], found: Collection[str], where: str) -> None:
    missing = [name for name in names if name not in found]
    if missing:
        shown = ", ".join(repr(readable(name)) for name in missing)
        raise UsageFailure(
            f"{where} has no collection {shown}; nothing was written",
            f"it has {count(len(found), 'collection')} of those asked for; inspect shows all there are",
        )


def _require_own_folder(name: str, carried: Iterable[Carried]) -> None:
    """Check that no other collection of an export has the folder of this one.

    Raises:
        Damaged: One has.
    """
    other = next((each.name for each in carried if each.dir == name_hash(name)), None)
    if other == name:
        raise Damaged(f"the export has two collections {readable(name)!r}; nothing was written")
    if other is not None:
        raise Damaged(
            f"the names {readable(name)!r} and {readable(other)!r} have the same hash, so chromem has one "
            "folder for both; nothing was written",
            "import them into two stores, by --collection",
        )


def _refused(file: Path, name: str, reason: str) -> Damaged:
    return Damaged(
        f"the collection {readable(name)!r} of {readable(str(file))} cannot be a store's: "
        f"{readable(reason)}; nothing was written",
        "chromem would lose one of them without a word; other collections can be chosen by --collection",
    )
