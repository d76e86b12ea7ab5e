"""The registry of checks."""

from pathlib import Path

from chromemctl import checks
from chromemctl.checks import findings
from chromemctl.survey import survey_store

NO_CHECKS = {"__init__", "findings"}  # the registry itself


def test_every_module_of_checks_enters_one(tmp_path: Path) -> None:
    findings.examine(survey_store(tmp_path))
    modules = {path.stem for path in Path(checks.__path__[0]).glob("*.py")} - NO_CHECKS
    entered = {name.removeprefix("chromemctl.checks.").partition(".")[0] for name in findings.registered()}
    assert entered == modules


def test_an_empty_store_has_no_findings(tmp_path: Path) -> None:
    assert findings.examine(survey_store(tmp_path)) == []
