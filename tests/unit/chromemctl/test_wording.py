"""Words, and command lines that can be copied."""

import os
import subprocess
from pathlib import Path

import pytest

from chromemctl.wording import brief, brief_name, command, count, readable


def test_counts() -> None:
    assert count(1, "document") == "1 document"
    assert count(5000, "document") == "5,000 documents"
    assert count(0, "entry", "entries") == "0 entries"


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "with space",
        "it's",
        "a\\b",
        "$HOME",
        "new\nline",
        "caf\udce9",
        "'\udcff\\",
        "a\ttab",
        "\x1b[31mred",
        "left\u202eright",
        "\u00e9t\u00e9",
        "\u00e9\tt\udce9",
    ],
)
def test_commands_mean_the_same_to_a_shell(tmp_path: Path, name: str) -> None:
    line = command("printf", "%s", tmp_path / name)
    printed = subprocess.run(["bash", "-c", os.fsencode(line)], capture_output=True, check=True).stdout
    assert printed == os.fsencode(tmp_path / name)


def test_what_cannot_be_printed_is_shown_as_bytes() -> None:
    assert readable("ok № 1") == "ok № 1"
    assert readable("\x1b[31m\udce9\n") == "\\x{1b}[31m\\x{e9}\\x{0a}"


def test_a_stray_byte_has_one_form_quoted_by_a_sentence_or_not() -> None:
    assert readable("n\udc80") == "n\\x{80}"
    assert readable("document " + repr("n\udc80")) == "document 'n\\x{80}'"
    assert readable(repr("\\\udcff")) == "'\\\\\\x{ff}'"
    assert readable(repr("\\udc80")) == "'\\\\udc80'"  # eight characters, and no byte


def test_of_very_long_names_both_ends_are_shown() -> None:
    assert brief_name("memories") == brief("memories") == "memories"
    name = "a" * 1000 + " " + "z" * 1000
    assert brief_name(name) == f"{'a' * 40}…(1,921 characters)…{'z' * 40}"
    assert brief(f"the file of {name!r} is gone") == (
        f"the file of '{'a' * 39}…(1,923 characters)…{'z' * 39}' is gone"
    )
    assert brief("x" * 300) == f"{'x' * 40}…(220 characters)…{'x' * 40}"


def test_paths_are_shown_whole() -> None:
    path = "/".join(["a" * 200] * 20)
    assert brief(f"{path} is damaged") == f"{path} is damaged"


def test_a_path_that_begins_with_a_dash_is_no_option() -> None:
    assert command("chromemctl", "recover", "--name", "x", Path("-store")) == (
        "chromemctl recover --name x ./-store"
    )


@pytest.mark.parametrize("name", ["a\ttab", "\x1b[31mred", "left\u202eright", "new\nline"])
def test_commands_show_no_control_characters(name: str) -> None:
    assert command("chromemctl", "verify", Path(name)).isprintable()


@pytest.mark.parametrize(
    ("called", "words", "program"),
    [
        pytest.param(["chromemctl"], ["chromemctl"], "chromemctl", id="from PATH"),
        pytest.param([".venv/bin/chromemctl"], [".venv/bin/chromemctl"], ".venv/bin/chromemctl", id="path"),
        pytest.param(["/a b/chromemctl"], ["/a b/chromemctl"], "'/a b/chromemctl'", id="quoted"),
        pytest.param(
            ["/x/chromemctl/__main__.py"], [".venv/bin/python", "-m", "chromemctl"],
            ".venv/bin/python -m chromemctl", id="as a module",
        ),
        pytest.param(["/x/bin/pytest"], ["pytest"], "chromemctl", id="as a library"),
    ],
)  # fmt: skip
def test_a_command_is_called_as_this_one_was(
    monkeypatch: pytest.MonkeyPatch, called: list[str], words: list[str], program: str
) -> None:
    monkeypatch.setattr("sys.argv", called)
    monkeypatch.setattr("sys.orig_argv", words)
    assert command("chromemctl", "verify", "x") == f"{program} verify x"


def test_the_script_that_path_finds_is_called_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "chromemctl"
    script.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", [str(script)])
    assert command("chromemctl", "verify", "x") == "chromemctl verify x"
