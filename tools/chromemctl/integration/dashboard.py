"""A dashboard for Grafana: the state of all stores at a glance, and how it came to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chromemctl.watching.descriptions import (
    CHECKED,
    CORRUPT,
    DOCUMENTS,
    DURATION,
    FAILURES,
    FINDINGS,
    HEALTHY,
    IN_QUARANTINE,
    OPENS,
    RECOVERIES,
    SET_ASIDE,
    STORES,
    UP,
)

# Grafana's grid is 24 columns wide.
_COLUMNS = 24
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
_SELECTOR = '{store=~"$store"}'
_GOOD, _BAD = "green", "red"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel.

    Attributes:
        title: Its title.
        kind: `stat`, `timeseries` or `table`.
        queries: Pairs of PromQL and legend.
        width: In columns.
        height: In rows.
        unit: Grafana's name of the unit.
        bad_from: The value from which it is red; None where no value is bad.
        bad_below: The value below which it is red.
    """

    title: str
    kind: str
    queries: Sequence[tuple[str, str]]
    width: int
    height: int = 4
    unit: str = "none"
    bad_from: float | None = None
    bad_below: float | None = None


PANELS: Sequence[Panel] = (
    Panel("Stores", "stat", [(STORES.name, "stores")], 4),
    Panel(
        "Stores that would not open",
        "stat",
        [(f"sum({OPENS.name}{_SELECTOR} == bool 0)", "stores")],
        5,
        bad_from=1,
    ),
    Panel(
        "Stores that cannot be read",
        "stat",
        [(f"sum({UP.name}{_SELECTOR} == bool 0)", "stores")],
        5,
        bad_from=1,
    ),
    Panel("Damaged collections", "stat", [(f"sum({CORRUPT.name}{_SELECTOR})", "collections")], 5, bad_from=1),
    Panel("Documents", "stat", [(f"sum({DOCUMENTS.name}{_SELECTOR})", "documents")], 5),
    Panel(
        "Damaged collections by store",
        "timeseries",
        [(f"{CORRUPT.name}{_SELECTOR}", "{{store}}")],
        12,
        8,
        bad_from=1,
    ),
    Panel("Healthy collections by store", "timeseries", [(f"{HEALTHY.name}{_SELECTOR}", "{{store}}")], 12, 8),
    Panel("Documents by store", "timeseries", [(f"{DOCUMENTS.name}{_SELECTOR}", "{{store}}")], 12, 8),
    Panel(
        "The application would start",
        "timeseries",
        [(f"{OPENS.name}{_SELECTOR}", "{{store}}")],
        12,
        8,
        bad_below=1,
    ),
    Panel("Findings", "table", [(f"{FINDINGS.name}{_SELECTOR} > 0", "")], 24, 8),
    Panel(
        "Recoveries and things set aside",
        "timeseries",
        [
            (f"increase({RECOVERIES.name}{_SELECTOR}[$__rate_interval])", "recoveries of {{store}}"),
            (f"increase({SET_ASIDE.name}{_SELECTOR}[$__rate_interval])", "set aside in {{store}}"),
            (f"{IN_QUARANTINE.name}{_SELECTOR}", "in the quarantine of {{store}}"),
        ],
        12,
        8,
    ),
    Panel(
        "Time since the last complete check",
        "timeseries",
        [(f"time() - {CHECKED.name}{_SELECTOR}", "{{store}}")],
        12,
        8,
        unit="s",
    ),
    Panel(
        "Duration of checks, 95 of 100",
        "timeseries",
        [
            (
                f"histogram_quantile(0.95, sum by (le, depth) "
                f"(rate({DURATION.name}_bucket{_SELECTOR}[$__rate_interval])))",
                "{{depth}}",
            )
        ],
        12,
        8,
        unit="s",
    ),
    Panel(
        "Checks that failed",
        "timeseries",
        [(f"increase({FAILURES.name}{_SELECTOR}[$__rate_interval])", "{{store}}")],
        12,
        8,
        bad_from=1,
    ),
)


def as_data() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    return {
        "title": "chromem-go stores",
        "uid": "chromemctl",
        "tags": ["chromem", "vectorstore"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {"list": [_datasource_variable(), _store_variable()]},
        "panels": _placed(PANELS),
    }


def _datasource_variable() -> dict[str, Any]:
    return {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}


def _store_variable() -> dict[str, Any]:
    return {
        "name": "store",
        "label": "Store",
        "type": "query",
        "datasource": _DATASOURCE,
        "query": {"query": f"label_values({UP.name}, store)", "refId": "store"},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": "All", "value": "$__all"},
    }


def _placed(panels: Sequence[Panel]) -> list[dict[str, Any]]:
    """The panels from left to right, row by row."""
    placed: list[dict[str, Any]] = []
    x = y = height = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > _COLUMNS:
            x, y, height = 0, y + height, 0
        placed.append(
            _panel(panel, number) | {"gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height}}
        )
        x, height = x + panel.width, max(height, panel.height)
    return placed


def _panel(panel: Panel, number: int) -> dict[str, Any]:
    is_table = panel.kind == "table"
    return {
        "id": number,
        "title": panel.title,
        "type": panel.kind,
        "datasource": _DATASOURCE,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": _thresholds(panel)},
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": _DATASOURCE,
                "expr": expr,
                "legendFormat": legend,
                "instant": is_table,
                "range": not is_table,
                "format": "table" if is_table else "time_series",
            }
            for index, (expr, legend) in enumerate(panel.queries)
        ],
    }


def _thresholds(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": _GOOD, "value": None}]
    if panel.bad_from is not None:
        steps.append({"color": _BAD, "value": panel.bad_from})
    if panel.bad_below is not None:
        steps = [{"color": _BAD, "value": None}, {"color": _GOOD, "value": panel.bad_below}]
    return {"mode": "absolute", "steps": steps}
