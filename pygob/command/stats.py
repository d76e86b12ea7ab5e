"""`pygob stats`: how many values and bytes, by type and by field."""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import Input, NoValue, add_input, read
from pygob.inspection._json import indented
from pygob.inspection._wording import count
from pygob.inspection.statistics import Statistics, statistics

#: Longer names of types are cut in tables.
SHOWN_CHARACTERS = 40


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """Totals, then a table of types and one of each struct's fields.

    Raises:
        Failure: There is no input, or the stream is damaged; all that can be read has been counted.
    """
    source = Input.of(arguments)
    held = read(source)
    found = statistics(held.data)
    yield from _json(found) if arguments.json else _tables(found)
    if found.damage is not None:
        raise Failure(f"{source.shown}: damaged: {found.damage.text}", Exit.DAMAGE)
    if held.cut is not None:
        raise Failure(f"{source.shown}: {held.cut}", Exit.DAMAGE)
    if not found.values:
        raise NoValue(source.path)


def _json(found: Statistics) -> Iterator[str]:
    document = {"schema_version": 1, "values": found.values} | asdict(found)
    if found.damage is not None:
        document["damage"] = {"start": found.damage.start, "end": found.damage.end, "text": found.damage.text}
    yield from indented(document).split("\n")


def _tables(found: Statistics) -> Iterator[str]:
    share = _share(found.definition_bytes, found.bytes)
    yield f"{count(found.bytes, 'byte')} in {count(found.messages, 'message')}"
    lengths = _share(found.length_bytes, found.bytes)
    yield f"{count(found.messages, 'message length')}: {count(found.length_bytes, 'byte')}, {lengths}"
    yield f"{count(found.definitions, 'type definition')}: {count(found.definition_bytes, 'byte')}, {share}"
    yield f"{count(found.values, 'value')}"
    if found.types:
        yield ""
        kinds = [
            (_clipped(kind.name), f"{kind.values:,}", f"{kind.bytes:,}", _share(kind.bytes, found.bytes))
            for kind in found.types
        ]
        yield from _columns(("type", "values", "bytes", "share"), kinds)
    for struct in found.structs:
        yield ""
        fields = [
            (
                each.name,
                _clipped(each.type),
                f"{each.sent:,}",
                f"{each.bytes:,}",
                _share(each.bytes, found.bytes),
            )
            for each in struct.fields
        ]
        yield from _columns((f"field of {struct.name}", "type", "sent", "bytes", "share"), fields, texts=2)


def _clipped(name: str) -> str:
    return name if len(name) <= SHOWN_CHARACTERS else f"{name[: SHOWN_CHARACTERS - 1]}…"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "0.0%"


def _columns(head: tuple[str, ...], lines: Sequence[tuple[str, ...]], *, texts: int = 1) -> Iterator[str]:
    """Lines in columns, the first ones from the left and those of numbers from the right."""
    widths = [max(_width(line[number]) for line in [head, *lines]) for number in range(len(head))]
    for line in [head, *lines]:
        cells = [
            _padded(cell, width, to_the_left=number < texts)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _padded(cell: str, width: int, *, to_the_left: bool) -> str:
    room = " " * (width - _width(cell))
    return cell + room if to_the_left else room + cell


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: none for marks on a letter, two for East Asian ones."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


STATS = Command(
    "how many values and bytes, by type and by field",
    "pygob stats events.gob\npygob stats --json events.gob | jq '.types[0]'",
    _add_arguments,
    _run,
    Look.REPORT,
)
