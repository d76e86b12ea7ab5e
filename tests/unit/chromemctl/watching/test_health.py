"""The JSON that contextd's clients read."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from chromemctl.watching import health
from chromemctl.watching.looks import Depth, look_at, not_seen
from chromemctl.watching.roster import Watched
from pygob.chromem import name_hash
from tests.stores import settled, write_store

MEMORIES, CHECKPOINTS, REMEDIATIONS = map(
    name_hash, ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
)


def watched(store: Path) -> Watched:
    found = Watched(store)
    for _ in range(2):
        found.take(look_at(store, Depth.FULL), 0.0, 60.0)
    return found


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "sound"))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    store = write_store(tmp_path / "broken")
    (store / MEMORIES / "00000000.gob").unlink()
    (store / "deadbeef").mkdir()
    return settled(store)


def test_a_sound_store(sound: Path) -> None:
    stores = [watched(sound)]
    assert health.is_healthy(stores)
    answer = health.summary(stores)
    assert answer["status"] == "ok"
    assert answer["metadata"] == {
        "status": "healthy",
        "healthy_count": 3,
        "corrupt_count": 0,
        "empty_count": 0,
        "total": 3,
        "corrupt_hashes": [],
    }


def test_a_broken_store(broken: Path) -> None:
    stores = [watched(broken)]
    assert not health.is_healthy(stores)
    assert health.summary(stores)["status"] == "degraded"
    assert health.summary(stores)["metadata"] == {
        "status": "degraded",
        "healthy_count": 2,
        "corrupt_count": 1,
        "empty_count": 1,
        "total": 4,
        "corrupt_hashes": [MEMORIES],
    }


def test_the_details(broken: Path) -> None:
    answer = health.details([watched(broken)])
    assert set(answer) >= {
        "healthy", "corrupt", "empty", "total", "healthy_count", "corrupt_count",
        "last_check_time", "check_duration", "details",
    }  # fmt: skip
    assert sorted(answer["healthy"]) == sorted([CHECKPOINTS, REMEDIATIONS])
    assert (answer["corrupt"], answer["empty"]) == ([MEMORIES], ["deadbeef"])
    assert answer["details"][MEMORIES] == "corrupt: 3 documents that can be read; META_MISSING"
    assert answer["details"][CHECKPOINTS] == "healthy: 3 documents"
    assert datetime.fromisoformat(answer["last_check_time"]).year > 2000
    assert isinstance(answer["check_duration"], int)
    [store] = answer["stores"]
    assert (store["store"], store["status"], store["opens"]) == (str(broken), "degraded", False)
    assert store["reason"].startswith("collection metadata file not found")
    assert [error["id"] for error in store["errors"]] == ["META_MISSING"]
    json.dumps(answer)


def test_of_several_stores_folders_come_with_their_paths(sound: Path, broken: Path) -> None:
    answer = health.summary([watched(sound), watched(broken)])
    assert answer["status"] == "degraded"
    assert answer["metadata"]["corrupt_hashes"] == [str(broken / MEMORIES)]
    assert [store["status"] for store in answer["stores"]] == ["healthy", "degraded"]


def test_no_store_is_healthy_that_was_not_seen(sound: Path) -> None:
    assert not health.is_healthy([])
    assert not health.is_healthy([Watched(sound)])
    assert health.summary([Watched(sound)])["stores"][0]["status"] == "unknown"
    gone = watched(sound)
    gone.take(not_seen(sound, Depth.FULL, "there is no directory", FileNotFoundError()), 0.0, 60.0)
    assert not health.is_healthy([gone])
    assert health.summary([gone])["stores"][0]["status"] == "absent"


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    store = write_store(tmp_path / "plain").rename(tmp_path / "st\udce9re")
    (store / "caf\udce9").mkdir()
    (store / "caf\udce9" / "x.gob").write_bytes(b"\xff")
    answer = json.dumps(health.details([watched(settled(store))]), ensure_ascii=False).encode()
    assert b"caf\\\\x{e9}" in answer
