"""`make large-export`: an export larger than memory should hold, written and read in each form.

The store is made anew each time, and removed: documents with vectors of 768 floats and texts of 24 KiB.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import sys
import tempfile
from array import array
from pathlib import Path

from benchmarks.measure import process_usage
from pygob.chromem import Document, Format, Metadata, document_name, name_hash, write_metadata

COLLECTIONS = 20
DIMENSION = 768
CONTENT = 24 * 1024
# Vectors and texts are taken from this many models: all different ones would only be slower to make.
MODELS = 100


def main() -> int:
    """Measure, and print one line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__)
    parser.add_argument("--documents", type=int, default=40_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chromemctl-export-") as temporary:
        folder = Path(temporary)
        write_store(folder / "store", options.documents)
        key = folder / "key"
        key.write_bytes(os.urandom(32))
        key.chmod(0o600)
        for form, words in (
            ("plain", []),
            ("gzip", ["--gzip"]),
            ("gzip and AES-256-GCM", ["--gzip", "--key-file", str(key)]),
        ):
            measure(folder, form, words)
    return 0


def write_store(store: Path, documents: int) -> None:
    """Write a store of a size."""
    numbers = random.Random(1)
    vectors = [vector(numbers) for _ in range(MODELS)]
    texts = [numbers.randbytes(CONTENT // 2).hex() for _ in range(MODELS)]
    for collection in range(COLLECTIONS):
        name = f"export_{collection}"
        folder = store / name_hash(name)
        folder.mkdir(parents=True)
        write_metadata(folder, Metadata(name, {}), Format.PLAIN)
        for number in range(collection, documents, COLLECTIONS):
            model = number % MODELS
            document = Document(f"document-{number}", {"number": str(number)}, vectors[model], texts[model])
            (folder / document_name(document.id, Format.PLAIN)).write_bytes(document.to_bytes())


def vector(numbers: random.Random) -> array[float]:
    """A vector of length 1, as chromem keeps them."""
    floats = [numbers.gauss(0, 1) for _ in range(DIMENSION)]
    length = math.hypot(*floats)
    return array("f", (each / length for each in floats))


def measure(folder: Path, form: str, words: list[str]) -> None:
    """Export the store, import what came of it, and print what both took."""
    export, copy = folder / "export", folder / "copy"
    run(f"export, {form}", ["export", str(folder / "store"), str(export), *words])
    print(f"  a file of {export.stat().st_size:,} bytes", flush=True)
    opening = words[words.index("--key-file") :] if "--key-file" in words else []
    run(f"import, {form}", ["import", str(export), str(copy), *opening])
    export.unlink()
    shutil.rmtree(copy)


def run(what: str, words: list[str]) -> None:
    """Run a command, and print what it took."""
    timing, memory = process_usage([sys.executable, "-m", "chromemctl", *words])
    print(
        f"{what}: {timing.wall:.0f} s ({timing.cpu:.0f} s of processor time), {memory / 1e6:.0f} MB "
        "in the largest process",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
