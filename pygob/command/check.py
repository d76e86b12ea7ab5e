"""`pygob check`: is a stream sound, and is it what Go itself would write?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob import GobEncodeError
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import Input, NoValue, add_input, opened
from pygob.editing._rewriting import Rewriter, StreamReader
from pygob.inspection._sizes import Sizes
from pygob.inspection._wording import count
from pygob.inspection.paths import Place


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """One sentence.

    Raises:
        Failure: There is no input, or no value in it, or a number that does not fit where it is.
        GobDecodeError: The stream is damaged; the error is Go's where Go has one.
    """
    source = Input.of(arguments)
    with opened(source) as fp:
        reader = StreamReader(fp)
        rewriter: Rewriter | None = None
        values = 0
        sizes = Sizes()
        others: list[int] = []  # where values begin that Go would write otherwise
        for read in reader:
            values += 1
            try:
                sizes.check(Place(read.found.value, read.found.type))
            except GobEncodeError as error:
                where = f"in {error.path} of the value at byte {read.found.start:,}"
                message = f"{error.message}, {where}; Go's decoder refuses it"
                raise Failure(f"{source.shown}: {message}", Exit.DAMAGE) from None
            rewriter = rewriter or Rewriter(reader.table)
            if not rewriter.is_what_go_writes(read):
                others.append(read.found.start)
    if not values:
        raise NoValue(source.path)
    held = f"{count(values, 'value')}, {count(len(reader.table.definitions), 'type')} defined"
    yield f"Sound: {held}, {count(reader.position, 'byte')}; {_form(values, others)}."


def _form(values: int, others: list[int]) -> str:
    if not others:
        return "written again, every byte is the same"
    if values == 1:
        return "Go would write it otherwise"
    return f"Go would write {len(others):,} of the values otherwise, the first at byte {others[0]:,}"


CHECK = Command(
    "whether the stream is sound, and what Go would write",
    "pygob check users.gob && cp users.gob backup/",
    add_input,
    _run,
)
