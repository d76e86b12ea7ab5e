"""The command line: its commands, and every way in which it can end."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shlex
import sys
import traceback
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from pygob import GobDecodeError, __version__
from pygob.chromem.envelope import ExportKeyError
from pygob.command.annotate import ANNOTATE
from pygob.command.check import CHECK
from pygob.command.colour import painter
from pygob.command.command import Command
from pygob.command.csv_rows import CSV, TSV
from pygob.command.diff import DIFF
from pygob.command.exits import Exit, Failure, printable
from pygob.command.from_json import FROM_JSON
from pygob.command.get import GET
from pygob.command.inputs import shown_path
from pygob.command.json_values import JSON, JSONL
from pygob.command.salvage import SALVAGE
from pygob.command.schema import SCHEMA
from pygob.command.set_value import SET
from pygob.command.show import SHOW
from pygob.command.stats import STATS

COMMANDS: Mapping[str, Command] = {
    "show": SHOW,
    "json": JSON,
    "jsonl": JSONL,
    "from-json": FROM_JSON,
    "get": GET,
    "set": SET,
    "csv": CSV,
    "tsv": TSV,
    "diff": DIFF,
    "schema": SCHEMA,
    "stats": STATS,
    "check": CHECK,
    "salvage": SALVAGE,
    "annotate": ANNOTATE,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parsed = parsed_arguments(sys.argv[1:] if arguments is None else arguments)
    if sys.stdout is None:  # whoever started the process has closed it
        if sys.stderr is not None:
            sys.stderr.write("Error: standard output is closed\n")
        return Exit.IO_ERROR
    try:
        return _run(COMMANDS[parsed.command], parsed)
    except BrokenPipeError:
        _close_output()  # the reader wanted no more, as `| head` does
        return Exit.OK
    except OSError as error:
        _close_output()
        sys.stderr.write(f"Error: standard output: {error.strerror or error}\n")
        return Exit.IO_ERROR
    except KeyboardInterrupt:
        _close_output()
        return Exit.INTERRUPTED
    except Exception:  # noqa: BLE001 - a fault of this program is not told by the code for damage
        _close_output()
        sys.stderr.write(f"{traceback.format_exc()}Error: this is a fault of pygob itself, not of the file\n")
        return Exit.BUG


def _close_output() -> None:
    """Leave nothing to write when Python exits."""
    with contextlib.suppress(OSError):
        sys.stdout.close()
    sys.stdout = io.StringIO()


def _run(command: Command, parsed: argparse.Namespace) -> Exit:
    output = sys.stdout
    if isinstance(output, io.TextIOWrapper):
        output.reconfigure(errors="backslashreplace")
    paint = painter(command.look, is_wanted=not parsed.no_color)
    try:
        for said in command.run(parsed):
            if isinstance(said, bytes):
                output.buffer.write(said)
            else:
                line = printable(said)
                output.write(f"{line if paint is None else paint(line)}\n")
    except Failure as failure:
        code, reason = failure.exit, failure.message
    except ExportKeyError as error:
        code, reason = Exit.KEY, f"{shown_path(parsed.file)}: {error.message}"
    except ImportError as error:
        if error.name != "cryptography":
            raise
        code, reason = Exit.KEY, str(error)
    except GobDecodeError as error:
        code, reason = Exit.DAMAGE, f"{shown_path(parsed.file)}: {error}"
    else:
        output.flush()
        return Exit.OK
    output.flush()
    if reason:
        sys.stderr.write(f"Error: {printable(reason)}\n")
    return code


def parsed_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """What the command line says; options may stand between PATH, VALUE and FILE.

    Raises:
        SystemExit: It says nothing that can be done, or asks for help, which has been given.
    """
    program, commands = _grammar()
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name in commands:
        own = commands[name]
        # argparse itself takes a FILE that may be left out for left out at the first option before it.
        parsed = own.parse_args(rest) if "--" in rest else own.parse_intermixed_args(rest)
        parsed.command = name
        return parsed
    if name and not name.startswith("-"):
        program.error(_no_command(name))
    return program.parse_args(arguments)


def _no_command(name: str) -> str:
    alike = get_close_matches(name, COMMANDS, n=1)
    advice = f"; is it {alike[0]}?" if alike else ""
    if os.path.lexists(name):
        advice = f"; it is a file, which pygob show {shlex.quote(name)} shows"
    return printable(f"{name} is no command{advice} (commands: {', '.join(COMMANDS)})")


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line, which documents are made from too."""
    return _grammar()[0]


def _grammar() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """The grammar of the program, and that of each command."""
    parser = argparse.ArgumentParser(
        prog="pygob",
        description="Look into gob files of any kind, without Go and without their source.",
        epilog="Exit codes: 0 done, 1 damaged, different or not found, 2 usage, 3 I/O error, 12 key wrong.",
    )
    parser.add_argument("-V", "--version", action="version", version=f"pygob {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        examples = "".join(f"\n  {line}" for line in command.examples.splitlines())
        own = commands.add_parser(
            name,
            help=command.about,
            description=f"{name}: {command.about}",
            epilog=f"Examples:{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(own)
        own.add_argument(
            "--no-color", action="store_true", help="no colour at a terminal; NO_COLOR does the same"
        )
    return parser, dict(commands.choices)
