"""The names of all series that a watch exports, and those that an expression uses."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from chromemctl.watching.looks import Depth, look_at
from chromemctl.watching.metrics import Metrics
from chromemctl.watching.roster import Roster, Watched

_NAME = re.compile(r"\b(?:vectorstore|chromemctl)_\w+")


def used(expr: str) -> set[str]:
    """The names of our series in a PromQL expression."""
    return set(_NAME.findall(expr))


def exported(store: Path) -> set[str]:
    """The names of the series of a watch that knows something of everything."""
    roster = Roster([store], 60.0, {store: Watched(store)})
    metrics = Metrics(roster)
    for _ in range(2):
        look = look_at(store, Depth.FULL)
        roster.stores[store].take(look, 0.0, 60.0)
        metrics.observe(look)
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {sample.name for family in families for sample in family.samples}
