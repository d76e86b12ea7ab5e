"""The other process: what is asked of it, and what becomes of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chromemctl.watching.checker import Checker, CheckFailed
from chromemctl.watching.looks import Depth, look_at
from tests.stores import settled, write_store


def with_checker(use: Callable[[Checker], Awaitable[None]]) -> None:
    async def run() -> None:
        checker = Checker()
        try:
            await use(checker)
        finally:
            await checker.kill()

    asyncio.run(run())


def test_it_is_another_process_and_stays_the_same(tmp_path: Path) -> None:
    store = settled(write_store(tmp_path / "store"))

    async def use(checker: Checker) -> None:
        first = await checker.call(60.0, os.getpid)
        assert first != os.getpid()
        look = await checker.call(60.0, look_at, store, Depth.FULL)
        assert look.documents == 9
        assert await checker.call(60.0, os.getpid) == first

    with_checker(use)


def test_an_error_is_told_and_the_process_goes_on(tmp_path: Path) -> None:
    async def use(checker: Checker) -> None:
        pid = await checker.call(60.0, os.getpid)
        with pytest.raises(CheckFailed, match="No such file"):
            await checker.call(60.0, os.listdir, str(tmp_path / "nowhere"))
        with pytest.raises(CheckFailed, match="ValueError"):
            await checker.call(60.0, int, "x")
        assert await checker.call(60.0, os.getpid) == pid

    with_checker(use)


def test_one_that_dies_is_replaced() -> None:
    async def use(checker: Checker) -> None:
        first = await checker.call(60.0, os.getpid)
        with pytest.raises(CheckFailed, match="signal 9"):
            await checker.call(60.0, os.kill, first, signal.SIGKILL)
        assert await checker.call(60.0, os.getpid) != first

    with_checker(use)


def test_where_none_can_be_started_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    async def use(checker: Checker) -> None:
        with pytest.raises(CheckFailed, match="no process can be started"):
            await checker.call(60.0, os.getpid)

    with_checker(use)


def test_one_that_takes_too_long_is_replaced() -> None:
    async def use(checker: Checker) -> None:
        first = await checker.call(60.0, os.getpid)
        with pytest.raises(CheckFailed, match="longer than"):
            await checker.call(0.05, time.sleep, 60)
        assert await checker.call(60.0, os.getpid) != first
        assert not Path(f"/proc/{first}").exists()

    with_checker(use)


def test_what_is_printed_there_does_not_disturb(capfd: pytest.CaptureFixture[str]) -> None:
    async def use(checker: Checker) -> None:
        await checker.call(60.0, print, "hello")
        assert await checker.call(60.0, abs, -1) == 1

    with_checker(use)
    assert capfd.readouterr().out == ""


def test_signals_are_the_services_to_deal_with() -> None:
    async def use(checker: Checker) -> None:
        pid = await checker.call(60.0, os.getpid)
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(pid, number)
        assert await checker.call(60.0, os.getpid) == pid

    with_checker(use)
