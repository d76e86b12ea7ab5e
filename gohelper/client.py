"""Real Go, callable from Python: every operation of the library with types."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from gohelper.errors import GoBadRequest, GoError, GoPanic
from gohelper.values import (
    Collection,
    Document,
    Metadata,
    Result,
    Versions,
    bytes_from_json,
    bytes_to_json,
    collection_from_json,
    collection_to_json,
    document_from_json,
    document_to_json,
    floats_from_json,
    floats_to_json,
    metadata_from_json,
    metadata_to_json,
    text_from_json,
    text_to_json,
)
from gohelper.worker import Worker

Paths = str | os.PathLike[str]

# The statuses of the C interface (operations.Status in Go).
_OK, _BAD_REQUEST, _PANICKED = 0, 2, 3


class Go:
    """Real Go in a worker process of its own, started with the first call.

    Every `Go()` is a fresh process, and `restart` makes it one again: gob counts type ids per process. It may
    be used from many threads, whose calls take turns, but not in a forked child. Text that is not UTF-8 is in
    `str` as surrogate escapes. Relative paths are this process's.

    Every method raises `GoError` with Go's own text when Go returns an error, and what `Worker.call` raises.

    Args:
        library: The C library to use; None for the one built from the sources, built now if need be.
        timeout: Seconds a call may take; None for no limit. (chromem hangs for ever on a FIFO, for one.)
    """

    def __init__(self, library: Path | None = None, *, timeout: float | None = None) -> None:
        self.worker = Worker(library, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.close()

    def restart(self) -> None:
        """Let the next call have a fresh process."""
        self.worker.restart()

    def call(self, operation: str, request: Any) -> Any:
        """Run any operation: JSON values in, JSON values out (README.md, "Values").

        Raises:
            GoError: Go returned an error; GoBadRequest and GoPanic are kinds of it.
        """
        status, answer = self.worker.call(operation, json.dumps(request, allow_nan=False).encode())
        result = json.loads(answer)
        if status == _OK:
            return result
        message = text_from_json(result["message"])
        if status == _PANICKED:
            raise GoPanic(message, result["stack"])
        raise GoBadRequest(message) if status == _BAD_REQUEST else GoError(message)

    def version(self) -> Versions:
        """The versions of Go and chromem-go in the library, and the names of its operations."""
        return Versions(**self.call("version", {}))

    def chromem_create(
        self, path: Paths, collections: Iterable[Collection], *, compress: bool = False
    ) -> dict[str, int]:
        """Create collections and add their documents, one after the other in the order given.

        Returns:
            Number of documents by collection, of the whole store.
        """
        return self._change("chromem.create", path, collections, compress)

    def chromem_add(
        self, path: Paths, collections: Iterable[Collection], *, compress: bool = False
    ) -> dict[str, int]:
        """Open a store and add documents to collections that exist; their `metadata` is not looked at."""
        return self._change("chromem.add", path, collections, compress)

    def chromem_open(self, path: Paths, *, compress: bool = False) -> dict[str, int]:
        """Open a store, as an application does when it starts. A missing folder is created, as chromem does.

        Returns:
            Number of documents by collection.
        """
        return _counts(self.call("chromem.open", _store(path, compress)))

    def chromem_documents(self, path: Paths, collection: str, *, compress: bool = False) -> Collection:
        """A collection as chromem has read it, its documents in order of their ids."""
        return collection_from_json(self.call("chromem.documents", _store(path, compress, collection)))

    def chromem_query(
        self, path: Paths, collection: str, embedding: Sequence[float], n: int, *, compress: bool = False
    ) -> list[Result]:
        """The `n` documents nearest to `embedding`, nearest first; chromem refuses more than there are."""
        request = {**_store(path, compress, collection), "embedding": floats_to_json(embedding), "n": n}
        found = []
        for answer in self.call("chromem.query", request):
            similarity = floats_from_json(answer["similarity"])
            assert similarity is not None
            found.append(Result(document_from_json(answer), similarity[0]))
        return found

    def chromem_delete(
        self, path: Paths, collection: str, ids: Iterable[str], *, compress: bool = False
    ) -> dict[str, int]:
        """Delete documents by id, with their files. Ids that are not there are no error."""
        request = {**_store(path, compress, collection), "ids": [text_to_json(name) for name in ids]}
        return _counts(self.call("chromem.delete", request))

    def chromem_export(
        self,
        path: Paths,
        file: Paths,
        *,
        compress: bool = False,
        compress_file: bool = False,
        key: bytes = b"",
        collections: Iterable[str] = (),
    ) -> dict[str, int]:
        """Export a store to one file; `compress` is the store's, `key` 32 bytes to encrypt with, or none.

        `collections` are the names of those to export; none means all.
        """
        request = {
            **_store(path, compress),
            "file": _path(file),
            "compress_file": compress_file,
            "key": bytes_to_json(key),
            "collections": [text_to_json(name) for name in collections],
        }
        return _counts(self.call("chromem.export", request))

    def chromem_import(
        self,
        path: Paths,
        file: Paths,
        *,
        compress: bool = False,
        key: bytes = b"",
        collections: Iterable[str] = (),
    ) -> dict[str, int]:
        """Import an exported file, or the collections named, into a store, which may be new."""
        request = {
            **_store(path, compress),
            "file": _path(file),
            "key": bytes_to_json(key),
            "collections": [text_to_json(name) for name in collections],
        }
        return _counts(self.call("chromem.import", request))

    def gob_encode_metadata(self, metadata: Metadata) -> bytes:
        """The gob stream of a metadata file; type ids are those this process has come to."""
        request = {"name": text_to_json(metadata.name), "metadata": metadata_to_json(metadata.metadata)}
        return bytes_from_json(self.call("gob.encode_metadata", request))

    def gob_decode_metadata(self, stream: bytes) -> Metadata:
        """Decode a metadata stream into chromem's own type."""
        answer = self.call("gob.decode_metadata", bytes_to_json(stream))
        return Metadata(text_from_json(answer["name"]), metadata_from_json(answer["metadata"]))

    def gob_encode_document(self, document: Document) -> bytes:
        """The gob stream of a document's file; type ids are those this process has come to."""
        return bytes_from_json(self.call("gob.encode_document", document_to_json(document)))

    def gob_decode_document(self, stream: bytes) -> Document:
        """Decode a document's stream into chromem's own type."""
        return document_from_json(self.call("gob.decode_document", bytes_to_json(stream)))

    def gzip_compress(self, data: bytes) -> bytes:
        """What Go's gzip makes of `data` at the default level, as chromem uses it."""
        return bytes_from_json(self.call("gzip.compress", bytes_to_json(data)))

    def _change(
        self, operation: str, path: Paths, collections: Iterable[Collection], compress: bool
    ) -> dict[str, int]:
        request = {
            **_store(path, compress),
            "collections": [collection_to_json(each) for each in collections],
        }
        return _counts(self.call(operation, request))


def _store(path: Paths, compress: bool, collection: str | None = None) -> dict[str, object]:
    request: dict[str, object] = {"path": _path(path), "compress": compress}
    if collection is not None:
        request["collection"] = text_to_json(collection)
    return request


def _path(path: Paths) -> object:
    return text_to_json(os.path.abspath(path))  # noqa: PTH100 - the worker has a working folder of its own


def _counts(answer: Any) -> dict[str, int]:
    return {text_from_json(each["name"]): each["documents"] for each in answer}
