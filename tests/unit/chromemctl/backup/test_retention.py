"""Which backups stay: as restic's documentation says of the options of the same names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromemctl.backup.manifest import CollectionRecord, Manifest, Scope, id_of
from chromemctl.backup.repository import Backup
from chromemctl.backup.retention import UNLIMITED, Rules, reasons_to_keep

NOW = datetime(2030, 1, 1, tzinfo=UTC)
EMPTY = Manifest(
    NOW, "host", "0.1", Path("/store"), Scope.STORE, at_rest=True, collections=(), directories=(), files=(),
    links=(), omitted=(),
)  # fmt: skip
DAMAGED = CollectionRecord("e9f85bf6", None, 1, "00000000 is missing")


def at(*moments: str) -> list[Manifest]:
    return [replace(EMPTY, created=datetime.fromisoformat(f"{moment}Z")) for moment in moments]


def backups(manifests: Iterable[Manifest]) -> list[Backup]:
    found = [Backup(id_of(manifest.created, manifest.to_bytes()), manifest) for manifest in manifests]
    return sorted(found, key=lambda backup: backup.id)


def kept(manifests: Iterable[Manifest], now: datetime = NOW, **rules: int) -> dict[str, list[str]]:
    """The backups that stay, by the beginning of their time, with the reasons but for that of soundness."""
    reasons = reasons_to_keep(all_of_them := backups(manifests), Rules(**rules), now)
    found = {
        f"{backup.manifest.created:%Y-%m-%dT%H:%M}": [
            each for each in reasons.get(backup.id, []) if each != "last sound"
        ]
        for backup in all_of_them
    }
    return {moment: told for moment, told in found.items() if told}


# Twelve Sundays, one backup each: the example in restic's documentation.
SUNDAYS = [datetime(2019, 9, 1, 11, tzinfo=UTC) + timedelta(weeks=number) for number in range(12)]


def test_days_without_a_backup_do_not_count() -> None:
    found = kept([replace(EMPTY, created=day) for day in SUNDAYS], daily=4)
    assert list(found) == ["2019-10-27T11:00", "2019-11-03T11:00", "2019-11-10T11:00", "2019-11-17T11:00"]


def test_a_week_begins_on_monday() -> None:
    moments = at("2026-01-18T23:59:59", "2026-01-19T00:00:00", "2026-01-25T23:59:59", "2026-01-26T00:00:00")
    assert list(kept(moments, weekly=2)) == ["2026-01-25T23:59", "2026-01-26T00:00"]


def test_a_week_goes_on_over_new_year() -> None:
    """Of a year with 53 weeks too: 2020-12-28 to 2021-01-03 is one, and so is 2024-12-30 to 2025-01-05."""
    moments = at("2020-12-27T12:00", "2020-12-31T12:00", "2021-01-03T12:00", "2021-01-04T12:00",
                 "2024-12-29T12:00", "2024-12-31T12:00", "2025-01-05T12:00", "2025-12-28T12:00",
                 "2025-12-29T12:00", "2026-01-04T12:00")  # fmt: skip
    assert list(kept(moments, weekly=6)) == [
        "2021-01-03T12:00", "2021-01-04T12:00", "2024-12-29T12:00", "2025-01-05T12:00", "2025-12-28T12:00",
        "2026-01-04T12:00",
    ]  # fmt: skip


def test_days_are_utc_whatever_the_clock_on_the_wall_does() -> None:
    """2026-03-29 has 23 hours in Berlin and 2026-10-25 has 25."""
    moments = at("2026-03-28T23:59:59", "2026-03-29T00:00:00", "2026-03-29T23:59:59", "2026-10-25T00:30:00",
                 "2026-10-25T01:30:00")  # fmt: skip
    assert list(kept(moments, daily=3)) == [
        "2026-03-28T23:59", "2026-03-29T23:59", "2026-10-25T01:30",
    ]  # fmt: skip


def test_the_oldest_stays_while_there_are_fewer_days_or_weeks_than_asked_for() -> None:
    moments = at("2026-01-05T08:00", "2026-01-05T09:00", "2026-01-06T08:00", "2026-01-06T09:00")
    assert kept(moments, daily=3, weekly=2) == {
        "2026-01-05T08:00": ["oldest daily", "oldest weekly"],
        "2026-01-05T09:00": ["daily"],
        "2026-01-06T09:00": ["daily", "weekly"],
    }
    assert kept(moments, daily=2, weekly=1) == {
        "2026-01-05T09:00": ["daily"],
        "2026-01-06T09:00": ["daily", "weekly"],
    }


def test_all_of_a_kind() -> None:
    moments = at("2026-01-05T08:00", "2026-01-05T09:00", "2026-01-06T08:00", "2026-01-06T09:00")
    assert len(kept(moments, last=UNLIMITED)) == 4
    assert list(kept(moments, daily=UNLIMITED)) == [
        "2026-01-05T08:00", "2026-01-05T09:00", "2026-01-06T09:00",
    ]  # fmt: skip


def test_what_a_wrong_clock_made_takes_no_place() -> None:
    """The clock was in 2036 for three backups, then right again: the ones made since must not go for them."""
    moments = at("2036-02-01T08:00", "2036-02-01T09:00", "2036-02-02T08:00", "2026-01-05T08:00",
                 "2026-01-05T09:00", "2026-01-06T08:00")  # fmt: skip
    assert kept(moments, datetime(2026, 1, 6, 9, tzinfo=UTC), last=1, daily=1) == {
        "2026-01-06T08:00": ["last", "daily"],
        "2036-02-01T08:00": ["of a time to come"],
        "2036-02-01T09:00": ["of a time to come"],
        "2036-02-02T08:00": ["of a time to come"],
    }


def test_two_in_one_second() -> None:
    moments = at("2026-01-05T08:00:00.000001", "2026-01-05T08:00:00.000002")
    earlier, later = backups(moments)
    assert reasons_to_keep([earlier, later], Rules(last=1), NOW) == {later.id: ["last", "last sound"]}


NAMED = CollectionRecord("e9f85bf6", "contextd_memories", 1, None)
OTHER = CollectionRecord("f546c161", "contextd_remediations", 1, None)


@pytest.mark.parametrize(
    ("now", "stays"),
    [
        ({"collections": (DAMAGED, OTHER)}, True),
        ({"collections": (OTHER,), "quarantined": ("e9f85bf6",)}, True),
        ({"collections": (OTHER,)}, False),  # the application has deleted it
        ({"collections": (NAMED, OTHER), "quarantined": ("e9f85bf6",)}, False),  # documents of it alone
    ],
)
def test_metadata_of_a_collection_that_waits_for_it_stays(now: dict[str, Any], stays: bool) -> None:
    """Every backup since is as sound as the store; none but the first has the name."""
    moments = at("2026-01-05T08:00", "2026-01-06T08:00", "2026-01-07T08:00", "2026-01-08T08:00")
    first, second, *later = moments
    third, fourth = (replace(each, **now) for each in later)
    made = [replace(each, collections=(NAMED, OTHER)) for each in (first, second)]
    # Another one is sound, so that only the metadata in question keeps the second.
    sound = replace(third, collections=(OTHER,), damaged=())
    reasons = reasons_to_keep(backups([*made, sound, fourth]), Rules(last=1), NOW)
    told = [each for reason in reasons.values() for each in reason if each.startswith("last with metadata")]
    assert told == (["last with metadata of e9f85bf6"] if stays else [])
    second_id = backups(made)[1].id
    assert (second_id in reasons) == stays


def test_the_last_sound_one_is_looked_for_among_those_of_the_same_kind() -> None:
    sound, damaged = at("2026-01-05T08:00", "2026-01-06T08:00")
    damaged = replace(damaged, collections=(DAMAGED,))
    metadata = replace(sound, scope=Scope.METADATA)
    assert len(reasons_to_keep(backups([sound, damaged, metadata]), Rules(last=1), NOW)) == 3


@given(
    hours=st.lists(st.integers(0, 24 * 60), unique=True, max_size=30),
    last=st.integers(0, 4),
    daily=st.integers(0, 4),
    weekly=st.integers(0, 4),
)
def test_each_rule_by_itself(hours: list[int], last: int, daily: int, weekly: int) -> None:
    """What stays is what any rule keeps, each counted anew from the definition."""
    moments = sorted(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number) for number in hours)
    wanted = set(moments[-last:] if last else [])
    for number, form in ((daily, "%j"), (weekly, "%G %V")):
        periods = {f"{moment:{form}}": moment for moment in moments}
        latest = sorted(periods.values())
        wanted |= set(latest[-number:] if number else [])
        if len(latest) < number:
            wanted |= set(moments[:1])
    wanted |= set(moments[-1:])  # the last sound one
    everything = backups(replace(EMPTY, created=moment) for moment in moments)
    reasons = reasons_to_keep(everything, Rules(last, daily, weekly), NOW)
    assert {backup.manifest.created for backup in everything if backup.id in reasons} == wanted
