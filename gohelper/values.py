"""What goes to chromem and comes from it, and its JSON form (README.md, "Values")."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Metadata:
    """A collection's metadata file.

    Attributes:
        name: The collection's name.
        metadata: None for Go's nil map, which is not the empty one.
    """

    name: str
    metadata: dict[str, str] | None = None


@dataclass(frozen=True)
class Document:
    """A document.

    Attributes:
        id: Its id.
        metadata: None for Go's nil map, which is not the empty one.
        embedding: float32 values; None for Go's nil slice. What Go returns is an `array('f')`.
        content: Its text.
    """

    id: str
    metadata: dict[str, str] | None = None
    embedding: Sequence[float] | None = None
    content: str = ""


@dataclass(frozen=True)
class Collection:
    """A collection: one to create, or one that chromem has read."""

    name: str
    metadata: dict[str, str] | None = None
    documents: list[Document] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """A document that a query found, and its cosine similarity (float32; NaN for broken vectors)."""

    document: Document
    similarity: float


@dataclass(frozen=True)
class Versions:
    """What is judging: Go ("go1.26.1"), chromem-go ("v0.7.0"), platform ("linux/amd64"), operations."""

    go: str
    chromem: str
    platform: str
    operations: list[str]


def text_to_json(text: str) -> object:
    """A Go string for `call`. Bytes that are not UTF-8 stand in `text` as surrogate escapes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return {"b64": bytes_to_json(text.encode("utf-8", "surrogateescape"))}
    return text


def text_from_json(answer: Any) -> str:
    """The inverse of `text_to_json`."""
    if isinstance(answer, str):
        return answer
    return base64.b64decode(answer["b64"]).decode("utf-8", "surrogateescape")


def bytes_to_json(data: bytes) -> str:
    """A []byte for `call`."""
    return base64.b64encode(data).decode("ascii")


def bytes_from_json(answer: Any) -> bytes:
    """The inverse of `bytes_to_json`; Go's nil is empty."""
    return base64.b64decode(answer or "")


def metadata_to_json(metadata: Mapping[str, str] | None) -> object:
    """A map[string]string for `call`."""
    if metadata is None:
        return None
    return [[text_to_json(key), text_to_json(value)] for key, value in metadata.items()]


def metadata_from_json(answer: Any) -> dict[str, str] | None:
    """The inverse of `metadata_to_json`, in key order."""
    if answer is None:
        return None
    return {text_from_json(key): text_from_json(value) for key, value in answer}


def floats_to_json(values: Sequence[float] | None) -> object:
    """A []float32 for `call`."""
    return None if values is None else bytes_to_json(_little_endian(array("f", values)).tobytes())


def floats_from_json(answer: Any) -> array[float] | None:
    """The inverse of `floats_to_json`."""
    if answer is None:
        return None
    values = array("f")
    values.frombytes(bytes_from_json(answer))
    return _little_endian(values)


def document_to_json(document: Document) -> dict[str, object]:
    """A document for `call`."""
    return {
        "id": text_to_json(document.id),
        "metadata": metadata_to_json(document.metadata),
        "embedding": floats_to_json(document.embedding),
        "content": text_to_json(document.content),
    }


def document_from_json(answer: Any) -> Document:
    """The inverse of `document_to_json`."""
    return Document(
        id=text_from_json(answer["id"]),
        metadata=metadata_from_json(answer["metadata"]),
        embedding=floats_from_json(answer["embedding"]),
        content=text_from_json(answer["content"]),
    )


def collection_to_json(collection: Collection) -> dict[str, object]:
    """A collection for `call`."""
    return {
        "name": text_to_json(collection.name),
        "metadata": metadata_to_json(collection.metadata),
        "documents": [document_to_json(document) for document in collection.documents],
    }


def collection_from_json(answer: Any) -> Collection:
    """The inverse of `collection_to_json`."""
    return Collection(
        name=text_from_json(answer["name"]),
        metadata=metadata_from_json(answer["metadata"]),
        documents=[document_from_json(document) for document in answer["documents"]],
    )


def _little_endian(values: array[float]) -> array[float]:
    if sys.byteorder == "big":
        values.byteswap()
    return values
