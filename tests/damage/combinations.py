"""Random combinations of damages: what is predicted, found and recovered, held against real chromem.

A number makes a store and what happens to it, always the same. Some hundred numbers are part of every test
run; `make damages` tries others until it is stopped.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from chromemctl.exits import Failure
from chromemctl.judgement.prediction import Prediction
from chromemctl.judgement.verdict import judge
from chromemctl.recovery import carry_out, propose
from chromemctl.simulation import NotApplicable, Target, damages
from chromemctl.simulation.copies import StoreCopy
from chromemctl.survey import survey_store
from gohelper import Go
from pygob import GobError
from pygob.chromem import Format, name_hash
from tests.damage.catalogue import NOT_JUDGED
from tests.damage.observing import opened
from tests.stores import contents, settled, write_store

NAMES = ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
MOST_DAMAGES = 6
# A recovery may need a second run, where one repair waits for another, and says so; never a third.
MOST_RUNS = 3
_RANDOM = "-random of"


@dataclass(frozen=True)
class Combination:
    """A damaged store.

    Attributes:
        store: Where it is.
        form: The format in which it was written.
        happened: The damages, each with the collection that it hit.
    """

    store: Path
    form: Format
    happened: tuple[str, ...]


def combine(number: int, folder: Path) -> Combination:
    """Make the store of a number in a folder, and let things happen to it."""
    numbers = random.Random(number)
    form = numbers.choice(list(Format))
    store = write_store(folder / "store", NAMES, documents=numbers.randint(1, 4), form=form)
    kinds = sorted(damages().keys() - NOT_JUDGED)
    happened = []
    for _ in range(numbers.randint(1, MOST_DAMAGES)):
        kind, name = numbers.choice(kinds), numbers.choice(NAMES)
        target = Target(StoreCopy(store), store / name_hash(name), form, name, numbers)
        # After other damages this one may not be possible any more.
        with suppress(NotApplicable, OSError, GobError, IndexError, ValueError):
            damages()[kind].apply(target)
            happened.append(f"{kind} of {name}")
    return Combination(settled(store), form, tuple(happened))


def check(number: int, folder: Path, go: Go) -> None:
    """Make the store of a number, and check everything that is promised of damaged stores.

    Raises:
        AssertionError: A promise is not kept.
    """
    with mock.patch.object(os, "fsync"):  # what survives a power cut is not asked here
        _check(combine(number, folder), number, go)


def _check(made: Combination, number: int, go: Go) -> None:
    store = made.store
    about = f"number {number}: {made.form}, {'; '.join(made.happened)}"
    require_true_prediction(store, go, about)
    before = {data for data in contents(store).values() if data is not None}
    for _ in range(MOST_RUNS):
        proposal = propose(store)
        if not proposal.plan.steps:
            break
        try:
            carry_out(store, proposal, force=True)
        except Failure:
            assert not store.joinpath(".chromemctl").exists(), f"{about}: refused after it began"
            break
        assert before <= set(contents(store).values()), f"{about}: bytes were lost"
        require_true_prediction(store, go, about)
    else:
        raise AssertionError(f"{about}: {MOST_RUNS} runs did not end it")
    shutil.rmtree(store)


def _outcome(prediction: Prediction) -> tuple[bool, Mapping[str, int]]:
    return prediction.opens, prediction.collections


def require_true_prediction(store: Path, go: Go, about: str) -> None:
    """Check that real chromem does what is predicted, and that no store that it refuses is called healthy."""
    verdict = judge(survey_store(store))
    real = {form: opened(go, store, form) for form in Format}
    if _RANDOM in about:  # Go's words for its own types' ids, which random bytes may name, are not told
        assert {form: _outcome(verdict.predictions[form]) for form in Format} == {
            form: _outcome(real[form]) for form in Format
        }, about
    else:
        assert verdict.predictions == real, about
    for form in verdict.expected_formats:
        assert real[form].opens or not verdict.is_healthy, about


def main() -> int:
    """Check numbers one after the other until one fails, the time is over, or somebody stops it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1_000_000, help="the first number")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="how long; for ever if not given")
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    with Go(timeout=60) as go:
        for number in itertools.count(options.seed):
            if time.monotonic() > end:
                break
            with tempfile.TemporaryDirectory() as folder:
                try:
                    check(number, Path(folder), go)
                except AssertionError as failure:
                    print(f"\n{failure}")
                    return 1
            print(f"\r{number - options.seed + 1:,} combinations", end="", flush=True)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
