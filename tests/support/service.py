"""A real service: the smallest Go program on real chromem, compiled for the tests."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from gohelper import GoMissing
from gohelper.programs import compile_program
from pygob.chromem import Format


def compiled_service(folder: Path) -> Path:
    """The program, `gohelper/cmd/service`; the test is skipped where there is no Go, which CI must have."""
    try:
        return compile_program("service", folder)
    except GoMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI must judge by real Go: {missing}")
        pytest.skip(str(missing))


def loaded(service: Path, store: Path, form: Format, *, starts: bool = True) -> dict[str, int] | None:
    """What the service has loaded, None when it does not start; one that waits for ever does not.

    Where it is expected to start it is given all the time that a busy machine may take.
    """
    flag = "-compress=true" if form is Format.GZ else "-compress=false"
    try:
        outcome = subprocess.run(
            [service, flag, "-once", store],
            capture_output=True, text=True, check=False, timeout=120 if starts else 2,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    if outcome.returncode != 0:
        assert "creating chromem DB:" in outcome.stderr
        return None
    found: dict[str, int] = json.loads(outcome.stdout)
    return found
