"""`pygob csv` and `pygob tsv`: structs as rows."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple, TypeAlias

from pygob import types
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure, warn
from pygob.command.hints import nothing_at
from pygob.command.inputs import add_input, shown_path
from pygob.command.places import Places, add_places, parsed
from pygob.inspection._wording import count
from pygob.inspection.tables import Table, rows


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    about = "what becomes rows, such as Orders[*] (docs/paths.md); the values, or their elements, if left out"
    parser.add_argument("--path", metavar="PATH", help=about)
    about = (
        "what to do with rows that have other columns than the first: refuse them (the default), make one "
        "table with the columns of all (union), a new table wherever they change (split), or leave them out "
        "and say how many (first)"
    )
    parser.add_argument("--mixed", choices=_MIXED, default="refuse", help=about)
    parser.add_argument("--no-header", action="store_true", help="no line with the names of the columns")
    add_places(parser)
    add_input(parser)


def _run(delimiter: str, arguments: argparse.Namespace) -> Iterator[str | bytes]:
    """A line with the columns, and one for each struct.

    Raises:
        Failure: There is no input, the path is none or leads nowhere, or the rows are not of one type.
        GobDecodeError: The stream is damaged; the rows before have been shown.
    """
    path = parsed(arguments.path) if arguments.path is not None else None
    if path is None:
        places = Places(arguments, lambda value: rows(value.value, value.type))
    else:
        places = Places(arguments, lambda value: path.find(value.value, value.type))
    for line in _MIXED[arguments.mixed](_rows(places, arguments)):
        if line.is_header and arguments.no_header:
            continue
        yield from _line(line.cells, delimiter)
    if path is not None and not places.found and arguments.take != 0:
        message = f"{shown_path(arguments.file)}: {nothing_at(arguments.path, places.first)}"
        raise Failure(message, Exit.NOT_FOUND)


class _Row(NamedTuple):
    """A row.

    Attributes:
        columns: The names of its columns.
        cells: What is in them.
        where: What it is and where, for a message.
    """

    columns: list[str]
    cells: list[str]
    where: str


class _Line(NamedTuple):
    """A line of the output: cells, or the names of columns."""

    cells: list[str]
    is_header: bool = False


def _rows(places: Places, arguments: argparse.Namespace) -> Iterator[_Row]:
    table: Table | None = None
    shape: tuple[types.Type, bool] | None = None
    for place in places:
        described, has_key = place.held().type, place.key is not None
        if table is None or shape is None or shape[0] is not described or shape[1] != has_key:
            table, shape = Table(place), (described, has_key)
        at = "" if arguments.sort is not None or places.last is None else f", at byte {places.last.start}"
        where = f"{shown_path(arguments.file)}: {described.short_text()}{at}"
        try:
            yield _Row(table.columns, table.cells(place), where)
        except ValueError as error:
            raise Failure(f"{shown_path(arguments.file)}: {place.path}: {error}", Exit.DAMAGE) from None


def _refused(found: Iterable[_Row]) -> Iterator[_Line]:
    columns: list[str] | None = None
    for row in found:
        if columns is None:
            columns = row.columns
            yield _Line(columns, is_header=True)
        if row.columns != columns:
            advice = "--mixed says what to do with them, --path chooses rows of one type"
            raise Failure(f"{row.where}, has other columns than the rows before; {advice}", Exit.DAMAGE)
        yield _Line(row.cells)


def _like_the_first(found: Iterable[_Row]) -> Iterator[_Line]:
    columns: list[str] | None = None
    others = 0
    for row in found:
        if columns is None:
            columns = row.columns
            yield _Line(columns, is_header=True)
        if row.columns == columns:
            yield _Line(row.cells)
        else:
            others += 1
    if others:
        warn(f"{count(others, 'row')} with other columns than the first left out")


def _split(found: Iterable[_Row]) -> Iterator[_Line]:
    columns: list[str] | None = None
    for row in found:
        if row.columns != columns:
            if columns is not None:
                yield _Line([])
            columns = row.columns
            yield _Line(columns, is_header=True)
        yield _Line(row.cells)


def _united(found: Iterable[_Row]) -> Iterator[_Line]:
    """One table; all rows are held until their columns are known."""
    held = [dict(zip(row.columns, row.cells, strict=True)) for row in found]
    columns = list(dict.fromkeys(column for row in held for column in row))
    if held:
        yield _Line(columns, is_header=True)
    for cells in held:
        yield _Line([cells.get(column, "") for column in columns])


_Lines: TypeAlias = Callable[[Iterable[_Row]], Iterator[_Line]]
_MIXED: dict[str, _Lines] = {
    "refuse": _refused,
    "union": _united,
    "split": _split,
    "first": _like_the_first,
}


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
    "pygob csv users.gob > users.csv\n"
    "pygob csv --path 'Orders[*].Items[*]' orders.gob\n"
    "pygob csv --path 'Orders[*].{ID, City: Customer.City}' --sort City orders.gob\n"
    "pygob csv --mixed union events.gob > events.csv",
    _add_arguments,
    partial(_run, ","),
)
TSV = Command(
    "structs as rows of tab-separated values",
    "pygob tsv users.gob | cut -f 1,3",
    _add_arguments,
    partial(_run, "\t"),
)
