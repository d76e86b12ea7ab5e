"""`pygob get`: the parts of a value that a path leads to, and what they are together."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator

from pygob import GobEncodeError
from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.hints import nothing_at
from pygob.command.inputs import NoValue, add_input, shown_path
from pygob.command.json_values import is_utf_8
from pygob.command.places import Places, add_places, parsed
from pygob.inspection._json import Json, JsonError, compact, indented
from pygob.inspection._json import parsed as parsed_json
from pygob.inspection._marshaled_text import int_text
from pygob.inspection.ordering import NotANumberError, largest, mean, smallest, total
from pygob.inspection.paths import Place
from pygob.inspection.plain import scalar, to_plain
from pygob.inspection.tree import tree


def add_path(parser: argparse.ArgumentParser) -> None:
    """Give a command the path that it follows."""
    about = (
        'what to look for, such as Users[0].Name, Metadata["lang"], Users[?Age>30] or ..Name (docs/paths.md)'
    )
    parser.add_argument("path", metavar="PATH", help=about)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_path(parser)
    about = "JSON for people (the default), JSON in one line for each place, or trees as from pygob show"
    parser.add_argument("--format", choices=("json", "jsonl", "tree"), default="json", help=about)
    parser.add_argument("-r", "--raw", action="store_true", help="texts and bytes as they are, not as JSON")
    parser.add_argument("--paths", action="store_true", help="the path of each place before what is there")
    about = "what to show where nothing is found, such as null; the exit code is 0 then"
    parser.add_argument("--default", metavar="JSON", help=about)
    for name, about in (_SUMMARIES | _EXTREMES).items():
        parser.add_argument(f"--{name}", action="append_const", dest="summary", const=name, help=about)
    add_places(parser)
    add_input(parser)


# What is shown instead of places, and which single place may be.
_SUMMARIES = {
    "count": "how many places there are, not what is there",
    "sum": "the sum of the numbers there",
    "avg": "the mean of the numbers there",
}
_EXTREMES = {
    "min": "only the place with the smallest number, the first time or text",
    "max": "only the place with the largest number, the last time or text",
}


def _run(arguments: argparse.Namespace) -> Iterator[str | bytes]:
    """What is in each place, or what all of them are together.

    Raises:
        Failure: The path is none, or leads nowhere; or what is to be reckoned with is no number.
        GobDecodeError: The stream is damaged; what was found before has been shown.
    """
    path = parsed(arguments.path)
    _check(arguments)
    places = Places(arguments, lambda value: path.find(value.value, value.type))
    has_shown = False
    try:
        for shown in _said(places, arguments):
            has_shown = True
            yield shown
    except NotANumberError as error:
        raise Failure(f"{shown_path(arguments.file)}: {error}", Exit.USAGE) from None
    except GobEncodeError as error:  # a value that nests too deep to be compared
        raise Failure(f"{shown_path(arguments.file)}: {error}", Exit.DAMAGE) from None
    if not has_shown or not places.taken:
        yield from _nothing(places, arguments)


def _said(places: Places, arguments: argparse.Namespace) -> Iterator[str | bytes]:
    found = _all(places)
    match arguments.summary:
        case ["count", *_]:
            yield str(sum(1 for _ in found))
        case [("sum" | "avg") as name, *_]:
            number = total(found) if name == "sum" else mean(found)
            if number is not None:
                yield int_text(number) if isinstance(number, int) else compact(scalar(number))
        case [("min" | "max") as name, *_]:
            extreme = smallest(found) if name == "min" else largest(found)
            yield from _shown([extreme] if extreme is not None else [], arguments)
        case _:
            yield from _shown(found, arguments)


def _all(places: Places) -> Iterator[Place]:
    """The places; none of a stream without a value."""
    with contextlib.suppress(NoValue):
        yield from places


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options of which one would do nothing.

    Raises:
        Failure: There are such.
    """
    summaries = arguments.summary or []
    if len(set(summaries)) > 1:
        raise Failure(f"--{summaries[0]} and --{summaries[1]} do not go together", Exit.USAGE)
    if "count" in summaries and arguments.default is not None:
        raise Failure("--count shows 0 where nothing is found; --default does not go with it", Exit.USAGE)
    has_form = arguments.raw or arguments.paths or arguments.format != "json"
    if has_form and not {*summaries}.isdisjoint(_SUMMARIES):
        message = f"--{summaries[0]} shows no value; --raw, --paths and --format do not go with it"
        raise Failure(message, Exit.USAGE)
    if arguments.raw + arguments.paths + (arguments.format != "json") > 1:
        raise Failure("of --raw, --paths and --format only one can be given", Exit.USAGE)


def _nothing(places: Places, arguments: argparse.Namespace) -> Iterator[str]:
    """What is shown instead.

    Raises:
        Failure: Nothing is.
    """
    if arguments.default is not None:
        try:
            default = parsed_json(arguments.default)
        except JsonError:
            default = arguments.default
        yield from [default] if arguments.raw and isinstance(default, str) else _lines(default)
        return
    if arguments.take == 0:
        return
    where = shown_path(arguments.file)
    if places.taken:
        message = f"{where}: nothing but nil at {arguments.path}"
    elif places.found:
        message = f"{where}: --skip leaves none of {places.found:,} places"
    else:
        message = f"{where}: {nothing_at(arguments.path, places.first)}"
    raise Failure(message, Exit.NOT_FOUND)


def _shown(places: Iterable[Place], arguments: argparse.Namespace) -> Iterator[str | bytes]:
    if arguments.raw:
        show: Callable[[Place], Iterator[str | bytes]] = _raw
    elif arguments.paths:
        show = _with_path
    else:
        show = _FORMATS[arguments.format]
    for place in places:
        try:
            yield from show(place)
        except ValueError as error:
            raise Failure(f"{shown_path(arguments.file)}: {place.path}: {error}", Exit.DAMAGE) from None


def _json_of(place: Place) -> Json:
    held = place.held()
    return to_plain(held.value, held.type, held.interface_name)


def _lines(value: Json) -> list[str]:
    return indented(value, ascii_only=not is_utf_8()).split("\n")


def _line(place: Place) -> str:
    return compact(_json_of(place), ascii_only=not is_utf_8())


def _with_path(place: Place) -> Iterator[str]:
    yield f"{place.path}\t{_line(place)}"


def _raw(place: Place) -> Iterator[str | bytes]:
    match place.held().value:
        case str() as text if sys.stdout.isatty():
            yield text
        case str() as text:
            yield text.encode("utf-8", "surrogateescape") + b"\n"
        case bytes() as data if not sys.stdout.isatty():
            yield data
        case _:
            shown = _json_of(place)
            yield from [shown] if isinstance(shown, str) else _lines(shown)


_FORMATS: dict[str, Callable[[Place], Iterator[str | bytes]]] = {
    "json": lambda place: iter(_lines(_json_of(place))),
    "jsonl": lambda place: iter([_line(place)]),
    "tree": lambda place: tree(place.value, place.type),
}

GET = Command(
    "the parts that a path leads to",
    "pygob get Name users.gob\n"
    "pygob get 'Orders[?Total>100 || Customer.Name glob \"A*\"].Customer.Name' orders.gob\n"
    "pygob get 'Orders[*].{ID, City: Customer.City}' --sort City,ID:desc --take 10 orders.gob\n"
    "pygob get --sum 'Orders[*].Total' orders.gob\n"
    "pygob get --count 'Users[?Name~\"ada\"]' users.gob\n"
    "pygob get --raw Payload message.gob > payload.bin\n"
    "pygob get --paths ..Price catalogue.gob",
    _add_arguments,
    _run,
    Look.JSON,
)
