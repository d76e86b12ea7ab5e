"""Entry point of the command `chromemctl`: whatever happens, an exit code with a meaning."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from chromemctl.cli import cli
from chromemctl.exits import Exit


def main() -> NoReturn:
    """Run the command line and end the process."""
    signal.signal(signal.SIGTERM, _terminated)
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has had enough, as `| head` has: not an error, and nothing to say about it.
        os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdout.fileno())
    sys.exit(code)


def _run() -> int:
    try:
        outcome = cli.main(prog_name="chromemctl", standalone_mode=False)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. Running the same command again is safe.", err=True)
        return Exit.INTERRUPTED
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else Exit.USAGE
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the last resort: a bug must not look like damage
        from chromemctl.crash import report_bug

        report_bug(error)
        return Exit.BUG
    return int(outcome or 0)


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(Exit.TERMINATED)


if __name__ == "__main__":
    main()
