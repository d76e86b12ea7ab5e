"""Nearest neighbours in a chromem-go collection: `python nearest.py STORE COLLECTION DOCUMENT_ID [N]`.

Prints the documents most like one of the collection's own, as chromem's QueryEmbedding orders them: by cosine
similarity, the best first. Go is not needed; NumPy is (the extra `numpy`).
"""

from __future__ import annotations

import sys

import numpy as np

import pygob
from pygob.chromem import Collection, Store, name_hash


def collection_of(store: Store, name: str) -> Collection:
    """The collection of this name: its folder is called by the name's hash."""
    return Collection(store.path / name_hash(name))


def nearest(collection: Collection, query: np.ndarray, count: int) -> list[tuple[str, float]]:
    """Ids and cosine similarities of the documents most like a vector, the best first."""
    ids, vectors = collection.embeddings()
    similarities = vectors @ (query / np.linalg.norm(query))  # chromem keeps vectors of length 1
    best = np.argsort(-similarities, kind="stable")[:count]
    return [(ids[row], float(similarities[row])) for row in best]


def main(path: str, name: str, document_id: str, count: str = "5") -> None:
    collection = collection_of(Store(path), name)
    ids, vectors = collection.embeddings()
    if document_id not in ids:
        raise LookupError(f"no document of {name} has the id {document_id!r}")
    query = vectors[ids.index(document_id)]
    for found, similarity in nearest(collection, query, int(count)):
        print(f"{similarity:.4f}  {found}")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit("usage: python nearest.py STORE COLLECTION DOCUMENT_ID [N]")
    try:
        main(*sys.argv[1:])
    except (OSError, LookupError, ValueError, pygob.GobError) as error:
        sys.exit(f"Error: {error}")
