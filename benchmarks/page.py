"""The table in docs/benchmarks.md, written from what was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import CLOCKS
from benchmarks.record import Result
from benchmarks.verdict import (
    MOST_GROWTH,
    MOST_MEMORY,
    Bound,
    above,
    described,
    grows_too_fast,
    megabytes,
    missed,
    other,
    takes_too_much,
)

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_TABLE = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- end -->)", re.DOTALL)


def write(result: Result) -> None:
    """Put the figures of a run into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda _: measured(result), text), encoding="utf-8")


def measured(result: Result) -> str:
    """All that a run found, as Markdown."""
    platform = result["platform"]
    lines = [
        f"CPython {platform['python']}, {platform['go']}, {platform['system']} {platform['machine']}, "
        f"{platform['processors']} processors, load {platform['load']} when this began.",
        "",
        *_comparisons(result),
        "",
        f"- Above the bound: {_missing(result, 'bound')}.",
        "- Above the bound by the other clock, which does not judge: "
        f"{_missing(result, 'bound', beside=True)}.",
        f"- Above the aim: {_missing(result, 'aim')}.",
        "",
        *_growth(result),
        "",
        *_memory(result),
    ]
    return "\n".join(lines) + "\n"


def _comparisons(result: Result) -> Iterator[str]:
    yield "| what | against | processor time | wall time | bound | aim | judged by |"
    yield "|---|---|---|---|---|---|---|"
    for row in result["rows"].values():
        cpu, wall = (f"{r['median']:.2f} ({r['low']:.2f}-{r['high']:.2f})" for r in (row["cpu"], row["wall"]))
        bounds = ("" if bound is None else f"{bound:.2f}" for bound in (row["bound"], row["aim"]))
        judge = "" if row["bound"] is None else CLOCKS[row["clock"]]
        yield f"| {' | '.join((row['what'], row['against'], cpu, wall, *bounds, judge))} |"


def _missing(result: Result, bound: Bound, *, beside: bool = False) -> str:
    """Which rows are above a bound."""
    rows = [
        f"{described(row)} ({missed(row, bound, other(row['clock']) if beside else row['clock'])})"
        for row in above(result, bound, beside=beside)
    ]
    return "; ".join(rows) or "none"


def _growth(result: Result) -> Iterator[str]:
    yield f"| processor time for twice the size (bound {MOST_GROWTH}) | sizes | from each to the next |"
    yield "|---|---|---|"
    for size, series in result["growth"].items():
        for name, growth in series.items():
            first, *_, last = growth["seconds"]
            factors = ", ".join(f"{factor:.2f}" for factor in growth["factors"])
            yield f"| {name} | {int(first):,} to {int(last):,} {size} | {factors} |"
    yield ""
    fast = [f"{name} ({max(growth['factors']):.2f})" for name, growth in grows_too_fast(result)]
    yield f"- Above the bound: {'; '.join(fast) or 'none'}."


def _memory(result: Result) -> Iterator[str]:
    yield (
        f"| verify of | memory of all its processes (PSS, bound {megabytes(MOST_MEMORY)}) "
        "| of the largest one (RSS) |"
    )
    yield "|---|---|---|"
    for count, held in result["memory"].items():
        yield f"| {int(count):,} documents | {megabytes(held['all'])} | {megabytes(held['one'])} |"
    yield ""
    above_bound = [f"{int(count):,} documents" for count, _ in takes_too_much(result)]
    yield f"- Above the bound: {'; '.join(above_bound) or 'none'}."
