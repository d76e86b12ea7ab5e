"""What is written: bytes to a new file, or to standard output where that is no terminal."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pygob.chromem.durable import Ownership, create, ownership_of, replace, write_into
from pygob.command.exits import Exit, Failure


def add_output(parser: argparse.ArgumentParser) -> None:
    """Let a command write a file."""
    about = "the new file to write; standard output if left out"
    parser.add_argument("-o", "--output", metavar="FILE", help=about)
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def check_output(arguments: argparse.Namespace) -> None:
    """Refuse what would not be written, before any work is done.

    Raises:
        Failure: Something is there and is not to be written to, or bytes would go to a terminal.
    """
    output = arguments.output
    if output is None:
        if sys.stdout.isatty():
            raise Failure("gob is not for a terminal; give -o FILE, or send it to a file or pipe", Exit.USAGE)
    elif not output or _is_folder(Path(output)):
        raise Failure(f"{output or '-o'}: the name of a file is needed, not a folder", Exit.USAGE)
    elif os.path.lexists(output) and not arguments.force:
        raise Failure(f"{output}: {_what_is_there(Path(output))}", Exit.USAGE)


def written(arguments: argparse.Namespace, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces for standard output; or write all of them to the file, or none.

    Raises:
        Failure: The file cannot be written.
    """
    if arguments.output is None:
        yield from pieces
        return
    path = Path(arguments.output)
    data = b"".join(pieces)
    try:
        if arguments.force:
            _put(path, data)
        else:
            create(path, data, _ownership())
    except FileExistsError:
        raise Failure(f"{path}: {_what_is_there(path)}", Exit.USAGE) from None
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or error}", Exit.IO_ERROR) from None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _what_is_there(path: Path) -> str:
    """What stands where the output is to go, and what --force does with it."""
    target = f"leads to {os.path.realpath(path)}" if path.is_symlink() else ""
    try:
        mode = path.stat().st_mode
    except OSError:
        return f"{target or 'exists already'}; --force writes there"
    if not stat.S_ISREG(mode):
        kind = "a named pipe" if stat.S_ISFIFO(mode) else "no regular file"
        return f"{target or f'is {kind}'}; --force writes into it"
    if target:
        return f"{target}, which exists already; --force replaces it, and the link stays"
    return "exists already; --force replaces it"


def _put(path: Path, data: bytes) -> None:
    """Write where a path leads: links, pipes and devices stay what they are; a file keeps mode and owner."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        replace(path.resolve(), data, _ownership())
        return
    if stat.S_ISREG(mode):
        target = path.resolve()
        replace(target, data, ownership_of(target))
    else:
        write_into(path, data)


def _ownership() -> Ownership:
    """What the system gives new files."""
    mask = os.umask(0)
    os.umask(mask)
    return Ownership(0o666 & ~mask)
