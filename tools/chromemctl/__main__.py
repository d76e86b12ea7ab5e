"""Entry point of the command `chromemctl`: whatever happens, an exit code with a meaning."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from chromemctl.cli import cli
from chromemctl.exits import Exit
from chromemctl.pipes import quiet_pipe


def main() -> NoReturn:
    """Run the command line and end the process."""
    signal.signal(signal.SIGTERM, _terminated)
    code: int = Exit.BUG
    with quiet_pipe():
        code = _run()
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
        # 1 is click's answer when the reader of its help goes away; no command of ours exits this way.
        return ending.code if isinstance(ending.code, int) and ending.code != 1 else Exit.OK
    except click.ClickException as error:
        _show_usage_error(error)
        return Exit.USAGE
    except Exception as error:  # noqa: BLE001 - the last resort: a bug must not look like damage
        from chromemctl.crash import report_bug

        report_bug(error)
        return Exit.BUG
    return int(outcome or 0)


def _show_usage_error(error: click.ClickException) -> None:
    if "--json" in sys.argv:
        from chromemctl.exits import UsageFailure
        from chromemctl.output import Output

        Output(json=True, quiet=True, color=False).fail(UsageFailure(error.format_message()))
    else:
        error.show()


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(Exit.TERMINATED)


if __name__ == "__main__":
    main()
