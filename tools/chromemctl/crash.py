"""What the user sees of an error nobody foresaw."""

from __future__ import annotations

import sys
import traceback

import pygob


def report_bug(error: Exception) -> None:
    """Say that this is a bug and how to show it; the traceback only on request."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    print(  # noqa: T201 - click may be what failed
        f"chromemctl {pygob.__version__} has met a bug: {type(error).__name__}: {error}\n"
        f"  in {last.name}, {last.filename}:{last.lineno}\n"
        "The store is as the last completed step left it. Please report this.",
        file=sys.stderr,
    )
    if {"--verbose", "-v"} & set(sys.argv):
        traceback.print_exception(error)
    else:
        print("Run the command again with --verbose to see the traceback.", file=sys.stderr)  # noqa: T201
