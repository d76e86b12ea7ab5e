"""Every case of the catalogue by its name: what is done to the sound store. New ones come last.

Most are damages of `chromemctl simulate`. What is in a case, and what must come of it, is in its folder.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from chromemctl.simulation import NotApplicable, Target, damages
from chromemctl.simulation.copies import StoreCopy
from pygob.chromem import Format, Metadata, name_hash

FOLDER = Path(__file__).with_name("cases")

# In the order of the simulation at the time when the catalogue began.
SIMULATED = (
    "metadata-removed", "metadata-empty", "metadata-one-byte", "metadata-cut-in-definitions",
    "metadata-cut-in-name", "metadata-zeros", "metadata-random", "metadata-json", "metadata-bad-gzip-header",
    "metadata-with-trailing-bytes", "metadata-with-a-second-stream", "metadata-name-empty",
    "metadata-name-empty-without-documents", "metadata-no-known-field", "metadata-wrong-type",
    "metadata-not-a-struct", "metadata-of-another-program", "metadata-with-nil-map",
    "document-in-the-place-of-metadata", "name-of-another-folder", "metadata-is-a-directory",
    "metadata-without-documents", "metadata-cut-without-documents", "metadata-under-the-name-of-a-backup",
    "content-of-the-other-format", "metadata-forbidden", "metadata-checksum-wrong", "document-empty",
    "document-cut", "document-cut-anywhere", "document-zeros", "document-float-flipped", "document-misnamed",
    "two-files-of-one-id", "three-files-of-one-id", "a-sound-copy-beside-a-cut-document",
    "document-without-id", "metadata-copied-to-the-name-of-a-backup", "document-with-an-integer-vector",
    "document-with-an-array", "document-with-a-map-of-anything", "document-with-a-second-stream",
    "backup-that-chromem-reads", "backup-of-another-program", "resource-fork", "suffix-only",
    "other-dimension", "empty-vector", "no-clear-majority-of-dimensions", "vector-not-a-number",
    "vector-of-zeros", "document-forbidden", "link-to-a-directory", "link-to-nowhere",
    "pipe-among-the-documents", "metadata-under-the-other-suffix", "a-document-under-the-other-suffix",
    "two-folders-of-one-name", "collection-in-two-folders", "folder-in-capitals", "nothing-whole",
    "collection-behind-a-link", "folder-forbidden", "empty-folder", "foreign-folder",
    "gob-directly-in-quarantine", "quarantine-as-it-should-be", "leftovers-beside", "write-ahead-log",
    "metadata-trailer-cut", "metadata-behind-a-link", "metadata-is-a-pipe", "document-random",
    "document-with-trailing-bytes", "document-trailer-cut", "document-of-another-program",
    "document-behind-a-link", "document-under-a-name-that-is-no-text", "collection-of-the-other-format",
    "folder-name-that-is-no-text", "collection-set-aside", "collection-set-aside-and-made-again",
    "write-ahead-log-of-a-collection", "two-names-of-one-hash", "two-names-of-one-hash-without-metadata",
    "two-ids-of-one-hash", "document-over-the-metadata", "document-meant-for-the-place-of-metadata",
)  # fmt: skip

# Those that came later.
SIMULATED_LATER = (
    "socket-among-the-documents", "document-replaced-by-a-device", "document-replaced-by-a-link-to-itself",
    "document-replaced-by-a-directory", "cut-document-behind-a-link", "metadata-is-a-directory-with-files",
    "metadata-is-a-directory-without-documents", "metadata-behind-a-link-to-nowhere",
    "cut-metadata-behind-a-link", "copy-of-the-folder-beside", "metadata-copied-to-another-folder",
    "documents-exchanged", "documents-moved-on", "document-id-overwritten",
    "document-compressed-again", "document-in-base64", "document-in-hexadecimal", "document-re-encoded",
    "document-with-line-ends-of-windows", "metadata-in-base64", "metadata-re-encoded",
    "collection-re-encoded", "document-in-a-folder-below", "a-sound-copy-in-a-folder-below",
    "document-under-a-passing-name", "collection-in-itself", "collection-without-its-folder",
    "document-behind-zeros", "documents-in-one-file", "documents-behind-a-cut-one",
    "document-behind-cut-metadata", "documents-exchanged-between-collections",
)  # fmt: skip

# Real chromem waits for ever at a pipe, and root reads what nobody may read.
NOT_JUDGED = {
    "metadata-forbidden",
    "document-forbidden",
    "folder-forbidden",
    "pipe-among-the-documents",
    "metadata-is-a-pipe",
}


@dataclass(frozen=True)
class Made:
    """How a case is made.

    Attributes:
        number: Its number.
        name: Its name.
        summary: What happens, in a sentence.
        happen: Does it, or raises `NotApplicable`.
    """

    number: int
    name: str
    summary: str
    happen: Callable[[Target], None]

    @property
    def folder(self) -> Path:
        """Where the case lies."""
        return FOLDER / f"{self.number:03}-{self.name}"

    def damage(self, store: Path, form: Format, name: str) -> bool:
        """Let it happen to a collection of a store, if it can."""
        target = Target(StoreCopy(store), store / name_hash(name), form, name, random.Random(0))
        try:
            self.happen(target)
        except NotApplicable:
            return False
        return True


def all_cases() -> list[Made]:
    """Every case, by number."""
    known = damages()
    first, later = (
        [(name, known[name].summary, known[name].apply) for name in names]
        for names in (SIMULATED, SIMULATED_LATER)
    )
    listed = [*first, *_trailers(), *_others(), *later]
    return [Made(number, *parts) for number, parts in enumerate(listed, start=1)]


_Listed = tuple[str, str, Callable[[Target], None]]


def _trailers() -> Iterator[_Listed]:
    """The last bytes of compressed files, of which chromem needs none."""
    for size in range(1, 11):
        yield (
            f"metadata-cut-by-{size}",
            f"The compressed metadata file has lost its last bytes, {size} in number.",
            partial(_cut_metadata, size),
        )
        yield (
            f"document-cut-by-{size}",
            f"A compressed document's file has lost its last bytes, {size} in number.",
            partial(_cut_document, size),
        )


def _cut_metadata(size: int, target: Target) -> None:
    _cut_end(target, target.metadata, size)


def _cut_document(size: int, target: Target) -> None:
    _cut_end(target, target.choose(), size)


def _cut_end(target: Target, path: Path, size: int) -> None:
    if target.form is not Format.GZ:
        raise NotApplicable("it needs a compressed store")
    target.cut(path, path.stat().st_size - size)


def _others() -> Iterator[_Listed]:
    yield (
        "gob-beside-the-folders",
        "A document lies in the store itself, where chromem looks not.",
        _gob_beside,
    )
    yield "name-in-a-backup", "The metadata is cut before the name, which a backup beside it has.", _backup
    yield "two-versions-of-a-document", "A newer version of a document has another name.", _newer_version
    yield "everything-at-once", "No metadata, a document empty, one misnamed, a backup beside.", _everything


def _gob_beside(target: Target) -> None:
    target.copy.move(target.choose(), target.folder.with_name(f"6f74f071{target.form.suffix}"))


def _backup(target: Target) -> None:
    """A name that nobody could guess is known from the copy alone."""
    name = "nobody could guess this 7f3a"
    target.write(target.metadata, Metadata(name).to_bytes())
    folder = target.copy.rename(target.folder, name_hash(name))
    metadata = folder / target.form.metadata_name
    target.copy.write(folder / "00000000.gob.backup", metadata.read_bytes())
    target.cut(metadata, 40)


def _newer_version(target: Target) -> None:
    path = target.choose()
    newer = replace(target.document(path), content="newer").to_bytes()
    target.write(target.folder / f"newer{target.form.suffix}", newer)


def _everything(target: Target) -> None:
    first, second, _ = target.documents
    target.copy.remove(target.metadata)
    target.cut(first, 0)
    target.copy.rename(second, f"12345678{target.form.suffix}")
    target.copy.write(target.folder / f"x.bak{target.form.suffix}", b"not a gob")
