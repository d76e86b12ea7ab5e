"""`python -m gohelper`: build the library, see versions, call an operation by hand."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys

from gohelper.build import build_command, build_library
from gohelper.client import Go
from gohelper.errors import GoError, GoHelperError
from gohelper.toolchain import find_toolchain


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 the operation failed, 3 nothing could be built or run."""
    parser = argparse.ArgumentParser(
        prog="python -m gohelper", description="Real encoding/gob and real chromem-go."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the C library and the static command, and print where they are")
    commands.add_parser("toolchain", help="say which Go would build them")
    commands.add_parser("version", help="say what is in the library, as JSON")
    call = commands.add_parser(
        "call", help="run an operation: its request on stdin, its answer on stdout, both JSON"
    )
    call.add_argument("operation")
    chosen = parser.parse_args(arguments)
    try:
        return _run(chosen)
    except GoHelperError as error:
        print(f"gohelper: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 1 if isinstance(error, GoError) else 3


def _run(chosen: argparse.Namespace) -> int:
    if chosen.command == "build":
        answer: object = f"{build_library()}\n{build_command()}"
    elif chosen.command == "toolchain":
        toolchain = find_toolchain()
        answer = f"{toolchain.version} {toolchain.go}"
    else:
        with Go() as go:
            if chosen.command == "version":
                answer = json.dumps(dataclasses.asdict(go.version()), indent=2)
            else:
                answer = json.dumps(go.call(chosen.operation, json.load(sys.stdin)))
    print(answer)  # noqa: T201 - a command line
    return 0


if __name__ == "__main__":
    sys.exit(main())
