"""`pygob show`: the values of a stream as trees."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice

from pygob import iter_values
from pygob.command.inputs import add_input, read
from pygob.tree import tree

ABOUT = "the values, as trees"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_input(parser)
    parser.add_argument("--offset", type=int, default=0, metavar="N", help="pass over the first N values")
    parser.add_argument("--limit", type=int, metavar="N", help="show N values at most")
    parser.add_argument("--full", action="store_true", help="every number and every character")


def run(arguments: argparse.Namespace) -> Iterator[str]:
    """One tree for each value.

    Raises:
        GobDecodeError: The stream is damaged; the values before have been shown.
    """
    stop = None if arguments.limit is None else arguments.offset + arguments.limit
    for value in islice(iter_values(read(arguments.file)), arguments.offset, stop):
        yield from tree(value.value, value.type, full=arguments.full)
