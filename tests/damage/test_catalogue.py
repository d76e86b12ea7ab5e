"""Every row of the damage catalogue: found, predicted as real chromem behaves, and cured where it can be."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from chromemctl.exits import Failure
from chromemctl.judgement.verdict import Verdict, judge
from chromemctl.recovery import carry_out, propose
from chromemctl.simulation import damages
from chromemctl.survey import survey_store
from gohelper import Go
from pygob.chromem import Format
from tests.damage.catalogue import CASES, NOT_JUDGED, ONLY_COMPRESSED, Case
from tests.damage.judging import opened
from tests.stores import DIMENSION, contents, settled, write_store

COLLECTIONS = {"contextd_memories", "contextd_checkpoints", "contextd_remediations"}
FORMATS = pytest.mark.parametrize("form", Format)


def each(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Every case with each format that it can happen to."""
    return pytest.mark.parametrize(
        ("case", "form"),
        [
            pytest.param(case, form, id=f"{case.kind}-{form}")
            for case in cases
            for form in Format
            if form is Format.GZ or case.kind not in ONLY_COMPRESSED
        ],
    )


EVERY_CASE = each(CASES)


def verify(store: Path) -> Verdict:
    return judge(survey_store(store))


def recover(store: Path) -> Verdict:
    proposal = propose(store)
    carry_out(store, proposal, force=True)
    return verify(store)


def served(go: Go, store: Path, form: Format) -> set[str]:
    """The ids of all documents that real chromem opens."""
    names = opened(go, store, form).collections
    return {
        document.id
        for name in names
        for document in go.chromem_documents(store, name, compress=form is Format.GZ).documents
    }


def readable_ids(store: Path) -> set[str]:
    """The ids of all documents in files that chromem could read, wherever they lie."""
    return {
        file.document.id
        for folder in survey_store(store).folders
        for file in folder.every_file()
        if file.document is not None
    }


@pytest.fixture
def broken(tmp_path: Path, case: Case, form: Format) -> Path:
    store = write_store(tmp_path / "vectorstore", form=form)
    case.damage(store, form)
    return settled(store)


def test_every_damage_has_its_row() -> None:
    assert {case.kind for case in CASES} | NOT_JUDGED == set(damages())


@EVERY_CASE
def test_found_and_predicted(broken: Path, case: Case, form: Format, go: Go) -> None:
    verdict = verify(broken)
    assert {finding.id for finding in verdict.findings} - {"LEFTOVER"} == case.findings
    assert {flag: verdict.predictions[flag] for flag in Format} == {
        flag: opened(go, broken, flag) for flag in Format
    }
    if not verdict.predictions[form].opens:
        assert not verdict.is_healthy


@each(case for case in CASES if case.recovers)
def test_recovered(broken: Path, case: Case, form: Format, go: Go) -> None:
    before = {data for name, data in contents(broken).items() if data is not None}
    plan = propose(broken).plan
    verdict = recover(broken)
    assert verdict.is_healthy
    assert verdict.predictions[form] == opened(go, broken, form)
    assert before <= set(contents(broken).values()), "every byte is still there, in its place or set aside"
    assert len(plan.losses) == case.losses
    assert propose(broken).plan.steps == (), "nothing is left to do"
    for name in COLLECTIONS & verdict.predictions[form].collections.keys():
        if verdict.predictions[form].collections[name]:
            assert go.chromem_query(broken, name, [1.0] * DIMENSION, 1, compress=form is Format.GZ)


@each(case for case in CASES if case.recovers)
def test_every_document_is_served_or_said_to_be_lost(broken: Path, case: Case, form: Format, go: Go) -> None:
    was_there = readable_ids(broken) - {""}
    recover(broken)
    assert len(was_there - served(go, broken, form)) <= case.losses


@each(case for case in CASES if not case.recovers)
def test_what_cannot_be_cured_is_neither_touched_nor_called_cured(broken: Path, case: Case) -> None:
    healthy, before = verify(broken).is_healthy, contents(broken)
    with suppress(Failure):  # a store of a later chromem is refused as a whole
        recover(broken)
    assert verify(broken).is_healthy is healthy
    assert contents(broken) == before
