"""What is read: a file or standard input, gzip or not."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pygob import GobLimitExceeded
from pygob.chromem import envelope
from pygob.command.exits import Exit, Failure

#: Standard input.
STDIN = "-"


def add_input(parser: argparse.ArgumentParser) -> None:
    """Give a command the file that it reads."""
    about = "a gob file, gzip or not; standard input if - or left out"
    parser.add_argument("file", nargs="?", default=STDIN, metavar="FILE", help=about)


def read(path: str) -> bytes:
    """The gob bytes of a file; of a gzip file that is damaged, as many as can be had.

    Raises:
        Failure: It cannot be read, or is too large.
    """
    raw = _raw(path)
    try:
        inside = envelope.unwrap(raw)
    except GobLimitExceeded as error:
        raise Failure(f"{shown_path(path)}: {error.message}", Exit.DAMAGE) from None
    if inside.error is not None and not inside.data:
        raise Failure(f"{shown_path(path)}: a gzip file that cannot be read: {inside.error}", Exit.DAMAGE)
    return inside.data


def _raw(path: str) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Failure(f"{shown_path(path)}: {error.strerror}", Exit.IO_ERROR) from None


def shown_path(path: str) -> str:
    """How an input is called in a message."""
    return "standard input" if path == STDIN else path
