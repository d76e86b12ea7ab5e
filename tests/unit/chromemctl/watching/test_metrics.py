"""The metrics, as Prometheus' own parser reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chromemctl.watching.descriptions import DESCRIPTIONS
from chromemctl.watching.looks import Depth, look_at, not_seen
from chromemctl.watching.metrics import Metrics
from chromemctl.watching.roster import Roster, Watched
from pygob.chromem import name_hash
from tests.stores import settled, write_store

MEMORIES = name_hash("contextd_memories")


def samples(text: bytes) -> dict[str, float]:
    """The values by name, labels but the store's included."""
    return {
        "".join(
            [sample.name, *(f" {value}" for label, value in sample.labels.items() if label != "store")]
        ): (sample.value)
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "store"))


@pytest.fixture
def roster(store: Path) -> Roster:
    return Roster([store], 60.0, {store: Watched(store)})


def look(roster: Roster, metrics: Metrics) -> None:
    for watched in roster.stores.values():
        found = look_at(watched.path, Depth.FULL)
        watched.take(found, 0.0, 60.0)
        metrics.observe(found)


def test_a_sound_store(roster: Roster) -> None:
    metrics = Metrics(roster)
    look(roster, metrics)
    found = samples(metrics.exposition())
    assert found["vectorstore_up"] == 1
    assert found["vectorstore_collections_total"] == 3
    assert found["vectorstore_collections_healthy"] == 3
    assert found["vectorstore_collections_corrupt"] == 0
    assert found["vectorstore_documents_total"] == 9
    assert found["vectorstore_opens"] == 1
    assert found["vectorstore_initialization_failures_total"] == 0
    assert found["vectorstore_check_last_success_timestamp_seconds"] > 0
    assert found["vectorstore_check_duration_seconds_count full"] == 1
    assert found["vectorstore_check_duration_seconds_bucket full +Inf"] == 1
    assert found["vectorstore_watched_stores"] == 1
    assert found["vectorstore_check_interval_seconds"] == 60


def test_a_broken_store(store: Path, roster: Roster) -> None:
    metrics = Metrics(roster)
    look(roster, metrics)
    (store / MEMORIES / "00000000.gob").unlink()
    settled(store)
    look(roster, metrics)
    assert samples(metrics.exposition())["vectorstore_collections_corrupt"] == 0, "only suspected"
    look(roster, metrics)
    found = samples(metrics.exposition())
    assert found["vectorstore_collections_corrupt"] == 1
    assert found["vectorstore_collections_healthy"] == 2
    assert found["vectorstore_opens"] == 0
    assert found["vectorstore_initialization_failures_total"] == 1
    assert found["vectorstore_findings META_MISSING error"] == 1


def test_of_a_store_that_is_gone_nothing_stale_is_told(store: Path, roster: Roster) -> None:
    metrics = Metrics(roster)
    look(roster, metrics)
    roster.stores[store].take(not_seen(store, Depth.FULL, "gone", FileNotFoundError()), 0.0, 60.0)
    found = samples(metrics.exposition())
    assert found["vectorstore_up"] == 0
    assert "vectorstore_collections_total" not in found
    assert "vectorstore_opens" not in found
    del roster.stores[store]
    assert not [
        name for name in samples(metrics.exposition()) if name.startswith("vectorstore_check_duration")
    ]


def test_every_metric_that_is_described_is_exported_and_no_other(roster: Roster) -> None:
    metrics = Metrics(roster)
    look(roster, metrics)
    types = dict(
        line.removeprefix("# TYPE ").split()
        for line in metrics.exposition().decode().splitlines()
        if "# TYPE" in line
    )
    assert types == {item.name: item.kind for item in DESCRIPTIONS}


def test_those_of_the_process_are_only_for_http(roster: Roster) -> None:
    metrics = Metrics(roster)
    assert b"process_resident_memory_bytes" in metrics.with_process()
    assert b"process_resident_memory_bytes" not in metrics.exposition()


def test_a_path_that_is_not_utf8_is_a_label_still(tmp_path: Path) -> None:
    store = settled(write_store(tmp_path / "plain").rename(tmp_path / "st\udce9re"))
    roster = Roster([store], 60.0, {store: Watched(store)})
    metrics = Metrics(roster)
    look(roster, metrics)
    assert samples(metrics.exposition())["vectorstore_up"] == 1
