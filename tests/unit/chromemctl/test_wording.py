"""Words, and command lines that can be copied."""

import os
import subprocess
from pathlib import Path

import pytest

from chromemctl.wording import command, count, readable


def test_counts() -> None:
    assert count(1, "document") == "1 document"
    assert count(5000, "document") == "5,000 documents"
    assert count(0, "entry", "entries") == "0 entries"


@pytest.mark.parametrize(
    "name", ["plain", "with space", "it's", "a\\b", "$HOME", "new\nline", "caf\udce9", "'\udcff\\"]
)
def test_commands_mean_the_same_to_a_shell(tmp_path: Path, name: str) -> None:
    line = command("printf", "%s", tmp_path / name)
    printed = subprocess.run(["bash", "-c", os.fsencode(line)], capture_output=True, check=True).stdout
    assert printed == os.fsencode(tmp_path / name)


def test_what_cannot_be_printed_is_shown_as_bytes() -> None:
    assert readable("ok № 1") == "ok № 1"
    assert readable("\x1b[31m\udce9\n") == "\\x{1b}[31m\\x{e9}\\x{0a}"


def test_a_path_that_begins_with_a_dash_is_no_option() -> None:
    assert command("chromemctl", "recover", "--name", "x", Path("-store")) == (
        "chromemctl recover --name x ./-store"
    )
