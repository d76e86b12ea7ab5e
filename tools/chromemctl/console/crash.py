"""What the user sees of an error nobody foresaw."""

from __future__ import annotations

import sys
import traceback

import pygob
from chromemctl.console.pipes import say
from chromemctl.exits import Exit, Failure


class Bug(Failure):
    """An error nobody foresaw, for JSON."""

    exit = Exit.BUG


def report_bug(error: Exception) -> None:
    """Say that this is a bug and how to show it; the traceback only on request."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    say(
        f"chromemctl {pygob.__version__} has met a bug: {type(error).__name__}: {error}\n"
        f"  in {last.name}, {last.filename}:{last.lineno}\n"
        "The store is as the last completed step left it. Please report this."
    )
    if {"--verbose", "-v"} & set(sys.argv):
        say("".join(traceback.format_exception(error)))
    else:
        say("Run the command again with --verbose to see the traceback.")
