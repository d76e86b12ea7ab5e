"""One file read as chromem would read it: what is in it, or why it cannot be read."""

from __future__ import annotations

import os
import re

from chromemctl.survey.facts import DocumentFacts, Fault, FileFacts
from pygob import GobDecodeError, GobLimitExceeded, GobTruncated, GobTypeError
from pygob.chromem import envelope
from pygob.chromem.entries import Entry, NotRegularFile, read_entry
from pygob.chromem.names import Format
from pygob.chromem.records import Document, Metadata, Reading, Summary


def read_facts(entry: Entry) -> FileFacts:
    """Read one file, of a name that chromem reads, as chromem would."""
    form = entry.format
    assert form is not None
    if entry.size > envelope.DEFAULT_LIMIT:
        return FileFacts(entry, form, fault=Fault.OVERSIZED, error=f"{entry.size:,} bytes, more than is read")
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
        return FileFacts(entry, form, compressed=True, fault=Fault.OVERSIZED, error=error.message)
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
            document = DocumentFacts(reading.record.id, reading.record.dimension, reading.record.norm)
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
    if ran_out and inside.error is not None:
        return inside.error
    # Go names a type with its package; the types that are compared here have none.
    return error.message.replace("want struct type Document;", "want struct type chromem.Document;")


def _not_regular_error(entry: Entry, error: OSError) -> str:
    if entry.path.is_dir():
        kind = "couldn't read magic number to determine whether the stream is compressed"
        return f"{kind}: {go_error('read', error)}"
    return str(error.strerror)


def go_error(operation: str, error: OSError) -> str:
    """An operating system's error as Go's `fs.PathError` prints it."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else error.filename
    return f"{operation} {path}: {(error.strerror or '').lower()}"
