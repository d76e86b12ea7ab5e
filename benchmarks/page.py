"""The table in docs/benchmarks.md, written from what was measured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_TABLE = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- end -->)", re.DOTALL)


def write(result: Mapping[str, Any]) -> None:
    """Put the figures of a run into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda _: table(result), text), encoding="utf-8")


def table(result: Mapping[str, Any]) -> str:
    """The rows as Markdown."""
    platform = result["platform"]
    lines = [
        f"CPython {platform['python']}, {platform['go']}, {platform['system']} {platform['machine']}, "
        f"{platform['processors']} processors, load {platform['load']} when this began.",
        "",
        "| what | against | processor time | wall time | at most | aim |",
        "|---|---|---|---|---|---|",
    ]
    for row in result["rows"].values():
        cpu, wall = (f"{r['median']:.2f} ({r['low']:.2f}-{r['high']:.2f})" for r in (row["cpu"], row["wall"]))
        bounds = ("" if bound is None else f"{bound:.2f}" for bound in (row["at_least"], row["aim"]))
        lines.append(f"| {' | '.join((row['what'], row['against'], cpu, wall, *bounds))} |")
    lines += ["", _verdict("Above what is allowed at most", result, "at_least")]
    lines += ["", _verdict("Above the aim", result, "aim")]
    held = result.get("memory", {})
    lines += [
        f"\nMost memory of one process, verifying {int(n):,} documents: {size / 1e6:.0f} MB."
        for n, size in held.items()
    ]
    return "\n".join(lines) + "\n"


def _verdict(what: str, result: Mapping[str, Any], bound: str) -> str:
    """Which rows are above a bound, by processor time."""
    above = [
        f"{row['what']} ({row['cpu']['median']:.2f}, not {row[bound]:.2f})"
        for row in result["rows"].values()
        if row[bound] is not None and row["cpu"]["median"] > row[bound]
    ]
    return f"{what}, by processor time: {'; '.join(above) or 'none'}."
