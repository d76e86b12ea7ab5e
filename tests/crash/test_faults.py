"""The disk is full, fails or is locked at any call of a plan: nothing is lost, and the next run finishes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from chromemctl.exits import IOFailure
from pygob.chromem import Format
from tests.crash.test_crash import broken_store, copy_of
from tests.crash.test_crash_transfers import CASES, Planner, carry_out, journalled, plan_recovery
from tests.stores import contents, settled
from tests.support.faults import Faults, failing_medium, forbidden, full_disk, short_writes


def broken(path: Path) -> Path:
    return settled(broken_store(path, Format.PLAIN))


# One call in so many fails in a test; each begins elsewhere, so that most calls do in one of them.
EVERY = 5
# Two plans of few steps that have nothing which others have not.
SHORT = {"restore, an empty folder there", "recover a second document"}
PLANS = [
    *(case for case in CASES if case.id not in SHORT),
    pytest.param(broken, plan_recovery, id="recover"),
]


@pytest.mark.parametrize("fault", [full_disk, failing_medium, forbidden])
@pytest.mark.parametrize(("make", "plan"), PLANS)
def test_refused_at_every_call(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    make: Callable[[Path], Path],
    plan: Planner,
    fault: Callable[[int], AbstractContextManager[Faults]],
) -> None:
    first = len(request.node.name) % EVERY
    start = make(tmp_path / "store")
    kept = {data for data in contents(start).values() if data is not None}
    whole = copy_of(start, tmp_path / "whole")
    carry_out(whole, plan)
    expected = contents(whole)

    refusals: list[IOFailure] = []
    for at in range(first, 10_000, EVERY):
        store = copy_of(start, tmp_path / f"at-{at}")
        with fault(at) as faults:
            try:
                carry_out(store, plan)
            except IOFailure as failure:
                refusals.append(failure)
        assert kept <= set(contents(store, but=()).values()) | journalled(store), f"bytes lost at call {at}"
        if not faults.struck:
            break
        if contents(store) != expected:
            carry_out(store, plan)
        assert contents(store) == expected, f"at call {at}"
        shutil.rmtree(store)
    assert len(refusals) > 2
    assert all(failure.advice for failure in refusals), "what to do next is said"


@pytest.mark.parametrize(("make", "plan"), PLANS)
def test_written_little_by_little(tmp_path: Path, make: Callable[[Path], Path], plan: Planner) -> None:
    store = make(tmp_path / "store")
    whole = copy_of(store, tmp_path / "whole")
    carry_out(whole, plan)
    with short_writes(7):
        carry_out(store, plan)
    assert contents(store) == contents(whole)
