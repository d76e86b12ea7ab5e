"""What `make fuzz` once found, or might have: `tests/vectors/found`, each file run for ever after."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.fuzz import found
from tests.fuzz.differential import OneProcess
from tests.support.outcomes import outcome

VECTORS = sorted(found.FOUND.glob("*.json"))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_go_and_pygob_agree_by_now(path: Path) -> None:
    vector = found.read(path)
    process = OneProcess()
    differences = [list(process.differences(case, encoded)) for case, encoded in vector["process"]]
    assert [each for each in differences if each] == []
    if vector["check"] == "malformed":
        ours = outcome([base64.b64decode(vector["stream"])])
        assert ours.is_accepted == vector["sound"]
        assert vector["values"] in (None, len(ours.values))
