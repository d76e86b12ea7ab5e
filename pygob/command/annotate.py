"""`pygob annotate`: every byte explained."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob._messages.files import Bytes
from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import Input, NoValue, add_input, read
from pygob.inspection._wording import count
from pygob.inspection.annotation import Note, Role, annotate

#: Bytes shown of one part; the others are counted.
SHOWN_BYTES = 8
#: Elements of a slice of numbers that are shown one by one.
SHOWN_ELEMENTS = 4
#: Columns for the digits of that many bytes and the number of the others.
_WIDTH = SHOWN_BYTES * 3 + 4


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument("--full", action="store_true", help="every byte and every element")


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """One line for each part, of a damaged stream too.

    Raises:
        Failure: The stream is damaged; all of it has been annotated.
    """
    source = Input.of(arguments)
    held = read(source)
    data = held.data
    damages = 0
    for note in annotate(data, elements=None if arguments.full else SHOWN_ELEMENTS):
        damages += note.role is Role.DAMAGED
        yield _line(note, data, None if arguments.full else SHOWN_BYTES)
    said = [f"damaged in {count(damages, 'place')}, marked with !"] if damages else []
    if held.cut is not None:
        said.append(held.cut)
    if said:
        raise Failure(f"{source.shown}: {'; '.join(said)}", Exit.DAMAGE)
    if not data:
        raise NoValue(source.path)


def _line(note: Note, data: Bytes, shown: int | None) -> str:
    size = note.end - note.start
    digits = data[note.start : note.start + min(size, size if shown is None else shown)].hex(" ")
    if shown is not None and size > shown:
        digits += f" +{size - shown:,}"
    mark = "!" if note.role is Role.DAMAGED else " "
    return f"{note.start:08x} {mark} {digits:<{_WIDTH}}  {'  ' * note.depth}{note.text}"


ANNOTATE = Command(
    "every byte, explained",
    "pygob annotate users.gob | less\nhead -c 100 users.gob | pygob annotate --full",
    _add_arguments,
    _run,
    Look.BYTES,
)
