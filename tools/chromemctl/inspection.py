"""What is in a metadata file, a document, an export or a store, as plain data for people and for JSON.

Redacted, a description can be sent to strangers: texts are replaced by their sizes, and what they could be
found out from (hashes, file names, vectors) is left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chromemctl.exchange.exports import opened
from chromemctl.exits import Damaged
from chromemctl.survey import FolderFacts, Survey
from chromemctl.wording import brief_name, command, count, readable
from pygob import GobDecodeError
from pygob.chromem import Document, Metadata, Reading, envelope, is_export, name_hash
from pygob.chromem.entries import listing, read_file
from pygob.chromem.names import format_of

Description = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inspector:
    """Describes files and stores.

    Attributes:
        redact: Whether to leave out whatever somebody wrote.
        largest: The bytes of the largest document of an export that is read, None for 256 MiB.
    """

    redact: bool = False
    largest: int | None = None

    def file(self, path: Path, key: bytes | None = None) -> Description:
        """Describe a file: metadata, a document or an export, whatever it is called.

        Raises:
            KeyFailure: It is an encrypted export, and the key is missing or does not open it.
            Damaged: It is damaged, or none of these.
            OSError: It cannot be read.
        """
        if key is not None or is_export(path):
            return self._export(path, key)
        raw = read_file(path)
        try:
            inside = envelope.unwrap(raw)
            described = self._record(path, inside.data)
        except GobDecodeError as error:
            if envelope.may_be_encrypted(raw):
                return self._export(path, None)  # which says that it needs a key
            raise Damaged(
                f"{readable(str(path))}: {readable(str(error))}",
                "what the bytes mean, as far as they can be read:",
                f"  {command('pygob', 'annotate', path)}",
            ) from error
        wrapping = {"compressed": inside.compressed, "checksum": inside.checksum.value}
        return {**described, "size": len(raw), **wrapping}

    def store(self, survey: Survey, form: str) -> Description:
        """Describe a store: its collections with their metadata, sizes and shapes."""
        folders = [folder for folder in survey.folders if folder.is_used]
        return {
            "kind": "store",
            "format": form,
            "collections": [self._folder(folder) for folder in folders],
            "documents_total": sum(folder.document_count() for folder in folders),
        }

    def _record(self, path: Path, data: bytes) -> Description:
        reading = Document.examine(data)
        if "ID" in reading.fields or "Name" not in reading.fields:
            return self._document(path, reading)
        return self._metadata(path, Metadata.examine(data))

    def _metadata(self, path: Path, reading: Reading[Metadata]) -> Description:
        record = reading.record
        return {
            "kind": "metadata",
            "name": self._text(record.name),
            **self._named(record, path.absolute().parent.name),
            "metadata": self._map(record.metadata),
            **_shape(reading),
        }

    def _document(self, path: Path, reading: Reading[Document]) -> Description:
        record = reading.record
        form = format_of(path.name)
        stem = path.name.removesuffix(form.suffix) if form is not None else path.name
        vector: Description = {
            "dimension": len(record.embedding),
            "norm": _number(math.hypot(*record.embedding)),
        }
        if not self.redact:
            vector["values"] = [_number(value) for value in record.embedding]
        return {
            "kind": "document",
            "id": self._text(record.id),
            **self._hash(record.id, fits=name_hash(record.id) == stem, of="file"),
            "metadata": self._map(record.metadata),
            "embedding": vector,
            "content": self._text(record.content),
            **_shape(reading),
        }

    def _export(self, path: Path, key: bytes | None) -> Description:
        collections: list[Description] = []
        for found in opened(path, key, self.largest):
            dimensions: Counter[int] = Counter()
            content = 0
            for document in found.documents:
                dimensions[len(document.embedding)] += 1
                content += _size(document.content)
            collections.append(
                {
                    "name": self._text(found.name),
                    **self._hash(found.name),
                    "metadata": self._map(found.metadata),
                    "documents": dimensions.total(),
                    "dimensions": _counts(dimensions),
                    "content_bytes": content,
                }
            )
        return {
            "kind": "export",
            "size": path.stat().st_size,
            "encrypted": key is not None,
            "collections": collections,
            "documents_total": sum(each["documents"] for each in collections),
        }

    def _folder(self, folder: FolderFacts) -> Description:
        record = next((file.metadata for file in folder.files if file.metadata is not None), None)
        unreadable = [file for file in folder.files if file.fault is not None]
        return {
            **({} if self.redact else {"dir": folder.dir}),
            "name": None if record is None else self._text(record.name),
            **({} if record is None else self._named(record, folder.dir)),
            "metadata": None if record is None else self._map(record.metadata),
            "documents": folder.document_count(),
            "unreadable": len(unreadable),
            "dimensions": _counts(folder.dimensions),
            "size": sum(entry.size for entry in listing(folder.path) if entry.format is not None),
        }

    def _named(self, record: Metadata, folder: str) -> Description:
        return self._hash(record.name, fits=name_hash(record.name) == folder, of="folder")

    def _text(self, value: str) -> str:
        return f"<{count(_size(value), 'byte')}>" if self.redact else value

    def _map(self, values: Mapping[str, str] | None) -> dict[str, str] | None:
        return None if values is None else {key: self._text(value) for key, value in values.items()}

    def _hash(self, value: str, *, fits: bool | None = None, of: str = "") -> Description:
        """The hash of a name or id, which would tell it, and whether it is that in the path."""
        found: Description = {} if self.redact else {"hash": name_hash(value)}
        return found if fits is None else {**found, f"matches_{of}": fits}


def _shape(reading: Reading[Any]) -> Description:
    ids = reading.ids
    return {
        "fields": list(reading.fields),
        "type_ids": {"record": ids.record, "map": ids.string_map, "slice": ids.float_slice},
        "trailing_bytes": reading.trailing,
    }


def _counts(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(number): counts[number] for number in sorted(counts)}


def _number(value: float) -> float | str:
    """A number that JSON has; NaN and the infinite as text."""
    return value if math.isfinite(value) else str(value)


def _size(value: str) -> int:
    return len(value.encode("utf-8", "surrogateescape"))


def lines(described: Description, indent: str = "") -> list[str]:
    """A description but for its collections, for people: one line for each fact, those of a part indented."""
    found: list[str] = []
    for key, value in described.items():
        if key == "collections":
            continue
        label = indent + key.replace("_", " ")
        if key == "metadata" and value:
            found += [
                f"{label}:",
                *(f"{indent}  {readable(name)}: {_shown(each)}" for name, each in value.items()),
            ]
        elif isinstance(value, dict) and value:
            found += [f"{label}:", *lines(value, indent + "  ")]
        else:
            found.append(f"{label}: {_shown(value)}")
    return found


#: The columns of `rows`.
COLUMNS = ("Collection", "Hash", "Documents", "Dimension", "Bytes", "Metadata")


def rows(collections: Sequence[Description]) -> Iterator[tuple[str, ...]]:
    """The collections of a store or an export, for a table."""
    for each in collections:
        metadata = each["metadata"]
        yield (
            "unknown" if each["name"] is None else brief_name(each["name"]),
            each.get("dir") or each.get("hash", ""),
            f"{each['documents']:,}",
            ", ".join(each["dimensions"]),
            f"{each['size'] if 'size' in each else each['content_bytes']:,}",
            "none"
            if metadata is None
            else ", ".join(f"{readable(k)}={_shown(v)}" for k, v in metadata.items()),
        )


# So much of a text, and so many numbers, are shown to people; JSON has all.
_SHOWN_CHARACTERS = 400
_SHOWN_NUMBERS = 8


def _shown(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.9g}"
        case list():
            more = f" and {len(value) - _SHOWN_NUMBERS:,} more" if len(value) > _SHOWN_NUMBERS else ""
            return ", ".join(map(_shown, value[:_SHOWN_NUMBERS])) + more
        case dict():
            return "empty"
        case _:
            text = readable(str(value))
            cut = len(text) > _SHOWN_CHARACTERS
            return f"{text[:_SHOWN_CHARACTERS]} ... ({len(text):,} characters)" if cut else text
