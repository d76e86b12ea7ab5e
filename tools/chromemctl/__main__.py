"""Entry point of the command `chromemctl`: whatever happens, an exit code with a meaning."""

from __future__ import annotations

import sys
from typing import NoReturn

from chromemctl.exits import Exit
from chromemctl.pipes import open_missing_streams, say


def main() -> NoReturn:
    """Run the command line and end the process."""
    open_missing_streams()
    try:
        # Imports take most of a short run: Ctrl-C must find this function here.
        from chromemctl.running import run

        code = run()
    except KeyboardInterrupt:
        say("Interrupted. Running the same command again is safe.")
        code = Exit.INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
