"""`chromemctl journal`: what was done to a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from chromemctl.changes import runs
from chromemctl.changes.journal import Run, State, Unreadable, put_aside, unreadable
from chromemctl.changes.lock import is_held
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION, path_fields, run_report, unreadable_report
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
    """List the runs that changed STORE, oldest first. Changes nothing.

    A journal that cannot be understood is named after the runs of all others; then it exits with 1.
    """
    past = runs.past(require_store(store, "journal"))
    corrupt = unreadable(store)
    if any(run.state is State.INTERRUPTED for run in past) and is_held(store):
        past = [replace(run, state=State.RUNNING) if run.state is State.INTERRUPTED else run for run in past]
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields("store", store),
                "runs": [run_report(run, past) for run in past],
                "unreadable": [unreadable_report(journal) for journal in corrupt],
            }
        )
    else:
        _show(output, store, past, corrupt)
    return Exit.DAMAGE if corrupt else Exit.OK


def _show(output: Output, store: Path, past: Sequence[Run], corrupt: Sequence[Unreadable]) -> None:
    if past:
        output.screen.runs(past)
    elif not corrupt:
        output.screen.line(f"chromemctl has changed nothing in {readable(str(store))}.")
    for journal in corrupt:
        ending = "The run is over" if journal.is_over else "Whether the run has ended is not known"
        output.screen.line(f"{readable(journal.reason)}. {ending}; it cannot be undone.")
    if corrupt:
        output.screen.next_command(put_aside(corrupt[0].path))
