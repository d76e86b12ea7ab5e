"""Growth and memory, measured of things whose figures are known; what the command refuses."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from benchmarks import memory, samples
from benchmarks.__main__ import main
from benchmarks.growth import grown
from benchmarks.measure import Timing
from benchmarks.rows import Row, named
from pygob.chromem import Format, Store

BLOCK = 64 << 20
WITH_A_CHILD = f"""
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
block = bytearray(b"x") * {BLOCK}
if not os.fork():
    own = bytearray(b"y") * {BLOCK}
    (folder / "there").touch()
    while not (folder / "seen").exists():
        time.sleep(0.01)
    os._exit(0)
os.wait()
"""


def nothing() -> Timing:
    return Timing(0.0, 0.0)


ROWS = [Row(name, "what", "against", nothing, nothing) for name in ("skim", "map", "verify")]


def takes(seconds: list[float]) -> Callable[[], Timing]:
    left = iter(seconds)
    return lambda: Timing(0.0, next(left))


def test_growth_is_that_of_the_fastest_rounds() -> None:
    """What a neighbour adds in one round does not grow."""
    found = grown({200: takes([9, 2, 10]), 100: takes([9, 5, 1]), 800: takes([9, 8, 40])}, 3)
    assert found.seconds == {100: 1, 200: 2, 800: 8}
    assert found.factors == [2, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what processes hold")
def test_memory_is_that_of_all_processes_and_what_they_share_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_at_both = 0

    def between_two_looks(seconds: float) -> None:
        nonlocal looks_at_both
        looks_at_both += (tmp_path / "there").exists()
        if looks_at_both > 1:
            (tmp_path / "seen").touch()
        sleep(seconds)

    monkeypatch.setattr(memory, "sleep", between_two_looks)
    held = memory.most_memory([sys.executable, "-c", WITH_A_CHILD, str(tmp_path)])
    assert 2 * BLOCK < held.all < 3 * BLOCK
    assert 2 * BLOCK < held.one < 3 * BLOCK


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        memory.most_memory([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_nothing_is_measured_in_no_rounds(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--rounds", number])
    assert f"a number from 1 on, not '{number}'" in capsys.readouterr().err


def test_rows_are_chosen_by_name() -> None:
    assert named(ROWS, ()) == ROWS
    assert named(ROWS, ["verify", "skim"]) == [ROWS[0], ROWS[2]]
    with pytest.raises(ValueError, match="no row is called scan; the rows are: skim, map, verify"):
        named(ROWS, ["map", "scan"])


def test_a_part_of_a_store_has_its_first_documents(tmp_path: Path) -> None:
    whole = samples.write_store(tmp_path / "whole", 12, 4, Format.PLAIN)
    part = Store(samples.link_part(whole, tmp_path / "part", 5))
    assert [sorted(found.id for found in folder.documents()) for folder in part.collections()] == [
        [f"document-{number}" for number in range(5)]
    ]
    assert len(list(next(iter(Store(whole).collections())).documents())) == 12
