"""`pygob from-json`: lossless JSON back into a gob stream."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from pygob import GobEncodeError
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import STDIN, raw, shown_path
from pygob.command.outputs import add_output, check_output, written
from pygob.editing.lossless import from_records
from pygob.inspection._json import JsonError, documents


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    about = "what `pygob json --lossless` or `jsonl --lossless` wrote; standard input if - or left out"
    parser.add_argument("file", nargs="?", default=STDIN, metavar="FILE", help=about)
    add_output(parser)


def _run(arguments: argparse.Namespace) -> Iterator[bytes]:
    """The bytes of the stream.

    Raises:
        Failure: The input is empty or not in the lossless form, or a value does not fit its type.
    """
    check_output(arguments)
    yield from written(arguments, _stream(arguments.file))


def _stream(path: str) -> Iterator[bytes]:
    is_empty = True
    try:
        with raw(path) as fp:
            for piece in from_records(_records(documents(fp.read))):
                is_empty = False
                yield piece
    except (JsonError, GobEncodeError) as error:
        raise Failure(f"{shown_path(path)}: {error}", Exit.DAMAGE) from None
    if is_empty:  # most likely what wrote it has failed
        raise Failure(f"{shown_path(path)}: no record, so nothing is written", Exit.DAMAGE)


def _records(found: Iterator[Any]) -> Iterator[Any]:
    """The records, also where they were put into a list, as `jq -s` does."""
    for document in found:
        if isinstance(document, list):
            yield from document
        else:
            yield document


FROM_JSON = Command(
    "lossless JSON back into gob",
    "pygob json --lossless a.gob | pygob from-json | cmp - a.gob\npygob from-json edited.json -o new.gob",
    _add_arguments,
    _run,
)
