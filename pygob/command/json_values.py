"""`pygob json` and `pygob jsonl`: the values of a stream as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial

from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import Input, NoValue, add_input, add_selection, opened, selected, shown_path
from pygob.editing.lossless import to_records
from pygob.inspection._json import TooDeepError, compact, indented
from pygob.inspection.plain import to_plain


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    about = "keep every bit and every type, for `pygob from-json` (docs/lossless-json.md)"
    parser.add_argument("--lossless", action="store_true", help=about)
    add_selection(parser)


def _run(layout: Callable[..., str], arguments: argparse.Namespace) -> Iterator[str]:
    """One document for each value.

    Raises:
        Failure: There is no input, or a value nests too deep.
        GobDecodeError: The stream is damaged; the values before have been shown.
    """
    ascii_only = not is_utf_8()
    if arguments.lossless:
        if arguments.offset or arguments.limit is not None or arguments.index is not None:
            raise Failure(
                "--lossless is for the whole stream, without --offset, --limit, --index", Exit.USAGE
            )
        has_value = False
        with opened(Input.of(arguments)) as fp:
            for record in to_records(fp):
                has_value = True
                yield from layout(record, ascii_only=ascii_only).split("\n")
        if not has_value:
            raise NoValue(arguments.file)
        return
    for value in selected(arguments):
        try:
            text = layout(to_plain(value.value, value.type), ascii_only=ascii_only)
        except TooDeepError as error:
            advice = "pygob show shows it, pygob json --lossless keeps it"
            raise Failure(f"{shown_path(arguments.file)}: {error}; {advice}", Exit.DAMAGE) from None
        yield from text.split("\n")


def is_utf_8() -> bool:
    """Whether standard output takes any character."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


JSON = Command(
    "the values as JSON, for people and jq",
    "pygob json users.gob\n"
    "pygob json users.gob | jq .Name\n"
    "pygob json --lossless users.gob | jq '.value.Name = \"Ada\"' | pygob from-json -o new.gob",
    _add_arguments,
    partial(_run, indented),
    Look.JSON,
)
JSONL = Command(
    "the same, one value a line",
    "pygob jsonl events.gob | head -n 3\npygob jsonl --limit 100 events.gob.gz",
    _add_arguments,
    partial(_run, compact),
    Look.JSON,
)
