"""What all tests of crashes and faults have in common."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def disk_that_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has written is there for the next one, flushed to the disk or not.

    Only a machine that loses power makes a difference: what is flushed, and when, is asked by
    tests/unit/chromem/test_durable.py. Here thousands of runs would wait for nothing.
    """
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
