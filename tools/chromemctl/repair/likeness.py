"""How the application's own files are written, so that a file that is made anew is like the lost one."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from chromemctl.survey import FileFacts, FolderFacts, Survey
from pygob.chromem import envelope
from pygob.chromem.durable import Ownership, ownership_of
from pygob.chromem.entries import Kind, read_file
from pygob.chromem.names import Format
from pygob.chromem.records import FRESH_METADATA_IDS, RecordIds

# So many files show whose gzip a store has; where another program wrote them, no file would.
_ENOUGH_FILES = 64


class Likeness:
    """What the files of a store have in common, looked up once for the whole store.

    Attributes:
        survey: The store.
    """

    def __init__(self, survey: Survey) -> None:
        self.survey = survey

    def ids(self, folder: FolderFacts) -> RecordIds:
        """The type ids that the application used for a collection's metadata.

        Go counts ids per process, in the order in which types are first encoded. So the application's other
        metadata files show them; among several pairs the one that this collection's documents fit is taken.
        Without any, the documents alone tell: a process that wrote the metadata first gave Document the id
        after the map's. Without documents it is a fresh process.
        """
        documents = Counter(file.ids for file in folder.documents)
        for shape, number in folder.ordinary.items():
            documents[shape.ids] += number
        own: Counter[RecordIds] = Counter()
        for used, number in documents.items():
            if (before := _ids_before(used)) is not None:
                own[before] += number
        siblings = self._metadata_ids - Counter(_ids_of(folder.files))
        shared = Counter({ids: siblings[ids] for ids in own if siblings[ids]})
        for votes in (shared, siblings, own):
            if votes:
                return max(votes.items(), key=lambda item: (item[1], -item[0].record))[0]
        return FRESH_METADATA_IDS

    def ownership(self, folder: FolderFacts) -> Ownership:
        """As most documents of a folder have it, else most metadata of the store, else the folder itself."""
        for votes in (Counter(map(ownership_of, _regular_documents(folder))), self._metadata_owners):
            readable_ones = {owner: number for owner, number in votes.items() if owner.mode & stat.S_IRUSR}
            if chosen := readable_ones or votes:
                return max(chosen, key=lambda owner: chosen[owner])
        parent = ownership_of(folder.path)
        return Ownership(parent.mode & 0o666, parent.uid, parent.gid)

    def folder_ownership(self) -> Ownership:
        """Mode and owner for a new folder: those of the first collection's, else of the store."""
        return ownership_of(next((folder.path for folder in self.survey.folders), self.survey.path))

    def deflate(self, folder: FolderFacts) -> envelope.GoDeflate:
        """Whose gzip the application's own files have: those of this collection, else of the store."""
        return _deflate_in([folder]) or self._store_deflate

    @cached_property
    def usual_entry(self) -> tuple[str, str] | None:
        """An entry of the first collection's metadata, where the metadata of every collection has some."""
        records = [
            file.metadata
            for folder in self.survey.folders
            for file in folder.files
            if file.metadata is not None
        ]
        if not records or not all(record.metadata for record in records):
            return None
        return next(iter((records[0].metadata or {}).items()))

    @cached_property
    def _metadata_ids(self) -> Counter[RecordIds]:
        return Counter(chain.from_iterable(_ids_of(folder.files) for folder in self.survey.folders))

    @cached_property
    def _metadata_owners(self) -> Counter[Ownership]:
        files = (file for folder in self.survey.folders for file in folder.files if file.is_metadata)
        return Counter(ownership_of(file.path) for file in files if file.entry.kind is Kind.FILE)

    @cached_property
    def _store_deflate(self) -> envelope.GoDeflate:
        return _deflate_in(self.survey.folders) or envelope.GoDeflate.CLASSIC


def _deflate_in(folders: Iterable[FolderFacts]) -> envelope.GoDeflate | None:
    paths = islice(chain.from_iterable(map(_whole_gzip_files, folders)), _ENOUGH_FILES)
    found = (envelope.go_deflate_of(read_file(path)) for path in paths)
    return next((deflate for deflate in found if deflate is not None), None)


def _whole_gzip_files(folder: FolderFacts) -> Iterator[Path]:
    """The files of a folder that are gzip from the first byte to the last."""
    yield from (file.path for file in folder.files if file.checksum is envelope.Checksum.OK)
    yield from (folder.path / name for name in folder.other_names(Format.GZ))


def _regular_documents(folder: FolderFacts) -> Iterator[Path]:
    """The document files of a folder that are no links and no pipes."""
    yield from (file.path for file in folder.documents if file.entry.kind is Kind.FILE)
    yield from (folder.path / name for name in folder.other_names())


def _ids_of(files: Iterable[FileFacts]) -> Iterator[RecordIds]:
    """The ids in metadata files with both fields."""
    for file in files:
        if file.metadata is None or file.fields != ("Name", "Metadata"):
            continue
        if file.ids is not None and file.ids.string_map is not None and file.ids.is_possible:
            yield RecordIds(file.ids.record, file.ids.string_map)


def _ids_before(document: RecordIds | None) -> RecordIds | None:
    """The ids of metadata in the process that wrote a document.

    Metadata first: metadata n, map n+1, Document n+2, []float32 n+3. Document first: Document n, map n+1,
    []float32 n+2, and metadata after that would be n+3.
    """
    if document is None or document.string_map is None or not document.is_possible:
        return None
    if document.record == document.string_map + 1:
        return RecordIds(document.string_map - 1, document.string_map)
    if document.float_slice is not None:
        return RecordIds(document.float_slice + 1, document.string_map)
    return None
