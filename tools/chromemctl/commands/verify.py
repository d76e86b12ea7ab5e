"""`chromemctl verify`: tell the truth about a store and change nothing."""

from __future__ import annotations

from pathlib import Path

import click

from chromemctl.exits import Exit
from chromemctl.location import require_store
from chromemctl.output import DIRECTORY, Output, operator_command
from chromemctl.report import verify_report
from chromemctl.survey import survey_store
from chromemctl.verdict import Verdict, judge
from chromemctl.wording import command as command_line


@click.command("verify")
@click.argument("store", type=DIRECTORY)
@operator_command
def command(output: Output, store: Path) -> Exit:
    """Tell whether STORE is healthy and whether the application would start.

    Reads every file and changes nothing. Exits with 1 when something is damaged.
    """
    verdict = look(output, require_store(store))
    if output.json:
        output.emit(verify_report(verdict))
    else:
        output.screen.verdict(verdict)
        if next_step := advice(verdict):
            output.screen.next_command(next_step)
    return Exit.OK if verdict.is_healthy else Exit.DAMAGE


def look(output: Output, store: Path) -> Verdict:
    """Survey and judge a store, with a progress bar where somebody watches."""
    if output.json:
        return judge(survey_store(store))
    with output.screen.progress("Reading") as progress:
        return judge(survey_store(store, progress))


def advice(verdict: Verdict) -> str | None:
    """The command to run next, or None when recover cannot help."""
    if not verdict.errors:
        return None
    from chromemctl.repair import CURABLE

    if any(finding.id in CURABLE for finding in verdict.errors):
        return command_line("chromemctl", "recover", verdict.store)
    return None
