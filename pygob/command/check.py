"""`pygob check`: is a stream sound, and is it what Go itself would write?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob import Stream
from pygob._wording import count
from pygob.command.command import Command
from pygob.command.inputs import add_input, read


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """One sentence.

    Raises:
        GobDecodeError: The stream is damaged.
    """
    data = read(arguments.file, arguments.key_file)
    stream = Stream.parse(data)
    form = "written again, every byte is the same" if stream.is_canonical else "Go would write it otherwise"
    values, defined = count(len(stream.values), "value"), count(len(stream.types), "type")
    yield f"Sound: {values}, {defined} defined, {count(len(data), 'byte')}; {form}."


CHECK = Command(
    "whether the stream is sound", "pygob check users.gob && cp users.gob backup/", _add_arguments, _run
)
