"""`chromemctl quarantine`: what was set aside."""

from __future__ import annotations

from pathlib import Path

import click

from chromemctl.exits import Exit
from chromemctl.location import require_store
from chromemctl.output import DIRECTORY, Output, operator_command
from chromemctl.repair.quarantined import quarantined
from chromemctl.report import SCHEMA_VERSION, path_fields, quarantined_report
from chromemctl.wording import readable


@click.group("quarantine")
def command() -> None:
    """What was set aside in .quarantine, each file with a manifest that says where it was."""


@command.command("list")
@click.argument("store", type=DIRECTORY)
@operator_command
def list_command(output: Output, store: Path) -> Exit:
    """List the files in the quarantine of STORE. Changes nothing."""
    items = quarantined(require_store(store))
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields("store", store),
                "files": [quarantined_report(item) for item in items],
            }
        )
    elif items:
        output.screen.quarantined(items)
    else:
        output.screen.line(f"Nothing was set aside in {readable(str(store))}.")
    return Exit.OK
