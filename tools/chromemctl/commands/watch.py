"""`chromemctl watch`: look at stores again and again, and tell whoever asks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chromemctl import logs
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION
from chromemctl.exits import Exit, IOFailure, UsageFailure
from chromemctl.starting.policy import Policy
from chromemctl.wording import count, readable

if TYPE_CHECKING:
    from chromemctl.watching.roster import Roster, Watched

#: Where the service answers unless told otherwise: this machine only.
DEFAULT_ADDRESS = "127.0.0.1:9874"

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_SHORTEST, _LONGEST = 1, 7 * 24 * 3600


class _Duration(click.ParamType[float]):
    """A time span: a number of seconds, or with a unit as in 90s, 5m, 1h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The span in seconds."""
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh]?)", str(value))
        if found is None:
            self.fail(f"{value!r} is no time span; write for example 90s, 5m or 1h", param, ctx)
        seconds = float(found[1]) * _UNITS[found[2]]
        if not _SHORTEST <= seconds <= _LONGEST:
            self.fail("it must be from one second to seven days", param, ctx)
        return seconds


class _Address(click.ParamType[tuple[str, int]]):
    """An address to listen at, as HOST:PORT or [HOST]:PORT."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The host and the port."""
        found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]]+)):([0-9]{1,5})", str(value))
        if found is None or int(found[3]) > 0xFFFF:
            self.fail(f"{value!r} is no address; write HOST:PORT, for example {DEFAULT_ADDRESS}", param, ctx)
        return found[1] or found[2], int(found[3])


_EXAMPLES = """\b
Examples:
  chromemctl watch ~/.config/contextd/vectorstore
  chromemctl watch --interval 1m --listen 127.0.0.1:9901 /srv/stores/*
  chromemctl watch --once --textfile /var/lib/node_exporter/chromem.prom path/to/vectorstore
"""


@click.command("watch", epilog=_EXAMPLES)
@click.argument("paths", metavar="STORE...", nargs=-1, required=True, type=DIRECTORY)
@click.option("--interval", type=_Duration(), default="5m", show_default=True, metavar="TIME",
              help="From one check of every file to the next: 90s, 5m, 1h.")  # fmt: skip
@click.option("--listen", type=_Address(), default=DEFAULT_ADDRESS, show_default=True, metavar="HOST:PORT",
              help="Where to answer; port 0 is any free one.")  # fmt: skip
@click.option("--no-http", is_flag=True, help="Listen nowhere.")
@click.option("--textfile", type=DIRECTORY, metavar="FILE",
              help="Write the metrics to FILE, NAME.prom, for node_exporter.")  # fmt: skip
@click.option("--auto", type=click.Choice(["recover", "quarantine"]),
              help="Repair what is certain and set the rest aside, or only set aside what chromem refuses, "
              "as preflight does; only in stores at rest.")  # fmt: skip
@click.option("--once", is_flag=True, help="Check every file once, say what was found, and end: for timers.")
@operator_command
def command(
    output: Output,
    paths: Sequence[Path],
    interval: float,
    listen: tuple[str, int],
    no_http: bool,
    textfile: Path | None,
    auto: str | None,
    once: bool,
) -> Exit:
    """Watch each STORE until stopped, and change nothing without --auto.

    Every file is read at each interval, and metadata as soon as something changes. Of a nested layout STORE
    may be the base. Damage goes to the log and to /metrics, /health and /api/v1/health/metadata.
    """
    stores = [path.absolute() for path in dict.fromkeys(paths)]
    if textfile is not None:
        from chromemctl.watching.textfile import require_place

        require_place(textfile, stores)
    _require_metrics()
    policy = None if auto is None else Policy(auto)
    if once:
        return _look_once(output, stores, interval, textfile, policy)
    if output.json:
        raise UsageFailure("--json is for --once", "a watch that goes on tells what happens by --log-json")
    from chromemctl.watching.service import Service, Settings

    if not output.quiet:
        logs.speak_up()
    settings = Settings(
        stores, Path.cwd(), interval, None if no_http else listen, textfile, policy, output.verbose
    )

    async def serve() -> Exit:
        return await Service(settings).run()

    return asyncio.run(serve())


def _require_metrics() -> None:
    """Check that what makes metrics is installed.

    Raises:
        UsageFailure: It is not.
    """
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        raise UsageFailure(
            "watch needs prometheus-client, which is not installed",
            "  pip install prometheus-client watchfiles",
        ) from None


def _look_once(
    output: Output, stores: Sequence[Path], interval: float, file: Path | None, auto: Policy | None
) -> Exit:
    from chromemctl.watching import textfile
    from chromemctl.watching.once import exit_code, look_once

    roster, metrics = look_once(stores, interval, auto)
    if file is not None:
        try:
            textfile.write(file, metrics.exposition())
        except OSError as error:
            raise IOFailure(f"{readable(str(file))} cannot be written: {error.strerror or error}") from None
    if output.json:
        output.emit(_report(roster))
    else:
        _show(output, roster)
    return exit_code(roster)


def _report(roster: Roster) -> dict[str, Any]:
    from chromemctl.watching import health

    return {"schema_version": SCHEMA_VERSION, **health.details(list(roster.stores.values()))}


def _show(output: Output, roster: Roster) -> None:
    for watched in roster.stores.values():
        output.screen.line(f"{readable(str(watched.path))}: {_state(watched)}")


def _state(watched: Watched) -> str:
    from chromemctl.watching.health import store_status

    look = watched.known
    assert look is not None, "every store was looked at"
    status = store_status(watched)
    if not look.is_seen:
        return f"{status}: {readable(look.reason)}"
    words = [status, count(len(look.real), "collection"), count(look.documents, "document")]
    if look.damaged:
        words.append(f"{len(look.damaged):,} damaged")
    if not look.opens:
        words.append("the application would not start")
    return ", ".join(words)
