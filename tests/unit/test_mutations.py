"""The mutation check stays true to the source it changes; `make mutations` runs it."""

from __future__ import annotations

import pytest

from tests.fuzz.mutations import MUTATIONS, ROOT, Mutation, mutated


def test_there_are_twenty_at_least_and_each_is_another() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 20


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_finds_its_place_once_and_leaves_python(mutation: Mutation) -> None:
    source = (ROOT / "pygob" / mutation.file).read_text(encoding="utf-8")
    compile(mutated(mutation, source), mutation.file, "exec")
