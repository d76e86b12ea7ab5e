"""The tables of the documents say what the source says."""

import dataclasses
import re
from pathlib import Path

import pygob
from chromemctl.exits import Exit
from chromemctl.integration.alert_rules import RULES
from chromemctl.watching.descriptions import DESCRIPTIONS

DOCS = Path(__file__).parents[2] / "docs"


def first_columns(page: str) -> list[list[str]]:
    """The cells of a page's table rows, code marks removed, without the heading."""
    rows = [line for line in (DOCS / page).read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[1:]]


def test_every_limit_is_listed_with_its_default() -> None:
    listed = {row[0]: row[1] for row in first_columns("limits.md")}
    assert listed == {
        field.name: str(getattr(pygob.Limits(), field.name)) for field in dataclasses.fields(pygob.Limits)
    }


def test_every_exit_code_is_listed() -> None:
    assert [int(row[0]) for row in first_columns("exit-codes.md")] == [code.value for code in Exit]


def test_every_metric_is_listed_with_its_type() -> None:
    listed = {(row[0], row[1]) for row in first_columns("watch.md") if len(row) == 3 and row[0] != "metric"}
    assert listed == {(item.name, item.kind) for item in DESCRIPTIONS}


def test_every_alert_is_listed_with_its_severity() -> None:
    listed = {(row[0], row[1]) for row in first_columns("alerts.md") if len(row) == 3}
    assert listed == {(rule.name, rule.urgency.value) for rule in RULES}
