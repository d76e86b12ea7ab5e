"""`pygob set`: a new file with another value in one place."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob import GobEncodeError, Value
from pygob.command.command import Command, whole_number
from pygob.command.exits import Exit, Failure
from pygob.command.get import add_path
from pygob.command.hints import nothing_at
from pygob.command.inputs import Input, add_input, opened
from pygob.command.outputs import add_output, check_output, written
from pygob.command.places import parsed
from pygob.editing.assignment import set_values
from pygob.inspection._json import Json, JsonError
from pygob.inspection._json import parsed as parsed_json


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_path(parser)
    about = "what to put there: JSON, or a text without quotes; times as 2026-01-31T23:59:59Z"
    parser.add_argument("value", metavar="VALUE", help=about)
    add_input(parser)
    add_output(parser)
    parser.add_argument("--index", type=whole_number, metavar="N", help="in value N only, counted from 0")
    parser.add_argument("--all", action="store_true", help="in every place, where the path leads to several")


def _run(arguments: argparse.Namespace) -> Iterator[bytes]:
    """The bytes of the new stream.

    Raises:
        Failure: The path is none, leads nowhere or to several places; what is given does not fit.
        GobDecodeError: The stream is damaged; nothing is written.
    """
    check_output(arguments)
    path = parsed(arguments.path)
    pieces: list[bytes] = []
    places: list[str] = []
    first: Value | None = None
    source = Input.of(arguments)
    where = source.shown
    try:
        with opened(source) as fp:
            given, text = _given(arguments.value), arguments.value
            for edited in set_values(fp, path, given, text=text, index=arguments.index):
                pieces.append(edited.data)
                places += edited.paths
                first = first or edited.value
    except GobEncodeError as error:
        raise Failure(f"{where}: {error}", Exit.USAGE) from None
    if not places:
        raise Failure(f"{where}: {nothing_at(arguments.path, first)}", Exit.NOT_FOUND)
    if len(places) > 1 and not arguments.all:
        shown = ", ".join(places[:3]) + (", ..." if len(places) > 3 else "")
        message = f"{where}: {arguments.path} leads to {len(places):,} places ({shown}); --all changes each"
        raise Failure(message, Exit.USAGE)
    yield from written(arguments, pieces)


def _given(text: str) -> Json:
    """JSON as what it says, and any other text as itself."""
    try:
        return parsed_json(text)
    except JsonError:
        return text


SET = Command(
    "a new file with one value changed, and nothing else",
    "pygob set Name lessons 00000000.gob -o new.gob\n"
    "pygob set 'Metadata[\"lang\"]' de document.gob -o new.gob\n"
    "pygob set 'Orders[0].Total' 12.5 orders.gob > new.gob",
    _add_arguments,
    _run,
)
