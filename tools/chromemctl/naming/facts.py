"""What the metadata of a folder's documents says, in bounded memory.

A folder may hold 100,000 documents whose values are all distinct, thousands of keys or values of megabytes.
What names a collection is shared by its documents, so counting the frequent values is enough: every table
keeps at most twice `TRACKED_VALUES` entries and drops the rarest when it is full (lossy counting, Manku and
Motwani 2002).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

#: Distinct values remembered of one key.
TRACKED_VALUES = 512
#: Keys remembered of one folder, besides those that naming rules ask for.
TRACKED_KEYS = 128
#: Longer values are no part of a name; PATH_MAX of Linux.
LONGEST_VALUE = 4096
#: Folders above a path that are counted, nearest to the root first.
DEEPEST_ANCESTOR = 64


class FrequentValues:
    """Counts values and keeps the most frequent ones."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, value: str, count: int = 1) -> None:
        """Count a value."""
        self._counts[value] += count
        if len(self._counts) > 2 * TRACKED_VALUES:
            self._counts = Counter(dict(self._counts.most_common(TRACKED_VALUES)))

    def best(self, limit: int) -> list[str]:
        """The most frequent values, first seen first among equals."""
        return [value for value, _ in self._counts.most_common(limit)]

    def ancestors(self, limit: int) -> list[str]:
        """The folders above the values, those above most values first, and of these the deepest first."""
        counts: Counter[str] = Counter()
        for value, count in self._counts.items():
            for folder in _folders_above(value):
                counts[folder] += count
        ranked = sorted(counts.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))
        return [folder for folder, _ in ranked[:limit]]


class FolderFacts:
    """The frequent metadata values of one folder's documents, by key."""

    def __init__(self, documents: Iterable[Mapping[str, str]], wanted: frozenset[str]) -> None:
        """Read the documents once.

        Args:
            documents: Their metadata.
            wanted: Keys that are remembered whatever else there is.
        """
        self.keys: dict[str, FrequentValues] = {}
        others = 0
        for metadata in documents:
            for key, value in metadata.items():
                if not value or len(value) > LONGEST_VALUE:
                    continue
                table = self.keys.get(key)
                if table is None:
                    if key not in wanted:
                        if others >= TRACKED_KEYS:
                            continue
                        others += 1
                    table = self.keys[key] = FrequentValues()
                table.add(value)

    def values(self, keys: Iterable[str], limit: int) -> list[str]:
        """The most frequent values of these keys, at most `limit` in all, taken in turns from the keys."""
        columns = [self.keys[key].best(limit) for key in keys if key in self.keys]
        return interleave(columns, limit)

    def ancestors(self, keys: Iterable[str], limit: int) -> list[str]:
        """Folders above the paths that these keys hold."""
        return interleave([self.keys[key].ancestors(limit) for key in keys if key in self.keys], limit)


def interleave(columns: Sequence[Sequence[str]], limit: int) -> list[str]:
    """Distinct values of several lists, the first of each, then the second of each, and so on."""
    found: dict[str, None] = {}
    for row in range(max(map(len, columns), default=0)):
        for column in columns:
            if row < len(column):
                found.setdefault(column[row])
        if len(found) >= limit:
            break
    return list(found)[:limit]


def _folders_above(path: str) -> list[str]:
    found: list[str] = []
    cut = path.find("/", 1)
    while cut > 0 and len(found) < DEEPEST_ANCESTOR:
        found.append(path[:cut])
        cut = path.find("/", cut + 1)
    return found
