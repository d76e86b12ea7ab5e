"""The record of a run, `results.json`: read before anything is measured against it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import CLOCKS

RECORD = Path(__file__).with_name("results.json")
_FIGURES = ("low", "median", "high")

Result = Mapping[str, Any]


class NoRecord(ValueError):
    """There is no record, or it is none that figures can be compared with."""


def read_record(path: Path = RECORD) -> Result:
    """The record.

    Raises:
        NoRecord: It is not there, cannot be read, or lacks a figure.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoRecord(f"{path} cannot be read: {error.strerror}; `make bench` writes it") from None
    except ValueError as error:
        raise NoRecord(f"{path} is no JSON: {error}; `make bench` writes it anew") from None
    if missing := next(_missing(found), None):
        raise NoRecord(f"{path} has no {missing}; `make bench` writes it anew")
    result: Result = found
    return result


def _missing(found: Any) -> Iterator[str]:
    rows = found.get("rows") if isinstance(found, dict) else None
    if not isinstance(rows, dict) or not rows:
        yield "rows"
        return
    for name, row in rows.items():
        for clock, words in CLOCKS.items():
            if not has_figure(row, clock):
                yield f"{words} of {name}"


def has_figure(row: Any, clock: str) -> bool:
    """Whether a row has all figures of a clock, each a number above zero."""
    ratio = row.get(clock) if isinstance(row, Mapping) else None
    numbers = [ratio.get(figure) for figure in _FIGURES] if isinstance(ratio, Mapping) else [None]
    return all(isinstance(number, int | float) and 0 < number < math.inf for number in numbers)
