"""What is made from the programs is what the programs are now: `make docs` brings it up to date."""

import html
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import click
import pytest

from chromemctl.cli import cli
from manual.__main__ import completions, man_pages, pictures, reference
from manual.grammar import Command, of_argparse, of_click
from pygob.command.main import parsed_arguments, parser

COMMANDS = [*of_click(cli, "chromemctl"), *of_argparse(parser())]
STALE = "out of date: run `make docs`"


def text_of(svg: str) -> list[str]:
    """The pieces of text of a picture; how they are drawn differs from one version of rich to the next."""
    return [html.unescape(piece).replace("\xa0", " ") for piece in re.findall(r">([^<>]+)</text>", svg)]


def test_the_reference_pages_are_up_to_date() -> None:
    assert [path.name for path, text in reference() if path.read_text() != text] == [], STALE


def test_the_pictures_are_up_to_date() -> None:
    assert [path.name for path, svg in pictures() if text_of(path.read_text()) != text_of(svg)] == [], STALE


def test_every_command_has_a_man_page_with_all_its_options() -> None:
    pages = {path.name: text for path, text in man_pages()}
    assert pages.keys() == {f"{command.page}.1" for command in COMMANDS}
    for command in COMMANDS:
        page = pages[f"{command.page}.1"].replace("\\-", "-").replace("\\&", "")
        assert page.startswith(f'.TH "{command.page.upper()}" 1 ')
        for parameter in command.parameters:
            assert f".B {parameter.form}\n{parameter.about}" in page or not parameter.about


def test_shells_can_complete_the_commands() -> None:
    scripts = {path.name: text for path, text in completions()}
    ours = [text for name, text in scripts.items() if name.startswith("chromemctl.")]
    others = [text for name, text in scripts.items() if name.startswith("pygob.")]
    assert len(ours) == 3
    assert all("_CHROMEMCTL_COMPLETE" in text for text in ours)
    assert len(others) == 3
    assert all("annotate" in text for text in others)


# What a shell does when TAB is pressed: the function that is set up for the program fills COMPREPLY.
TAB = r"""
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
set -- $(complete -p "$1")
while [ "$1" != -F ]; do shift; done
"$2" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null
printf "%s\n" "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("pygob", "ann"), "annotate"),
        (("pygob", "show", "--flo"), "--floats"),
        (("pygob", "schema", "--format", "py"), "python"),
        (("chromemctl", "ident"), "identify"),
        (("chromemctl", "recover", "--dry"), "--dry-run"),
        (("chromemctl", "quarantine", "rest"), "restore"),
    ],
    ids=" ".join,
)
def test_bash_completes(words: tuple[str, ...], offered: str, tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text({path.name: text for path, text in completions()}[f"{words[0]}.bash"])
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    outcome = subprocess.run(
        ["bash", "--norc", "-c", TAB, "bash", script, *words],
        env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert offered in re.split(r"[\n,]", outcome.stdout), outcome.stderr


def has_commands(command: Command) -> bool:
    return any(other.words.startswith(command.words + " ") for other in COMMANDS)


class TestExamples:
    """The examples at the end of each command's help."""

    @pytest.mark.parametrize(
        "command",
        [each for each in COMMANDS if not has_commands(each)],
        ids=lambda command: command.words,
    )
    def test_there_are_some_and_each_is_of_this_command(self, command: Command) -> None:
        calls = [line for line in command.examples if not line.startswith("#")]
        assert calls, "every command's help ends with examples"
        for call in calls:
            assert command.words in call

    @pytest.mark.parametrize(
        "call",
        [
            part.strip()
            for each in of_argparse(parser())
            for line in each.examples
            for part in re.split(r" (?:\||&&) (?=\w)", line)
            if part.strip().startswith("pygob ")
        ],
    )
    def test_the_command_line_of_pygob_is_understood(self, call: str) -> None:
        words = own_words(call)
        assert parsed_arguments(words).command == words[0]

    @pytest.mark.parametrize(
        "call", [line for each in COMMANDS for line in each.examples if line.startswith("chromemctl ")]
    )
    def test_the_command_line_is_understood(self, call: str) -> None:
        command: click.Command = cli
        context, words = click.Context(cli, info_name="chromemctl"), own_words(call)
        while isinstance(command, click.Group):
            name, below, words = command.resolve_command(context, words)
            assert below is not None
            command, context = below, click.Context(below, parent=context, info_name=name)
        with ignoring_that_files_are_not_there():
            command.make_context(call, words)


def own_words(call: str) -> list[str]:
    """The words of a call behind the program's name, up to where the shell sends the output elsewhere."""
    return list(takewhile(lambda word: word not in {">", "|", "&&"}, shlex.split(call, comments=True)[1:]))


@contextmanager
def ignoring_that_files_are_not_there() -> Iterator[None]:
    try:
        yield
    except click.BadParameter as error:
        if not error.message.endswith("does not exist."):
            raise
