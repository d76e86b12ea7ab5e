"""`pygob check`: is a stream sound, and is it what Go itself would write?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob import Stream
from pygob._wording import count
from pygob.command.inputs import add_input, read

ABOUT = "whether the stream is sound"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_input(parser)


def run(arguments: argparse.Namespace) -> Iterator[str]:
    """One sentence.

    Raises:
        GobDecodeError: The stream is damaged.
    """
    data = read(arguments.file)
    stream = Stream.parse(data)
    form = "written again, every byte is the same" if stream.is_canonical else "Go would write it otherwise"
    values, defined = count(len(stream.values), "value"), count(len(stream.types), "type")
    yield f"Sound: {values}, {defined} defined, {count(len(data), 'byte')}; {form}."
