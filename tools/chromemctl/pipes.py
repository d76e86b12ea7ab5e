"""A reader that goes away in the middle, as `| head` does, is no error and nothing to speak of."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_pipe() -> Iterator[None]:
    """Write to stdout; when its reader has gone, go on in silence.

    The command goes on to its end, so that its exit code stays true.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Closing fails too, for what is still in the buffer, but leaves nothing to fail when Python exits.
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.close()
        sys.stdout = io.StringIO()
