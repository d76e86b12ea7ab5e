"""Random combinations of damages; see `tests/damage/combinations.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from gohelper import Go
from tests.damage.combinations import check

AT_A_TIME = 20


@pytest.mark.parametrize("start", range(0, 120, AT_A_TIME))
def test_random_combinations(start: int, tmp_path: Path, go: Go) -> None:
    for number in range(start, start + AT_A_TIME):
        check(number, tmp_path, go)
