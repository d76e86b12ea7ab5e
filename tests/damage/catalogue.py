"""The damage catalogue: what must be found after each damage of `simulate`, and what recovery makes of it.

The damage is done to one collection of three (`contextd_memories`, e9f85bf6).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from chromemctl.simulation import Target, damages
from chromemctl.simulation.copies import StoreCopy
from pygob.chromem import Format, name_hash

NAME = "contextd_memories"


@dataclass(frozen=True)
class Case:
    """One row of the catalogue.

    Attributes:
        kind: The damage.
        findings: Ids of all findings, but notes on leftovers.
        recovers: Whether `recover` must end in a store without errors.
        losses: How many documents it must say are lost.
    """

    kind: str
    findings: frozenset[str]
    recovers: bool
    losses: int

    def damage(self, store: Path, form: Format, name: str = NAME, seed: int = 0) -> None:
        """Do the damage to a collection of a store that is a test's own."""
        target = Target(StoreCopy(store), store / name_hash(name), form, name, random.Random(seed))
        damages()[self.kind].apply(target)


def case(kind: str, *findings: str, recovers: bool = False, losses: int = 0) -> Case:
    return Case(kind, frozenset(findings), recovers, losses)


CASES = [
    case("metadata-removed", "META_MISSING", recovers=True),
    case("metadata-empty", "META_TRUNCATED", recovers=True),
    case("metadata-one-byte", "META_TRUNCATED", recovers=True),
    case("metadata-cut-in-definitions", "META_TRUNCATED", recovers=True),
    case("metadata-cut-in-name", "META_TRUNCATED", recovers=True),
    case("metadata-zeros", "META_CORRUPT", recovers=True),
    case("metadata-random", "META_CORRUPT", recovers=True),
    case("metadata-json", "META_CORRUPT", recovers=True),
    case("metadata-bad-gzip-header", "META_CORRUPT", recovers=True),
    case("metadata-with-trailing-bytes", "TRAILING"),
    case("metadata-with-a-second-stream", "TRAILING", recovers=True),
    case("metadata-name-empty", "META_NAME_EMPTY", recovers=True),
    case("metadata-name-empty-without-documents", "META_NAME_EMPTY"),
    case("metadata-no-known-field", "META_FOREIGN", recovers=True),
    case("metadata-wrong-type", "META_FOREIGN", recovers=True),
    case("metadata-not-a-struct", "META_FOREIGN", recovers=True),
    case("metadata-of-another-program"),
    case("metadata-with-nil-map"),
    case("document-in-the-place-of-metadata", "DOC_AS_META", recovers=True),
    case("name-of-another-folder", "NAME_MISMATCH"),
    case("metadata-is-a-directory", "META_MISSING"),
    case("metadata-without-documents"),
    case("metadata-cut-without-documents", "META_TRUNCATED", recovers=True),
    case("metadata-under-the-name-of-a-backup", "META_AS_DOC", "META_MISSING", recovers=True),
    case("content-of-the-other-format", "CONTENT_FORMAT"),
    case("metadata-checksum-wrong", "CHECKSUM"),
    case("document-empty", "DOC_TRUNCATED", recovers=True, losses=1),
    case("document-cut", "DOC_TRUNCATED", recovers=True, losses=1),
    case("document-cut-anywhere", "DOC_TRUNCATED", recovers=True, losses=1),
    case("document-zeros", "DOC_CORRUPT", recovers=True, losses=1),
    case("document-float-flipped", "NORM"),
    case("document-misnamed", "DOC_MISNAMED", recovers=True),
    case("two-files-of-one-id", "DOC_MISNAMED", "DUP_ID", recovers=True),
    case("three-files-of-one-id", "DOC_MISNAMED", "DUP_ID", recovers=True),
    case("a-sound-copy-beside-a-cut-document", "DOC_MISNAMED", "DOC_TRUNCATED", recovers=True),
    case("document-without-id", "DOC_NO_ID", recovers=True, losses=1),
    case("metadata-copied-to-the-name-of-a-backup", "META_AS_DOC", recovers=True),
    case("document-with-an-integer-vector", "DOC_FOREIGN", recovers=True, losses=1),
    case("document-with-an-array", "DOC_FOREIGN", recovers=True, losses=1),
    case("document-with-a-map-of-anything", "DOC_FOREIGN", recovers=True, losses=1),
    case("document-with-a-second-stream", "TRAILING", recovers=True, losses=1),
    case("backup-that-chromem-reads", "STRAY", recovers=True),
    case("backup-of-another-program", "STRAY", recovers=True),
    case("resource-fork", "STRAY", recovers=True),
    case("suffix-only", "STRAY", recovers=True),
    case("other-dimension", "DIM_MISMATCH", recovers=True, losses=1),
    case("empty-vector", "DIM_MISMATCH", recovers=True, losses=1),
    case("no-clear-majority-of-dimensions", "DIM_MISMATCH"),
    case("vector-not-a-number", "BAD_VECTOR"),
    case("vector-of-zeros", "BAD_VECTOR"),
    case("link-to-a-directory", "NOT_REGULAR"),
    case("link-to-nowhere", "NOT_REGULAR"),
    case("metadata-under-the-other-suffix", "EXT_MISMATCH", recovers=True),
    case("a-document-under-the-other-suffix", "MIXED_EXT", recovers=True),
    case("two-folders-of-one-name", "DUPLICATE_NAME", "NAME_MISMATCH", recovers=True),
    case("collection-in-two-folders", "DUPLICATE_NAME", "NAME_MISMATCH", recovers=True),
    case("folder-in-capitals", "DIRNAME_NONCANONICAL", recovers=True),
    case("nothing-whole", "META_TRUNCATED", "DOC_TRUNCATED", recovers=True, losses=4),
    case("collection-behind-a-link", "SYMLINK_COLLECTION"),
    case("empty-folder", "EMPTY"),
    case("foreign-folder", "FOREIGN"),
    case("gob-directly-in-quarantine", "STRAY", recovers=True, losses=1),
    case("quarantine-as-it-should-be"),
    case("leftovers-beside"),
    case("write-ahead-log", "WAL"),
]

# Root reads what nobody may read, and a pipe makes real chromem wait for ever.
NOT_JUDGED = {"metadata-forbidden", "document-forbidden", "folder-forbidden", "pipe-among-the-documents"}
# There is nothing to damage in a plain store.
ONLY_COMPRESSED = {"metadata-checksum-wrong"}
