"""Real chromem-go that writes to many stores, one after the other, in a process of its own."""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from gohelper import Collection, Document, Go
from tests.soak.claims import claim

COLLECTIONS = ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
#: Documents of a collection: ids come again, so files are written over in their place.
IDS = 40
_AT_A_TIME = 8
_DELETED = 3


def write(stores: Sequence[Path], seed: int) -> None:
    """Add, replace and delete documents for ever; a line for each round of all stores."""
    numbers = random.Random(seed)
    with Go() as go:
        for done in count(1):
            for store in stores:
                with claim(store):
                    compress = is_compressed(store)
                    go.chromem_add(
                        store, [_documents(name, numbers) for name in COLLECTIONS], compress=compress
                    )
                    ids = [f"note-{numbers.randrange(IDS)}" for _ in range(_DELETED)]
                    go.chromem_delete(store, numbers.choice(COLLECTIONS), ids, compress=compress)
            print(done, flush=True)


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
