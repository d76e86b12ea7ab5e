"""What a command is."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pygob.command.colour import Look

_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        about: What it does, in a few words.
        examples: Lines to copy, for its help.
        add_arguments: Declares what it takes.
        run: What it says: lines of text, or bytes that are written as they are.
        look: What the lines are, for colour.
    """

    about: str
    examples: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Iterator[str | bytes]]
    look: Look = Look.PLAIN


def whole_number(text: str) -> int:
    """A number from 0 on, given as an argument."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    if len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"a number of {len(text)} digits is more than any stream has values")
    return int(text)
