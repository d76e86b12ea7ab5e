"""Hashing candidates: a few at once in this process, millions in several."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from types import TracebackType

from chromemctl.naming.case import Stream, Trust
from chromemctl.naming.model import Progress

#: Candidates hashed in one go: about 40 ms of work, so that Ctrl-C and progress are prompt.
BATCH = 50_000
#: Candidates of one stream that are hashed in this process before others are started: about half a second.
ALONE = 500_000
#: Bytes of SHA-256 that name a folder.
HASH_BYTES = 4

_HASH_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate that has the hash of a folder.

    Attributes:
        folder: The folder, as the caller gave it.
        name: The candidate.
        stream: Where it came from.
        expected_accidental: Candidates of its kind tried by the end of the stream x folders / 2^32.
    """

    folder: str
    name: str
    stream: Stream
    expected_accidental: float


def folder_hash(folder: str) -> bytes | None:
    """The hash that a folder's name stands for, in either case of letters; None for any other name."""
    lower = folder.lower()
    if len(lower) != 2 * HASH_BYTES or not set(lower) <= _HASH_DIGITS:
        return None
    return bytes.fromhex(lower)


def matches(names: Sequence[str], wanted: frozenset[bytes]) -> list[tuple[str, bytes]]:
    """The candidates that have a wanted hash, with it: `pygob.chromem.names.name_hash`, inlined for speed.

    A candidate that is not text (half of a surrogate pair, from a JSON file, say) cannot name a collection.
    """
    try:
        return [
            (name, digest)
            for name in names
            if (digest := sha256(name.encode("utf-8", "surrogateescape")).digest()[:HASH_BYTES]) in wanted
        ]
    except UnicodeEncodeError:
        return matches([name for name in names if _is_text(name)], wanted)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _submitted(
    executor: Executor, batch: list[str], wanted: frozenset[bytes]
) -> Future[list[tuple[str, bytes]]] | None:
    try:
        return executor.submit(matches, batch, wanted)
    except BrokenExecutor:  # a process was killed, or none can be started: the work is done here
        return None


def _collected(
    batch: list[str], future: Future[list[tuple[str, bytes]]] | None, wanted: frozenset[bytes]
) -> tuple[int, list[tuple[str, bytes]]]:
    if future is not None:
        try:
            return len(batch), future.result()
        except BrokenExecutor:
            pass
    return len(batch), matches(batch, wanted)


def worker_count() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(slots=True)
class Engine(AbstractContextManager["Engine"]):
    """Tries streams of candidates on folders, counts them and notes the hits.

    Attributes:
        targets: The folders by hash; two folders have one hash where only the case of letters differs.
        budget: Candidates that may still be tried.
        executor: Where batches of long streams are hashed; a process pool is started when None.
        progress: Called after every batch.
        tried: Candidates by source.
        hits: What was found.
    """

    targets: Mapping[bytes, Sequence[str]]
    budget: int
    executor: Executor | None = None
    progress: Callable[[Progress], None] | None = None
    tried: dict[str, int] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)
    _own_pool: ProcessPoolExecutor | None = None
    _tested: dict[tuple[Trust, str | None], int] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    _hash_of: dict[str, bytes] = field(init=False)
    # Those of the folders that were asked for last: many streams are tried on the same ones.
    _last: tuple[frozenset[str], frozenset[bytes]] = (frozenset(), frozenset())

    def __post_init__(self) -> None:
        self._hash_of = {folder: digest for digest, dirs in self.targets.items() for folder in dirs}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the processes that were started here, waiting for the batches they are at."""
        if self._own_pool is not None:
            self._own_pool.shutdown(cancel_futures=True)

    @property
    def candidates(self) -> int:
        """Candidates tried so far."""
        return sum(self.tried.values())

    def run(self, stream: Stream, open_folders: frozenset[str]) -> bool:
        """Try a stream on its folder, or on the folders still open.

        Returns:
            False when the budget ended before the stream.
        """
        folders = open_folders if stream.folder is None else frozenset({stream.folder})
        wanted = self._hashes_of(folders)
        if not wanted:
            return True
        found: list[tuple[str, bytes]] = []
        count = 0
        names = iter(stream.names)
        for size, matched in self._hashed(islice(names, max(self.budget, 0)), wanted):
            count += size
            self.budget -= size
            self.tried[stream.source] = self.tried.get(stream.source, 0) + size
            found += matched
            self._report(stream, found)
        self._note(stream, found, count, folders)
        return self.budget > 0 or next(names, None) is None

    def _hashes_of(self, folders: frozenset[str]) -> frozenset[bytes]:
        if folders is not self._last[0]:
            known = (self._hash_of.get(folder) for folder in folders)
            self._last = folders, frozenset(digest for digest in known if digest is not None)
        return self._last[1]

    def _hashed(
        self, names: Iterator[str], wanted: frozenset[bytes]
    ) -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
        done = 0
        while done < ALONE and (batch := list(islice(names, BATCH))):
            done += len(batch)
            yield len(batch), matches(batch, wanted)
        if done < ALONE:
            return
        executor, workers = self._workers()
        if executor is None:
            while batch := list(islice(names, BATCH)):
                yield len(batch), matches(batch, wanted)
            return
        waiting: deque[tuple[list[str], Future[list[tuple[str, bytes]]] | None]] = deque()
        try:
            while batch := list(islice(names, BATCH)):
                waiting.append((batch, _submitted(executor, batch, wanted)))
                if len(waiting) > 2 * workers:  # the window that bounds memory
                    yield _collected(*waiting.popleft(), wanted)
            while waiting:
                yield _collected(*waiting.popleft(), wanted)
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()

    def _workers(self) -> tuple[Executor | None, int]:
        if self.executor is not None:
            return self.executor, worker_count()
        if worker_count() == 1:
            return None, 1
        if self._own_pool is None:
            # spawn: a fork of a process with threads or with a Go library loaded can hang.
            self._own_pool = ProcessPoolExecutor(
                worker_count(), multiprocessing.get_context("spawn"), _leave_interrupts_to_the_parent
            )
        return self._own_pool, worker_count()

    def _note(
        self, stream: Stream, found: Iterable[tuple[str, bytes]], count: int, folders: frozenset[str]
    ) -> None:
        kind = (stream.trust, stream.folder)
        self._tested[kind] = self._tested.get(kind, 0) + count * len(folders)
        for name, digest in found:
            for folder in self.targets[digest]:
                if folder in folders:
                    self._named.add(folder)
                    self.hits.append(Hit(folder, name, stream, self._tested[kind] / 2 ** (8 * HASH_BYTES)))

    def _report(self, stream: Stream, found: Sequence[tuple[str, bytes]]) -> None:
        if self.progress is not None:
            now = {folder for _, digest in found for folder in self.targets[digest]} - self._named
            named = len(self._named) + len(now)
            self.progress(Progress(self.candidates, stream.source, len(self._hash_of), named))
