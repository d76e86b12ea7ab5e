"""The alert rules: what they use exists, Prometheus takes them, and they fire when they should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chromemctl.integration.alert_rules import GROUP, RULES, as_data, as_yaml
from tests.stores import chromemctl, settled, write_store
from tests.support.metric_names import exported, used

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="there is no promtool (Debian: apt install prometheus)"
)
STORE = '{store="/s", job="chromem", instance="localhost:9874"}'
WATCH = '{job="chromem", instance="localhost:9874"}'


def test_every_metric_in_the_rules_is_exported(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    next(store.glob("*/00000000.gob")).unlink()
    names = exported(settled(store))
    assert {name for rule in RULES for name in used(rule.expr)} <= names
    assert all(used(rule.expr) for rule in RULES)


def test_those_of_the_runbook_are_there() -> None:
    rules = {rule.name: rule for rule in RULES}
    corrupt = rules["VectorstoreCorruptCollection"]
    assert (corrupt.expr, corrupt.lasting, corrupt.urgency) == (
        "vectorstore_collections_corrupt > 0", "1m", "critical",
    )  # fmt: skip
    failure = rules["VectorstoreInitializationFailure"]
    assert failure.expr.startswith("vectorstore_initialization_failures_total > 0")
    assert (failure.lasting, failure.urgency) == ("1m", "critical")


def test_names_are_given_once_and_everything_is_told() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"Vectorstore[A-Za-z]+", rule.name)
        assert re.fullmatch(r"\d+m", rule.lasting)
        assert rule.summary
        assert rule.description.endswith((".", "}}"))


def test_the_file_says_what_the_data_does() -> None:
    """Every line of the file is a key with a JSON string, a plain word or what is below it."""
    told: list[tuple[str, str]] = []
    for line in as_yaml().splitlines()[1:]:
        found = re.fullmatch(r"( *)(?:- )?(\w+):(?: (.+))?", line)
        assert found, line
        if found[3] is not None:
            told.append((found[2], json.loads(found[3]) if found[3].startswith('"') else found[3]))
    assert told == [
        ("name", GROUP),
        *(pair for rule in as_data()["groups"][0]["rules"] for pair in leaves(rule)),
    ]


def leaves(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        pair
        for key, value in data.items()
        for pair in (leaves(value) if isinstance(value, dict) else [(key, value)])
    ]


def test_the_command() -> None:
    outcome = chromemctl("alerts")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, as_yaml(), "")
    report = json.loads(chromemctl("alerts", "--json").stdout)
    assert report == {"schema_version": 1, **as_data()}


def promtool(*words: str | Path) -> None:
    outcome = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@needs_promtool
def test_promtool_takes_the_file(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(as_yaml())
    promtool("check", "rules", tmp_path / "rules.yml")


# What the metrics do from minute to minute, and which alerts fire after how many minutes.
SOUND = {
    f"vectorstore_collections_corrupt{STORE}": "0x400",
    f"vectorstore_collections_total{STORE}": "3x400",
    f"vectorstore_documents_total{STORE}": "100x400",
    f"vectorstore_initialization_failures_total{STORE}": "0x400",
    f"vectorstore_opens{STORE}": "1x400",
    f"vectorstore_up{STORE}": "1x400",
    f"vectorstore_check_last_success_timestamp_seconds{STORE}": "0+60x400",
    f"vectorstore_check_failures_total{STORE}": "0x400",
    f"vectorstore_quarantined_total{STORE}": "0x400",
    f"vectorstore_recoveries_total{STORE}": "0x400",
    f"vectorstore_auto_failures_total{STORE}": "0x400",
    f"vectorstore_check_interval_seconds{WATCH}": "300x400",
    f"vectorstore_watched_stores{WATCH}": "1x400",
}
CASES: dict[str, tuple[dict[str, str], int, set[str]]] = {
    "nothing": ({}, 300, set()),
    "corrupt": (
        {
            "collections_corrupt": "0x10 1x100",
            "opens": "1x10 0x100",
            "initialization_failures_total": "0x10 1+1x100",
        },
        15,
        {"VectorstoreCorruptCollection", "VectorstoreInitializationFailure"},
    ),
    "healed": (
        {
            "collections_corrupt": "1x10 0x100",
            "opens": "0x10 1x100",
            "initialization_failures_total": "0+1x10 10x100",
        },
        15,
        set(),
    ),
    "absent": (
        {
            "up": "1x10 0x100", "opens": "1x10 _x100", "collections_total": "3x10 _x100",
            "documents_total": "100x10 _x100", "collections_corrupt": "0x10 _x100",
            "check_last_success_timestamp_seconds": "0+60x10 600x100",
        },
        60,
        {"VectorstoreUnreachable"},
    ),
    "emptied": (
        {"collections_total": "3x10 0x100", "documents_total": "100x10 0x100"},
        20,
        {"VectorstoreEmptied", "VectorstoreDocumentsLost"},
    ),
    "fewer documents": ({"documents_total": "100x10 40x100"}, 20, {"VectorstoreDocumentsLost"}),
    "a store below a base": ({"watched_stores": "2x10 1x100"}, 20, {"VectorstoreGone"}),
    "mended": (
        {"recoveries_total": "0x10 1x100", "quarantined_total": "0x10 2x100"},
        20,
        {"VectorstoreRecovered", "VectorstoreQuarantined"},
    ),
    "not mended": (
        {"auto_failures_total": "0x10 1x100", "collections_corrupt": "0x10 1x100"},
        20,
        {"VectorstoreAutoRecoveryFailed", "VectorstoreCorruptCollection"},
    ),
    "failing": ({"check_failures_total": "0+1x100"}, 60, {"VectorstoreCheckFailing"}),
    "overdue": (
        {"check_last_success_timestamp_seconds": "0+60x10 600x100"}, 60, {"VectorstoreCheckOverdue"},
    ),
    "down": ({"watched_stores": "1x10 _x100"}, 60, {"VectorstoreWatchDown"}),
}  # fmt: skip


@needs_promtool
@pytest.mark.parametrize("case", CASES)
def test_what_fires(tmp_path: Path, case: str) -> None:
    changed, minute, firing = CASES[case]
    short = {re.sub(r"^vectorstore_|\{.*", "", series): series for series in SOUND}
    series = SOUND | {short[name]: values for name, values in changed.items()}
    names = {rule.name for rule in RULES if "rate(vectorstore_check_duration" not in rule.expr}
    (tmp_path / "rules.yml").write_text(as_yaml())
    # promtool compares labels and texts too; that an alert fires is asked through its own series.
    checks = [
        {
            "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}})',
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": "{}", "value": 1}] if name in firing else [],
        }
        for name in sorted(names)
    ]
    (tmp_path / "test.yml").write_text(
        json.dumps(
            {
                "rule_files": ["rules.yml"],
                "evaluation_interval": "1m",
                "tests": [
                    {
                        "interval": "1m",
                        "input_series": [
                            {"series": name, "values": values} for name, values in series.items()
                        ],
                        "promql_expr_test": checks,
                    }
                ],
            }
        )
    )
    promtool("test", "rules", tmp_path / "test.yml")
