"""`pygob csv` and `pygob tsv`: structs as rows."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterator
from functools import partial

from pygob import Value
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.get import parsed
from pygob.command.inputs import add_input, add_selection, selected, shown_path
from pygob.inspection.paths import Path, Place
from pygob.inspection.tables import Table, rows


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_selection(parser)
    about = "what becomes rows, such as Orders[*] (docs/paths.md); the values, or their elements, if left out"
    parser.add_argument("--path", metavar="PATH", help=about)
    parser.add_argument("--no-header", action="store_true", help="no line with the names of the columns")


def _run(delimiter: str, arguments: argparse.Namespace) -> Iterator[str | bytes]:
    """A line with the columns, and one for each struct.

    Raises:
        Failure: There is no input, the path is none, or the rows are not of one type.
        GobDecodeError: The stream is damaged; the rows before have been shown.
    """
    path = parsed(arguments.path) if arguments.path is not None else None
    where = shown_path(arguments.file)
    table: Table | None = None
    for value in selected(arguments):
        for place in _places(value, path):
            own = Table(place)
            if table is None:
                table = own
                if not arguments.no_header:
                    yield from _line(table.columns, delimiter)
            if own.columns != table.columns:
                described = place.held().type.short_text()
                message = (
                    f"{where}: {described}, at byte {value.start}, has other columns than the rows before; "
                    "--path chooses rows of one type, and pygob jsonl shows all"
                )
                raise Failure(message, Exit.DAMAGE)
            try:
                yield from _line(own.cells(place), delimiter)
            except ValueError as error:
                raise Failure(f"{where}: {place.path}: {error}", Exit.DAMAGE) from None


def _places(value: Value, path: Path | None) -> Iterator[Place]:
    if path is None:
        return rows(value.value, value.type)
    return path.find(value.value, value.type)


def _line(cells: list[str], delimiter: str) -> Iterator[str | bytes]:
    """One record; at a terminal with nothing in it that would act there."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(cells)
    if sys.stdout.isatty():
        yield from line.getvalue()[:-1].split("\n")
    else:
        yield line.getvalue().encode()


CSV = Command(
    "structs as rows of comma-separated values",
    "pygob csv users.gob > users.csv\npygob csv --path 'Orders[*].Items[*]' orders.gob",
    _add_arguments,
    partial(_run, ","),
)
TSV = Command(
    "structs as rows of tab-separated values",
    "pygob tsv users.gob | cut -f 1,3",
    _add_arguments,
    partial(_run, "\t"),
)
