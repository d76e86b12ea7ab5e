"""`chromemctl journal`: what was done to a store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from chromemctl.changes import runs
from chromemctl.changes.journal import State
from chromemctl.changes.lock import is_held
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION, path_fields, run_report
from chromemctl.exits import Exit
from chromemctl.survey.location import require_store
from chromemctl.wording import readable


@click.command(
    "journal",
    epilog=examples(
        "chromemctl journal path/to/vectorstore",
    ),
)
@click.argument("store", type=DIRECTORY)
@operator_command
def command(output: Output, store: Path) -> Exit:
    """List the runs that changed STORE, oldest first. Changes nothing."""
    past = runs.past(require_store(store, "journal"))
    if any(run.state is State.INTERRUPTED for run in past) and is_held(store):
        past = [replace(run, state=State.RUNNING) if run.state is State.INTERRUPTED else run for run in past]
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields("store", store),
                "runs": [run_report(run, past) for run in past],
            }
        )
    elif past:
        output.screen.runs(past)
    else:
        output.screen.line(f"chromemctl has changed nothing in {readable(str(store))}.")
    return Exit.OK
