"""`chromemctl units`: units for systemd."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION
from chromemctl.exits import Exit, UsageFailure
from chromemctl.integration.units import Setup, Unit, units
from chromemctl.wording import PROGRAM

_EXAMPLES = """\b
Examples:
  chromemctl units --user contextd /home/contextd/.config/contextd/vectorstore
  chromemctl units --only chromemctl-watch.service /srv/store > /etc/systemd/system/chromemctl-watch.service
"""

_UNIT_NAME = re.compile(r"[\w:.@\\-]+\.service", re.ASCII).fullmatch
_USER_NAME = re.compile(r"[\w.-]+", re.ASCII).fullmatch


def _matching(pattern: Any, example: str) -> Any:
    """A callback that refuses what would not be one word in a unit."""

    def check(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
        if value is not None and pattern(value) is None:
            raise click.BadParameter(f"{value!r} cannot be used in a unit; write for example {example}")
        return value

    return check


@click.command("units", epilog=_EXAMPLES)
@click.argument("paths", metavar="STORE...", nargs=-1, required=True, type=DIRECTORY)
@click.option("--user", metavar="NAME", callback=_matching(_USER_NAME, "contextd"),
              help="To whom the stores belong.")  # fmt: skip
@click.option("--application", metavar="UNIT", default="contextd.service", show_default=True,
              callback=_matching(_UNIT_NAME, "contextd.service"),
              help="The unit of the application, for the preflight before it.")  # fmt: skip
@click.option("--only", metavar="FILE", help="Print this file alone.")
@operator_command
def command(
    output: Output, paths: Sequence[Path], user: str | None, application: str, only: str | None
) -> Exit:
    """Print units for systemd that watch each STORE, check it before the application starts, and back it up.

    Nothing is installed. Each file begins with the path at which it belongs.
    """
    setup = Setup(
        program=_program(),
        stores=[path.absolute() for path in dict.fromkeys(paths)],
        user=user,
        application=application,
    )
    chosen = _chosen(units(setup), only)
    if output.json:
        output.emit({"schema_version": SCHEMA_VERSION, "units": {unit.path: unit.text for unit in chosen}})
    else:
        output.raw("\n".join(f"# /etc/systemd/system/{unit.path}\n{unit.text}" for unit in chosen))
    return Exit.OK


def _chosen(found: Sequence[Unit], only: str | None) -> Sequence[Unit]:
    if only is None:
        return found
    chosen = [unit for unit in found if unit.path == only]
    if not chosen:
        raise UsageFailure(f"there is no unit {only}", "there are", *(f"  {unit.path}" for unit in found))
    return chosen


def _program() -> Sequence[str]:
    """How this program is called from anywhere."""
    script = Path(sys.argv[0])
    if script.name == PROGRAM:
        return [str(script.absolute())]
    return [sys.executable, "-m", PROGRAM]
