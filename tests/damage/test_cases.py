"""Every case of the damage catalogue: what must be seen of it is seen, and what is promised holds for it."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from chromemctl.simulation import damages
from gohelper import Go
from pygob.chromem import Format
from tests.damage import healthy
from tests.damage.cases import Case, make, observed, observed_as_a_user, read_cases
from tests.damage.catalogue import SIMULATED, SIMULATED_LATER, all_cases
from tests.damage.observing import NOBODY, served, values
from tests.support.inside import inside

CASES = read_cases()
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
IN_FORMAT = pytest.mark.parametrize("form", Format)
FINDINGS = Path(__file__).parents[2] / "docs" / "findings.md"
# Only real chromem tells.
TOLD_BY_CHROMEM = {"chromem", "documents", "not served", "queries"}


@pytest.fixture
def judge_if_there(request: pytest.FixtureRequest) -> Go | None:
    """Real chromem; None where there is no Go, so that all else is checked all the same."""
    try:
        go: Go = request.getfixturevalue("go")
    except pytest.skip.Exception:
        return None
    return go


def without_chromem(seen: dict[str, Any]) -> dict[str, Any]:
    """What is seen without asking real chromem."""
    kept = {key: value for key, value in seen.items() if key not in TOLD_BY_CHROMEM}
    return {**kept, "after": without_chromem(kept["after"])} if "after" in kept else kept


@EVERY_CASE
def test_what_must_be_seen_is_seen(case: Case, judge_if_there: Go | None) -> None:
    if case.recipe.forbid:
        if os.geteuid() == 0 and shutil.which("setpriv") is None:
            pytest.skip("root may read everything, and there is no setpriv to lay that down")
        seen = observed_as_a_user(case, chromem=judge_if_there is not None)
    else:
        seen = observed(case, judge_if_there)
    # Where something is meant to be seen otherwise now: make damage-cases, and look at each change.
    assert seen == (case.expected if judge_if_there is not None else without_chromem(case.expected))


# What is promised, of what must be seen: a case that was made anew with a fault in the code fails here.


@EVERY_CASE
def test_chromem_does_what_is_predicted(case: Case) -> None:
    expected = case.expected
    assert expected["prediction"] == expected["chromem"]
    if "after" in expected:
        assert expected["after"]["prediction"] == expected["after"]["chromem"]


@EVERY_CASE
def test_a_store_that_chromem_refuses_is_not_called_healthy(case: Case) -> None:
    for seen in (case.expected, case.expected.get("after", case.expected)):
        if not seen["chromem"][case.form]["opens"]:
            assert any(finding.startswith("error") for finding in seen["findings"])


@EVERY_CASE
def test_nothing_is_lost_and_nothing_is_lost_in_silence(case: Case) -> None:
    if "refused" in case.expected:
        return
    after = case.expected["after"]
    assert after["every byte is kept"]
    assert after["steps left"] == 0
    assert after["undo brings back what was"]
    told = [*after.get("not served", {}).values()]
    told += [what for held in after.get("documents", {}).values() for what in held.values()]
    assert not any(NOBODY in what for what in told)


@EVERY_CASE
def test_after_recovery_chromem_opens_and_answers(case: Case) -> None:
    """Unless there is something that only a person can decide, and which is named."""
    if "refused" in case.expected:
        return
    after = case.expected["after"]
    if any(finding.startswith("error") for finding in after["findings"]):
        assert case.expected["plan"].get("unresolved") or not case.expected["plan"]
        return
    assert after["chromem"][case.form]["opens"]
    answers = after["queries"].values()
    assert all(answer.endswith(" documents") and answer[0] == answer.split()[2] for answer in answers)


@EVERY_CASE
def test_every_error_that_stays_is_left_with_a_reason(case: Case) -> None:
    after = case.expected.get("after", {"findings": []})
    left = case.expected["plan"].get("unresolved", [])
    for finding in after["findings"]:
        severity, kind, path = finding.split(" ", 2)
        told = [each for each in left if each["finding"] == kind and path.startswith(each["at"])]
        assert severity != "error" or any(each["reason"] for each in told)


# The cases themselves.


def test_every_damage_of_simulate_is_in_the_catalogue() -> None:
    assert {*SIMULATED, *SIMULATED_LATER} == set(damages())


def test_every_finding_is_in_the_catalogue() -> None:
    """But what no store can show that lies still, or chromem did not write.

    Those are a writer, a run that was killed, a journal that is damaged and a file of gigabytes.
    """
    told = {finding.split()[1] for case in CASES for finding in case.expected["findings"]}
    listed = re.findall(r"^\| `([A-Z_]+)`", FINDINGS.read_text(), flags=re.MULTILINE)
    assert told == set(listed) - {"STORE_BUSY", "INTERRUPTED", "JOURNAL_CORRUPT", "DOC_TOO_LARGE"}


def test_every_case_is_there_in_each_format_that_it_can_happen_to() -> None:
    there = {case.path for case in CASES}
    assert there == {made.path for case in all_cases() for form in Format if (made := make(case, form))}


@IN_FORMAT
@pytest.mark.parametrize("number", range(len(all_cases())), ids=[made.name for made in all_cases()])
def test_the_damage_is_still_what_simulate_does(number: int, form: Format) -> None:
    made = make(all_cases()[number], form)
    if made is not None:
        case = Case.read(made.path)
        assert case.what == made.what
        assert case.recipe == made.recipe


@IN_FORMAT
def test_real_chromem_has_in_the_sound_stores_what_it_was_given(form: Format, tmp_path: Path, go: Go) -> None:
    healthy.lay_out(tmp_path / "store", form)
    have = served(go, tmp_path / "store", form)
    assert {name: [values(found) for found in held.values()] for name, held in have.items()} == {
        each.name: [values(found) for found in each.documents]
        for each in sorted(healthy.collections(), key=lambda each: each.name)
    }


def test_all_cases_below_one_base_are_reported_as_each_alone(tmp_path: Path) -> None:
    """A nested layout, BASE/tenant/project: a store of every kind of damage in each project."""
    expected = {}
    for case in CASES:
        if case.recipe.forbid or case.recipe.pipes:
            continue
        (tmp_path / case.path.parent.name).mkdir(exist_ok=True)
        store = case.lay_out(tmp_path / case.path.parent.name / case.form)
        expected[str(store)] = case.expected["findings"]
    report = json.loads(inside("verify", "--json", tmp_path).stdout)
    found = {
        each["store"]: [f"{found['severity']} {found['id']}" for found in each["findings"]]
        for each in report["stores"]
        if each["store"] in expected
    }
    assert found == {
        store: [finding.rsplit(" ", 1)[0] for finding in findings] for store, findings in expected.items()
    }
