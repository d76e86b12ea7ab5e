"""What the figures of a run say: what is above its bound, and what got slower than recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

# A row is slower when most of its rounds are above the recorded figure, and the figure by more than a tenth.
MARGIN = 1.1
# Time for twice the documents or twice the dimensions.
MOST_GROWTH = 2.1
# Of all processes together, however many documents there are.
MOST_MEMORY = 150_000_000

Result = Mapping[str, Any]
Clock = Literal["cpu", "wall"]
CLOCKS: dict[Clock, str] = {"cpu": "processor time", "wall": "wall time"}


def problems(result: Result, recorded: Result) -> Iterator[str]:
    """Say what is above a bound by processor time, and what got slower than recorded, one line each."""
    for row in slower(result, recorded):
        before = recorded["rows"][row["name"]]["cpu"]["median"]
        yield f"slower than recorded: {described(row)}: {before:.2f} then, {row['cpu']['median']:.2f} now"
    for row in above(result, "bound", "cpu"):
        yield f"above its bound: {described(row)}: {row['cpu']['median']:.2f}, not {row['bound']:.2f}"
    for what, growth in grows_too_fast(result):
        yield f"grows too fast: {what}: {max(growth['factors']):.2f} for twice the size, not {MOST_GROWTH}"
    for count, held in takes_too_much(result):
        yield (
            f"too much memory: verify of {int(count):,} documents: {megabytes(held['all'])}, "
            f"not {megabytes(MOST_MEMORY)}"
        )


def described(row: Result) -> str:
    """What a row is about, in words that no other row has."""
    return f"{row['what']}, against {row['against']}"


def slower(result: Result, recorded: Result) -> list[Result]:
    """The rows that take more processor time than recorded, by ratio."""
    known = recorded["rows"]
    return [
        row
        for name, row in result["rows"].items()
        if name in known
        and row["cpu"]["low"] > known[name]["cpu"]["median"]
        and row["cpu"]["median"] > MARGIN * known[name]["cpu"]["median"]
    ]


def above(result: Result, bound: Literal["bound", "aim"], clock: Clock) -> list[Result]:
    """The rows whose figure, by a clock, is above a bound."""
    return [
        row for row in result["rows"].values() if row[bound] is not None and row[clock]["median"] > row[bound]
    ]


def grows_too_fast(result: Result) -> list[tuple[str, Result]]:
    """What takes more than about twice the time for twice the size somewhere."""
    return [
        (name, growth)
        for series in result.get("growth", {}).values()
        for name, growth in series.items()
        if max(growth["factors"]) > MOST_GROWTH
    ]


def takes_too_much(result: Result) -> list[tuple[str, Result]]:
    """The numbers of documents whose verification takes more memory than is allowed."""
    return [(count, held) for count, held in result.get("memory", {}).items() if held["all"] > MOST_MEMORY]


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e6:.0f} MB"
