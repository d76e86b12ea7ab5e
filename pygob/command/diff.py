"""`pygob diff`: what is different in two files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain, zip_longest

from pygob import GobDecodeError, Value
from pygob._json import compact
from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import STDIN, add_key, shown_path, values
from pygob.differences import Difference, differences, plain_part


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="a gob file, gzip or not; standard input if -")
    parser.add_argument("file", metavar="NEW", help="the file to compare it with; standard input if -")
    parser.add_argument("--json", action="store_true", help="as JSON, one difference a line")
    add_key(parser)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """One line for each difference.

    Raises:
        Failure: An input cannot be read; or the files are different, after all differences have been told.
    """
    if arguments.old == arguments.file == STDIN:
        raise Failure("only one of the two files can be standard input", Exit.USAGE)
    is_different = False
    old, new = (_read(path, arguments) for path in (arguments.old, arguments.file))
    for number, before, after in _numbered(zip_longest(old, new)):
        for difference in _between(before, after):
            is_different = True
            if arguments.json:
                yield compact({"value": number or 0} | difference._asdict())
            else:
                yield str(difference) if number is None else f"value {number}: {difference}"
    if is_different:
        raise Failure("", Exit.DIFFERENT)


_Pair = tuple[Value | None, Value | None]


def _numbered(pairs: Iterator[_Pair]) -> Iterator[tuple[int | None, Value | None, Value | None]]:
    """The pairs with their numbers; `None` for one that is the only one."""
    first = next(pairs, None)
    if first is None:
        return
    second: _Pair | None = None
    failure: Failure | None = None
    try:
        second = next(pairs, None)
    except Failure as error:
        failure = error  # after the first pair has been compared
    is_alone = second is None and failure is None
    yield None if is_alone else 0, *first
    if failure is not None:
        raise failure
    if second is not None:
        for number, pair in enumerate(chain([second], pairs), 1):
            yield number, *pair


def _read(path: str, arguments: argparse.Namespace) -> Iterator[Value]:
    try:
        yield from values(path, key_file=arguments.key_file)
    except GobDecodeError as error:
        raise Failure(f"{shown_path(path)}: {error}", Exit.DAMAGE) from None


def _between(before: Value | None, after: Value | None) -> Iterator[Difference]:
    if before is not None and after is not None:
        yield from differences((before.value, before.type), (after.value, after.type))
    elif before is not None:
        yield Difference(".", "removed", plain_part(before.value, before.type), None)
    elif after is not None:
        yield Difference(".", "added", None, plain_part(after.value, after.type))


DIFF = Command(
    "what is different in two files",
    "pygob diff old.gob new.gob\npygob diff --json old.gob new.gob | jq -r .path",
    _add_arguments,
    _run,
    Look.REPORT,
)
