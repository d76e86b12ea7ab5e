"""`pygob show`: the values of a stream as trees."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.inputs import add_input, add_selection, selected
from pygob.inspection.tree import SHOWN_CHARACTERS, SHOWN_NUMBERS, tree


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_selection(parser)
    about = "the first numbers of a slice (summary) or all of them (full)"
    parser.add_argument("--floats", choices=("summary", "full"), default="summary", help=about)
    parser.add_argument("--full", action="store_true", help="every number and every character")


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """One tree for each value.

    Raises:
        Failure: There is no input.
        GobDecodeError: The stream is damaged; the values before have been shown.
    """
    numbers = None if arguments.full or arguments.floats == "full" else SHOWN_NUMBERS
    characters = None if arguments.full else SHOWN_CHARACTERS
    for value in selected(arguments):
        yield from tree(value.value, value.type, numbers=numbers, characters=characters)


SHOW = Command(
    "the values, as trees",
    "pygob show users.gob\npygob show --index 3 --floats full events.gob.gz",
    _add_arguments,
    _run,
    Look.TREE,
)
