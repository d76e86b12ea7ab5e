"""What can go wrong between Python and the Go reference library."""

from __future__ import annotations


class GoHelperError(Exception):
    """Base of every error of this package."""


class GoMissing(GoHelperError):
    """No Go toolchain, or no C compiler, to build the library with. The message says what to install."""


class GoBuildFailed(GoHelperError):
    """The toolchain is there and the build failed; the message holds the toolchain's own output."""


class GoForked(GoHelperError):
    """A worker, or the library itself, was used in a forked child. A Go runtime does not survive a fork."""


class GoError(GoHelperError):
    """An operation returned an error; `str()` is Go's own text."""


class GoBadRequest(GoError):
    """There is no such operation, or it cannot read its request."""


class GoPanic(GoError):
    """An operation panicked; the worker lives on.

    Attributes:
        stack: Go's stack trace.
    """

    def __init__(self, message: str, stack: str) -> None:
        super().__init__(message, stack)
        self.stack = stack

    def __str__(self) -> str:
        return str(self.args[0])


class GoCrashed(GoHelperError):
    """The worker process ended in mid-call. The next call starts another one.

    Attributes:
        returncode: As `subprocess.Popen.returncode`: the exit code, or minus the signal's number.
        stderr: The beginning of what the process wrote to standard error: Go's fatal error and stacks.
    """

    def __init__(self, message: str, returncode: int, stderr: str) -> None:
        super().__init__(message, returncode, stderr)
        self.returncode = returncode
        self.stderr = stderr

    def __str__(self) -> str:
        return str(self.args[0])


class GoTimeout(GoHelperError):
    """A call took longer than the worker's `timeout`; it was killed, the next call starts another."""
