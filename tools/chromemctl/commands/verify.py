"""`chromemctl verify`: tell the truth about a store and change nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import click

from chromemctl.changes.holders import holders
from chromemctl.changes.journal import put_aside, unreadable
from chromemctl.checks.suffixes import conversion
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import base_report, verify_report
from chromemctl.exits import Exit, UsageFailure
from chromemctl.judgement.crosscheck import crosscheck, find_program
from chromemctl.judgement.verdict import BaseVerdict, Verdict, judge
from chromemctl.survey import Survey, glance, survey_store
from chromemctl.survey.location import Located, locate
from chromemctl.wording import command as command_line


class Look(Protocol):
    """A look at a store: at it as it is, or as a survey has seen it just now."""

    def __call__(self, output: Output, store: Path, survey: Survey | None = None, /) -> Verdict:
        """Judge the store."""


CROSSCHECK_HELP = "Let real chromem-go open the store too, and say whether it does what is told here."


@click.command(
    "verify",
    epilog=examples(
        "chromemctl verify path/to/vectorstore",
        "chromemctl verify --json path/to/vectorstore",
        "# all stores of BASE/tenant/project, documents not read",
        "chromemctl verify --quick BASE",
    ),
)
@click.argument("path", metavar="STORE", type=DIRECTORY)
@click.option("--quick", is_flag=True, help="Read metadata and directory entries only, and no document.")
@click.option("--crosscheck", "asking", is_flag=True, help=CROSSCHECK_HELP)
@operator_command
def command(output: Output, path: Path, quick: bool, asking: bool) -> Exit:
    """Tell whether STORE is healthy and whether the application would start.

    Reads every file and changes nothing. STORE may be the base of a nested layout (BASE/tenant/project): all
    stores below it are verified, hidden ones and those behind links too. Exits with 1 when something is
    damaged.
    """
    if asking and quick:
        raise UsageFailure("--crosscheck needs what is in the documents", "leave --quick away")
    look_at: Look = glance_at if quick else look
    if asking:
        look_at = crosschecked(find_program())
    located = locate(path)
    if not located.is_one_store:
        return _verify_all(output, located, look_at)
    verdict = look_at(output, path)
    if output.json:
        output.emit(verify_report(verdict))
    else:
        output.screen.verdict(verdict)
        if next_step := advice(verdict):
            output.screen.next_command(next_step)
    return exit_for(verdict)


def exit_for(verdict: Verdict) -> Exit:
    """What a look at a store ends with."""
    if verdict.is_contradicted:
        return Exit.BUG
    if not verdict.is_healthy:
        return Exit.DAMAGE
    return Exit.IO_ERROR if verdict.is_unconfirmed else Exit.OK


def crosschecked(program: Path) -> Look:
    """A look at a store in which real chromem-go has one too; where they differ, both look once more."""

    def look_and_ask(output: Output, store: Path, survey: Survey | None = None) -> Verdict:
        verdict = look(output, store, survey)
        checked = crosscheck(program, store, verdict.predictions)
        if checked.differences:  # the application may have written meanwhile
            verdict = look(output, store)
            checked = crosscheck(program, store, verdict.predictions)
        return replace(verdict, crosscheck=checked)

    return look_and_ask


def _verify_all(output: Output, located: Located, look_at: Look) -> Exit:
    """Verify the stores that a path leads to; one that cannot be listed hides none of the others."""
    verdicts: list[Verdict] = []
    unknown = list(located.unsearched)
    for store in located.stores:
        try:
            verdicts.append(look_at(output, store))
        except OSError as error:
            unknown.append((store, error.strerror or str(error)))
    found = BaseVerdict(located.path, tuple(verdicts), tuple(unknown))
    if output.json:
        output.emit(base_report(found))
    else:
        output.screen.base_verdict(found)
        for verdict in found.damaged:
            if next_step := advice(verdict):
                output.screen.next_command(next_step)
    if any(verdict.is_contradicted for verdict in found.verdicts):
        return Exit.BUG
    if found.damaged:
        return Exit.DAMAGE
    unconfirmed = any(verdict.is_unconfirmed for verdict in found.verdicts)
    return Exit.IO_ERROR if found.unknown or unconfirmed else Exit.OK


def look(output: Output, store: Path, survey: Survey | None = None) -> Verdict:
    """Judge a store, which is surveyed unless it was just now."""
    held = holders(store)
    return judge(survey if survey is not None else surveyed(output, store), held)


def surveyed(output: Output, store: Path) -> Survey:
    """Survey a store, with a progress bar where somebody watches."""
    if output.json:
        return survey_store(store)
    with output.screen.progress("Reading") as progress:
        return survey_store(store, progress)


def glance_at(_output: Output, store: Path, _survey: Survey | None = None) -> Verdict:
    """Judge a store by its metadata and directory entries."""
    return judge(glance(store), holders(store))


def advice(verdict: Verdict) -> str | None:
    """The command to run next, or None when none would help."""
    found = {finding.id for finding in verdict.findings}
    corrupt = unreadable(verdict.store) if "JOURNAL_CORRUPT" in found else []
    for journal in corrupt:
        if not journal.is_over:
            return put_aside(journal.path)
    if "INTERRUPTED" in found or _is_curable(verdict):
        return command_line("chromemctl", "recover", verdict.store)
    return into_sight(verdict) or (put_aside(corrupt[0].path) if corrupt else None)


def into_sight(verdict: Verdict) -> str | None:
    """The command for a store that is sound, and of which the application does not see all; else None."""
    if verdict.unseen and verdict.usual_format is not None and not verdict.damage:
        return conversion(verdict.store, verdict.usual_format)
    return None


def _is_curable(verdict: Verdict) -> bool:
    if not verdict.damage:
        return False
    from chromemctl.repair import CURABLE

    return any(finding.id in CURABLE for finding in verdict.damage)
