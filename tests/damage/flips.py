"""What one changed bit in a document's file comes to: refused by chromem, found by verify, or not found.

`python -m tests.damage.flips` measures it for a document as large as real ones; the numbers are in
`docs/recovery.md`.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

from chromemctl.judgement.verdict import Verdict, judge
from chromemctl.survey import survey_store
from pygob import GobDecodeError
from pygob.chromem import Document, Format, document_name, name_hash, read_document
from tests.stores import settled, write_store

NAME = "contextd_memories"
DIMENSION = 384
TEXT = "The deploy job failed when the disk was full. Check free space first. " * 6
METADATA = {"project_id": "platform", "scope": "project", "created_at": "2026-01-12T10:00:00Z"}
SAME, REFUSED = "nothing else changes", "chromem refuses the file"


def make(folder: Path, form: Format) -> Path:
    """A store of three documents of realistic size; the file of the first."""
    store = write_store(
        folder / "store",
        [NAME],
        documents=3,
        form=form,
        dimension=DIMENSION,
        document_metadata=METADATA,
        text=TEXT,
    )
    settled(store)
    return store / name_hash(NAME) / document_name(f"{NAME}-0", form)


def outcome(path: Path, original: Document, verdict: Verdict) -> str:
    """What became of a document after its file was changed."""
    try:
        now = read_document(path)
    except GobDecodeError:
        return REFUSED
    if now == original:
        return SAME
    found = {finding.id for finding in verdict.findings if finding.path == path}
    if found:
        return f"found: {', '.join(sorted(found))}"
    changed = [
        field
        for field in ("id", "metadata", "embedding", "content")
        if getattr(now, field) != getattr(original, field)
    ]
    return f"not found: {', '.join(changed)}"


def measure(path: Path, samples: int, seed: int) -> Counter[str]:
    """Change one bit at so many random places, one at a time, and count the outcomes."""
    numbers = random.Random(seed)
    whole, original = path.read_bytes(), read_document(path)
    counts: Counter[str] = Counter()
    for position in numbers.sample(range(8 * len(whole)), min(samples, 8 * len(whole))):
        flipped = bytearray(whole)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        settled(path.parent)
        counts[outcome(path, original, judge(survey_store(path.parent.parent)))] += 1
    path.write_bytes(whole)
    return counts


def main() -> None:
    """Measure both formats and print shares."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=4000, help="bits to change, one at a time")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for form in Format:
        with tempfile.TemporaryDirectory() as folder:
            counts = measure(make(Path(folder), form), options.samples, options.seed)
        print(f"{form}: {counts.total():,} bits")
        for what, number in counts.most_common():
            print(f"  {number / counts.total():7.2%}  {what}")


if __name__ == "__main__":
    main()
