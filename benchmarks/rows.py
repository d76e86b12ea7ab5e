"""The rows of the table: what is measured, against what, and what it should come to."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pygob
from benchmarks import real_go, samples
from benchmarks.measure import Clock, Contender, calls, process
from gohelper import Go
from pygob import types
from pygob.chromem import Document, Format, Store
from pygob.chromem.records import DOCUMENT_TYPE

DOCUMENTS = 64
LOOPS = 8
GO_LOOPS = 1000
# The documents of the stores that chromemctl verifies and real chromem opens.
VERIFIED = 20_000
# What the slices of numbers are; and their bounds: decoded against Go and json, encoded against both.
SLICES: dict[str, tuple[str, float, float, float, float]] = {
    "ids": ("ids below 64", 2.5, 1.0, 9.0, 1.0),
    "counters": ("counters below 65,536", 5.5, 2.0, 5.5, 2.0),
    "times": ("times in nanoseconds", 3.0, 1.0, 4.0, 1.5),
    "sizes": ("sizes of 1 to 20 bits", 8.0, 3.2, 6.0, 1.7),
    "floats": ("floats, most of them short", 9.0, 2.2, 7.0, 1.0),
}


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        name: A short name, the key under which results are recorded.
        what: What is measured.
        against: What it is measured against.
        ours: The one side.
        theirs: The other.
        bound: The ratio, ours over theirs, that must not be exceeded; None for rows to compare only.
        aim: The ratio hoped for.
        rounds: Fewer rounds than others, for rows that take long.
        clock: The clock that judges.
    """

    name: str
    what: str
    against: str
    ours: Contender
    theirs: Contender
    bound: float | None = None
    aim: float | None = None
    rounds: int | None = None
    clock: Clock = "cpu"


def all_rows(go: Go, folder: Path) -> Iterator[Row]:
    """Every row, in the order of the table.

    Args:
        go: Who runs Go's side.
        folder: Where stores are written.
    """
    yield from decoding(go)
    yield from encoding(go)
    yield from slices(go)
    yield from other_formats()
    yield from stores(go, folder)


def named(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The rows of these names, in the order of the table; all where none are given.

    Raises:
        ValueError: No row has such a name.
    """
    known = [row.name for row in rows]
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"no row is called {unknown[0]}; the rows are: {', '.join(known)}")
    return [row for row in rows if not names or row.name in names]


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


def slices(go: Go) -> Iterator[Row]:
    """Slices of 10,000 numbers, decoded to a list and encoded from one, against Go and against json."""
    for name, values in samples.numbers(10_000).items():
        what, *bounds = SLICES[name]
        is_floats = isinstance(values[0], float)
        described = types.Slice(types.FLOAT if is_floats else types.INT)
        in_go = {"kind": "slice", "elem": "float64" if is_floats else "int"}
        stream, text = pygob.dumps(values, described), json.dumps(values)
        decodes = calls(partial(_ignoring, pygob.loads, stream), 20)
        encodes = calls(partial(_ignoring, pygob.dumps, values, described), 20)
        loads, dumps = (
            calls(partial(_ignoring, *call), 20) for call in ((json.loads, text), (json.dumps, values))
        )
        yield Row(
            f"decode-{name}", f"decode {what}", "Go, new Decoder", decodes,
            real_go.decodes(go, [stream], 60, in_go), bounds[0], 2.0,
        )  # fmt: skip
        yield Row(f"decode-{name}-json", f"decode {what}", "json.loads", decodes, loads, bounds[1], 1.0)
        yield Row(
            f"encode-{name}", f"encode {what}", "Go, new Encoder", encodes,
            real_go.encodes(go, [stream], 60, in_go), bounds[2], 4.0,
        )  # fmt: skip
        yield Row(f"encode-{name}-json", f"encode {what}", "json.dumps", encodes, dumps, bounds[3], 1.0)


def _ignoring(function: Callable[..., Any], *arguments: Any) -> None:
    """Call a function; `calls` adds a number, which is not wanted."""
    function(*arguments[:-1])


def other_formats() -> Iterator[Row]:
    """The same data in Python's other formats, all written in C."""
    import cbor2  # the dependency group `bench`, which tests of this package do without
    import msgpack

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


def stores(go: Go, folder: Path) -> Iterator[Row]:
    """Whole stores: real chromem opens them, chromemctl verifies them, NumPy gets their vectors."""
    few = cache(lambda: samples.write_store(folder / "few", 1000, 768, Format.PLAIN))
    streams = [document.to_bytes() for document in samples.documents(DOCUMENTS)]
    yield Row(
        "embeddings",
        "NumPy, a store's embeddings in one batch, files included, per document",
        "Go, new Decoder per document",
        _per_item(calls(lambda _: Store(few()).embeddings(), 1), 1000),
        real_go.decodes(go, streams, GO_LOOPS),
        1.0,
        0.6,
    )
    yield _verifying(folder, Format.PLAIN, 0.5)
    yield _verifying(folder, Format.GZ, 0.6)


def _verifying(folder: Path, form: Format, aim: float) -> Row:
    store = cache(lambda: samples.write_store(folder / form.name, VERIFIED, 768, form))
    return Row(
        f"verify-{form.name.lower()}",
        f"chromemctl verify of {VERIFIED:,} documents ({form.suffix}), whole process",
        "real chromem opening the store, whole process",
        _made_when_run(lambda: verifies(store())),
        _made_when_run(lambda: real_go.opens(store(), compress=form is Format.GZ)),
        1.0,
        aim,
        rounds=5,
        clock="wall",
    )


def _made_when_run(make: Callable[[], Contender]) -> Contender:
    """A contender made at its first run, which is not counted: stores nobody measures are not written."""
    made = cache(make)
    return lambda: made()()


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
