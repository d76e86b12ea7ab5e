"""`make bench` measures and writes; `make bench-check` measures and compares with what was written."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import growth, page, samples, verdict
from benchmarks.measure import CLOCKS, Comparison, compare
from benchmarks.record import RECORD, NoRecord, Result, read_record
from benchmarks.rows import Row, all_rows, named
from gohelper import Go
from pygob.chromem import Format

PLOTS = Path(__file__).parents[1] / "docs" / "images"
ROUNDS = 15


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        recorded = read_record() if chosen.check else None  # before minutes are spent on figures
    except NoRecord as error:
        parser.error(str(error))
    with Go() as go, tempfile.TemporaryDirectory(prefix="pygob-bench-") as temporary:
        folder = Path(temporary)
        try:
            rows = named(list(all_rows(go, folder)), chosen.only)
        except ValueError as error:
            parser.error(str(error))
        place = _platform(go)  # the load before anything runs
        result = {"platform": place, "rows": _compared(rows, chosen.rounds)}
        if not (chosen.only or chosen.brief):
            result |= _grown(folder)
    result = json.loads(json.dumps(result))  # as it will be read
    if recorded is not None:
        return _check(result, recorded, all_rows=not chosen.only)
    if chosen.only or chosen.brief or chosen.rounds < ROUNDS:
        print(f"Recorded nothing: a record has all rows, {ROUNDS} rounds or more, growth and memory.")
    elif unmeasured := verdict.without_figure(result):
        print(f"Recorded nothing: there is no figure of {verdict.described(unmeasured[0])}.")
        return 1
    else:
        _record(result)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="say what is above its bound or slower than recorded, and exit with 1 then; record nothing",
    )
    parser.add_argument(
        "--rounds", type=_positive, default=ROUNDS, help=f"how often each pair is run (default {ROUNDS})"
    )
    parser.add_argument(
        "--brief", action="store_true", help="neither growth nor memory, which take minutes; record nothing"
    )
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="ROW", help="measure these rows; record nothing"
    )
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not number:
        raise argparse.ArgumentTypeError(f"a number from 1 on, not {text!r}")
    return number


def _compared(rows: Sequence[Row], rounds: int) -> dict[str, dict[str, Any]]:
    print(f"{'':79} {'time, ours over theirs':^33}")
    print(f"{'what':44} {'against':34} {'wall':^16} {'processor':^16} bound  aim judged by")
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        result = compare(row.ours, row.theirs, min(rounds, row.rounds or rounds))
        print(_line(row, result), flush=True)
        about = {name: getattr(row, name) for name in ("name", "what", "against", "bound", "aim", "clock")}
        found[row.name] = {**about, **asdict(result)}
    return found


def _line(row: Row, result: Comparison) -> str:
    wall, cpu = (
        f"{ratio.median:5.2f} ({ratio.low:.2f}-{ratio.high:.2f})" for ratio in (result.wall, result.cpu)
    )
    bound, aim = ("" if number is None else f"{number:.2f}" for number in (row.bound, row.aim))
    judge = ""
    if row.bound is not None:
        figure = result.wall if row.clock == "wall" else result.cpu
        judge = f" {CLOCKS[row.clock]}{'' if figure.median <= row.bound else ', above'}"
    return f"{row.what[:43]:44} {row.against[:33]:34} {wall:16} {cpu:16}  {bound:>4} {aim:>4}{judge}"


def _grown(folder: Path) -> dict[str, Any]:
    """How time grows with size, and what memory verifying takes."""
    store = samples.write_store(folder / "large", max(growth.DOCUMENTS_FOR_MEMORY), 768, Format.PLAIN)
    found = {"dimensions": growth.of_dimensions(), "documents": growth.of_documents(store)}
    for series in found.values():
        for name, grown in series.items():
            factors = ", ".join(f"{factor:.2f}" for factor in grown.factors)
            print(f"{name}: twice the size takes {factors} times as long")
    memory = growth.memory_of_verify(store)
    for count, held in memory.items():
        print(
            f"verify of {count:,} documents holds {verdict.megabytes(held.all)} in all processes, "
            f"{verdict.megabytes(held.one)} in the largest"
        )
    return {
        "growth": {
            size: {name: asdict(grown) for name, grown in series.items()} for size, series in found.items()
        },
        "memory": {count: asdict(held) for count, held in memory.items()},
    }


def _check(result: Result, recorded: Result, *, all_rows: bool) -> int:
    """Say what is above a bound or got slower."""
    for remark in verdict.remarks(result, recorded):
        print(remark)
    problems = list(verdict.problems(result, recorded, all_rows=all_rows))
    for problem in problems:
        print(problem)
    if not problems:
        print("nothing is above its bound or slower than recorded")
    return 1 if problems else 0


def _record(result: dict[str, Any]) -> None:
    from benchmarks.plots import draw

    RECORD.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    page.write(result)
    PLOTS.mkdir(exist_ok=True)
    for size, unit, scale in (("dimensions", "microseconds", 1e6), ("documents", "seconds", 1)):
        series = {name: grown["seconds"] for name, grown in result["growth"][size].items()}
        draw(PLOTS / size, series, across=size, unit=unit, scale=scale)


def _platform(go: Go) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "go": go.version().go,
        "machine": platform.machine(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nstopped, and recorded nothing", file=sys.stderr)
        sys.exit(130)
