"""Random types and values from fixed seeds, held against real Go in three directions.

Go encodes and we decode to the same and write back the same bytes; we encode, the bytes are those of the same
Go process, and Go decodes to the same; streams damaged at random are sound or not for both. `make fuzz` goes
on with other seeds for as long as one likes.
"""

from __future__ import annotations

import base64
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pygob
from gohelper.judge import Judge
from tests.fuzz.catalogue import catalogue
from tests.fuzz.differential import Case, Comparison, GoProcess, batch, comparisons
from tests.fuzz.endless import mutated
from tests.fuzz.generator import Generator
from tests.support.verdicts import OUT_OF_MEMORY, REAL_GO, compare

SEEDS = range(16)
CASES = 160

described_cases: st.SearchStrategy[Case] = st.randoms(use_true_random=False).map(
    lambda chance: Generator(chance, small=True).case()
)
"""The generator drawing from hypothesis, which then shrinks what it has drawn."""


def kinds(described: Any) -> Iterator[str]:
    """What a type is made of: kinds and named types."""
    if isinstance(described, str):
        yield described
        return
    yield described["name"] if described["kind"] == "named" else described["kind"]
    for part in ("key", "elem"):
        if part in described:
            yield from kinds(described[part])
    for _, field in described.get("fields", ()):
        yield from kinds(field)


def test_the_cases_are_of_every_kind_and_named_type_and_of_all_sizes() -> None:
    cases = [case for seed in SEEDS for case in batch(seed, CASES)]
    drawn = Counter(kind for case in cases for item in case for kind in kinds(item["type"]))
    structures = {"array", "map", "pointer", "slice", "struct"}
    basics = {"bool", "bytes", "complex64", "float32", "int8", "interface", "string", "uint64", "uintptr"}
    assert drawn.keys() >= structures | basics
    assert len(drawn.keys() & catalogue().keys()) > 90
    assert max(map(len, cases)) > 10


def test_the_streams_are_of_all_sizes_and_their_parts_too(go: object) -> None:
    cases = [case for seed in SEEDS for case in batch(seed, CASES)]
    with GoProcess() as process:
        answers = list(process.ask("codec.encode", [{"values": case} for case in cases]))
    streams = [base64.b64decode(answer["stream"] or "") for answer in answers]
    sizes = [len(stream) for stream in streams if stream]
    assert min(sizes) < 8
    assert sum(size > 100_000 for size in sizes) > 8
    assert sum(size > 1_000_000 for size in sizes) > 2
    definitions = [each for stream in streams[::8] for each in pygob.Stream.parse(stream).types]
    assert max(len(each.fields) for each in definitions) == 200
    assert max(len(name.encode()) for each in definitions for name, _ in each.fields) > 100
    assert max(each.length for each in definitions) == 1_000


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_of_cases(go: object, seed: int) -> None:
    compared = 0
    for comparison in comparisons(batch(seed, CASES)):
        assert [(found.check, found.detail) for found in comparison] == []
        compared += len(comparison.done)
    assert compared == CASES


def test_what_go_refuses_to_encode(go: object) -> None:
    refused = 0
    for comparison in comparisons(
        [Generator(random.Random(seed), nilable=True).case() for seed in range(250)]
    ):
        assert [(found.check, found.detail) for found in comparison] == []
        refused += sum(encoded.error is not None for _, encoded in comparison.done)
    assert refused > 10


@settings(max_examples=60)
@given(case=described_cases)
def test_a_case_of_hypothesis_in_a_fresh_process(go: object, case: Case) -> None:
    assert [(found.check, found.detail) for found in Comparison([case])] == []


def test_damaged_random_streams(go: object) -> None:
    chance = random.Random(1_000)
    comparison = Comparison([Generator(chance).case() for _ in range(600)])
    assert list(comparison) == []
    streams = mutated(comparison.streams, chance, each=8)
    with Judge() as judge:
        judged = compare(judge, streams)
    assert judged.differences == []
    # docs/judge.md states these.
    assert len(streams) > 2_500
    assert judged.share(REAL_GO) > 0.75
    assert judged.deciders[OUT_OF_MEMORY] < 3
