"""Time against size: twice the documents, or twice the dimensions, must take about twice the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pygob
from benchmarks import samples
from benchmarks.measure import Contender, calls, over
from benchmarks.memory import Memory, most_memory
from benchmarks.rows import verifies, verify_command

DIMENSIONS = tuple(384 << power for power in range(8))  # to 49,152
DOCUMENTS = tuple(10_000 << power for power in range(4))  # to 80,000
# In round numbers, which everybody asks for; a tenth of them shows that the memory does not grow.
DOCUMENTS_FOR_MEMORY = (20_000, 200_000)
ROUNDS = 20


@dataclass(frozen=True)
class Growth:
    """How time grows with size.

    Attributes:
        seconds: Processor time by size, of the fastest round: what neighbours add is nothing that grows.
        factors: What each size takes of the time of the one before, scaled to exactly twice the size.
    """

    seconds: Mapping[int, float]
    factors: list[float]


def of_dimensions() -> dict[str, Growth]:
    """The time for one document, by the dimensions of its vector."""
    contenders: dict[str, dict[int, Contender]] = {
        "decode to list": {},
        "decode to array": {},
        "skim": {},
        "encode": {},
    }
    for dimension in DIMENSIONS:
        streams = [document.to_bytes() for document in samples.documents(8, dimension)]
        values = [pygob.loads(stream) for stream in streams]
        times = max(8, 64 * DIMENSIONS[1] // dimension)
        for name, floats in (("decode to list", "list"), ("decode to array", "array"), ("skim", "skip")):
            contenders[name][dimension] = calls(_reader(streams, floats), times)
        contenders["encode"][dimension] = calls(
            lambda index, values=values: pygob.dumps(values[index % 8]), times
        )
    return {name: grown(by_size, ROUNDS) for name, by_size in contenders.items()}


def of_documents(store: Path) -> dict[str, Growth]:
    """The time for verifying a store, by its number of documents, which are those of a larger one."""
    parts = {count: _part(store, count) for count in DOCUMENTS}
    return {"verify": grown({count: verifies(part) for count, part in parts.items()}, 4)}


def memory_of_verify(store: Path) -> dict[int, Memory]:
    """What verifying a store holds, by its number of documents, which are those of a larger one."""
    found = {}
    for count in DOCUMENTS_FOR_MEMORY:
        part = _part(store, count)
        found[count] = most_memory(verify_command(part))
    return found


def _part(store: Path, count: int) -> Path:
    path = store.with_name(f"{store.name}-{count}")
    return path if path.exists() else samples.link_part(store, path, count)


def _reader(streams: list[bytes], floats: str) -> Any:
    return lambda index: pygob.loads(streams[index % len(streams)], floats=floats)


def grown(contenders: Mapping[int, Contender], rounds: int) -> Growth:
    """Run all sizes in turn, several rounds."""
    taken = [{size: contender().cpu for size, contender in contenders.items()} for _ in range(rounds)]
    seconds = {size: min(times[size] for times in taken) for size in sorted(contenders)}
    factors = [
        2 * over(seconds[large], seconds[small]) / (large / small) for small, large in pairwise(seconds)
    ]
    return Growth(seconds, factors)
