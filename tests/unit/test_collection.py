"""Every process that collects the tests finds the same ones.

Workers that run in parallel refuse to start when they differ, so neither the clock, nor the order of a set,
nor a process's own numbers may get into the name of a test.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def collected(*, hash_seed: int) -> list[str]:
    """The names of all tests, as a new process finds them."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:cacheprovider"],
        cwd=ROOT, env=own | {"PYTHONHASHSEED": str(hash_seed)}, text=True, check=True, capture_output=True,
    )  # fmt: skip
    return [line for line in found.stdout.splitlines() if "::" in line]


def test_two_processes_find_the_same_tests(request: pytest.FixtureRequest) -> None:
    # This process is one of the two, if it runs more than a few tests. Collecting takes seconds, so the clock
    # differs between the two as well.
    ours = [item.nodeid for item in request.session.items]
    seed = 1 + (os.environ.get("PYTHONHASHSEED") == "1")
    first = ours if len(ours) > 1000 else collected(hash_seed=seed + 1)
    found = collected(hash_seed=seed)
    wanted = set(first)
    assert len(first) > 1000
    assert first == [name for name in found if name in wanted]
