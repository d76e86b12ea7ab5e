"""Timing two things against each other on a machine that others use too.

Every figure is a ratio. In each round the one is run, then the other, in turns which of them goes first, so
that both meet the same neighbours; the figure is the median of the rounds' ratios, given with its quartiles.
Wall time and processor time are both measured; which of them judges a row is said in docs/benchmarks.md.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Clock = Literal["cpu", "wall"]
CLOCKS: dict[Clock, str] = {"cpu": "processor time", "wall": "wall time"}


@dataclass(frozen=True)
class Timing:
    """What one unit of work took.

    Attributes:
        wall: Seconds on the clock.
        cpu: Seconds of processor time, of all threads and child processes.
    """

    wall: float
    cpu: float


Contender = Callable[[], Timing]


def calls(function: Callable[[int], object], times: int) -> Contender:
    """Time a function of this process, called with 0, 1, ..., `times` - 1; the timing is that of one call."""

    def run() -> Timing:
        wall, cpu = time.perf_counter(), time.process_time()
        for index in range(times):
            function(index)
        return Timing((time.perf_counter() - wall) / times, (time.process_time() - cpu) / times)

    return run


def process(command: Sequence[str], *, stdin: bytes = b"", expected: int = 0) -> Contender:
    """Time a whole process from start to end, with the children it waits for."""

    def run() -> Timing:
        return process_usage(command, stdin=stdin, expected=expected)[0]

    return run


def process_usage(command: Sequence[str], *, stdin: bytes = b"", expected: int = 0) -> tuple[Timing, int]:
    """Run a process; its timing, and the most memory that it or a child of it held, in bytes.

    A command of Python's keeps its bytecode, as an installed one has it, whatever this process was told.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    wall = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment
    ) as running:
        assert running.stdin is not None
        running.stdin.write(stdin)
        running.stdin.close()
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode != expected:
        raise RuntimeError(f"{command[0]} ended with {running.returncode}")
    timing = Timing(time.perf_counter() - wall, usage.ru_utime + usage.ru_stime)
    return timing, usage.ru_maxrss * 1024


@dataclass(frozen=True)
class Ratio:
    """How often one time holds the other, over all rounds.

    Attributes:
        median: The figure.
        low: The lower quartile.
        high: The upper quartile.
    """

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Two contenders, compared.

    Attributes:
        wall: Ratio of wall times, ours over theirs.
        cpu: Ratio of processor times.
        ours: Our median timing.
        theirs: Their median timing.
    """

    wall: Ratio
    cpu: Ratio
    ours: Timing
    theirs: Timing


def compare(ours: Contender, theirs: Contender, rounds: int) -> Comparison:
    """Run both in turns; a first round, which fills caches, is not counted."""
    pairs: list[tuple[Timing, Timing]] = []
    for number in range(rounds + 1):
        if number % 2:
            second = theirs()
            pairs.append((ours(), second))
        else:
            first = ours()
            pairs.append((first, theirs()))
    del pairs[0]
    return Comparison(
        ratio([over(mine.wall, other.wall) for mine, other in pairs]),
        ratio([over(mine.cpu, other.cpu) for mine, other in pairs]),
        _median([mine for mine, _ in pairs]),
        _median([other for _, other in pairs]),
    )


def ratio(values: Sequence[float]) -> Ratio:
    """The median of ratios and their quartiles; NaN where one of them is."""
    if any(map(math.isnan, values)):
        return Ratio(math.nan, math.nan, math.nan)
    if len(values) < 2:
        return Ratio(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Ratio(median, low, high)


def over(ours: float, theirs: float) -> float:
    """How often one time holds the other; NaN where the clock stood still for both or for the other."""
    return ours / theirs if theirs else math.nan


def _median(timings: Sequence[Timing]) -> Timing:
    return Timing(
        statistics.median(timing.wall for timing in timings),
        statistics.median(timing.cpu for timing in timings),
    )
