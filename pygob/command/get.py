"""`pygob get`: the parts of a value that a path leads to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from pygob import Value
from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.hints import nothing_at
from pygob.command.inputs import add_input, add_selection, selected, shown_path
from pygob.command.json_values import is_utf_8
from pygob.inspection._json import Json, compact, indented
from pygob.inspection.paths import Path, PathError, Place
from pygob.inspection.plain import to_plain


def add_path(parser: argparse.ArgumentParser) -> None:
    """Give a command the path that it follows."""
    about = (
        'what to look for, such as Users[0].Name, Metadata["lang"], Users[?Age>30] or ..Name (docs/paths.md)'
    )
    parser.add_argument("path", metavar="PATH", help=about)


def parsed(text: str) -> Path:
    """A path that was given as an argument.

    Raises:
        Failure: It is none.
    """
    try:
        return Path(text)
    except PathError as error:
        raise Failure(str(error), Exit.USAGE) from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_path(parser)
    add_input(parser)
    add_selection(parser)
    parser.add_argument("-r", "--raw", action="store_true", help="texts and bytes as they are, not as JSON")
    parser.add_argument("--paths", action="store_true", help="the path of each place before what is there")
    parser.add_argument("--count", action="store_true", help="how many places there are, not what is there")


def _run(arguments: argparse.Namespace) -> Iterator[str | bytes]:
    """What is in each place.

    Raises:
        Failure: The path is none, or leads nowhere.
        GobDecodeError: The stream is damaged; what was found before has been shown.
    """
    path = parsed(arguments.path)
    if arguments.count and (arguments.raw or arguments.paths):
        raise Failure("--count shows no value; --raw and --paths do not go with it", Exit.USAGE)
    number = 0
    first: Value | None = None
    for value in selected(arguments):
        first = first or value
        for place in path.find(value.value, value.type):
            number += 1
            if arguments.count:
                continue
            if arguments.paths:
                text = compact(_json_of(place, arguments.file), ascii_only=not is_utf_8())
                yield f"{place.path}\t{text}"
            elif arguments.raw:
                yield from _raw(place.held(), arguments.file)
            else:
                yield from _lines(_json_of(place, arguments.file))
    if arguments.count:
        yield str(number)
    if number == 0:
        message = f"{shown_path(arguments.file)}: {nothing_at(arguments.path, first)}"
        raise Failure(message, Exit.NOT_FOUND)


def _json_of(place: Place, path: str) -> Json:
    try:
        return to_plain(place.value, place.type)
    except ValueError as error:
        raise Failure(f"{shown_path(path)}: {place.path}: {error}", Exit.DAMAGE) from None


def _lines(value: Json) -> list[str]:
    return indented(value, ascii_only=not is_utf_8()).split("\n")


def _raw(place: Place, path: str) -> Iterator[str | bytes]:
    match place.value:
        case str() as text if sys.stdout.isatty():
            yield text
        case str() as text:
            yield text.encode("utf-8", "surrogateescape") + b"\n"
        case bytes() as data if not sys.stdout.isatty():
            yield data
        case _:
            shown = _json_of(place, path)
            yield from [shown] if isinstance(shown, str) else _lines(shown)


GET = Command(
    "the parts that a path leads to",
    "pygob get Name users.gob\n"
    "pygob get 'Orders[?Total>100].Customer.Name' orders.gob\n"
    "pygob get --raw Payload message.gob > payload.bin\n"
    "pygob get --count 'Users[?Name~\"ada\"]' users.gob\n"
    "pygob get --paths ..Price catalogue.gob",
    _add_arguments,
    _run,
    Look.JSON,
)
