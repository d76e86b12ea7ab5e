"""The dashboard: what it queries exists, and its panels have a place each."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

from chromemctl.integration.dashboard import PANELS, as_data
from tests.stores import chromemctl, settled, write_store
from tests.support.metric_names import exported, used


def test_every_metric_in_the_panels_is_exported(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    next(store.glob("*/00000000.gob")).unlink()
    names = exported(settled(store))
    queries = [expr for panel in PANELS for expr, _ in panel.queries]
    assert {name for expr in queries for name in used(expr)} <= names
    assert all(used(expr) for expr in queries)
    variable = as_data()["templating"]["list"][1]["query"]["query"]
    assert used(variable) <= names


def test_no_panel_covers_another() -> None:
    placed = [
        (panel["gridPos"]["x"], panel["gridPos"]["y"], panel["gridPos"]["w"], panel["gridPos"]["h"])
        for panel in as_data()["panels"]
    ]
    assert all(x + w <= 24 for x, _, w, _ in placed)
    for (x, y, w, h), (u, v, a, b) in combinations(placed, 2):
        assert x + w <= u or u + a <= x or y + h <= v or v + b <= y


def test_panels_and_queries_are_numbered() -> None:
    panels = as_data()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        ids = [target["refId"] for target in panel["targets"]]
        assert ids == sorted(set(ids))
        assert panel["title"]


def test_the_command() -> None:
    outcome = chromemctl("dashboard")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert json.loads(outcome.stdout) == as_data()
    assert json.loads(chromemctl("dashboard", "--json").stdout)["dashboard"] == as_data()
