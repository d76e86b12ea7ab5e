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
from collections.abc import Collection as Several
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from unittest import mock

from chromemctl.changes.plan import Plan
from chromemctl.exits import Failure
from chromemctl.judgement.verdict import Verdict, judge
from chromemctl.recovery import carry_out, needs_another_run, propose
from chromemctl.simulation import NotApplicable, Target, damages
from chromemctl.simulation.copies import StoreCopy
from chromemctl.survey import survey_store
from gohelper import Document, Go
from pygob import GobError
from pygob.chromem import Collection, Format, document_name, name_hash, read_document
from tests.damage.catalogue import NOT_JUDGED
from tests.damage.observing import (
    AS_BEFORE,
    NOBODY,
    Documents,
    compared,
    is_about,
    missing,
    opened,
    queries,
    served,
    values,
)
from tests.stores import contents, settled, write_store

NAMES = ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
MOST_DAMAGES = 6
# One run is enough but for chances in a thousand, which are told; a third is never needed.
MOST_RUNS = 3


@dataclass(frozen=True)
class Combination:
    """A damaged store.

    Attributes:
        store: Where it is.
        form: The format in which it was written.
        happened: The damages, each with the collection that it hit.
        before: The documents of the sound store, by collection and id.
    """

    store: Path
    form: Format
    happened: tuple[str, ...]
    before: Documents


def combine(number: int, folder: Path) -> Combination:
    """Make the store of a number in a folder, and let things happen to it."""
    numbers = random.Random(number)
    form = numbers.choice(list(Format))
    store = write_store(folder / "store", NAMES, documents=numbers.randint(1, 4), form=form)
    before = {name: _documents(store / name_hash(name)) for name in NAMES}
    kinds = sorted(damages().keys() - NOT_JUDGED)
    happened = []
    for _ in range(numbers.randint(1, MOST_DAMAGES)):
        kind, name = numbers.choice(kinds), numbers.choice(NAMES)
        target = Target(StoreCopy(store), store / name_hash(name), form, name, numbers)
        # After other damages this one may not be possible any more.
        with suppress(NotApplicable, OSError, GobError, IndexError, ValueError):
            damages()[kind].apply(target)
            happened.append(f"{kind} of {name}")
    return Combination(settled(store), form, tuple(happened), before)


def _documents(folder: Path) -> dict[str, Document]:
    found = Collection(folder).documents()
    return {each.id: Document(each.id, each.metadata, each.embedding, each.content) for each in found}


def check(number: int, folder: Path, go: Go) -> None:
    """Make the store of a number, and check everything that is promised of damaged stores.

    Raises:
        AssertionError: A promise is not kept.
    """
    with mock.patch.object(os, "fsync"):  # what survives a power cut is not asked here
        made = combine(number, folder)
        _check(made, number, go)
        shutil.rmtree(made.store)


def _check(made: Combination, number: int, go: Go) -> None:
    store = made.store
    about = f"number {number}: {made.form}, {'; '.join(made.happened)}"
    require_true_prediction(store, go, about)
    before = {data for data in contents(store).values() if data is not None}
    whole = _whole_in_place(made)
    damage = judge(survey_store(store))
    plans: list[Plan] = []
    for _ in range(MOST_RUNS):
        proposal = propose(store)
        if plans and not judge(survey := survey_store(store)).is_healthy:
            told = needs_another_run(survey, proposal)
            assert told is bool(proposal.plan.steps), f"{about}: another run is needed, which is not told"
        plans.append(proposal.plan)
        if not proposal.plan.steps:
            break
        try:
            carry_out(store, proposal, force=True)
        except Failure:
            assert not store.joinpath(".chromemctl").exists(), f"{about}: refused after it began"
            return
        assert before <= set(contents(store).values()), f"{about}: bytes were lost"
        require_true_prediction(store, go, about)
    else:
        raise AssertionError(f"{about}: {MOST_RUNS} runs did not end it")
    _require_everything_that_survived(made, damage, plans, whole, before, go, about)


def _whole_in_place(made: Combination) -> set[tuple[str, str]]:
    """The documents that are in their own files as they were, each with its collection's name."""
    found = set()
    for name, documents in made.before.items():
        for document in documents.values():
            path = made.store / name_hash(name) / document_name(document.id, made.form)
            with suppress(OSError, GobError):
                if path.is_file() and values(read_document(path)) == values(document):
                    found.add((name, document.id))
    return found


def _require_everything_that_survived(
    made: Combination,
    damage: Verdict,
    plans: Sequence[Plan],
    whole: Several[tuple[str, str]],
    left: Several[bytes],
    go: Go,
    about: str,
) -> None:
    """Check that real chromem opens, has every document that survived as it was, and answers.

    Unless there is something that only a person can decide, and which is named.
    """
    survey = survey_store(made.store)
    verdict = judge(survey)
    told = Plan(tuple(chain.from_iterable(plan.changes for plan in plans)), plans[-1].unresolved)
    left_to_a_person = {(item.dir, item.finding) for item in plans[-1].unresolved}
    assert {(error.dir or ".", error.id) for error in verdict.errors} <= left_to_a_person, about
    for form in verdict.expected_formats:
        real = verdict.predictions[form]  # which was compared with chromem's own
        if not real.opens:
            assert told.unresolved or verdict.errors, f"{about}: it does not open, and nobody is told"
            continue
        now = served(go, made.store, form)
        if verdict.is_healthy:
            # No query is as long as an empty vector, which a document may have when it is the only one.
            with_vectors = {
                name: held for name, held in now.items() if any(d.embedding for d in held.values())
            }
            for name, answer in queries(go, made.store, form, with_vectors).items():
                number = len(now[name])
                assert answer == f"{number} of {number} documents", f"{about}: {name}: {answer}"
        # Where most of a store has come to the other format, a person is told of that one.
        if form is not made.form or survey.usual_format not in (None, made.form):
            continue
        compared_now = compared(made.before, now, damage)
        gone = missing(made.before, now, left, told, verdict)
        told_of = [*gone.values(), *(what for held in compared_now.values() for what in held.values())]
        if "document-float-flipped" in about:  # which nobody can tell in a collection of one document
            told_of = [what for what in told_of if not what.startswith("embedding changed")]
        assert not any(NOBODY in what for what in told_of), f"{about}: {gone} {compared_now}"
        for name, identifier in whole:
            state = compared_now.get(name, {}).get(identifier)
            assert state == AS_BEFORE or _is_named(name, identifier, told, verdict), (
                f"{about}: {identifier} of {name} was whole, and is {state or 'not there'}"
            )


# What is told of a whole collection that the application does not have, or has under another name.
_TOLD_OF_COLLECTIONS = ("NAME_MISMATCH", "QUARANTINED")


def _is_named(name: str, identifier: str, plan: Plan, verdict: Verdict) -> bool:
    """Whether a person is told of this very document, or that its collection is elsewhere or has an error."""
    sentences = [*plan.losses, *(f"{item.path} {item.reason}" for item in plan.unresolved)]
    sentences += [note for change in plan.files for note in change.notes]
    sentences += [f"{finding.path} {finding.message}" for finding in verdict.findings]
    if any(word in sentence for word in (repr(identifier), name_hash(identifier)) for sentence in sentences):
        return True
    folder = name_hash(name)
    about_it = (each for each in verdict.findings if is_about(each, folder))
    return any(each in verdict.errors or each.id in _TOLD_OF_COLLECTIONS for each in about_it)


def require_true_prediction(store: Path, go: Go, about: str) -> None:
    """Check that real chromem does what is predicted, and that no store that it refuses is called healthy."""
    verdict = judge(survey_store(store))
    real = {form: opened(go, store, form) for form in Format}
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
