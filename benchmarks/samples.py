"""What is measured: documents as embedding models make them, stores of them, structs and maps."""

from __future__ import annotations

import gzip
import math
import random
from array import array
from pathlib import Path

import pygob
from pygob import types
from pygob.chromem import Document, Format, Metadata, document_name, name_hash

COLLECTION = "benchmark"
ROW = types.Struct(
    "Row",
    {
        "ID": types.INT,
        "Name": types.STRING,
        "Age": types.INT,
        "Active": types.BOOL,
        "Score": types.FLOAT,
        "City": types.STRING,
    },
)
ROWS = types.Slice(ROW)
TEXTS = types.Map(types.STRING, types.STRING)


def vector(numbers: random.Random, dimension: int) -> array[float]:
    """A random direction as float32, of length 1."""
    values = [numbers.gauss(0, 1) for _ in range(dimension)]
    length = math.sqrt(sum(value * value for value in values))
    return array("f", [value / length for value in values])


def documents(count: int, dimension: int = 768) -> list[Document]:
    """Documents of a paragraph, three metadata entries and a random vector each."""
    numbers = random.Random(dimension)
    return [
        Document(
            f"document-{number}",
            {"project_id": "platform", "kind": "note", "number": str(number)},
            vector(numbers, dimension),
            f"Paragraph {number}. " + "What the text says does not matter here. " * 5,
        )
        for number in range(count)
    ]


def write_store(path: Path, count: int, dimension: int, form: Format) -> Path:
    """Write a sound store of one collection."""
    path.mkdir()
    folder = path / name_hash(COLLECTION)
    folder.mkdir()
    compressed = form is Format.GZ

    def write(name: str, data: bytes) -> None:
        (folder / name).write_bytes(gzip.compress(data, 6) if compressed else data)

    write(form.metadata_name, Metadata(COLLECTION, {}).to_bytes())
    # A few hundred vectors serve for all: files differ in their ids and texts.
    models = documents(min(count, 500), dimension)
    for number in range(count):
        model = models[number % len(models)]
        document = Document(f"document-{number}", model.metadata, model.embedding, model.content)
        write(document_name(document.id, form), document.to_bytes())
    return path


def link_part(store: Path, path: Path, count: int) -> Path:
    """A store of the first documents of another in the same file system, whose files are links to its own.

    Among very many documents a few have the file name of another one, and there are as many fewer.
    """
    folder = name_hash(COLLECTION)
    (path / folder).mkdir(parents=True)
    for name in {Format.PLAIN.metadata_name} | {
        document_name(f"document-{number}", Format.PLAIN) for number in range(count)
    }:
        (path / folder / name).hardlink_to(store / folder / name)
    return path


def rows(count: int) -> list[dict[str, object]]:
    """Records of six fields."""
    numbers = random.Random(6)
    return [
        {
            "ID": number * 37 + 1,
            "Name": f"name {number}",
            "Age": numbers.randrange(1, 100),
            "Active": True,
            "Score": numbers.random() * 100,
            "City": numbers.choice(["Berlin", "Paris", "New York"]),
        }
        for number in range(count)
    ]


def texts(count: int) -> dict[str, str]:
    """A map of short texts."""
    return {f"key {number}": f"value number {number}" for number in range(count)}


def numbers(count: int) -> dict[str, list[int] | list[float]]:
    """Slices of numbers by what they are."""
    chance = random.Random(5)
    seconds = 1_700_000_000
    return {
        "ids": [chance.randrange(64) for _ in range(count)],
        "counters": [chance.randrange(65536) for _ in range(count)],
        "times": [seconds * 10**9 + chance.randrange(10**16) for _ in range(count)],
        "sizes": [int(2 ** (chance.random() * 20)) for _ in range(count)],
        "floats": [chance.choice([0.0, 1.0, 0.5, 3.25, 0.1, chance.random()]) for _ in range(count)],
    }


def rows_stream(count: int) -> bytes:
    """The records as a gob stream."""
    return pygob.dumps(rows(count), ROWS)


def texts_stream(count: int) -> bytes:
    """The map as a gob stream."""
    return pygob.dumps(texts(count), TEXTS)
