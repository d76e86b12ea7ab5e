"""What is said of the figures of a run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import page, record, verdict
from benchmarks.measure import Timing, compare


def row(name: str, median: float, low: float, **more: Any) -> dict[str, Any]:
    figure = {"median": median, "low": low, "high": 2 * median - low}
    return {
        "name": name,
        "what": f"what {name}",
        "against": "Go",
        "bound": None,
        "aim": None,
        "clock": "cpu",
        "cpu": figure,
        "wall": figure,
        **more,
    }


def result(*rows: dict[str, Any], factors: tuple[float, ...] = (2.0,), held: int = 10**8) -> dict[str, Any]:
    growth = {"seconds": {"384": 1.0, "768": 2.0}, "factors": list(factors)}
    return {
        "platform": {
            **dict.fromkeys(("python", "go", "system", "machine"), "P"),
            "processors": 2,
            "load": 0.4,
        },
        "rows": {row["name"]: row for row in rows},
        "growth": {"dimensions": {"encode": growth}, "documents": {}},
        "memory": {"200000": {"all": held, "one": held // 2}},
    }


def test_nothing_is_said_of_figures_as_recorded() -> None:
    figures = result(row("a", 1.0, 0.9, bound=1.0))
    assert list(verdict.problems(figures, figures)) == []


def test_a_row_is_slower_when_its_rounds_and_its_figure_are() -> None:
    before = result(row("a", 1.0, 0.9), row("b", 1.0, 0.9), row("c", 1.0, 0.9))
    now = result(row("a", 1.12, 1.05), row("b", 1.12, 0.95), row("c", 1.08, 1.05), row("new", 9, 9))
    assert list(verdict.problems(now, before)) == [
        "not recorded: what new, against Go: nothing to compare it with",
        "slower than recorded: what a, against Go: 1.000 then, 1.120 now",
    ]


def test_bounds_growth_and_memory_are_held() -> None:
    now = result(
        row("a", 1.31, 1.2, bound=1.3), row("b", 9, 9, aim=2.0), factors=(2.0, 2.2), held=151 * 10**6
    )
    assert list(verdict.problems(now, now)) == [
        "above its bound: what a, against Go: 1.31, not 1.30",
        "grows too fast: encode: 2.200 for twice the size, not 2.1",
        "too much memory: verify of 200,000 documents: 151 MB, not 150 MB",
    ]


WALL = {"median": 1.4, "low": 1.3, "high": 1.5}


def test_each_row_is_judged_by_its_own_clock_everywhere() -> None:
    """The other clock is told beside it."""
    before = result(row("a", 1.2, 1.1, wall=figure(1.0)), row("b", 1.0, 0.9, wall=WALL, clock="wall"))
    now = result(
        row("a", 1.2, 1.1, bound=1.3, wall=WALL), row("b", 1.2, 1.15, bound=1.3, wall=WALL, clock="wall")
    )
    assert list(verdict.problems(now, before)) == ["above its bound: what b, against Go: 1.40, not 1.30"]
    assert list(verdict.remarks(now, before)) == [
        "above the bound by wall time, which does not judge here: what a, against Go: 1.40, not 1.30"
    ]
    text = page.measured(now)
    assert "- Above the bound: what b, against Go (1.40, not 1.30)." in text
    assert (
        "- Above the bound by the other clock, which does not judge: what a, against Go (1.40, not 1.30)."
        in text
    )
    assert "| 1.30 |  | processor time |\n| what b" in text
    assert "| 1.30 |  | wall time |" in text


def figure(number: float) -> dict[str, float]:
    return dict.fromkeys(("median", "low", "high"), number)


def test_a_figure_is_told_apart_from_the_bound_that_it_misses() -> None:
    assert verdict.missed(row("a", 1.005, 1.0, bound=1.0), "bound", "cpu") == "1.005, not 1.000"
    assert verdict.missed(row("a", 1.00002, 1.0, bound=1.0), "bound", "cpu") == "1.00002, not 1.00000"


def test_what_cannot_be_compared_is_a_problem() -> None:
    """Rows of the record that were not measured, unless only some were asked for; and no figure at all."""
    before = result(row("a", 1.0, 0.9), row("gone", 1.0, 0.9))
    now = result(row("a", 1.0, 0.9, cpu=figure(math.nan), bound=1.0), factors=(2.0, math.nan))
    unmeasured = [
        "no figure: what a, against Go: processor time was too short to be measured",
        "grows too fast: encode: nan for twice the size, not 2.1",
    ]
    assert list(verdict.problems(now, before, all_rows=False))[:1] == unmeasured[:1]
    assert list(verdict.problems(now, before)) == [
        "not measured: what gone, against Go: it is in the record",
        *unmeasured,
    ]


def test_a_record_of_another_machine_is_told() -> None:
    now, before = result(), result()
    before["platform"] = {**before["platform"], "python": "3.9"}
    assert list(verdict.remarks(now, before)) == ["recorded elsewhere: python was 3.9 and is P"]


def test_a_machine_that_others_use_is_told() -> None:
    now = result()
    now["platform"] = {**now["platform"], "load": 2.3}
    assert list(verdict.remarks(now, result())) == [
        "busy: load 2.3 with 2 processors when this began: wall times mean little"
    ]


def test_no_time_is_no_figure() -> None:
    found = compare(lambda: Timing(1.0, 0.0), lambda: Timing(2.0, 0.0), 3)
    assert found.wall.median == 0.5
    assert math.isnan(found.cpu.median)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is no JSON"),
        ("[]", "has no rows"),
        ('{"rows": {}}', "has no rows"),
        (json.dumps(result(row("a", 1, 1, wall=None))), "has no wall time of a"),
        (json.dumps(result(row("a", 1, 1, cpu=figure(math.nan)))), "has no processor time of a"),
    ],
    ids=["missing", "cut", "list", "empty", "incomplete", "nan"],
)
def test_a_record_that_is_none_is_refused_before_anything_is_measured(
    text: str | None,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "results.json"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(command, "read_record", lambda: record.read_record(path))
    monkeypatch.setattr(command, "Go", lambda: pytest.fail("this measures already"))
    with pytest.raises(SystemExit) as ended:
        command.main(["--check"])
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert f"{path} {words}" in message
    assert "`make bench` writes it" in message


def test_the_page_names_what_is_above() -> None:
    text = page.measured(result(row("a", 1.2, 1.1, bound=1.3, aim=1.0), factors=(1.9, 2.3)))
    assert "- Above the bound: none." in text
    assert "- Above the aim: what a, against Go (1.20, not 1.00)." in text
    assert "| encode | 384 to 768 dimensions | 1.90, 2.30 |" in text
    assert "- Above the bound: encode (2.30)." in text
    assert "| 200,000 documents | 100 MB | 50 MB |" in text


def test_the_page_is_that_of_the_record() -> None:
    recorded = record.read_record()
    assert page.measured(recorded) in page.PAGE.read_text(encoding="utf-8")
    assert [line for line in verdict.problems(recorded, recorded) if line.startswith("above")] == []
