"""Examples at the end of a command's help."""

from __future__ import annotations


def examples(*commands: str) -> str:
    """The epilog of a command that shows how it is called, one command line each.

    A line that begins with `#` says what the next one does.
    """
    return "\b\n" + "\n".join(["Examples:", *(f"  {command}" for command in commands)])
