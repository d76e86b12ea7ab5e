"""`make fuzz`: random cases against real Go without end; each disagreement becomes a test vector."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

from gohelper.build import build_command
from gohelper.errors import GoHelperError
from gohelper.judge import Judge
from tests.fuzz import found
from tests.fuzz.differential import batch, comparisons
from tests.support import malformed
from tests.support.outcomes import crash_words
from tests.support.verdicts import CRASHED, OUR_READER, OUT_OF_MEMORY, REAL_GO, decider, difference

CASES = 200
"""Cases in a batch, all through one Go process."""

LONGEST_MUTATED = 700
"""Bytes of the streams that are also mutated: a short one leaves fewer places where nothing can go wrong."""

REPORT_SECONDS = 10.0


MOST_VECTORS = 20
"""Vectors written in one run: the first of each kind of failure."""


class Result(NamedTuple):
    """What one batch came to.

    Attributes:
        counts: By what was counted.
        vectors: The first disagreement of each kind, by the name of its file.
    """

    counts: Counter[str]
    vectors: dict[str, found.Vector]


def run_batch(seed: int) -> Result:
    """Compare the cases of a seed in all three directions."""
    counts: Counter[str] = Counter()
    vectors: dict[str, found.Vector] = {}
    kinds: set[str] = set()
    streams: list[bytes] = []
    for comparison in comparisons(batch(seed, CASES)):
        for each in comparison:
            counts["disagreements"] += 1
            kind = found.kind_of(each.check, each.detail)
            if kind not in kinds:
                kinds.add(kind)
                vectors[f"{seed}-{counts['cases'] + len(each.history) - 1}"] = found.of_case(each)
        streams += comparison.streams
        for case, encoded in comparison.done:
            counts["cases"] += 1
            counts["values" if encoded.error is None else "refused"] += len(case)
            counts["bytes"] += len(encoded.stream)
    damaged = mutated(streams, random.Random(seed))
    for number, (stream, verdict) in enumerate(zip(damaged, _judge().verdicts(damaged), strict=True)):
        counts["malformed"] += 1
        counts[decider(verdict)] += 1
        detail = difference(stream, verdict)
        if detail is not None:
            counts["disagreements"] += 1
            vectors[f"{seed}-m{number}"] = found.of_malformed(stream, verdict, detail)
    return Result(counts, vectors)


# Unsigned integers at and beyond the ends of int32 and int64, signed ones too, and none at all.
_EXTREMES = (
    *(b"\0", b"\x7f", b"\xfc\xff\xff\xff\xff", b"\xfb\1\0\0\0\0", b"\xfb\1\0\0\0\1", b"\x80"),
    *(b"\xf8\x80" + bytes(7), b"\xf8" + b"\xff" * 8),
)


def extremes(stream: bytes, _others: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Endlessly: an integer of one message replaced by an extreme one, the message's length made right."""
    messages = malformed.split(stream)
    while True:
        number = chance.randrange(len(messages))
        body = messages[number]
        at = chance.randrange(len(body))
        after = at + 1 + (256 - body[at] if body[at] >= 0xF8 else 0)
        parts = list(messages)
        parts[number] = body[:at] + chance.choice(_EXTREMES) + body[after:]
        yield b"".join(map(malformed.resized, parts))


def mutated(streams: list[bytes], chance: random.Random, *, each: int = 1) -> list[bytes]:
    """Each of the shorter streams damaged so many times; some turn out sound."""
    short = [stream for stream in streams if len(stream) <= LONGEST_MUTATED]
    ways = (malformed.mutations, malformed.inner_mutations, malformed.reordered, extremes)
    return [next(chance.choice(ways)(stream, short, chance)) for stream in short for _ in range(each)]


_judges: list[Judge] = []


def _judge() -> Judge:
    """This process's judge, made with its first batch."""
    if not _judges:
        _judges.append(Judge())
    return _judges[0]


class Run:
    """What a run has come to so far.

    Args:
        first: The first seed.
        folder: Where vectors go.
    """

    def __init__(self, first: int, folder: Path) -> None:
        self._first = first
        self._last = first - 1
        self._folder = folder
        self._start = time.monotonic()
        self._kinds: Counter[str] = Counter()
        self.total: Counter[str] = Counter()

    def add(self, seed: int, batch: Future[Result]) -> None:
        """Count a batch that has come to its end, and write what is new in it."""
        self._last = max(self._last, seed)
        try:
            result = batch.result()
        except BrokenProcessPool:
            raise
        except Exception as error:  # noqa: BLE001 - of the machinery: said, counted, and the run goes on
            self.total["disagreements"] += 1
            print(f"SEED {seed} FAILED: {crash_words(error)}", flush=True)
            return
        self.total += result.counts
        for name, vector in result.vectors.items():
            self._kinds[vector.kind] += 1
            if self._kinds[vector.kind] == 1 and len(self._kinds) <= MOST_VECTORS:
                path = found.write(vector.entry, name, self._folder)
                print(f"DISAGREEMENT {path}\n  seed {seed}, {vector.kind}", flush=True)

    def __str__(self) -> str:
        total, seconds = self.total, time.monotonic() - self._start
        rate = total["values"] / seconds
        return (
            f"seeds {self._first} to {self._last}: {total['values']} values in {total['cases']} cases, "
            f"{total['bytes']} bytes; {total['refused']} values in cases that both refuse; "
            f"{total['malformed']} damaged streams, judged by {self._judges()}; "
            f"{total['disagreements']} disagreements; {seconds:.0f} s, {rate:.0f} values/s"
        )

    def row(self) -> str:
        """The row for the table in docs/judge.md."""
        total, seconds = self.total, time.monotonic() - self._start
        cells = (
            f"{self._first} to {self._last}",
            *(f"{total[name]:,}" for name in ("values", "cases", "bytes", "malformed")),
            self._judges(),
            f"{seconds:,.0f} s",
            f"{total['disagreements']:,}" if total["disagreements"] else "none",
            _commit(),
        )
        return f"| {' | '.join(cells)} |"

    def _judges(self) -> str:
        judged = {name: self.total[name] for name in (REAL_GO, OUR_READER, OUT_OF_MEMORY, CRASHED)}
        return ", ".join(f"{name} {count:,}" for name, count in judged.items() if count) or "nobody"

    def kinds(self) -> Iterator[str]:
        """Every kind of failure, with how many vectors there were or would have been."""
        for kind, count in self._kinds.most_common():
            yield f"{count} times {kind}"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=9"]
    done = subprocess.run(command, cwd=found.VECTORS, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "no commit"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no length of time")
    return seconds


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped; 0 no disagreement, 1 some, 2 bad options, 3 no Go."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=_seconds, help="how long (default: until interrupted)")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()) * 1000, help="first seed (default: the time)"
    )
    parser.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1)
    parser.add_argument(
        "--output", type=Path, default=found.FOUND, help="where vectors go (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.output.exists() and not options.output.is_dir():
        parser.error(f"--output: {options.output} is not a folder")
    try:
        build_command()  # once, before many ask for it
        return _run(options)
    except GoHelperError as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return 3


class _Interrupt:
    """The first Ctrl-C lets the batches that are running come to their end; the next one does not."""

    def __init__(self) -> None:
        self.came = False
        signal.signal(signal.SIGINT, self._note)

    def _note(self, *_: object) -> None:
        self.came = True
        print("stopping when the running batches have ended; Ctrl-C again to drop them", flush=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _ignore_interrupts() -> None:
    """In a worker and what it starts: Ctrl-C is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(options: argparse.Namespace) -> int:
    print(f"seed {options.seed}, {options.jobs} processes, {CASES} cases a batch", flush=True)
    reported = time.monotonic()
    end = reported + options.seconds if options.seconds else float("inf")
    seeds = itertools.count(options.seed)
    run = Run(options.seed, options.output)
    interrupt = _Interrupt()
    context = multiprocessing.get_context("spawn")  # a child of its own, with nothing of ours half done
    pool = ProcessPoolExecutor(options.jobs, mp_context=context, initializer=_ignore_interrupts)
    running: dict[Future[Result], int] = {}
    try:
        while True:
            while len(running) < 2 * options.jobs and time.monotonic() < end and not interrupt.came:
                seed = next(seeds)
                running[pool.submit(run_batch, seed)] = seed
            if not running:
                break
            for each in wait(running, return_when=FIRST_COMPLETED).done:
                run.add(running.pop(each), each)
            if time.monotonic() - reported >= REPORT_SECONDS:
                reported = time.monotonic()
                print(run, flush=True)
    except BrokenProcessPool:
        run.total["disagreements"] += 1
        print(f"A PROCESS DIED with one of the seeds {sorted(running.values())}", flush=True)
    except KeyboardInterrupt:
        print(f"dropped: the seeds {sorted(running.values())}", flush=True)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    print(run, flush=True)
    for kind in run.kinds():
        print(f"  {kind}")
    print(run.row())
    return 1 if run.total["disagreements"] else 0
