"""Whole documents among the bytes of a file, whatever lies before, between and behind them.

What counts is proven by its own bytes: a document that can be read to its end and is, to the last byte, what
chromem would write for it. Of gzip the checksum must fit as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pygob import GobDecodeError, Struct
from pygob.chromem import envelope
from pygob.chromem.records import Document, Reading, RecordIds, Summary
from pygob.salvaging import SalvagedValue, salvage


class InnerDocument(NamedTuple):
    """A whole document inside of a file.

    Attributes:
        start: Where it begins among the gob bytes of the file.
        gob: Its bytes, as a stream of its own.
        record: The document, without its text and vector.
    """

    start: int
    gob: bytes
    record: Summary


def whole_documents(gob: bytes) -> list[InnerDocument]:
    """The whole documents in gob bytes that may be damaged."""
    return list(whole_among(gob, salvage(gob).values))


def whole_among(gob: bytes, values: Iterable[SalvagedValue]) -> Iterator[InnerDocument]:
    """Those of salvaged values that are whole documents.

    Args:
        gob: The bytes that the values were found in.
        values: What `salvage` has found, in order.
    """
    definitions: dict[int, bytes] = {}
    for value in values:
        if not value.is_complete or value.suspects or not isinstance(value.value, Struct):
            continue
        own = gob[value.start : value.end]
        # A second value of one stream comes without the definitions, which the first one has.
        for before in {b"": None, definitions.get(value.stream, b""): None}:
            reading = _canonical(before + own)
            if reading is not None and reading.ids is not None:
                definitions[value.stream] = _definitions(reading.ids)
                yield InnerDocument(value.start, before + own, reading.record)
                break


def _canonical(gob: bytes) -> Reading[Summary] | None:
    """A document that is what chromem writes for it; None for any other bytes."""
    try:
        reading = Document.summarize(gob)
        if reading.trailing or not reading.record.id or "Embedding" not in reading.fields:
            return None
        is_own = reading.ids is not None and reading.ids.is_possible
        return reading if is_own and Document.from_bytes(gob).to_bytes(reading.ids) == gob else None
    except GobDecodeError:
        return None


def _definitions(ids: RecordIds) -> bytes:
    """What every stream of a document with these ids begins with."""
    one, other = (Document(identifier).to_bytes(ids) for identifier in ("", "x" * 128))
    return one[: next(at for at, byte in enumerate(one) if byte != other[at])]


# So often gzip may seem to begin somewhere, and so much of each is unpacked: more than any document is.
_MEMBERS = 64
_LARGEST = 16 << 20


def is_proven(inside: envelope.Unwrapped) -> bool:
    """Whether a file's bytes are as they were written, as far as gzip tells; of others nothing does."""
    return not inside.compressed or (inside.error is None and inside.checksum is envelope.Checksum.OK)


def gzip_members(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole gzip files in bytes that do not begin with one, each with its offset."""
    at, tried = raw.find(envelope.GZIP_MAGIC, 1), 0
    while at > 0 and tried < _MEMBERS:
        end, tried = at + 1, tried + 1
        try:
            inside = envelope.unwrap(raw[at : at + _LARGEST], limit=_LARGEST)
        except GobDecodeError:
            inside = None
        if inside is not None and is_proven(inside):
            end = min(at + _LARGEST, len(raw)) - inside.behind
            yield at, raw[at:end]
        at = raw.find(envelope.GZIP_MAGIC, end)
