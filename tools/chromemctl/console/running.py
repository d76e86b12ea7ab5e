"""One run of the command line: every way in which it can end, as an exit code."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from chromemctl.cli import cli
from chromemctl.console.pipes import lost_output, quiet_pipe, say
from chromemctl.exits import Exit, Failure, Stopped, UsageFailure
from chromemctl.wording import called


def run() -> int:
    """Run the command line.

    Returns:
        The exit code; that of an I/O error when what was to be said on stdout was lost.

    Raises:
        KeyboardInterrupt: By Ctrl-C.
    """
    signal.signal(signal.SIGTERM, _terminated)
    code: int = Exit.OK  # of a run whose last words, its help, cannot be written: that is told below
    with quiet_pipe():
        code = _outcome()
    reason = lost_output()
    if reason is not None and code in (Exit.OK, Exit.DAMAGE):
        say(f"Error: the result could not be written to stdout: {reason}")
        return Exit.IO_ERROR
    return code


def _outcome() -> int:
    try:
        outcome = cli.main(prog_name=called(), standalone_mode=False)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as ending:
        if ending.code == Exit.TERMINATED:
            return _stopped("Terminated", Exit.TERMINATED)
        # 1 is click's answer when the reader of its help goes away; no command of ours exits this way.
        return ending.code if isinstance(ending.code, int) and ending.code != 1 else Exit.OK
    except click.ClickException as error:
        _show_usage_error(error)
        return Exit.USAGE
    except OSError as error:
        if error.filename is None:
            raise  # what click itself says cannot be written; commands answer for all else
        return _bug(error)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug must not look like damage
        return _bug(error)
    return int(outcome or 0)


def _bug(error: Exception) -> Exit:
    from chromemctl.console.crash import Bug, report_bug

    report_bug(error)
    if "--json" in sys.argv:
        _emit(Bug(f"{type(error).__name__}: {error}", "the store is as the last completed step left it"))
    return Exit.BUG


def interrupted() -> int:
    """Tell that Ctrl-C ended the run; the exit code for it."""
    return _stopped("Interrupted", Exit.INTERRUPTED)


def _stopped(how: str, code: Exit) -> Exit:
    advice = "Running the same command again is safe."
    say(f"{how}. {advice}")
    if "--json" in sys.argv:
        _emit(Stopped(how, advice, code))
    return code


def _show_usage_error(error: click.ClickException) -> None:
    if "--json" in sys.argv:
        _emit(UsageFailure(error.format_message()))
    else:
        error.show()


def _emit(failure: Failure) -> None:
    """The one JSON document of a run that ends outside of any command."""
    from chromemctl.console.output import Output

    if Output.emitted:
        return
    Output(json=True, quiet=True, color=False).fail(failure)


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(Exit.TERMINATED)
