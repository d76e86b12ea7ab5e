"""Time against size: twice the documents, or twice the dimensions, must take about twice the time."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pygob
from benchmarks import samples
from benchmarks.measure import Contender, calls, process_usage
from benchmarks.rows import verifies, verify_command
from pygob.chromem import Format

DIMENSIONS = (384, 768, 1536, 3072, 6144)
ROUNDS = 7

Series = Mapping[int, float]


def of_dimensions() -> dict[str, Series]:
    """Seconds of processor time for one document, by the dimensions of its vector."""
    contenders: dict[str, dict[int, Contender]] = {
        "decode to list": {},
        "decode to array": {},
        "skim": {},
        "encode": {},
    }
    for dimension in DIMENSIONS:
        streams = [document.to_bytes() for document in samples.documents(8, dimension)]
        values = [pygob.loads(stream) for stream in streams]
        for name, floats in (("decode to list", "list"), ("decode to array", "array"), ("skim", "skip")):
            contenders[name][dimension] = calls(_reader(streams, floats), 64)
        contenders["encode"][dimension] = calls(
            lambda index, values=values: pygob.dumps(values[index % 8]), 64
        )
    return {name: _medians(by_size) for name, by_size in contenders.items()}


def of_documents(folder: Path, counts: Sequence[int]) -> dict[str, Series]:
    """Seconds of processor time for verifying a store, by its number of documents."""
    stores = {n: samples.write_store(folder / f"growing-{n}", n, 384, Format.PLAIN) for n in counts}
    return {"verify": _medians({count: verifies(store) for count, store in stores.items()}, rounds=3)}


def memory_of_verify(folder: Path, counts: Sequence[int]) -> Series:
    """Most bytes held by one process of a verification, by the number of documents."""
    found = {}
    for count in counts:
        store = samples.write_store(folder / f"memory-{count}", count, 16, Format.PLAIN)
        found[count] = process_usage(verify_command(store))[1]
    return found


def doublings(series: Series) -> list[float]:
    """By how much the time grows from each size to the next, scaled to exactly twice the size."""
    sizes = sorted(series)
    return [2 * (series[large] / series[small]) / (large / small) for small, large in pairwise(sizes)]


def _reader(streams: list[bytes], floats: str):
    return lambda index: pygob.loads(streams[index % len(streams)], floats=floats)


def _medians(contenders: dict[int, Contender], rounds: int = ROUNDS) -> Series:
    """Each in turn, several rounds; the median of each."""
    times: dict[int, list[float]] = {size: [] for size in contenders}
    for number in range(rounds + 1):
        for size, contender in contenders.items():
            timing = contender()
            if number:
                times[size].append(timing.cpu)
    return {size: statistics.median(taken) for size, taken in times.items()}
