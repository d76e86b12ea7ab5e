"""The places in the values of a stream that a command is about: found, sorted, and some of them taken."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import islice

from pygob import GobEncodeError, Value
from pygob.command.command import whole_number
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import add_selection, selected, shown_path
from pygob.inspection.ordering import Order
from pygob.inspection.paths import Path, PathError, Place


def add_places(parser: argparse.ArgumentParser) -> None:
    """Let a command sort what it finds and take some of it, in some of the values."""
    about = "sort by these paths from each place, such as Status,Date:desc; @ is the place itself"
    parser.add_argument("--sort", metavar="PATHS", help=about)
    parser.add_argument("--ignore-case", action="store_true", help="sort without regard to capital letters")
    about = "pass over the first N of what was found, after sorting"
    parser.add_argument("--skip", type=whole_number, default=0, metavar="N", help=about)
    parser.add_argument("--take", type=whole_number, metavar="N", help="and take N of them at most")
    add_selection(parser)


def parsed(text: str) -> Path:
    """A path that was given as an argument.

    Raises:
        Failure: It is none.
    """
    try:
        return Path(text)
    except PathError as error:
        raise Failure(str(error), Exit.USAGE) from None


class Places:
    """What was found: all of it is held while it is sorted, else one value.

    Attributes:
        first: The first value that was searched.
        last: The last one so far.
        found: How many places have been found.
        taken: How many of them have been given.
    """

    def __init__(self, arguments: argparse.Namespace, find: Callable[[Value], Iterator[Place]]) -> None:
        """See what is to be done.

        Args:
            arguments: What the user has given.
            find: Finds the places in one value.

        Raises:
            Failure: What is to be sorted by is no list of paths, or not given.
        """
        self.first: Value | None = None
        self.last: Value | None = None
        self.found = 0
        self.taken = 0
        self._arguments = arguments
        self._find = find
        self._order = _order(arguments)

    def __iter__(self) -> Iterator[Place]:
        """The places, in order, those that are to be taken.

        Raises:
            Failure: There is no input, or what is sorted by nests too deep.
            GobDecodeError: The stream is damaged; without sorting all before that has been given.
        """
        arguments = self._arguments
        found: Iterator[Place] = self._found()
        if self._order is not None:
            try:
                found = iter(self._order.sorted(found))
            except GobEncodeError as error:
                raise Failure(f"{shown_path(arguments.file)}: {error}", Exit.DAMAGE) from None
        stop = None if arguments.take is None else arguments.skip + arguments.take
        for place in islice(found, arguments.skip, stop):
            self.taken += 1
            yield place

    def _found(self) -> Iterator[Place]:
        for value in selected(self._arguments):
            self.first = self.first or value
            self.last = value
            for place in self._find(value):
                self.found += 1
                yield place


def _order(arguments: argparse.Namespace) -> Order | None:
    if arguments.sort is None:
        if arguments.ignore_case:
            raise Failure("--ignore-case is for sorting, with --sort", Exit.USAGE)
        return None
    try:
        return Order(arguments.sort, ignores_case=arguments.ignore_case)
    except PathError as error:
        raise Failure(f"--sort: {error}", Exit.USAGE) from None
