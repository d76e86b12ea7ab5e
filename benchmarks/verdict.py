"""What the figures of a run say: what is above its bound, and what got slower than recorded.

Each row is judged by one clock, its own; docs/benchmarks.md says which and why. What the other clock says is
told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from benchmarks.measure import CLOCKS, Clock
from benchmarks.record import Result, has_figure

# A row is slower when most of its rounds are above the recorded figure, and the figure by more than a tenth.
MARGIN = 1.1
# Time for twice the documents or twice the dimensions.
MOST_GROWTH = 2.1
# Load for each processor above which others had a part of the machine.
BUSY = 0.5
# Of all processes together, however many documents there are.
MOST_MEMORY = 150_000_000

Bound = Literal["bound", "aim"]


def problems(result: Result, recorded: Result, *, all_rows: bool = True) -> Iterator[str]:
    """Say what is above a bound, what got slower than recorded and what could not be compared, one line each.

    Args:
        result: What was measured.
        recorded: What it is compared with.
        all_rows: Whether all rows were asked for.
    """
    rows, known = result["rows"], recorded["rows"]
    if all_rows:
        for name in sorted(known.keys() - rows.keys()):
            yield f"not measured: {described(known[name])}: it is in the record"
    for name in sorted(rows.keys() - known.keys()):
        yield f"not recorded: {described(rows[name])}: nothing to compare it with"
    for row in without_figure(result):
        yield f"no figure: {described(row)}: {CLOCKS[row['clock']]} was too short to be measured"
    for row in slower(result, recorded):
        before, now = (rows_of["rows"][row["name"]][row["clock"]]["median"] for rows_of in (recorded, result))
        yield f"slower than recorded: {described(row)}: {before:.3f} then, {now:.3f} now"
    for row in above(result, "bound"):
        yield f"above its bound: {described(row)}: {missed(row, 'bound', row['clock'])}"
    for what, growth in grows_too_fast(result):
        factor = next(factor for factor in growth["factors"] if not factor <= MOST_GROWTH)
        yield f"grows too fast: {what}: {factor:.3f} for twice the size, not {MOST_GROWTH}"
    for count, held in takes_too_much(result):
        yield (
            f"too much memory: verify of {int(count):,} documents: {megabytes(held['all'])}, "
            f"not {megabytes(MOST_MEMORY)}"
        )


def remarks(result: Result, recorded: Result) -> Iterator[str]:
    """Say what is to be known of a comparison and is no problem, one line each."""
    ours, theirs = result.get("platform", {}), recorded.get("platform", {})
    for what in ("python", "go", "machine", "system", "processors"):
        if ours.get(what) != theirs.get(what):
            yield f"recorded elsewhere: {what} was {theirs.get(what)} and is {ours.get(what)}"
    load, processors = ours.get("load", 0), ours.get("processors") or 1
    if load > processors * BUSY:
        yield f"busy: load {load} with {processors} processors when this began: wall times mean little"
    for row in above(result, "bound", beside=True):
        clock = other(row["clock"])
        yield (
            f"above the bound by {CLOCKS[clock]}, which does not judge here: {described(row)}: "
            f"{missed(row, 'bound', clock)}"
        )


def described(row: Result) -> str:
    """What a row is about, in words that no other row has."""
    return f"{row['what']}, against {row['against']}"


def other(clock: Clock) -> Clock:
    """The clock that does not judge where this one does."""
    return "wall" if clock == "cpu" else "cpu"


def missed(row: Result, bound: Bound, clock: Clock) -> str:
    """A figure beside the bound that it misses, with as many decimals as tell them apart."""
    figure, most = row[clock]["median"], row[bound]
    decimals = next((n for n in range(2, 9) if f"{figure:.{n}f}" != f"{most:.{n}f}"), 9)
    return f"{figure:.{decimals}f}, not {most:.{decimals}f}"


def without_figure(result: Result) -> list[Result]:
    """The rows of which the clock that judges says nothing."""
    return [row for row in result["rows"].values() if not has_figure(row, row["clock"])]


def slower(result: Result, recorded: Result) -> list[Result]:
    """The rows that take more time than recorded, by ratio."""
    known = recorded["rows"]
    return [
        row
        for name, row in result["rows"].items()
        if name in known
        and row[row["clock"]]["low"] > known[name][row["clock"]]["median"]
        and row[row["clock"]]["median"] > MARGIN * known[name][row["clock"]]["median"]
    ]


def above(result: Result, bound: Bound, *, beside: bool = False) -> list[Result]:
    """The rows whose figure is above a bound.

    Args:
        result: What was measured.
        bound: Which bound.
        beside: Ask the clock that does not judge.
    """
    return [
        row
        for row in result["rows"].values()
        if row[bound] is not None
        and row[other(row["clock"]) if beside else row["clock"]]["median"] > row[bound]
    ]


def grows_too_fast(result: Result) -> list[tuple[str, Result]]:
    """What takes more than about twice the time for twice the size somewhere."""
    return [
        (name, growth)
        for series in result.get("growth", {}).values()
        for name, growth in series.items()
        if not all(factor <= MOST_GROWTH for factor in growth["factors"])
    ]


def takes_too_much(result: Result) -> list[tuple[str, Result]]:
    """The numbers of documents whose verification takes more memory than is allowed."""
    return [(count, held) for count, held in result.get("memory", {}).items() if held["all"] > MOST_MEMORY]


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e6:.0f} MB"
