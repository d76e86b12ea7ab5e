"""`chromemctl demo`: the whole recovery on a store made for the purpose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from chromemctl.changes import fsops
from chromemctl.changes.lock import exclusive
from chromemctl.commands.verify import look
from chromemctl.console.examples import examples
from chromemctl.console.output import Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION, path_fields, plan_report, verify_report
from chromemctl.exits import Exit
from chromemctl.recovery import carry_out, propose
from chromemctl.simulation.sample import Loss, write_damaged_store
from chromemctl.wording import command as command_line
from chromemctl.wording import count
from pygob.chromem.names import Format


@click.command(
    "demo",
    epilog=examples(
        "chromemctl demo",
        "chromemctl demo --gz",
    ),
)
@click.option("--gz", is_flag=True, help="Make a compressed store.")
@operator_command
def command(output: Output, gz: bool) -> Exit:
    """Make a damaged store of realistic size in a temporary folder, and recover it before your eyes.

    Nothing else on this machine is touched. The store stays for you to look at.
    """
    store = fsops.scratch_directory("chromemctl-demo-") / "vectorstore"
    losses = write_damaged_store(store, Format.GZ if gz else Format.PLAIN)
    _introduce(output, store, losses)

    _step(output, "1", "chromemctl", "verify", store)
    before = look(output, store)
    if not output.json:
        output.screen.verdict(before)

    _step(output, "2", "chromemctl", "recover", "--dry-run", store)
    with exclusive(store):
        proposal = propose(store)
        if not output.json:
            output.screen.plan(proposal.plan)
        _step(output, "3", "chromemctl", "recover", "--yes", store)
        carry_out(store, proposal, force=False)
    after = look(output, store)

    identical = sum(loss.path.is_file() and loss.path.read_bytes() == loss.original for loss in losses)
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields("store", store),
                "before": verify_report(before),
                "plan": plan_report(proposal.plan),
                "after": verify_report(after),
                "files_lost": len(losses),
                "files_identical": identical,
            }
        )
    else:
        output.screen.line()
        output.screen.verdict(after)
        _conclude(output, store, losses, identical)
    return Exit.OK if after.is_healthy and identical == len(losses) else Exit.DAMAGE


def _introduce(output: Output, store: Path, losses: Sequence[Loss]) -> None:
    if output.json:
        return
    screen = output.screen
    screen.line(f"A store like contextd's, in {store}")
    screen.line("Three of its metadata files have met with an accident:")
    for loss in losses:
        screen.line(f"  {loss.path.relative_to(store)}  {loss.what}")


def _step(output: Output, number: str, *parts: str | Path) -> None:
    if not output.json:
        output.screen.heading(f"{number}  $ {command_line(*parts)}")
        output.screen.line()


def _conclude(output: Output, store: Path, losses: Sequence[Loss], identical: int) -> None:
    screen = output.screen
    screen.line()
    files = count(len(losses), "lost file")
    screen.line(
        f"{identical} of {files} came back, identical to the last byte." if losses else "Nothing was lost."
    )
    screen.line(f"The store stays in {store}; what was set aside is in its .quarantine folder.")
