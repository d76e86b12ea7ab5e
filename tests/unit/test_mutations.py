"""The mutation check stays true to the source it changes; `make mutations` runs it."""

from __future__ import annotations

import pytest

from tests.fuzz.mutations import (
    CAUGHT,
    MUTATIONS,
    NO_VERDICT,
    NOT_CAUGHT,
    ROOT,
    Mutation,
    judged,
    main,
    mutated,
)


def test_there_are_twenty_at_least_and_each_is_another() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 20


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_finds_its_place_once_and_leaves_python(mutation: Mutation) -> None:
    source = (ROOT / "pygob" / mutation.file).read_text(encoding="utf-8")
    compile(mutated(mutation, source), mutation.file, "exec")


REPORTS = {
    "a failure": (1, '<testcase classname="c" name="t"><failure/></testcase>', CAUGHT, "c::t"),
    "all pass": (0, '<testcase classname="c" name="t"/>', NOT_CAUGHT, ""),
    "a skipped test": (
        0,
        '<testcase classname="c" name="t"><skipped/></testcase>',
        NO_VERDICT,
        "skipped: c::t",
    ),
    "a test that could not run": (
        1,
        '<testcase classname="c" name="t"><error/></testcase>',
        NO_VERDICT,
        "error: c::t",
    ),
    "no test": (0, "", NO_VERDICT, "no test ran"),
    "a file that cannot be imported": (2, "", NO_VERDICT, "pytest exits with 2: the end"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_only_a_test_that_fails_catches_an_error(name: str) -> None:
    returncode, cases, kind, detail = REPORTS[name]
    found = judged(returncode, f"<testsuites><testsuite>{cases}</testsuite></testsuites>", "the end")
    assert (found.kind, found.detail) == (kind, detail)


def test_a_name_that_no_error_has_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--only", "no such error"])
    assert end.value.code == 2
    assert "no error's name contains no such error" in capsys.readouterr().err
