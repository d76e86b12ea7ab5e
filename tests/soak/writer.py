"""Real chromem-go that writes to many stores, one after the other, in a process of its own."""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path

from gohelper import Collection, Document, Go
from tests.soak.claims import claim_if_free

COLLECTIONS = ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
#: Documents of a collection: ids come again, so files are written over in their place.
IDS = 40
_AT_A_TIME = 8
_DELETED = 3


def write(stores: Sequence[Path], seed: int) -> None:
    """Add, replace and delete documents for ever; a line with the number of changes after each round."""
    numbers = random.Random(seed)
    with Go() as go:
        changes = 0
        while True:
            for store in stores:
                with claim_if_free(store) as free:
                    if free:
                        changes += _change(go, store, numbers)
            print(changes, flush=True)


def _change(go: Go, store: Path, numbers: random.Random) -> int:
    """Add and delete in one store; the number of documents."""
    compress = is_compressed(store)
    added = [_documents(name, numbers) for name in COLLECTIONS]
    go.chromem_add(store, added, compress=compress)
    deleted = [f"note-{numbers.randrange(IDS)}" for _ in range(_DELETED)]
    go.chromem_delete(store, numbers.choice(COLLECTIONS), deleted, compress=compress)
    return sum(len(collection.documents) for collection in added) + len(deleted)


def is_compressed(store: Path) -> bool:
    """Whether a store has compressed files: every third one."""
    return int(store.name.rpartition("-")[2]) % 3 == 0


def _documents(collection: str, numbers: random.Random) -> Collection:
    documents = [
        Document(
            f"note-{numbers.randrange(IDS)}",
            {"project_id": "platform"},
            array("f", (numbers.gauss(0, 1) for _ in range(64))),
            "text " * numbers.randrange(1, 200),
        )
        for _ in range(_AT_A_TIME)
    ]
    return Collection(collection, documents=list({document.id: document for document in documents}.values()))


if __name__ == "__main__":
    write([Path(path) for path in sys.argv[2:]], int(sys.argv[1]))
