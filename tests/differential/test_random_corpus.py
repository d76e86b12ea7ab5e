"""Inputs that coverage-guided fuzzing kept because they reach code no other does (`make fuzz-coverage`)."""

from __future__ import annotations

import pytest

from gohelper.judge import Judge
from tests.fuzz import guided
from tests.support.verdicts import OUT_OF_MEMORY, compare

CORPUS = guided.corpus()


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) > 100


@pytest.mark.parametrize("number", range(len(CORPUS)))
def test_every_reader_keeps_its_promises(number: int) -> None:
    guided.check(CORPUS[number])


def test_real_go_agrees_on_what_is_sound(go: object) -> None:
    with Judge() as judge:
        judged = compare(judge, CORPUS)
    assert judged.differences == []
    assert judged.deciders[OUT_OF_MEMORY] < 3
