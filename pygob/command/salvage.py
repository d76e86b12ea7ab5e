"""`pygob salvage`: what can still be read of a damaged file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob import Salvage, salvage
from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import Input, add_input, held_in_memory
from pygob.command.json_values import is_utf_8
from pygob.inspection._json import Json, indented
from pygob.inspection._wording import count
from pygob.inspection.differences import plain_part
from pygob.inspection.tree import tree

#: What a part that is read but may be wrong is marked with.
MARK = "!"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    about = "a sound file with the same types, such as a sibling's: finds values whose own types are lost"
    parser.add_argument("--like", metavar="FILE", help=about)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """What became of every byte, and every value that could be read.

    Raises:
        Failure: There is no input; or something is lost or may be wrong, or no value found, after
            all has been told.
        GobDecodeError: The file with the types is not sound.
    """
    source = Input.of(arguments)
    data, cut = held_in_memory(source)
    definitions = b""
    if arguments.like is not None:
        definitions, _ = held_in_memory(Input(arguments.like, None, source.limit))
    found = salvage(data, definitions=definitions)
    if arguments.json:
        yield from indented(_document(found, len(data)), ascii_only=not is_utf_8()).split("\n")
    else:
        yield from _report(found, len(data))
    if cut is not None:
        raise Failure(f"{source.shown}: {cut}", Exit.DAMAGE)
    if not (found.is_sound and found.values):
        raise Failure("", Exit.DAMAGE)


def _report(found: Salvage, size: int) -> Iterator[str]:
    lost = sum(each.end - each.start for each in found.lost)
    whole = sum(value.is_complete for value in found.values)
    parts = len(found.values) - whole
    yield f"{count(size, 'byte')}, {count(lost, 'byte')} lost"
    yield f"{count(whole, 'whole value')}" + (f", {count(parts, 'value')} in part" if parts else "")
    if found.error is not None:
        yield f"first error: {found.error}"
    for each in found.lost:
        yield f"lost: bytes {each.start:,} to {each.end:,}: {each.reason}"
    for number, value in enumerate(found.values):
        yield ""
        state = "whole" if value.is_complete else "in part"
        yield f"value {number}, bytes {value.start:,} to {value.end:,}, {state}"
        for suspect in value.suspects:
            yield f"{MARK} {suspect.path or 'all of it'}: {suspect.reason}"
        yield from (f"  {line}" for line in tree(value.value, value.type))


def _document(found: Salvage, size: int) -> Json:
    return {
        "schema_version": 1,
        "bytes": size,
        "error": str(found.error) if found.error is not None else None,
        "ranges": [
            {"start": each.start, "end": each.end, "kind": each.kind, "reason": each.reason}
            for each in found.ranges
        ],
        "values": [
            {
                "type": value.type.short_text(),
                "start": value.start,
                "end": value.end,
                "complete": value.is_complete,
                "suspects": [{"path": each.path, "reason": each.reason} for each in value.suspects],
                "value": plain_part(value.value, value.type),
            }
            for value in found.values
        ],
    }


SALVAGE = Command(
    "what can still be read of a damaged file",
    "pygob salvage damaged.gob\npygob salvage --like sibling.gob --json damaged.gob | jq '.values[].value'",
    _add_arguments,
    _run,
    Look.REPORT,
)
