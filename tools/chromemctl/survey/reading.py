"""One file read as chromem would read it: what is in it, or why it cannot be read."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from chromemctl.survey import go_words
from chromemctl.survey.facts import DocumentFacts, Fault, FileFacts, Wrapping
from chromemctl.survey.wrappings import Wrapped, unwrapped
from pygob import GobDecodeError, GobLimitExceeded, GobTruncated, GobTypeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, Kind, NotRegularFile, pieces, read_entry
from pygob.chromem.names import Format, name_hash
from pygob.chromem.records import Document, Metadata, Reading, Summary


def read_facts(entry: Entry) -> FileFacts:
    """Read one file, of a name that chromem reads, as chromem would."""
    form = entry.format
    assert form is not None
    try:
        size = entry.size if entry.kind is not Kind.SYMLINK else entry.path.stat().st_size
        if size > envelope.DEFAULT_LIMIT:
            head = next(pieces(entry.path), b"")
            return _oversized(entry, form, head, f"{size:,} bytes, more than is read")
        raw = read_entry(entry)
    except NotRegularFile:
        fault, words = _ending(entry)
        return FileFacts(entry, form, fault=fault, error=words)
    except OSError as error:
        fault, words = _refusal(entry, error)
        return FileFacts(entry, form, fault=fault, error=words)
    if not raw:
        return FileFacts(entry, form, fault=Fault.EMPTY, error=_MAGIC_EOF)
    try:
        inside = envelope.unwrap(raw)
    except GobLimitExceeded as error:
        return _oversized(entry, form, raw, error.message)
    facts = _decode(entry, form, inside)
    return facts if facts.fault is None else _looked_inside(facts, raw)


def _looked_inside(facts: FileFacts, raw: bytes) -> FileFacts:
    """The facts of a file that chromem cannot read, with what may be whole inside of it.

    Lost metadata is rebuilt from its fragments: there the whole of it is one.
    """
    wrapped = unwrapped_file(facts.entry, raw)
    if wrapped is None:
        return facts
    if facts.is_metadata:
        return facts._replace(wrapped=Wrapping(wrapped.shown, None), fragment=wrapped.gob)
    record = Document.summarize(wrapped.gob).record
    document = DocumentFacts(record.id, record.dimension, record.norm)
    return facts._replace(wrapped=Wrapping(wrapped.shown, document))


def unwrapped_file(entry: Entry, raw: bytes) -> Wrapped | None:
    """What a file should be that chromem cannot read, where it is whole inside of something else.

    Args:
        entry: Where it lies, whose name or folder confirms what is found.
        raw: Its bytes.
    """

    def is_whole(gob: bytes) -> bool:
        try:
            if entry.is_metadata:
                about = Metadata.examine(gob)
                return not about.trailing and name_hash(about.record.name) == entry.folder.name.lower()
            reading = Document.summarize(gob)
        except GobDecodeError:
            return False
        stem = entry.name.partition(".")[0]
        return not reading.trailing and bool(reading.record.id) and name_hash(reading.record.id) == stem

    return unwrapped(raw, is_whole)


# Enough for nearly every record; compressed, it unpacks to no more than 64 MiB.
_HEAD_BYTES = 1 << 16


def _oversized(entry: Entry, form: Format, head: bytes, error: str) -> FileFacts:
    """A file that is too large to be read, of which chromem may read no more than its first record."""
    inside = envelope.unwrap(head[:_HEAD_BYTES])
    first = _decode(entry, form, inside)
    return FileFacts(
        entry,
        form,
        compressed=inside.compressed,
        fault=Fault.OVERSIZED,
        error=error,
        fragment=inside.data if entry.is_metadata else b"",
        head=first.metadata if entry.is_metadata else first.document,
    )


_MAGIC = "couldn't read magic number to determine whether the stream is compressed"
_MAGIC_EOF = f"{_MAGIC}: EOF"

# How following a symbolic link ends that leads to nothing, whoever follows it.
_NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})

# /dev/null, which reads as an empty file.
_NULL_DEVICE = os.makedev(1, 3)


def _refusal(entry: Entry, error: OSError) -> tuple[Fault, str]:
    """What it is that the system does not let be opened, and chromem's words for it."""
    leads_nowhere = entry.kind is Kind.SYMLINK and error.errno in _NOWHERE
    fault = Fault.NOWHERE if leads_nowhere else Fault.UNREADABLE
    return fault, f"couldn't open file: {go_error('open', error)}"


def _ending(entry: Entry) -> tuple[Fault, str]:
    """How chromem's reading of something that is no regular file ends; it is not opened to find out."""
    try:
        status = entry.path.stat()
    except OSError as error:
        return _refusal(entry, error)
    if stat.S_ISDIR(status.st_mode):
        return Fault.NOT_REGULAR, f"{_MAGIC}: {go_error('read', _error(errno.EISDIR, entry.path))}"
    if stat.S_ISSOCK(status.st_mode):
        return Fault.NOT_REGULAR, f"couldn't open file: {go_error('open', _error(errno.ENXIO, entry.path))}"
    if stat.S_ISCHR(status.st_mode) and status.st_rdev == _NULL_DEVICE:
        return Fault.NOT_REGULAR, _MAGIC_EOF
    if stat.S_ISFIFO(status.st_mode):
        return Fault.ENDLESS, f"it would wait for ever: {entry.path} is not a regular file"
    return Fault.ENDLESS, f"it would read from a device: {entry.path}"


def _error(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))


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
            document = DocumentFacts(reading.record.id, reading.record.dimension, reading.record.norm)
    except GobDecodeError as error:
        return failed(
            _fault(error, inside),
            f"couldn't decode object: {_decode_error(error, entry, inside)}",
            error.offset,
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
        behind=inside.behind,
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


def _decode_error(error: GobDecodeError, entry: Entry, inside: envelope.Unwrapped) -> str:
    """What chromem quotes: Go's words, which are not always the codec's."""
    destination = go_words.METADATA if entry.is_metadata else go_words.DOCUMENT
    return go_words.go_words(inside.data, inside.error, destination) or error.message


def go_error(operation: str, error: OSError) -> str:
    """An operating system's error as Go's `fs.PathError` prints it."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else error.filename
    return f"{operation} {path}: {(error.strerror or '').lower()}"
