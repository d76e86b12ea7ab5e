"""Entry point of the command `chromemctl`: whatever happens, an exit code with a meaning."""

from __future__ import annotations

import gc
import sys

# Imports make some ten thousand objects that all stay: looking through them again and again takes long.
_OBJECTS_BETWEEN_COLLECTIONS = 20_000


def main() -> None:
    """Run the command line and end the process."""
    try:
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        # Imports take most of a short run: Ctrl-C must find this function here.
        import signal

        from chromemctl.console.pipes import open_missing_streams, write_any_text

        open_missing_streams()
        write_any_text()
        from chromemctl.console.running import run

        code = run()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; the exit code stays true
    except KeyboardInterrupt:
        import signal  # which may be what was not imported

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
        from chromemctl.console.running import interrupted

        code = interrupted()
    gc.freeze()  # what is left goes with the process
    sys.exit(code)


if __name__ == "__main__":
    main()
