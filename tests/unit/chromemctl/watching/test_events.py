"""Changes of real directories."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chromemctl.watching.events import NoEvents, changes


def first(
    place: Path, change: Callable[[int], object], wanted: Callable[[frozenset[Path] | None], bool]
) -> None:
    """Change something again and again until what is wanted is told."""

    async def run() -> None:
        async def go_on() -> None:
            number = 0
            while True:
                change(number)
                number += 1
                await asyncio.sleep(0.05)

        changing = asyncio.create_task(go_on())
        async with asyncio.timeout(60):
            async for found in changes([place]):
                if wanted(found):
                    break
        changing.cancel()

    asyncio.run(run())


def test_the_folder_of_a_change_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    first(tmp_path, lambda number: (folder / "x").write_text(f"{number}"), lambda found: found == {folder})


def test_a_path_that_is_not_utf8_is_a_change_somewhere(tmp_path: Path) -> None:
    first(tmp_path, lambda number: (tmp_path / f"\udce9{number}").mkdir(), lambda found: found is None)


def test_a_place_that_is_not_utf8_has_no_events(tmp_path: Path) -> None:
    (tmp_path / "\udce9").mkdir()
    with pytest.raises(NoEvents):
        first(tmp_path / "\udce9", lambda _: None, lambda _: True)


def test_without_watchfiles_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(NoEvents, match="pip install"):
        first(tmp_path, lambda _: None, lambda _: True)
