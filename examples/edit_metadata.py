"""Edit the metadata of a collection: `python edit_metadata.py STORE COLLECTION KEY=VALUE... [-KEY...]`.

contextd, for one, notes there whom a collection belongs to. Stop the application first: chromem-go reads the
file when it starts. The file is replaced atomically, with the name and the type ids that it had.
"""

from __future__ import annotations

import sys

import pygob
from pygob.chromem import Store


def main(path: str, name: str, *edits: str) -> None:
    collection = Store(path).collection(name)
    metadata = dict(collection.metadata().metadata or {})
    for edit in edits:
        if edit.startswith("-"):
            metadata.pop(edit.removeprefix("-"), None)
        else:
            key, _, value = edit.partition("=")
            metadata[key] = value
    print(collection.set_metadata(metadata))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: python edit_metadata.py STORE COLLECTION KEY=VALUE... [-KEY...]")
    try:
        main(*sys.argv[1:])
    except (OSError, LookupError, ValueError, pygob.GobError) as error:
        sys.exit(f"Error: {error}")
