"""What `make watch-soak` makes of what it has seen."""

from __future__ import annotations

import pytest

from tests.soak.__main__ import DAMAGES, Record, report

FLAT = [70_000_000] * 9


def test_a_good_run(capsys: pytest.CaptureFixture[str]) -> None:
    record = Record(seen=[("metadata cut", 3.0)], healed=[2.0], scrapes=9, memory=FLAT, changes=1_000)
    assert report(record)
    said = capsys.readouterr().out
    assert "9 scrapes, 0 false alarms" in said
    assert "metadata cut: 1 seen, after 3.0 s" in said
    assert "+0.0% from the second third" in said


@pytest.mark.parametrize(
    "record",
    [
        Record(memory=FLAT, missed=["document cut"]),
        Record(memory=FLAT, alarms=["/store-01"]),
        Record(memory=[70_000_000] * 6 + [80_000_000] * 3),
    ],
    ids=["missed", "false alarm", "grown"],
)
def test_a_bad_run(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert not report(record)
    assert capsys.readouterr().out


def test_growth_before_everything_is_loaded_does_not_count() -> None:
    assert Record(memory=[30_000_000] * 3 + [70_000_000] * 6).growth == 0


def test_each_damage_damages_something() -> None:
    assert {target for target, _ in DAMAGES.values()} == {"metadata", "document"}
