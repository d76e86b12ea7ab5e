"""Documents that are lost to a collection, and whole in a folder of it that was set aside."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from chromemctl.own_directories import QUARANTINE_DIRECTORY
from chromemctl.survey import read_facts
from chromemctl.wording import command
from pygob.chromem.entries import entry_at
from pygob.chromem.names import document_name

# .quarantine/HASH as another tool leaves it, and .quarantine/HASH/NUMBER/HASH.
_FOLDERS_BELOW = 2


class PutAway:
    """The collections' folders in a store's quarantine, each listed once when it is asked for.

    Attributes:
        store: The store.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self._listed: dict[str, dict[str, list[Path]]] = {}

    def advice(self, dir_name: str, name: str) -> str | None:
        """Where a document lies whole, and the command that brings it back; None where it does not.

        Args:
            dir_name: The collection's folder.
            name: The document's file there.
        """
        for path in self._files(dir_name).get(name.partition(".")[0], ()):
            entry = entry_at(path)
            facts = read_facts(entry) if entry is not None and entry.format is not None else None
            if facts is None or facts.document is None:
                continue
            if document_name(facts.document.id, facts.format) == path.name:
                item = path.relative_to(self.store / QUARANTINE_DIRECTORY).parts[:-2] or (dir_name,)
                bringing = command(
                    "chromemctl", "quarantine", "restore", "--merge", self.store, "/".join(item)
                )
                return f"it is whole in {path.relative_to(self.store)}: {bringing}"
        return None

    def _files(self, dir_name: str) -> dict[str, list[Path]]:
        """The files of a collection's folders that were set aside as a whole, by the hash in their names."""
        if dir_name not in self._listed:
            found: defaultdict[str, list[Path]] = defaultdict(list)
            base = self.store / QUARANTINE_DIRECTORY / dir_name
            for folder, folders, files in os.walk(base):
                depth = len(Path(folder).relative_to(base).parts)
                if depth == _FOLDERS_BELOW:
                    folders.clear()
                folders.sort()
                if depth in (0, _FOLDERS_BELOW):
                    for name in sorted(files):
                        found[name.partition(".")[0]].append(Path(folder, name))
            self._listed[dir_name] = dict(found)
        return self._listed[dir_name]
