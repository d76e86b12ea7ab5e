"""The measurement of `make leaks`, on few calls."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz import leaks

pytestmark = pytest.mark.usefixtures("go")


@pytest.fixture(autouse=True)
def few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two operations, hardly warmed up."""
    monkeypatch.setattr(
        leaks, "OPERATIONS", {name: leaks.OPERATIONS[name] for name in ("test.echo", "test.error")}
    )
    monkeypatch.setattr(leaks, "WARMED_UP_AFTER", 10)


def test_what_does_not_grow_is_no_leak(capsys: pytest.CaptureFixture[str]) -> None:
    assert leaks.main(["--calls", "20"]) == 0
    assert capsys.readouterr().out.count("10 calls, the worker: ") == 2


def test_what_grows_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(leaks, "MOST_GROWTH", -(1 << 40))
    assert leaks.main(["--calls", "20"]) == 1
    assert "LEAK test.echo: this process grew from " in capsys.readouterr().out


def test_open_files_are_counted(tmp_path: Path) -> None:
    before = leaks.size_of(os.getpid())
    with (tmp_path / "file").open("w"):
        assert leaks.size_of(os.getpid()).descriptors == before.descriptors + 1
