"""What is known of the stores, as Prometheus metrics. Made anew for each scrape, so nothing stale stays."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

import pygob
from chromemctl.watching.descriptions import (
    BUILD,
    CHECKED,
    CORRUPT,
    DESCRIPTIONS,
    DOCUMENTS,
    DURATION,
    FAILURES,
    FINDINGS,
    HEALTHY,
    IN_QUARANTINE,
    INTERVAL,
    MENDING_FAILURES,
    OPENS,
    RECOVERIES,
    REFUSALS,
    SET_ASIDE,
    STORES,
    TOTAL,
    UP,
    Description,
)
from chromemctl.watching.looks import Depth, Look
from chromemctl.watching.roster import Roster, Watched
from chromemctl.wording import readable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, inf)


class Metrics:
    """The metrics of the stores on a roster."""

    def __init__(self, roster: Roster) -> None:
        self._stores = _Stores(roster)
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self._stores)
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)

    def observe(self, look: Look) -> None:
        """Count how long a look took."""
        if look.is_seen:
            self._stores.durations[look.store, look.depth].append(look.seconds)

    def exposition(self) -> bytes:
        """The metrics of the stores, in Prometheus' text format."""
        return generate_latest(self._registry)

    def with_process(self) -> bytes:
        """The same, and those of this process, which node_exporter would take for its own."""
        return generate_latest(self._registry) + generate_latest(self._process)


@dataclass(slots=True)
class _Durations:
    """How long looks took: how many at most how long, and all together."""

    counts: list[int] = field(default_factory=lambda: [0] * len(_BUCKETS))
    seconds: float = 0.0

    def append(self, seconds: float) -> None:
        self.counts[bisect_left(_BUCKETS, seconds)] += 1
        self.seconds += seconds

    @property
    def buckets(self) -> list[tuple[str, float]]:
        """Pairs as Prometheus wants them: a bound, and how many were no longer."""
        return [
            ("+Inf" if most == inf else str(most), total)
            for most, total in zip(_BUCKETS, accumulate(self.counts), strict=True)
        ]


class _Stores(Collector):
    """Reads the roster when somebody asks.

    Attributes:
        durations: How long looks took, by store and depth.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self.durations: defaultdict[tuple[Path, Depth], _Durations] = defaultdict(_Durations)

    def collect(self) -> Iterator[Metric]:
        """The metrics, store by store in each."""
        families = {
            item.name: _family(item)
            for item in DESCRIPTIONS
            if item not in (DURATION, FINDINGS, STORES, INTERVAL, BUILD)
        }
        findings = GaugeMetricFamily(FINDINGS.name, FINDINGS.help, labels=("store", "finding", "severity"))
        for watched in self._roster.stores.values():
            label = [_label(watched.path)]
            for description, value in _values(watched):
                families[description.name].add_metric(label, value)
            look = watched.known
            if look is not None and look.is_seen:
                for (finding, severity), number in sorted(look.findings.items()):
                    findings.add_metric([*label, finding, severity], number)
        yield from families.values()
        yield findings
        yield GaugeMetricFamily(STORES.name, STORES.help, value=len(self._roster.stores))
        yield GaugeMetricFamily(INTERVAL.name, INTERVAL.help, value=self._roster.interval)
        build = GaugeMetricFamily(BUILD.name, BUILD.help, labels=("version",))
        build.add_metric([pygob.__version__], 1)
        yield build
        yield self._histogram()

    def _histogram(self) -> Metric:
        histogram = HistogramMetricFamily(DURATION.name, DURATION.help, labels=("store", "depth"))
        for (store, depth), durations in self.durations.items():
            if store in self._roster.stores:
                histogram.add_metric([_label(store), depth.value], durations.buckets, durations.seconds)
        return histogram


def _label(store: Path) -> str:
    return readable(str(store))


def _family(description: Description) -> GaugeMetricFamily | CounterMetricFamily:
    kind = CounterMetricFamily if description.kind == "counter" else GaugeMetricFamily
    return kind(description.name, description.help, labels=("store",))


def _values(watched: Watched) -> Iterator[tuple[Description, float]]:
    """What one store adds. Of one that was not read only that is told, and no number that may be wrong."""
    look = watched.known
    yield REFUSALS, watched.refusals
    yield FAILURES, watched.failures
    yield MENDING_FAILURES, watched.mending_failures
    yield CHECKED, watched.last_success
    if look is None:
        return
    yield UP, float(look.is_seen)
    if not look.is_seen:
        return
    collections = len(look.real)
    corrupt = len(look.damaged)
    yield TOTAL, collections
    yield CORRUPT, corrupt
    yield HEALTHY, collections - corrupt
    yield DOCUMENTS, look.documents
    yield OPENS, float(look.opens)
    yield IN_QUARANTINE, look.quarantined
    yield SET_ASIDE, look.past.set_aside
    yield RECOVERIES, look.past.recoveries
