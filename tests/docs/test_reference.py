"""The tables of the documents say what the source says."""

import ast
import dataclasses
import re
from pathlib import Path

import pygob
from chromemctl import checks
from chromemctl.exits import Exit
from chromemctl.integration.alert_rules import RULES
from chromemctl.repair import CURABLE
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


def severities_in_the_source() -> dict[str, set[str]]:
    """The severities with which each finding is reported, as far as the source of the checks shows them."""
    found: dict[str, set[str]] = {}
    for path in Path(checks.__path__[0]).glob("*.py"):
        tree = ast.parse(path.read_text())
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Finding":
                levels = {word.lower() for word in re.findall(r"Severity\.(\w+)", ast.unparse(call.args[1]))}
                for name in names_in(call.args[0], tree):
                    found.setdefault(name, set()).update(levels)
    return found


def names_in(expression: ast.expr, tree: ast.Module) -> set[str]:
    """The ids that an expression can be; a table `_IDS` of the module stands for all that it holds."""
    nodes: list[ast.AST] = [expression]
    if "_IDS" in ast.unparse(expression):
        nodes += [each.value for each in tree.body if isinstance(each, ast.Assign)]
    return {
        node.value
        for root in nodes
        for node in ast.walk(root)
        if isinstance(node, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]+", str(node.value))
    }


def test_every_finding_is_listed_with_its_severities_and_whether_recover_cures_it() -> None:
    listed = [row for row in first_columns("findings.md") if row[0] != "finding"]
    assert len({row[0] for row in listed}) == len(listed)
    told = {row[0]: {"info" if word == "note" else word for word in row[1].split(", ")} for row in listed}
    assert told == severities_in_the_source()
    assert {row[0] for row in listed if row[3] == "yes"} == CURABLE
