"""Standard output and error that cannot be written never keep a command from doing its work.

A reader that goes away in the middle, as `| head` does, is no error and nothing to speak of. A stream that
is closed or full is an error, told by the exit code once the work is done.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import io
import os
import sys
import termios
import time
from collections.abc import Iterator
from typing import TextIO

# How long a slow reader is waited for, and how long a quick one has to show what it read.
_PATIENCE_SECONDS = 2.0
_BREATH_SECONDS = 0.05

_ESCAPING = "chromemctl.escape"
_PLAINER = {"→": "->", "…": "..."}


class Lost(io.StringIO):
    """Where output goes that nobody will get.

    Attributes:
        reason: Why, None where that is no error.
    """

    def __init__(self, reason: str | None, *, is_missed: bool = True) -> None:
        """Stand in for a stream.

        Args:
            reason: Why nobody gets it.
            is_missed: Whether something was lost already, before what is written here.
        """
        super().__init__()
        self.reason = reason
        self._is_missed = is_missed

    @property
    def is_missed(self) -> bool:
        """Whether anything was lost."""
        return self._is_missed or self.tell() > 0


@contextlib.contextmanager
def quiet_pipe() -> Iterator[None]:
    """Write to stdout; when that cannot be done, go on in silence.

    The command goes on to its end, so that its exit code stays true.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up_stdout(None)
    except OSError as error:
        _give_up_stdout(error.strerror)


def open_missing_streams() -> None:
    """Stand in for standard streams that were closed, so that no file of a store ever gets their numbers."""
    with contextlib.suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDONLY)) <= 2:
            continue
        os.close(descriptor)
    # Python has None where it found a stream closed.
    sys.stdin = sys.stdin or io.StringIO()
    sys.stdout = sys.stdout or Lost("it is closed", is_missed=False)
    sys.stderr = sys.stderr or Lost(None)


def write_any_text() -> None:
    """Let stdout and stderr take text that their encoding lacks: as escapes, and an arrow as `->`."""
    codecs.register_error(_ESCAPING, _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPING)


def _escape(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)  # nothing is read from these streams
    lacking = error.object[error.start : error.end]
    return "".join(_PLAINER.get(char) or _as_escape(char) for char in lacking), error.end


def _as_escape(char: str) -> str:
    return char.encode("ascii", "backslashreplace").decode("ascii")


def lost_output() -> str | None:
    """Why output on stdout was lost, None when nothing was or its reader wanted no more."""
    return sys.stdout.reason if isinstance(sys.stdout, Lost) and sys.stdout.is_missed else None


def let_reader_catch_up() -> None:
    """Give the reader of stdout, if it is a pipe, a moment, so that what it shows comes before a question."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline and _unread(sys.stdout.fileno()):
            time.sleep(_BREATH_SECONDS)
    time.sleep(_BREATH_SECONDS)


def _unread(descriptor: int) -> int:
    """Number of bytes in a pipe."""
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)


def say(message: str) -> None:
    """Write a line to stderr, if it can be written: the exit code tells the rest."""
    try:
        print(message, file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        _close(sys.stderr)
        sys.stderr = Lost(None)


def _give_up_stdout(reason: str | None) -> None:
    _close(sys.stdout)
    sys.stdout = Lost(reason)


def _close(stream: TextIO) -> None:
    # Closing fails too, for what is still in the buffer, but leaves nothing to fail when Python exits.
    with contextlib.suppress(OSError):
        stream.close()
