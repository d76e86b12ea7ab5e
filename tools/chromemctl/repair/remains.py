"""What can still be read of a document's damaged file, as JSON for people and scripts.

Nothing of it goes back into the store: it is salvaged, so parts may be missing or wrong.
"""

from __future__ import annotations

import base64
import json
import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chromemctl.repair.inner_documents import InnerDocument, gzip_members, is_proven, whole_among
from chromemctl.survey import unwrapped
from chromemctl.wording import count
from pygob import GobDecodeError, GobLimitExceeded, Struct
from pygob.chromem import envelope
from pygob.chromem.names import is_hash, name_hash
from pygob.chromem.records import Document
from pygob.salvaging import Salvage, SalvagedValue, salvage

SCHEMA_VERSION = 1
_FIELDS = {"ID": "id", "Metadata": "metadata", "Content": "content", "Embedding": "embedding"}
_WARNING = (
    "Salvaged from a damaged file. Parts may be missing, and what is named under suspects or lost is not "
    "to be trusted; a changed byte that still makes sense cannot be told from a sound one."
)


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a damaged document.

    Attributes:
        id: Its id, when it could be read whole.
        has_content: Whether anything of a document could be read.
        lost: Stretches of the gob bytes that could not be read, each `(start, end)`.
        breaks_off: Where a document breaks off of which nothing that is there is lost; `None` if none does.
        size: Number of gob bytes.
        whole: The whole documents in it.
        report: Everything as JSON data.
    """

    id: str | None
    has_content: bool
    lost: tuple[tuple[int, int], ...]
    breaks_off: int | None
    size: int
    whole: tuple[InnerDocument, ...]
    report: dict[str, Any]

    @property
    def documents(self) -> list[dict[str, Any]]:
        """What was found, without records of another kind, such as a collection's metadata."""
        told = ("id", "content", "embedding")
        return [each for each in self.report["documents"] if any(each.get(field) for field in told)]

    def to_json(self) -> bytes:
        """The report as a file's content."""
        return json.dumps(self.report, indent=1).encode() + b"\n"

    def state(self) -> str:
        """What is lost, in words."""
        if not self.size:
            return "nothing of it is left"
        if not self.lost:
            if self.breaks_off is not None:
                return f"it breaks off after {count(self.breaks_off, 'byte')}"
            return "all of it can be read, but not by chromem"
        ranges = ", ".join(f"{start}-{end - 1}" for start, end in self.lost[:_SHOWN_RANGES])
        more = f" and {len(self.lost) - _SHOWN_RANGES} more ranges" if len(self.lost) > _SHOWN_RANGES else ""
        return f"bytes {ranges}{more} of {self.size} cannot be read"


_SHOWN_RANGES = 5


def remains_of(raw: bytes, stem: str, definitions: bytes = b"") -> Remains:
    """Salvage a file.

    Args:
        raw: Its bytes.
        stem: Its name without the suffix; the hash of the id, for a file that chromem wrote.
        definitions: The gob bytes of a sound document beside it, whose types may fit.
    """
    try:
        inside = envelope.unwrap(raw)
    except GobLimitExceeded as error:
        inside = envelope.Unwrapped(b"", True, envelope.Checksum.MISSING, error.message, opens=False)
    found = _salvaged(inside.data, definitions)
    if not found.values and (below := unwrapped(raw, _is_document)) is not None:
        found_below = remains_of(below.gob, stem, definitions)
        where = {"file_bytes": len(raw), "offsets_count_in": f"bytes below {below.shown}"}
        return replace(found_below, report={**found_below.report, **where})
    documents = [
        _document(value, stem)
        for value in found.values
        if isinstance(value.value, Struct) and _FIELDS.keys() & set(value.value)
    ]
    whole = list(whole_among(inside.data, found.values)) if is_proven(inside) else []
    for offset, part in _parts(raw, inside):
        further = remains_of(part, stem, definitions)
        documents += ({**each, "file_offset": offset} for each in further.report["documents"])
        whole += (each._replace(start=len(inside.data) + offset) for each in further.whole)
    lost = tuple((item.start, item.end) for item in found.lost)
    report = {
        "schema_version": SCHEMA_VERSION,
        "salvaged": True,
        "warning": _WARNING,
        "file_bytes": len(raw),
        "compressed": inside.compressed,
        "offsets_count_in": "decompressed bytes" if inside.compressed else "bytes of the file",
        "content_bytes": len(inside.data),
        "error": inside.error or (found.error.message if found.error else None),
        "documents": documents,
        "lost": [{"start": item.start, "end": item.end, "reason": item.reason} for item in found.lost],
    }
    identifiers = [item["id"] for item in documents if item.get("id_confirmed")]
    if not is_hash(stem):  # no hash to judge by: only a document that was read to its end is believed
        identifiers = [item["id"] for item in documents if item.get("id") and item["complete"]]
    return Remains(
        identifiers[0] if identifiers else None,
        any(_FIELDS[field] in item for item in documents for field in _FIELDS),
        lost,
        next((value.end for value in found.values if not value.is_complete), None),
        len(inside.data),
        tuple(whole),
        report,
    )


def _parts(raw: bytes, inside: envelope.Unwrapped) -> Iterator[tuple[int, bytes]]:
    """What is in a file beside its gob bytes, each part with its offset: where these end, or are damaged."""
    if inside.behind:
        offset = len(raw) - inside.behind
        yield offset, raw[offset:]
    elif not inside.compressed or not is_proven(inside):
        yield from gzip_members(raw)


def _is_document(gob: bytes) -> bool:
    try:
        return bool(Document.summarize(gob).record.id)
    except GobDecodeError:
        return False


def _salvaged(data: bytes, definitions: bytes) -> Salvage:
    try:
        return salvage(data, definitions=definitions)
    except GobDecodeError:  # the other file's definitions do not help
        return salvage(data)


def _document(value: SalvagedValue, stem: str) -> dict[str, Any]:
    # Of a value that breaks off, what is empty may only not have been reached.
    fields = {
        key: _json(value.value[name])
        for name, key in _FIELDS.items()
        if name in value.value and (value.is_complete or value.value[name])
    }
    identifier = value.value.get("ID")
    confirmed = isinstance(identifier, str) and name_hash(identifier) == stem
    suspects = [{"path": item.path, "reason": item.reason} for item in value.suspects]
    if identifier and is_hash(stem) and not confirmed:
        suspects.append({"path": "Document.ID", "reason": f"its hash is not the file's name, {stem}"})
    return {
        **fields,
        "id_confirmed": confirmed,
        "complete": value.is_complete,
        "start": value.start,
        "end": value.end,
        "suspects": suspects,
    }


def _json(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else str(value)
        case None | bool() | int() | str():
            return value
        case Mapping():
            return {str(key): _json(item) for key, item in value.items()}
        case list() | tuple() | array():
            return [_json(item) for item in value]
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
    return repr(value)
