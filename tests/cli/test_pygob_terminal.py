"""`pygob` at a terminal: colour where it is wanted, and never anything that a file says to the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pygob
from pygob import types
from tests.support.terminal import on_a_terminal
from tests.support.transcripts import FILES

ESCAPES = re.compile(r"\x1b\[[\d;]*m")
COMMANDS = ("show", "json", "annotate", "stats", "schema", "csv")


def shown(*arguments: str | Path, env: dict[str, str] | None = None) -> str:
    code, text = on_a_terminal(*arguments, program="pygob", env={"NO_COLOR": ""} | (env or {}))
    assert code == 0
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_colour_changes_no_character(command: str) -> None:
    path = FILES / "session.gob" if command != "csv" else FILES / "document.gob"
    plain = shown(command, "--no-color", path)
    assert "\x1b" not in plain
    coloured = shown(command, path)
    guides = ESCAPES.sub("", coloured)
    assert guides.replace("│", " ") == plain
    assert ("\x1b" in coloured) == (command not in ("schema", "csv"))


def test_show_draws_the_tree_in_colour_unless_told_not_to() -> None:
    path = FILES / "session.gob"
    assert "\x1b" not in shown("show", path, env={"NO_COLOR": "1"})
    assert "\x1b" not in shown("show", path, env={"TERM": "dumb"})
    text = ESCAPES.sub("", shown("show", path))
    assert '│ "role": main.Role\n│ │ Name: "editor"\n' in text


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "hostile.gob"
    described = types.Struct("T\x1b[31m", {"A\x1b[2J": types.STRING})
    path.write_bytes(pygob.dumps({"A\x1b[2J": "\x1b]0;title\x07 [red]x[/red]"}, described))
    for command in COMMANDS:
        text = ESCAPES.sub("", shown(command, path))
        assert "\x1b" not in text
        assert "\x07" not in text
    assert "[red]x[/red]" in shown("show", path)


def test_bytes_do_not_go_to_a_terminal() -> None:
    code, text = on_a_terminal("set", "Name", "x", FILES / "metadata.gob", program="pygob")
    assert code == 2
    assert "gob is not for a terminal" in text
