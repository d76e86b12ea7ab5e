"""Large hostile input costs seconds of processor time and 2 GiB at most, whatever it claims."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pygob
from pygob import types
from tests.support import large

ROOT = Path(__file__).parents[2]
REFUSED = {
    "zeros and a fault": "unsigned integer out of range",
    "more elements than bytes": "length exceeds input size",
    "floats of all lengths and a fault": "unsigned integer out of range",
    "empty texts and a fault": "unsigned integer out of range",
    "structs and a fault": "unsigned integer out of range",
    "empty slices": "Limits(objects=2,000,000)",
    "interfaces that hold nothing": "Limits(objects=2,000,000)",
    "a tree": "Limits(objects=2,000,000)",
    "linked lists": "Limits(objects=2,000,000)",
    "a map by structs": "Limits(objects=2,000,000)",
    "types": "Limits(definitions=100,000)",
    "fields": "Limits(definitions=100,000)",
}


@pytest.mark.parametrize("name", large.STREAMS)
def test_ten_million_bytes_are_read_or_refused_within_bounds(name: str) -> None:
    """The kernel ends a process that goes beyond them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.large", name], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert REFUSED.get(name, "decoded") in done.stdout


def test_what_a_go_program_writes_in_ten_million_bytes_is_read() -> None:
    for described, value in (
        (types.Slice(types.STRING), ["a text."] * 1_000_000),
        (types.Slice(types.Struct("P", {"X": types.INT})), [{"X": 5}] * 1_000_000),
        (types.Map(types.STRING, types.INT), {f"{n:x}": n for n in range(700_000)}),
    ):
        data = pygob.dumps(value, described)
        assert pygob.loads(data) == value
