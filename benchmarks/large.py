"""`make large`: the plan for a large store with many damaged files, and the hashing of millions of names.

The store is made anew each time: collections of 1,000 documents with vectors of 384 floats, named as
applications name them. Every hundredth file is damaged: metadata removed, emptied or cut, documents emptied,
cut, overwritten with zeros or misnamed.
"""

from __future__ import annotations

import argparse
import os
import random
import struct
import sys
import tempfile
import zlib
from pathlib import Path

from benchmarks import samples
from benchmarks.measure import process_usage
from pygob.chromem import Document, Format, Metadata, document_name, envelope, name_hash

PER_COLLECTION = 1_000
DIMENSION = 384
# Of every hundred damaged files so many are metadata, each of a collection of its own.
METADATA_SHARE = 5
UNKNOWN_NAME = "471e862a"


def main() -> int:
    """Measure, and print one line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--damaged", type=int, default=1_000, help="files that are damaged")
    parser.add_argument("--candidates", type=int, default=20_000_000, help="names that are hashed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chromemctl-large-") as temporary:
        for form in Format:
            store = Path(temporary) / form
            write_store(store, options.documents, form)
            damage(store, form, options.documents, options.damaged)
            plan(store, options.documents, options.damaged)
    search(options.candidates)
    return 0


def names(count: int) -> list[str]:
    """Names of collections, as contextd makes them."""
    return [f"tenant_{number // 5}_project_{number}_memories" for number in range(count)]


def write_store(path: Path, documents: int, form: Format) -> None:
    """Write a sound store of collections of 1,000 documents."""
    path.mkdir()
    models = samples.documents(500, DIMENSION)
    for number, name in enumerate(names(-(-documents // PER_COLLECTION))):
        folder = path / name_hash(name)
        folder.mkdir()
        metadata = {"tenant_id": f"tenant_{number // 5}", "project_id": f"project_{number}"}
        _write(folder / form.metadata_name, Metadata(name).to_bytes(), form)
        for index in range(min(PER_COLLECTION, documents - number * PER_COLLECTION)):
            model = models[index % len(models)]
            document = Document(f"{name}-{index}", metadata, model.embedding, model.content)
            _write(folder / document_name(document.id, form), document.to_bytes(), form)


def _write(path: Path, gob: bytes, form: Format) -> None:
    path.write_bytes(_gzip(gob) if form is Format.GZ else gob)


def _gzip(data: bytes) -> bytes:
    """Gzip as Go ends it, with an empty stored block: `envelope.wrap` writes Go's very bytes, but slowly."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = deflater.compress(data) + deflater.flush(zlib.Z_SYNC_FLUSH) + b"\1\0\0\xff\xff"
    return envelope.GO_HEADER + body + struct.pack("<II", zlib.crc32(data), len(data))


def damage(store: Path, form: Format, documents: int, files: int) -> None:
    """Damage so many files of a store, metadata of some collections among them."""
    numbers = random.Random(1)
    collections = names(-(-documents // PER_COLLECTION))
    torn = min(len(collections), files * METADATA_SHARE // 100)
    for name in numbers.sample(collections, torn):
        numbers.choice(METADATA_DAMAGES)(store / name_hash(name) / form.metadata_name)
    for chosen in numbers.sample(range(documents), files - torn):
        name = collections[chosen // PER_COLLECTION]
        document = document_name(f"{name}-{chosen % PER_COLLECTION}", form)
        numbers.choice(DOCUMENT_DAMAGES)(store / name_hash(name) / document)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _misnamed(path: Path) -> None:
    path.rename(path.with_name(f"copy-of-{path.name}"))


METADATA_DAMAGES = (Path.unlink, _empty, _cut)
DOCUMENT_DAMAGES = (_empty, _cut, _zeros, _misnamed)


def plan(store: Path, documents: int, damaged: int) -> None:
    """Time `recover --dry-run` as its user runs it."""
    command = [sys.executable, "-m", "chromemctl", "recover", "--dry-run", str(store)]
    timing, memory = process_usage(command, expected=1)
    print(
        f"plan for {documents:,} documents ({store.name}) with {damaged:,} damaged files: "
        f"{timing.wall:.1f} s ({timing.cpu:.1f} s of processor time), {memory / 1e6:.0f} MB in one process",
        flush=True,
    )


def search(candidates: int) -> None:
    """Time `identify` for a name that nobody finds, until the given number of names has been tried."""
    template = "{tenant}_{project}_{what}_{kind}"
    words = [f"word{number}" for number in range(200)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(words))
        file.flush()
        command = [sys.executable, "-m", "chromemctl", "identify", UNKNOWN_NAME, "--template", template]
        command += ["--words", file.name, "--max-candidates", str(candidates)]
        timing, memory = process_usage(command, expected=1)
    rate = candidates / timing.wall * 60 / 1e6
    print(
        f"identify: {candidates:,} candidates in {timing.wall:.1f} s, {rate:.0f} million a minute "
        f"on {os.cpu_count()} processors, {memory / 1e6:.0f} MB in one process"
    )


if __name__ == "__main__":
    sys.exit(main())
