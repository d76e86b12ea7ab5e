"""`make fuzz`: random cases against real Go without end; each disagreement becomes a test vector."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

from gohelper.errors import GoHelperError
from gohelper.judge import Judge
from tests.fuzz import found
from tests.fuzz.differential import batch, comparisons
from tests.support import malformed
from tests.support.verdicts import difference

CASES = 200
"""Cases in a batch, all through one Go process."""

LONGEST_MUTATED = 700
"""Bytes of the streams that are also mutated: a short one leaves fewer places where nothing can go wrong."""

REPORT_SECONDS = 10.0


class Result(NamedTuple):
    """What one batch came to."""

    counts: Counter[str]
    written: list[Path]


def run_batch(seed: int, folder: Path) -> Result:
    """Compare the cases of a seed in all three directions."""
    counts: Counter[str] = Counter()
    written: list[Path] = []
    streams: list[bytes] = []
    for comparison in comparisons(batch(seed, CASES)):
        for each in comparison:
            name = f"{seed}-{counts['cases'] + len(each.history) - 1}"
            written.append(found.write_case(each, name, folder))
        streams += comparison.streams
        for case, encoded in comparison.done:
            counts["cases"] += 1
            counts["values" if encoded.error is None else "refused"] += len(case)
            counts["bytes"] += len(encoded.stream)
    damaged = mutated(streams, random.Random(seed))
    for number, (stream, verdict) in enumerate(zip(damaged, _judge().verdicts(damaged), strict=True)):
        counts["malformed"] += 1
        detail = difference(stream, verdict)
        if detail is not None:
            written.append(found.write_malformed(stream, verdict, detail, f"{seed}-m{number}", folder))
    return Result(counts, written)


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


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped; 0 no disagreement, 1 some, 3 no Go."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0, help="how long (default: until interrupted)")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()) * 1000, help="first seed (default: the time)"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--output", type=Path, default=found.FOUND, help="where vectors go (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except GoHelperError as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return 3


def _run(options: argparse.Namespace) -> int:
    print(f"seed {options.seed}, {options.jobs} processes, {CASES} cases a batch", flush=True)
    start = reported = time.monotonic()
    end = start + options.seconds if options.seconds else float("inf")
    seeds = itertools.count(options.seed)
    total: Counter[str] = Counter()
    last = options.seed
    context = multiprocessing.get_context("spawn")  # a child of its own, with nothing of ours half done
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        running: set[Future[Result]] = set()
        try:
            while time.monotonic() < end or running:
                while len(running) < 2 * options.jobs and time.monotonic() < end:
                    last = next(seeds)
                    running.add(pool.submit(run_batch, last, options.output))
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for each in finished:
                    result = each.result()
                    total += result.counts
                    total["disagreements"] += len(result.written)
                    for path in result.written:
                        print(f"DISAGREEMENT {path}", flush=True)
                if time.monotonic() - reported >= REPORT_SECONDS:
                    reported = time.monotonic()
                    _report(options.seed, last, total, reported - start)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    _report(options.seed, last, total, time.monotonic() - start)
    return 1 if total["disagreements"] else 0


def _report(first: int, last: int, total: Counter[str], seconds: float) -> None:
    print(
        f"seeds {first} to {last}: {total['values']} values in {total['cases']} cases, "
        f"{total['bytes']} bytes; "
        f"{total['refused']} values in cases that both refuse; {total['malformed']} mutated streams; "
        f"{total['disagreements']} disagreements; {seconds:.0f} s, {total['values'] / seconds:.0f} values/s",
        flush=True,
    )
