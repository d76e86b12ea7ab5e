"""Look at a whole store once: every folder, every file, what is in it. Nothing is judged here.

A survey opens files for reading only. Of documents it keeps what checks and naming need, never the
embeddings or the texts, so that a store of 100,000 documents fits into memory.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from chromemctl.readers import readers
from pygob import GobDecodeError, GobLimitExceeded, GobTruncated, GobTypeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, Kind, NotRegularFile, entry_at, listing, read_entry, scan
from pygob.chromem.names import Format
from pygob.chromem.records import Document, Metadata, Reading, RecordIds, Summary
from pygob.chromem.scanning import scan_files
from pygob.chromem.store import Store

# A file changed this recently may be half written: it is read again before it is called damaged.
SETTLING_NS = 2_000_000_000
RETRY_SECONDS = 0.25
RETRIES = 4
PROGRESS_STEP = 50


class Fault(StrEnum):
    """Why chromem cannot read a file."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    FOREIGN = "foreign"  # a sound gob of another type
    UNREADABLE = "unreadable"  # the system refuses to open or read it
    NOT_REGULAR = "not-regular"  # directory, FIFO, socket or device
    TOO_LARGE = "too-large"


class DocumentFacts(NamedTuple):
    """What a survey keeps of a document.

    Attributes:
        id: Its id.
        metadata: Its metadata, empty for a nil map.
        dimension: Length of the embedding.
        norm: Euclidean length of the embedding; NaN or infinite when a part of it is.
    """

    id: str
    metadata: Mapping[str, str]
    dimension: int
    norm: float


class FileFacts(NamedTuple):
    """A file of a collection that chromem reads, and how reading it went.

    Attributes:
        entry: The directory entry.
        format: The format its name says.
        compressed: Whether its content is gzip; None when nothing could be read.
        checksum: State of the gzip trailer.
        fault: Why chromem cannot read it, None when it can.
        error: chromem's words for the fault, without the part that says which kind of file it is.
        offset: Where in the gob bytes the fault lies.
        metadata: What was read, for a metadata file. With a fault, None.
        document: What was read, for a document file. With a fault, None.
        fields: Field names of the struct that the file holds.
        ids: Type ids that the file uses.
        trailing: Bytes after the first value.
        fragment: For a damaged metadata file, the bytes that could be had, for naming.
    """

    entry: Entry
    format: Format
    compressed: bool | None = None
    checksum: envelope.Checksum = envelope.Checksum.NONE
    fault: Fault | None = None
    error: str | None = None
    offset: int = 0
    metadata: Metadata | None = None
    document: DocumentFacts | None = None
    fields: tuple[str, ...] = ()
    ids: RecordIds | None = None
    trailing: int = 0
    fragment: bytes = b""

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.entry.path

    @property
    def is_metadata(self) -> bool:
        """Whether chromem reads it as the metadata of its collection."""
        return self.entry.is_metadata


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """A folder that chromem takes for a collection.

    Attributes:
        path: The folder.
        entries: Everything in it, in chromem's order.
        files: The files that chromem reads, under one of the two formats, in the same order.
        error: Why the folder cannot be listed, in Go's words, or None.
    """

    path: Path
    entries: tuple[Entry, ...] = ()
    files: tuple[FileFacts, ...] = ()
    error: str | None = None
    _documents: tuple[FileFacts, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Told apart once: every check asks for them.
        documents = tuple(file for file in self.files if not file.is_metadata)
        object.__setattr__(self, "_documents", documents)

    @property
    def dir(self) -> str:
        """The folder's name."""
        return self.path.name

    def metadata_file(self, form: Format) -> FileFacts | None:
        """The metadata file of a format."""
        return next((file for file in self.files if file.is_metadata and file.format is form), None)

    def document_files(self, form: Format | None = None) -> list[FileFacts]:
        """The files that chromem reads as documents, of one format or of both."""
        return [file for file in self._documents if form in (None, file.format)]

    @property
    def format(self) -> Format | None:
        """The format that most of its files have, plain among equals; None when it has no file."""
        counts = {form: sum(file.format is form for file in self.files) for form in Format}
        best = max(Format, key=lambda form: counts[form])
        return best if counts[best] else None

    @property
    def name(self) -> str | None:
        """The collection's name as far as a readable metadata file tells it."""
        for file in self.files:
            if file.metadata is not None and file.metadata.name:
                return file.metadata.name
        return None


@dataclass(frozen=True, slots=True)
class Survey:
    """A store as it was at one moment.

    Attributes:
        path: The store.
        entries: Everything directly in it, in chromem's order.
        folders: The folders that chromem takes for collections, in the order in which it reads them.
        changing: Paths that changed while we looked.
    """

    path: Path
    entries: tuple[Entry, ...]
    folders: tuple[FolderFacts, ...]
    changing: tuple[Path, ...] = field(default=())

    def folder(self, name: str) -> FolderFacts | None:
        """The folder of this name."""
        return next((folder for folder in self.folders if folder.dir == name), None)

    @property
    def format(self) -> Format | None:
        """The format that most files of the store have; None when there is none."""
        counts = {form: sum(len(f.files) for f in self.folders if f.format is form) for form in Format}
        best = max(Format, key=lambda form: counts[form])
        return best if counts[best] else None


Progress = Callable[[int, int], None]


def survey_store(path: Path, progress: Progress | None = None, executor: Executor | None = None) -> Survey:
    """Look at a store.

    Args:
        path: The store's directory.
        progress: Called now and then with the number of files read and of all files.
        executor: Who reads the files; by default processes for a large store, else this one.

    Raises:
        OSError: The store's directory itself cannot be listed.
    """
    store = Store(path)
    entries = store.entries()
    listed = [_list(entry.path) for entry in entries if entry.kind is Kind.DIRECTORY]
    wanted = [entry for _, inside, _ in listed for entry in inside if entry.format is not None]
    files: list[FileFacts] = []
    with readers(len(wanted)) if executor is None else nullcontext(executor) as workers:
        for done, facts in enumerate(scan_files(read_facts, wanted, workers)):
            files.append(facts)
            if progress is not None and done % PROGRESS_STEP == 0:
                progress(done, len(wanted))
    if progress is not None:
        progress(len(wanted), len(wanted))
    by_folder: dict[Path, list[FileFacts]] = {}
    for file in _settle(files):
        by_folder.setdefault(file.entry.folder, []).append(file)
    folders = [
        FolderFacts(folder, tuple(inside), tuple(by_folder.get(folder, ())), error)
        for folder, inside, error in listed
    ]
    return Survey(path, tuple(entries), tuple(folders), tuple(_changed(store.path, entries, listed)))


def snapshot(path: Path) -> dict[Path, Entry]:
    """Every entry of a store and of its collection folders, to compare with a later look."""
    found = {entry.path: entry for entry in scan(path)}
    for entry in list(found.values()):
        if entry.kind is Kind.DIRECTORY:
            found.update((inside.path, inside) for inside in _list(entry.path)[1])
    return found


def _settle(facts: list[FileFacts]) -> list[FileFacts]:
    """Read damaged files again that may just be being written, until they stay as they are."""
    for _ in range(RETRIES):
        waiting = [index for index, file in enumerate(facts) if file.fault is not None and _is_recent(file)]
        if not waiting:
            break
        time.sleep(RETRY_SECONDS)
        changed = False
        for index in waiting:
            latest = entry_at(facts[index].path)
            if latest is not None and latest != facts[index].entry:
                facts[index] = read_facts(latest)
                changed = True
        if not changed:
            break
    return facts


def _is_recent(file: FileFacts) -> bool:
    return time.time_ns() - file.entry.mtime_ns < SETTLING_NS


def read_facts(entry: Entry) -> FileFacts:
    """Read one file, of a name that chromem reads, as chromem would."""
    form = entry.format
    assert form is not None
    if entry.size > envelope.DEFAULT_LIMIT:
        return FileFacts(entry, form, fault=Fault.TOO_LARGE, error=f"{entry.size:,} bytes, more than is read")
    try:
        raw = read_entry(entry)
    except NotRegularFile as error:
        return FileFacts(entry, form, fault=Fault.NOT_REGULAR, error=_not_regular_error(entry, error))
    except OSError as error:
        return FileFacts(
            entry, form, fault=Fault.UNREADABLE, error=f"couldn't open file: {go_error('open', error)}"
        )
    if not raw:
        return FileFacts(entry, form, fault=Fault.EMPTY, error=_MAGIC_EOF)
    try:
        inside = envelope.unwrap(raw)
    except GobLimitExceeded as error:
        return FileFacts(entry, form, compressed=True, fault=Fault.TOO_LARGE, error=error.message)
    return _decode(entry, form, inside)


_MAGIC_EOF = "couldn't read magic number to determine whether the stream is compressed: EOF"


def _decode(entry: Entry, form: Format, inside: envelope.Unwrapped) -> FileFacts:
    fragment = inside.data if entry.is_metadata else b""

    def failed(fault: Fault, error: str, offset: int = 0) -> FileFacts:
        return FileFacts(
            entry,
            form,
            compressed=inside.compressed,
            checksum=inside.checksum,
            fault=fault,
            error=error,
            offset=offset,
            fragment=fragment,
        )

    if not inside.opens:
        fault = Fault.TRUNCATED if inside.error == "unexpected EOF" else Fault.CORRUPT
        return failed(fault, f"couldn't create gzip reader: {inside.error}")
    metadata: Metadata | None = None
    document: DocumentFacts | None = None
    reading: Reading[Metadata] | Reading[Summary]
    try:
        if entry.is_metadata:
            reading = Metadata.examine(inside.data)
            metadata = reading.record
        else:
            reading = Document.summarize(inside.data)
            document = _document_facts(reading.record)
    except GobDecodeError as error:
        return failed(
            _fault(error, inside), f"couldn't decode object: {_decode_error(error, inside)}", error.offset
        )
    return FileFacts(
        entry,
        form,
        compressed=inside.compressed,
        checksum=inside.checksum,
        metadata=metadata,
        document=document,
        fields=reading.fields,
        ids=reading.ids,
        trailing=reading.trailing,
    )


def _fault(error: GobDecodeError, inside: envelope.Unwrapped) -> Fault:
    if isinstance(error, GobTypeError):
        return Fault.FOREIGN
    if isinstance(error, GobLimitExceeded):
        return Fault.TOO_LARGE
    # A cut file begins like a record and is sound to its last byte; all else was overwritten.
    reached_end = isinstance(error, GobTruncated) and error.offset >= len(inside.data)
    cut = reached_end and inside.error in (None, "unexpected EOF") and _begins_like_record(inside.data)
    return Fault.TRUNCATED if cut else Fault.CORRUPT


# The definition of a struct: message length, negative type id, then fields 3 (StructT) and 1 (CommonType).
_RECORD_START = re.compile(rb"[\x01-\x7f](\x7f|\xff[\x80-\xff]|\xfe[\x00-\xff]{2})\x03\x01")
_SHORTEST_START = 6


def _begins_like_record(data: bytes) -> bool:
    return len(data) < _SHORTEST_START or _RECORD_START.match(data) is not None


def _decode_error(error: GobDecodeError, inside: envelope.Unwrapped) -> str:
    """Go's words: where the gob ran out of bytes, the gzip reader's error is what Go reports."""
    ran_out = error.message == "unexpected EOF" or not inside.data
    return inside.error if ran_out and inside.error is not None else error.message


def _document_facts(document: Summary) -> DocumentFacts:
    metadata = {_shared(key): _shared(value) for key, value in (document.metadata or {}).items()}
    return DocumentFacts(document.id, metadata, document.dimension, document.norm)


@lru_cache(maxsize=4096)
def _shared(text: str) -> str:
    """The same object for equal texts: the metadata of a store's documents repeat a few words."""
    return text


def _list(folder: Path) -> tuple[Path, list[Entry], str | None]:
    try:
        return folder, scan(folder), None
    except OSError as error:
        return folder, [], go_error("open", error)


def _changed(
    path: Path, entries: list[Entry], listed: list[tuple[Path, list[Entry], str | None]]
) -> list[Path]:
    before = {path: entries, **{folder: inside for folder, inside, _ in listed}}
    folders = [entry.path for entry in scan(path) if entry.kind is Kind.DIRECTORY]
    changed: list[Path] = []
    for folder in dict.fromkeys([*before, *folders]):
        then = {entry.name: entry for entry in before.get(folder, ())}
        # One entry at a time: a second list of a large folder would double what a survey holds.
        with suppress(OSError):
            changed += [entry.path for entry in listing(folder) if then.pop(entry.name, None) != entry]
        changed += [entry.path for entry in then.values()]
    return sorted(changed)


def _not_regular_error(entry: Entry, error: OSError) -> str:
    if entry.path.is_dir():
        kind = "couldn't read magic number to determine whether the stream is compressed"
        return f"{kind}: {go_error('read', error)}"
    return str(error.strerror)


def go_error(operation: str, error: OSError) -> str:
    """An operating system's error as Go's `fs.PathError` prints it."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else error.filename
    return f"{operation} {path}: {(error.strerror or '').lower()}"
