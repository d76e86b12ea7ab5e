"""Exit codes, and the errors that end a command with one of them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the process says when it ends; documented for scripts and never reused."""

    OK = 0
    DAMAGE = 1  # damage found, or left after a repair
    USAGE = 2
    IO_ERROR = 3
    NO_STORE = 10
    BUSY = 11  # locked by another chromemctl, or being written by the application
    KEY = 12  # encryption key missing or wrong
    BUG = 70  # EX_SOFTWARE of sysexits.h: an error nobody foresaw
    INTERRUPTED = 130  # 128 + SIGINT
    TERMINATED = 143  # 128 + SIGTERM


class Failure(Exception):
    """A command cannot go on, for a reason its user can understand.

    Attributes:
        message: What is wrong.
        advice: What to do next, one line each.
        exit: The exit code.
    """

    exit = Exit.IO_ERROR

    def __init__(self, message: str, *advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageFailure(Failure):
    """The command was given something it cannot use."""

    exit = Exit.USAGE


class Damaged(Failure):
    """What was to be read is damaged, or is something else."""

    exit = Exit.DAMAGE


class Doubtful(Failure):
    """What was asked for may be a mistake, and a person must say that it is not."""

    exit = Exit.DAMAGE


class Stopped(Failure):
    """A signal ended the run."""

    def __init__(self, message: str, advice: str, code: Exit) -> None:
        super().__init__(message, advice)
        self.exit = code


class NoStore(Failure):
    """There is no chromem store where one was expected."""

    exit = Exit.NO_STORE


class Busy(Failure):
    """Somebody else is changing the store."""

    exit = Exit.BUSY


class KeyFailure(Failure):
    """The key of an encrypted file is missing or wrong."""

    exit = Exit.KEY


class IOFailure(Failure):
    """The operating system refused something."""

    exit = Exit.IO_ERROR
