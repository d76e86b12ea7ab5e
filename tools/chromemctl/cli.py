"""The command line: a group whose commands are imported only when they are asked for."""

from __future__ import annotations

import importlib
import keyword

import click

# One module a command, in the order of use. The help text is here so that --help imports none of them.
COMMANDS = {
    "verify": "Tell whether a store is healthy and whether the application would start.",
    "identify": "Find the names of collections whose metadata is lost.",
    "recover": "Repair a store, after showing what will be done.",
    "preflight": "Before an application starts: repair, set aside, let it start.",
    "backup": "Back stores up, and bring them back.",
    "undo": "Take a recovery back, byte for byte.",
    "journal": "List what was done to a store.",
    "quarantine": "List what was set aside, set more aside, bring it back.",
    "inspect": "Show what is in a metadata file, a document, an export or a store.",
    "convert": "Write a store anew with compressed files, or with plain ones.",
    "export": "Write a store into one file, as chromem's ExportToFile does.",
    "import": "Make a new store of an export of chromem's.",
    "watch": "Check stores again and again, for Prometheus and health checks.",
    "alerts": "Print alert rules for Prometheus.",
    "dashboard": "Print a dashboard for Grafana.",
    "units": "Print units for systemd: a watch, a preflight before the application, backups.",
    "simulate": "Make a damaged copy of a store, for drills.",
    "demo": "Break a store made for the purpose, and recover it.",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"chromemctl.commands.{name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 clean or done, 1 damage found or left, 2 usage, 3 I/O error, 10 no store, "
    "11 locked or being written, 12 key missing or wrong, 70 bug.",
)
@click.version_option(package_name="pygob", prog_name="chromemctl")
def cli() -> None:
    """Verify, name and recover chromem-go vector stores.

    `verify`, `identify` and every `--dry-run` change nothing. `recover` shows its plan first, never
    overwrites or deletes, and can be run again after an interruption.
    """
