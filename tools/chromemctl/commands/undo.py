"""`chromemctl undo`: take a recovery back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from chromemctl.changes import journal, runs
from chromemctl.changes.lock import exclusive
from chromemctl.changes.plan import step_to_json
from chromemctl.changes.undoing import undo, undoable
from chromemctl.commands.common.resuming import Resumed, finish, require_nothing_left, unchanged
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command, require_consent_possible
from chromemctl.console.report import SCHEMA_VERSION, path_fields
from chromemctl.exits import Exit, UsageFailure
from chromemctl.survey.location import require_store
from chromemctl.wording import command as command_line
from chromemctl.wording import count, readable


@click.command(
    "undo",
    epilog=examples(
        "chromemctl undo --last path/to/vectorstore",
        "chromemctl undo --dry-run path/to/vectorstore 0003",
    ),
)
@click.argument("store", type=DIRECTORY)
@click.argument("run_id", metavar="[ID]", required=False)
@click.option("--last", is_flag=True, help="The last run that was not undone yet.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be done and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Go ahead although the store seems to be in use.")
@operator_command
def command(
    output: Output, store: Path, run_id: str | None, last: bool, dry_run: bool, yes: bool, force: bool
) -> Exit:
    """Bring STORE back to what it was before a run of recover: --last, or the one with this ID.

    Every file gets its place, bytes, mode and time back. Refused when something has changed since at a place
    that would be touched. `chromemctl journal STORE` lists the runs.
    """
    if (run_id is None) != last:
        raise UsageFailure("give either --last or the ID of a run")
    store = require_store(store, "undo")
    if dry_run:
        return _dry_run(output, store, run_id)
    require_consent_possible(output, yes)
    with exclusive(store):
        resumed = finish(output, store, runs.interrupted(store), yes=yes, force=force)
        if resumed is None:
            return Exit.DAMAGE
        if (finished := _undone_now(store, resumed, run_id)) is not None:
            _tell(output, store, finished, applied=True)
            return Exit.OK
        run = undoable(store, run_id)
        _list_steps(output, run)
        if not yes and not output.agrees("Undo this run?", unchanged(resumed)):
            return Exit.DAMAGE
        undo(store, run, force=force)
    _tell(output, store, run, applied=True)
    return Exit.OK


def _dry_run(output: Output, store: Path, run_id: str | None) -> Exit:
    require_nothing_left(output, store)
    run = undoable(store, run_id)
    _list_steps(output, run)
    _tell(output, store, run, applied=False)
    return Exit.OK


def _undone_now(store: Path, resumed: Sequence[Resumed], run_id: str | None) -> journal.Run | None:
    """The interrupted undoing that has just been finished, if it is the one that is asked for."""
    finished = {item.run.id for item in resumed if item.given_up is None}
    undoings = [run for run in runs.past(store) if run.id in finished and run.undoes is not None]
    return next((run for run in reversed(undoings) if run_id in (None, run.undoes)), None)


def _list_steps(output: Output, run: journal.Run) -> None:
    if not output.json and not output.quiet:
        output.screen.line(f"Run {run.id} ({run.command}, {run.time}) is taken back:")
        output.screen.steps(run.undoing())


def _tell(output: Output, store: Path, run: journal.Run, *, applied: bool) -> None:
    undone = run.undoes or run.id
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields("store", store),
                "dry_run": not applied,
                "applied": applied,
                "undone": undone,
                "steps": [step_to_json(step) for step in (run.done if run.undoes else run.undoing())],
            }
        )
    elif applied:
        steps = count(len(run.done), "change")
        output.screen.line(f"Run {undone} is undone ({steps}); {readable(str(store))} is as it was before.")
        output.screen.next_command(command_line("chromemctl", "verify", store))
    else:
        output.screen.line("\nNothing was changed: this was a dry run.")
