"""Look at a whole store once: every folder, every file, what is in it. Nothing is judged here.

A survey opens files for reading only. Documents are read in pieces, and of most of them only the number is
kept, so that a store of millions fits into memory.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

from chromemctl.survey.astray import loose_files, with_astray
from chromemctl.survey.facts import FileFacts
from chromemctl.survey.folders import FolderFacts, Survey
from chromemctl.survey.gathering import Gathered, single_out
from chromemctl.survey.imprint import Listing, StoreImprint, entries_of, fingerprint_of, list_folder
from chromemctl.survey.pieces import BYTES_AT_A_TIME, Measure, cut, read_pieces
from chromemctl.survey.readers import readers
from chromemctl.survey.reading import read_facts
from pygob.chromem.entries import Entry, Kind, entry_at
from pygob.chromem.measuring import measure_one_by_one, measure_side_by_side
from pygob.chromem.names import Format
from pygob.chromem.scanning import map_in_order
from pygob.chromem.store import Store

# For fewer documents importing NumPy takes longer than it saves.
WORTH_NUMPY = 4_000

# A file changed this recently may be half written: it is read again before it is called damaged.
SETTLING_NS = 2_000_000_000
RETRY_SECONDS = 0.25
RETRIES = 4

Progress = Callable[[int, int], None]


def survey_store(path: Path, progress: Progress | None = None, executor: Executor | None = None) -> Survey:
    """Look at a store.

    Args:
        path: The store's directory.
        progress: Called now and then with the number of files read and of all files.
        executor: Who reads the files; by default processes for a large store, else this one.

    Raises:
        OSError: The store's directory itself cannot be listed.
    """
    entries = Store(path).entries()
    listings = [list_folder(entry.path) for entry in entries if entry.kind is Kind.DIRECTORY]
    total = sum(listing.size for listing in listings)
    measure = _way_of_measuring(total)
    _keep_freed_memory()
    with readers(total) if executor is None else nullcontext(executor) as workers:
        gathered = _read(listings, measure, progress, workers)
        folders = with_astray(_settled([single_out(folder, workers) for folder in gathered]))
        imprint = StoreImprint(path, tuple(entries), tuple(folder.imprint for folder in folders))
        changing = tuple(change.path for change in imprint.changes(workers))
    return Survey(path, imprint, tuple(folders), changing, loose=loose_files(entries))


def glance(path: Path) -> Survey:
    """Look at a store's metadata files and directory entries, and at no document.

    What the directory entry of a document shows is told all the same: that it is empty, a pipe or a broken
    link.

    Args:
        path: The store's directory.

    Raises:
        OSError: The store's directory itself cannot be listed.
    """
    entries = Store(path).entries()
    folders = _settled([_glance_at(entry.path) for entry in entries if entry.kind is Kind.DIRECTORY])
    imprint = StoreImprint(path, tuple(entries), tuple(folder.imprint for folder in folders))
    return Survey(path, imprint, tuple(folders), reads_documents=False)


def _glance_at(path: Path) -> FolderFacts:
    gathered = Gathered(list_folder(path))
    unread: Counter[Format] = Counter()
    for entry in gathered.listing.entries:
        if entry.format is not None:
            if entry.is_metadata or _shows_its_fault(entry):
                gathered.files.append(read_facts(entry))
            else:
                unread[entry.format] += 1
    for form in Format:
        for document in entries_of(gathered.listing, form):
            gathered.fingerprints[form].append(fingerprint_of(document))
            if document is not None and _shows_its_fault(document):
                gathered.files.append(read_facts(document))
            elif document is not None:
                unread[form] += 1
    return replace(single_out(gathered, None), unread=unread)


def _shows_its_fault(entry: Entry) -> bool:
    """Whether a directory entry is enough to know that chromem cannot read the file."""
    if entry.kind is Kind.SYMLINK:
        return not entry.path.is_file()
    return entry.kind is not Kind.FILE or not entry.size


def _read(
    listings: Sequence[Listing], measure: Measure, progress: Progress | None, workers: Executor | None
) -> list[Gathered]:
    """Read what chromem reads in some folders."""
    gathered = {listing.path: Gathered(listing) for listing in listings}
    total, done = sum(listing.size for listing in listings), 0
    for found in map_in_order(partial(read_pieces, measure=measure), cut(listings), workers):
        for facts in found:
            gathered[facts.piece.folder].add(facts)
            done += facts.piece.size
        if progress is not None:
            progress(done, total)
    if progress is not None:
        progress(total, total)
    return list(gathered.values())


def _way_of_measuring(documents: int) -> Measure:
    """How so many documents are measured fastest.

    NumPy is imported here, once for all processes that read.
    """
    if documents < WORTH_NUMPY:
        return measure_one_by_one
    # Its linear algebra would start threads, and a process with threads cannot be forked safely.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(ImportError):
        import_module("numpy")
        return measure_side_by_side
    return measure_one_by_one


def _keep_freed_memory() -> None:
    """Have this process, and its forks, use memory again that it has freed.

    Else the C library of Linux may give the system back what some hundred documents took, to ask for as much
    a moment later, and every page is cleared anew: a tenth of the time for a compressed store. It keeps what
    is smaller than the largest block freed so far. Nothing is written to this one, so it takes no memory.
    """
    bytes(BYTES_AT_A_TIME)


def _settled(folders: Sequence[FolderFacts]) -> list[FolderFacts]:
    """Read damaged files again that may just be being written, until they stay as they are."""
    found = list(folders)
    for _ in range(RETRIES):
        waiting = [
            index for index, folder in enumerate(found) if any(map(_may_be_half_written, folder.files))
        ]
        if not waiting:
            break
        time.sleep(RETRY_SECONDS)
        changed = False
        for index in waiting:
            files = tuple(map(_read_again, found[index].files))
            if files != found[index].files:
                found[index] = replace(found[index], files=files)
                changed = True
        if not changed:
            break
    return found


def _may_be_half_written(file: FileFacts) -> bool:
    return file.fault is not None and time.time_ns() - file.entry.mtime_ns < SETTLING_NS


def _read_again(file: FileFacts) -> FileFacts:
    if not _may_be_half_written(file):
        return file
    latest = entry_at(file.path)
    return file if latest is None or latest == file.entry else read_facts(latest)
