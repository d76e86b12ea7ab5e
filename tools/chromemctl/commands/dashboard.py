"""`chromemctl dashboard`: a dashboard for Grafana."""

from __future__ import annotations

import json

import click

from chromemctl.console.output import Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION
from chromemctl.exits import Exit
from chromemctl.integration import dashboard

_EXAMPLES = """\b
Examples:
  chromemctl dashboard > chromem.json   # then in Grafana: Dashboards, New, Import
"""


@click.command("dashboard", epilog=_EXAMPLES)
@operator_command
def command(output: Output) -> Exit:
    """Print a dashboard of the metrics of `watch`, as JSON that Grafana imports.

    With --json it is in the field `dashboard` of a report.
    """
    if output.json:
        output.emit({"schema_version": SCHEMA_VERSION, "dashboard": dashboard.as_data()})
    else:
        output.raw(json.dumps(dashboard.as_data(), indent=2) + "\n")
    return Exit.OK
