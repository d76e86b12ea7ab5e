"""`make bench` measures and writes; `make bench-check` measures and compares with what was written."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import growth, page, rows
from benchmarks.measure import Comparison, compare
from gohelper import Go

RECORD = Path(__file__).with_name("results.json")
PLOTS = Path(__file__).parents[1] / "docs" / "images"
# A ratio is called slower when all of its middle half lies above what was recorded, by this much.
MARGIN = 1.15


def main() -> int:
    chosen = _arguments()
    with Go() as go, tempfile.TemporaryDirectory(prefix="pygob-bench-") as temporary:
        folder = Path(temporary)
        place = _platform(go)
        measured = _measured(go, folder, chosen)
        if chosen.check:
            return _check(measured)
        result = {"platform": place, "rows": measured}
        if not chosen.only:
            result["growth"] = _growth(folder, chosen.documents)
            if chosen.memory:
                result["memory"] = growth.memory_of_verify(folder, (20_000, chosen.memory))
                for count, held in result["memory"].items():
                    print(f"verify of {count:,} documents holds {held / 1e6:.0f} MB at most")
            RECORD.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            page.write(json.loads(RECORD.read_text(encoding="utf-8")))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="compare with the recorded ratios, record nothing"
    )
    parser.add_argument("--rounds", type=int, default=15, help="how often each pair is run (default 15)")
    parser.add_argument("--documents", type=int, default=20_000, help="size of the stores (default 20000)")
    parser.add_argument(
        "--memory", type=int, default=200_000, metavar="N", help="memory for N documents; 0: leave out"
    )
    parser.add_argument("--only", nargs="+", metavar="ROW", help="measure these rows, record nothing")
    return parser.parse_args()


def _measured(go: Go, folder: Path, chosen: argparse.Namespace) -> dict[str, dict[str, Any]]:
    print(f"{'':79} {'time, ours over theirs':^33}")
    print(f"{'what':44} {'against':34} {'wall':^16} {'processor':^16}  must  aim")
    found: dict[str, dict[str, Any]] = {}
    for row in _rows(go, folder, chosen):
        result = compare(row.ours, row.theirs, min(chosen.rounds, row.rounds or chosen.rounds))
        print(_line(row, result), flush=True)
        about = {"what": row.what, "against": row.against, "at_least": row.at_least, "aim": row.aim}
        found[row.name] = {**about, **asdict(result)}
    return found


def _rows(go: Go, folder: Path, chosen: argparse.Namespace) -> Iterable[rows.Row]:
    groups = [rows.decoding(go), rows.encoding(go), rows.other_formats()]
    wanted = set(chosen.only or ())
    small = {"embeddings", "verify-plain", "verify-gz"}
    if not wanted or wanted & small:
        groups.append(rows.stores(go, folder, chosen.documents))
    return (row for group in groups for row in group if not wanted or row.name in wanted)


def _line(row: rows.Row, result: Comparison) -> str:
    wall, cpu = (
        f"{ratio.median:5.2f} ({ratio.low:.2f}-{ratio.high:.2f})" for ratio in (result.wall, result.cpu)
    )
    must, aim = ("" if bound is None else f"{bound:.2f}" for bound in (row.at_least, row.aim))
    missed = "  missed" if row.at_least is not None and result.cpu.median > row.at_least else ""
    return f"{row.what[:43]:44} {row.against[:33]:34} {wall:16} {cpu:16}  {must:>4} {aim:>4}{missed}"


def _growth(folder: Path, documents: int) -> dict[str, Any]:
    from benchmarks.plots import draw

    by_dimensions = growth.of_dimensions()
    by_documents = growth.of_documents(folder, [documents // 8, documents // 4, documents // 2, documents])
    PLOTS.mkdir(exist_ok=True)
    draw(PLOTS / "dimensions", by_dimensions, across="dimensions", unit="microseconds", scale=1e6)
    draw(PLOTS / "documents", by_documents, across="documents", unit="seconds", scale=1)
    for name, series in {**by_dimensions, **by_documents}.items():
        factors = ", ".join(f"{factor:.2f}" for factor in growth.doublings(series))
        print(f"{name}: twice the size takes {factors} times as long")
    return {"dimensions": by_dimensions, "documents": by_documents}


def _check(measured: dict[str, dict[str, Any]]) -> int:
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))["rows"]
    slower = 0
    for name, row in measured.items():
        before = recorded.get(name)
        if before is not None and row["cpu"]["low"] > before["cpu"]["high"] * MARGIN:
            slower += 1
            now, then = row["cpu"]["median"], before["cpu"]["median"]
            print(f"slower: {row['what']}, against {row['against']}: {then:.2f} was recorded, now {now:.2f}")
    print(f"{slower} of {len(measured)} rows slower than recorded")
    return 1 if slower else 0


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
    sys.exit(main())
