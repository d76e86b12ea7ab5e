"""What is said of the figures of a run."""

from __future__ import annotations

from typing import Any

from benchmarks import page, verdict


def row(name: str, median: float, low: float, **more: Any) -> dict[str, Any]:
    figure = {"median": median, "low": low, "high": 2 * median - low}
    return {
        "name": name,
        "what": f"what {name}",
        "against": "Go",
        "bound": None,
        "aim": None,
        "cpu": figure,
        "wall": figure,
        **more,
    }


def result(*rows: dict[str, Any], factors: tuple[float, ...] = (2.0,), held: int = 10**8) -> dict[str, Any]:
    growth = {"seconds": {"384": 1.0, "768": 2.0}, "factors": list(factors)}
    return {
        "platform": dict.fromkeys(("python", "go", "system", "machine", "processors", "load"), "P"),
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
        "slower than recorded: what a, against Go: 1.00 then, 1.12 now"
    ]


def test_bounds_growth_and_memory_are_held() -> None:
    now = result(
        row("a", 1.31, 1.2, bound=1.3), row("b", 9, 9, aim=2.0), factors=(2.0, 2.2), held=151 * 10**6
    )
    assert list(verdict.problems(now, now)) == [
        "above its bound: what a, against Go: 1.31, not 1.30",
        "grows too fast: encode: 2.20 for twice the size, not 2.1",
        "too much memory: verify of 200,000 documents: 151 MB, not 150 MB",
    ]


def test_the_page_names_what_is_above_by_either_clock() -> None:
    wall = {"median": 1.4, "low": 1.3, "high": 1.5}
    text = page.measured(result(row("a", 1.2, 1.1, bound=1.3, aim=1.0, wall=wall), factors=(1.9, 2.3)))
    assert "- Above the bound, by processor time: none." in text
    assert "- Above the bound, by wall time: what a, against Go (1.40)." in text
    assert "- Above the aim, by processor time: what a, against Go (1.20)." in text
    assert "| encode | 384 to 768 dimensions | 1.90, 2.30 |" in text
    assert "- Above the bound: encode (2.30)." in text
    assert "| 200,000 documents | 100 MB | 50 MB |" in text
