"""Rules for Prometheus: when somebody is to be called, and what they read then."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chromemctl.watching.descriptions import (
    CHECKED,
    CORRUPT,
    DOCUMENTS,
    DURATION,
    FAILURES,
    INTERVAL,
    MENDING_FAILURES,
    OPENS,
    RECOVERIES,
    REFUSALS,
    SET_ASIDE,
    STORES,
    TOTAL,
    UP,
)

GROUP = "vectorstore"


class Urgency(StrEnum):
    """Whether somebody is woken."""

    CRITICAL = "critical"  # the application does not start, or nobody would know
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert.

    Attributes:
        name: Its name.
        expr: When it is true, in PromQL.
        lasting: For how long it must have been so.
        urgency: Whether somebody is woken.
        summary: What has happened, in a sentence.
        description: More of it, and what to do.
    """

    name: str
    expr: str
    lasting: str
    urgency: Urgency
    summary: str
    description: str


RULES: Sequence[Rule] = (
    Rule(
        "VectorstoreCorruptCollection",
        f"{CORRUPT.name} > 0",
        "1m",
        Urgency.CRITICAL,
        "Corrupt vectorstore collection detected",
        "{{ $value }} collection(s) of {{ $labels.store }} are damaged. See which, and what to do: "
        "chromemctl verify {{ $labels.store }}",
    ),
    Rule(
        "VectorstoreInitializationFailure",
        # The counter never falls: alone it would fire until the watch is restarted.
        f"{REFUSALS.name} > 0 and {OPENS.name} == 0",
        "1m",
        Urgency.CRITICAL,
        "Vectorstore would fail to initialize",
        "If the application started now, chromem would refuse {{ $labels.store }}. Repair it before the next "
        "start: chromemctl recover {{ $labels.store }}",
    ),
    Rule(
        "VectorstoreUnreachable",
        f"{UP.name} == 0",
        "5m",
        Urgency.CRITICAL,
        "Vectorstore is missing or cannot be read",
        "There is no store at {{ $labels.store }}, or it cannot be read: a volume that is not mounted, owner "
        "and mode, or the disk. chromemctl verify {{ $labels.store }} says which.",
    ),
    Rule(
        "VectorstoreEmptied",
        f"{TOTAL.name} == 0 and max_over_time({TOTAL.name}[1h]) > 0",
        "1m",
        Urgency.CRITICAL,
        "Vectorstore has lost all its collections",
        "{{ $labels.store }} had collections within the last hour and has none now.",
    ),
    Rule(
        "VectorstoreDocumentsLost",
        f"{DOCUMENTS.name} < 0.5 * max_over_time({DOCUMENTS.name}[1h])",
        "5m",
        Urgency.WARNING,
        "Vectorstore has lost half of its documents",
        "{{ $labels.store }} has {{ $value }} documents, less than half of what it had within the last hour. "
        "If that was not wanted, look for a backup before it is overwritten.",
    ),
    Rule(
        "VectorstoreGone",
        f"{STORES.name} < max_over_time({STORES.name}[1h])",
        "5m",
        Urgency.WARNING,
        "A vectorstore is watched no more",
        "{{ $value }} stores are watched, fewer than within the last hour: one below a base is gone.",
    ),
    Rule(
        "VectorstoreQuarantined",
        f"increase({SET_ASIDE.name}[1h]) > 0",
        "0m",
        Urgency.WARNING,
        "Parts of a vectorstore were set aside",
        "The application does without what was moved to the quarantine of {{ $labels.store }}. See what it "
        "is: chromemctl quarantine list {{ $labels.store }}",
    ),
    Rule(
        "VectorstoreRecovered",
        f"increase({RECOVERIES.name}[1h]) > 0",
        "0m",
        Urgency.WARNING,
        "Vectorstore was recovered",
        "{{ $labels.store }} was damaged and has been recovered. Look for the cause, and at what was done: "
        "chromemctl journal {{ $labels.store }}",
    ),
    Rule(
        "VectorstoreAutoRecoveryFailed",
        f"increase({MENDING_FAILURES.name}[1h]) > 0 and {CORRUPT.name} > 0",
        "1m",
        Urgency.WARNING,
        "Vectorstore could not be mended by itself",
        "chromemctl watch --auto could not mend {{ $labels.store }}; its log says why.",
    ),
    Rule(
        "VectorstoreCheckFailing",
        f"increase({FAILURES.name}[1h]) > 3",
        "5m",
        Urgency.WARNING,
        "Vectorstore checks fail",
        "Checks of {{ $labels.store }} do not come to their end; the log of chromemctl watch says why.",
    ),
    Rule(
        "VectorstoreCheckOverdue",
        f"(time() - {CHECKED.name} > on (job, instance) group_left () (3 * {INTERVAL.name} + 300)) "
        f"unless {UP.name} == 0",
        "5m",
        Urgency.CRITICAL,
        "Vectorstore is not checked any more",
        "The last complete check of {{ $labels.store }} began {{ $value | humanizeDuration }} ago. The log "
        "of chromemctl watch says why.",
    ),
    Rule(
        "VectorstoreChecksSlow",
        f"sum by (job, instance) (rate({DURATION.name}_sum[1h])) > 0.5",
        "30m",
        Urgency.WARNING,
        "Vectorstore checks take half of the time",
        "chromemctl watch on {{ $labels.instance }} reads more than half of the time. Choose a longer "
        "--interval.",
    ),
    Rule(
        "VectorstoreWatchDown",
        f"absent({STORES.name})",
        "5m",
        Urgency.CRITICAL,
        "Nobody watches the vectorstores",
        "No metrics of chromemctl watch arrive: it does not run, or is not scraped.",
    ),
)


def as_data() -> dict[str, Any]:
    """The rules as Prometheus reads them."""
    return {"groups": [{"name": GROUP, "rules": [_rule(rule) for rule in RULES]}]}


def as_yaml() -> str:
    """The rules as a file for Prometheus' `rule_files`."""
    return "\n".join(["# Made by: chromemctl alerts", *_yaml(as_data(), "")]) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "alert": rule.name,
        "expr": rule.expr,
        "for": rule.lasting,
        "labels": {"severity": rule.urgency.value},
        "annotations": {"summary": rule.summary, "description": rule.description},
    }


def _yaml(data: dict[str, Any], indent: str) -> Iterator[str]:
    """Mappings, lists of mappings and strings as YAML, of which a JSON string is one."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from _yaml(value, f"{indent}  ")
        elif isinstance(value, list):
            yield f"{indent}{key}:"
            for item in value:
                first, *others = _yaml(item, f"{indent}    ")
                yield f"{indent}  - {first.lstrip()}"
                yield from others
        else:
            plain = value.isidentifier() or value[:-1].isdigit()
            yield f"{indent}{key}: {value if plain else json.dumps(value)}"
