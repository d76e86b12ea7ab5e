"""Backups, conversions and exports as a person at a terminal sees them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.stores import write_store
from tests.support.terminal import on_a_terminal

_COLOR = re.compile(r"\x1b\[[0-9;]*\b(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;]*m")


def test_without_color_nothing_is_colored_and_the_cursor_comes_back(tmp_path: Path) -> None:
    store, backups = write_store(tmp_path / "store"), tmp_path / "backups"
    for words in (
        ("backup", "create", store, "--to", backups),
        ("backup", "verify", "--from", backups),
        ("backup", "restore", store, "--from", backups, "--output", tmp_path / "restored"),
        ("backup", "prune", "--keep-last", "unlimited", "--dry-run", "--from", backups),
        ("export", store, tmp_path / "export"),
        ("import", tmp_path / "export", tmp_path / "imported"),
        ("convert", store, tmp_path / "converted", "--to", "gz"),
    ):
        code, shown = on_a_terminal(*words, env={"NO_COLOR": "1"})
        assert code == 0, shown
        assert not _COLOR.search(shown), words
        assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h"), words
