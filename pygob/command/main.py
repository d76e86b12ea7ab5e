"""The command line: its commands, and every way in which it can end."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from pygob import GobDecodeError, __version__
from pygob.command import annotate, check, schema, show
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import shown_path


class Command(Protocol):
    """A module that is a command.

    Attributes:
        ABOUT: What it does, for the list of commands.
    """

    ABOUT: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what it takes."""

    def run(self, arguments: argparse.Namespace) -> Iterator[str]:
        """What it says, line by line."""


COMMANDS: Mapping[str, Command] = {"show": show, "annotate": annotate, "schema": schema, "check": check}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parsed = parser().parse_args(arguments)
    try:
        return _run(COMMANDS[parsed.command], parsed)
    except BrokenPipeError:
        # The reader wanted no more, as `| head` does; nothing must be left to write when Python exits.
        with contextlib.suppress(OSError):
            sys.stdout.close()
        sys.stdout = io.StringIO()
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _run(command: Command, parsed: argparse.Namespace) -> Exit:
    output = sys.stdout
    if isinstance(output, io.TextIOWrapper):
        output.reconfigure(errors="backslashreplace")
    try:
        for line in command.run(parsed):
            output.write(_printable(line) + "\n")
    except Failure as failure:
        code, reason = failure.exit, failure.message
    except GobDecodeError as error:
        code, reason = Exit.DAMAGE, f"{shown_path(parsed.file)}: {error}"
    else:
        output.flush()
        return Exit.OK
    output.flush()
    sys.stderr.write(f"Error: {_printable(reason)}\n")
    return code


def _printable(text: str) -> str:
    """Text that does nothing to a terminal, whatever is in a path or in a file; tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line, which documents are made from too."""
    parser = argparse.ArgumentParser(
        prog="pygob",
        description="Look into gob files of any kind, without Go and without their source.",
        epilog="Exit codes: 0 done, 1 the stream is damaged, 2 usage, 3 I/O error.",
    )
    parser.add_argument("--version", action="version", version=f"pygob {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        about = f"{name}: {command.ABOUT}"
        command.add_arguments(commands.add_parser(name, help=command.ABOUT, description=about))
    return parser
