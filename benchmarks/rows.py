"""The rows of the table: what is measured, against what, and what it should come to."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cbor2
import msgpack

import pygob
from benchmarks import real_go, samples
from benchmarks.measure import Contender, calls, process
from gohelper import Go
from pygob.chromem import Document, Format, Store
from pygob.chromem.records import DOCUMENT_TYPE

DOCUMENTS = 64
LOOPS = 8
GO_LOOPS = 1000


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        name: A short name, the key under which results are recorded.
        what: What is measured.
        against: What it is measured against.
        ours: The one side.
        theirs: The other.
        at_least: The ratio, ours over theirs, that must not be exceeded; None for rows to compare only.
        aim: The ratio hoped for.
        rounds: Fewer rounds than others, for rows that take long.
    """

    name: str
    what: str
    against: str
    ours: Contender
    theirs: Contender
    at_least: float | None = None
    aim: float | None = None
    rounds: int | None = None


def decoding(go: Go) -> Iterator[Row]:
    """One document of 768 floats, decoded, against Go with a new Decoder per document."""
    streams = [document.to_bytes() for document in samples.documents(DOCUMENTS)]
    theirs = real_go.decodes(go, streams, GO_LOOPS)

    def reads(floats: Any) -> Contender:
        return _each(streams, lambda data: pygob.loads(data, floats=floats))

    go_decode = "Go, new Decoder per document"
    yield Row("decode-list", "decode to list", go_decode, reads("list"), theirs, 1.3, 1.0)
    yield Row("decode-array", "decode to array('f')", go_decode, reads("array"), theirs, 1.2, 0.9)
    yield Row("decode-numpy", "decode to NumPy, one by one", go_decode, reads("numpy"), theirs)
    yield Row("skim", "skim with full validation", go_decode, reads("skip"), theirs, 0.5, 0.35)
    yield Row(
        "chromem-document", "pygob.chromem's Document", go_decode, _each(streams, Document.from_bytes), theirs
    )


def encoding(go: Go) -> Iterator[Row]:
    """One document of 768 floats, encoded."""
    records = samples.documents(DOCUMENTS)
    theirs = real_go.encodes(go, [record.to_bytes() for record in records], GO_LOOPS)
    go_encode = "Go, new Encoder per document"
    as_read = [pygob.loads(record.to_bytes()) for record in records]
    yield Row(
        "encode-list", "encode, floats in a list", go_encode, _each(as_read, pygob.dumps), theirs, 2.8, 2.0
    )
    plain = [
        {"ID": r.id, "Metadata": r.metadata, "Embedding": r.embedding, "Content": r.content} for r in records
    ]
    yield Row(
        "encode-array",
        "encode, floats in an array('f')",
        go_encode,
        _each(plain, lambda value: pygob.dumps(value, DOCUMENT_TYPE)),
        theirs,
        2.8,
        2.0,
    )
    yield Row(
        "encode-record",
        "encode pygob.chromem's Document",
        go_encode,
        _each(records, Document.to_bytes),
        theirs,
    )


def other_formats() -> Iterator[Row]:
    """The same data in Python's other formats, all written in C."""
    values = [_plain(document) for document in samples.documents(DOCUMENTS)]
    streams = [document.to_bytes() for document in samples.documents(DOCUMENTS)]
    ours = _each(streams, pygob.loads)
    loaders: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = [
        ("json", json.dumps, json.loads),
        ("pickle", pickle.dumps, pickle.loads),
        ("msgpack", msgpack.packb, msgpack.unpackb),
        ("cbor2", cbor2.dumps, cbor2.loads),
    ]
    for name, dump, load in loaders:
        bounds = (1 / 3, 1 / 5) if name == "json" else (None, None)
        theirs = _each([dump(value) for value in values], load)
        yield Row(f"decode-{name}", "decode to list", f"{name}'s loads", ours, theirs, *bounds)
    rows, texts = samples.rows_stream(1000), samples.texts_stream(10_000)
    rows_json, texts_json = json.dumps(samples.rows(1000)), json.dumps(samples.texts(10_000))
    yield Row(
        "structs",
        "1,000 structs of 6 fields",
        "json.loads",
        calls(lambda _: pygob.loads(rows), 30),
        calls(lambda _: json.loads(rows_json), 60),
        1.6,
        1.2,
    )
    yield Row(
        "map",
        "map of 10,000 entries",
        "json.loads",
        calls(lambda _: pygob.loads(texts), 20),
        calls(lambda _: json.loads(texts_json), 40),
        3.0,
        2.0,
    )


def stores(go: Go, folder: Path, count: int) -> Iterator[Row]:
    """Whole stores: real chromem opens them, chromemctl verifies them, NumPy gets their vectors."""
    plain = samples.write_store(folder / "plain", count, 768, Format.PLAIN)
    streams = [document.to_bytes() for document in samples.documents(DOCUMENTS)]
    few = samples.write_store(folder / "few", 1000, 768, Format.PLAIN)
    yield Row(
        "embeddings",
        "NumPy, a store's embeddings in one batch, files included, per document",
        "Go, new Decoder per document",
        _per_item(calls(lambda _: Store(few).embeddings(), 1), 1000),
        real_go.decodes(go, streams, GO_LOOPS),
        1.0,
        0.6,
    )
    yield from _verifying(plain, Format.PLAIN, count, 1.0, 0.5)
    zipped = samples.write_store(folder / "gz", count, 768, Format.GZ)
    yield from _verifying(zipped, Format.GZ, count, 1.0, 0.6)


def _verifying(store: Path, form: Format, count: int, at_least: float, aim: float) -> Iterator[Row]:
    yield Row(
        f"verify-{form.name.lower()}",
        f"chromemctl verify of {count:,} documents ({form.suffix}), whole process",
        "real chromem opening the store, whole process",
        verifies(store),
        real_go.opens(store, compress=form is Format.GZ),
        at_least,
        aim,
        rounds=5,
    )


def verifies(store: Path) -> Contender:
    """A process that verifies a store."""
    return process(verify_command(store))


def verify_command(store: Path) -> list[str]:
    """The command that verifies a store."""
    return [sys.executable, "-m", "chromemctl", "verify", "--json", str(store)]


def _each(items: list[Any], function: Callable[[Any], Any]) -> Contender:
    """Time a function on each of some items, some times over; the timing is that of one call."""
    return calls(lambda index: function(items[index % len(items)]), LOOPS * len(items))


def _per_item(contender: Contender, items: int) -> Contender:
    def run() -> Any:
        timing = contender()
        return type(timing)(timing.wall / items, timing.cpu / items)

    return run


def _plain(document: Document) -> dict[str, Any]:
    """A document as the other formats can hold it."""
    return {
        "ID": document.id,
        "Metadata": document.metadata,
        "Embedding": document.embedding.tolist(),
        "Content": document.content,
    }
