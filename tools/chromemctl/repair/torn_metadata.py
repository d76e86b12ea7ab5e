"""What a damaged metadata file still says, and what it proves to be lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chromemctl.wording import count
from pygob import GobDecodeError, GobTruncated, Struct
from pygob.chromem.records import Metadata, RecordIds, surviving_ids

# Where in a record a file ends, as the decoder's errors put it: before an entry or in its key; in any other
# place of the map it is in a value. A key of the application's is quoted there, so it cannot look like this.
_BETWEEN_VALUES = re.compile(r"\w*\.Metadata(\[key \d+\])?")
# gob writes lengths below this in one byte; above, the negated number of bytes that follow comes first.
_LONG = 0x80


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a metadata file.

    Attributes:
        metadata: The entries that are known whole; None when none could be looked for.
        ids: The type ids, where their definitions survived.
        loss: What cannot be brought back, None when nothing is known to be lost.
    """

    metadata: dict[str, str] | None
    ids: RecordIds | None
    loss: str | None


def read_remains(fragment: bytes, name: str) -> Remains:
    """Read what is left of the metadata file of the collection of this name.

    Args:
        fragment: Its gob bytes, as far as there are any.
        name: The collection's name; entries are believed only of a file that names it in full.
    """
    ids = surviving_ids(fragment)
    try:
        whole = Metadata.examine(fragment)
    except GobDecodeError as error:
        partial = error.partial
        if isinstance(partial, Struct) and partial.get("Name") == name:
            received = partial.get("Metadata")
            if isinstance(received, dict):
                return _entries(dict(received), error, ids)
    else:
        if whole.record.name == name:
            return Remains(dict(whole.record.metadata or {}), ids, None)
    if _length_tells_entries(fragment, name, ids):
        return Remains(None, ids, "its length shows that it had entries; none of them could be read")
    return Remains(None, ids, None)


def _entries(received: dict[str, str], error: GobDecodeError, ids: RecordIds | None) -> Remains:
    """The entries that another byte of the file shows to be whole."""
    if isinstance(error, GobTruncated) and not error.path:
        return Remains(received, ids, None)  # only the end of the record is missing
    if received and _BETWEEN_VALUES.fullmatch(error.path) is None:
        received.popitem()
    entries = count(len(received), "entry", "entries")
    return Remains(received, ids, f"{entries} could be read, the others are lost")


def _length_tells_entries(fragment: bytes, name: str, ids: RecordIds | None) -> bool:
    """Whether the record says that it is longer than one without entries."""
    if ids is None:
        return False
    empty = Metadata(name).to_bytes(ids)
    start = len(Metadata("", None).to_bytes(ids)) - _SHORTEST_RECORD
    length, body = _least_length(fragment, start)
    expected, expected_body = _least_length(empty, start)
    # Where all of an empty record follows, it is its length that was damaged.
    return length > expected and fragment[body:] != empty[expected_body:]


# Length, type id in two bytes, end of the struct: a record without a name and a map, behind its types.
_SHORTEST_RECORD = 4


def _least_length(data: bytes, offset: int) -> tuple[int, int]:
    """The unsigned number at an offset and where it ends; of a number that is cut the least it can be."""
    first = data[offset] if offset < len(data) else 0
    if first < _LONG:
        return first, offset + 1
    end = offset + 1 + 0x100 - first
    digits = data[offset + 1 : end].ljust(0x100 - first, b"\0")
    return max(int.from_bytes(digits, "big"), _LONG), end
