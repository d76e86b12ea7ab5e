"""Where a document's vector begins, found without reading it.

Only documents are outlined that are as chromem-go writes nearly all of them: definitions met before, one
value, nothing after it. Others have no outline; damaged ones have none, or do not end soundly.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pygob import types
from pygob._definitions.known_definitions import KNOWN_DEFINITIONS
from pygob._messages.varint import signed
from pygob.chromem.records import DOCUMENT_TYPE, RecordIds, record_ids

_ID, _METADATA, _EMBEDDING, _CONTENT = range(4)


class Outline(NamedTuple):
    """What stands before a document's vector.

    Attributes:
        id: The document's id.
        start: Where the first float begins.
        length: How many floats there are.
        ids: The type ids that the document uses.
    """

    id: str
    start: int
    length: int
    ids: RecordIds


def outline_of(data: bytes) -> Outline | None:
    """The outline of a document, if it is like most and its definitions were met before."""
    known = KNOWN_DEFINITIONS.find(data)
    if known is None:
        return None
    try:
        size, pos = _uint(data, len(known.data))
        if pos + size != len(data):
            return None
        type_id, pos = _uint(data, pos)
        ids = _document_ids(known.data, signed(type_id))
        if ids is None:
            return None
        document_id = ""
        field = -1
        while field < _EMBEDDING:
            delta, pos = data[pos], pos + 1
            field += delta or 4
            if field == _ID:
                size, pos = _uint(data, pos)
                document_id = data[pos : pos + size].decode("utf-8", "surrogateescape")
                pos += size
            elif field == _METADATA:
                entries, pos = _uint(data, pos)
                if entries > len(data):
                    return None
                for _ in range(2 * entries):
                    size = data[pos]
                    pos += 1
                    if size > 127:
                        size, pos = _uint(data, pos - 1)
                    pos += size
        if field != _EMBEDDING:
            return None
        length, pos = _uint(data, pos)
    except IndexError:
        return None
    return Outline(document_id, pos, length, ids) if 0 < length <= len(data) - pos else None


def ends_soundly(rest: bytes | memoryview) -> bool:
    """Whether what follows the vector in a document is its text, sound to the end, or just the end."""
    pos = 0
    try:
        if rest[0] == _CONTENT - _EMBEDDING:
            size, pos = _uint(rest, 1)
            pos += size
        return rest[pos] == 0 and pos + 1 == len(rest)
    except IndexError:
        return False


def _uint(data: bytes | memoryview, pos: int) -> tuple[int, int]:
    """An unsigned integer and where it ends.

    Raises:
        IndexError: There is none.
    """
    first = data[pos]
    if first < 128:
        return first, pos + 1
    if first < 248:
        raise IndexError
    end = pos + 257 - first
    return int.from_bytes(data[pos + 1 : end], "big"), end


@lru_cache(maxsize=64)
def _document_ids(definitions: bytes, type_id: int) -> RecordIds | None:
    """The type ids of a document, if that is what a type is: chromem's Document, field for field."""
    known = KNOWN_DEFINITIONS.find(definitions)
    plan = known.table.known_plan(type_id) if known is not None and known.data == definitions else None
    if known is None or plan is None or not isinstance(plan.type, types.Struct):
        return None
    match [described for _, described in plan.type.fields]:
        case [
            types.Basic(kind="string"),
            types.Map(key=types.Basic(kind="string"), elem=types.Basic(kind="string")),
            types.Slice(elem=types.Basic(kind="float")),
            types.Basic(kind="string"),
        ]:
            names = [name for name, _ in plan.type.fields]
            if names == [name for name, _ in DOCUMENT_TYPE.fields]:
                return record_ids(type_id, known.ids)
    return None
