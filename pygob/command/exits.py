"""Exit codes, and the errors that end a command with one of them."""

from __future__ import annotations

import sys
from enum import IntEnum


class Exit(IntEnum):
    """What the process says when it ends."""

    OK = 0
    DAMAGE = 1  # the stream is damaged
    NOT_FOUND = 1  # the path leads nowhere
    DIFFERENT = 1  # the two files are not the same
    USAGE = 2
    IO_ERROR = 3
    KEY = 12  # the key of an encrypted file is missing or wrong
    BUG = 70  # a fault of the program
    INTERRUPTED = 130  # 128 + SIGINT


class Failure(Exception):
    """A command cannot go on, for a reason its user can understand.

    Attributes:
        message: The reason; "" where the output has said it all.
        exit: How the process ends.
    """

    def __init__(self, message: str, exit_code: Exit) -> None:
        super().__init__(message)
        self.message = message
        self.exit = exit_code


def printable(text: str) -> str:
    """Text that does nothing to a terminal, whatever is in a path or in a file; tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()


def warn(text: str) -> None:
    """Tell something that does not keep a command from its work."""
    if sys.stderr is not None:
        sys.stderr.write(f"Warning: {printable(text)}\n")
