"""`chromemctl alerts`: alert rules for Prometheus."""

from __future__ import annotations

import click

from chromemctl.console.output import Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION
from chromemctl.exits import Exit
from chromemctl.integration import alert_rules

_EXAMPLES = """\b
Examples:
  chromemctl alerts > /etc/prometheus/rules/chromem.yml
  chromemctl alerts | promtool check rules
"""


@click.command("alerts", epilog=_EXAMPLES)
@operator_command
def command(output: Output) -> Exit:
    """Print alert rules on the metrics of `watch`, as a rules file for Prometheus."""
    if output.json:
        output.emit({"schema_version": SCHEMA_VERSION, **alert_rules.as_data()})
    else:
        output.raw(alert_rules.as_yaml())
    return Exit.OK
