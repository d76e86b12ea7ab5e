"""`chromemctl convert`: a new store with compressed files, or with plain ones."""

from __future__ import annotations

from pathlib import Path

import click

from chromemctl.checks.findings import Finding, Severity
from chromemctl.commands.common.exchanging import tell, watched
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.exchange.conversion import convert, passed_over
from chromemctl.exchange.soundness import sound_survey
from chromemctl.exits import Exit
from chromemctl.simulation.copies import require_new
from chromemctl.survey.location import require_store
from chromemctl.wording import command as command_line
from chromemctl.wording import count
from pygob.chromem.names import Format


@click.command(
    "convert",
    epilog=examples(
        "# for an application that opens its store with compress=true",
        "chromemctl convert path/to/vectorstore vectorstore.new --to gz",
        "chromemctl convert path/to/vectorstore vectorstore.new --to plain --json",
    ),
)
@click.argument("store", type=DIRECTORY)
@click.argument("out", type=DIRECTORY)
@click.option("--to", "form", type=click.Choice([form.value for form in Format]), required=True,
              help="Compressed (.gob.gz) or plain (.gob) files.")  # fmt: skip
@operator_command
def command(output: Output, store: Path, out: Path, form: str) -> Exit:
    """Write STORE anew as OUT with all files compressed, or none.

    STORE is only read, and OUT must not exist; it appears when every file was read back and is right. Each
    file's gob stays the same byte for byte. A damaged store is refused: recover it first. A store of mixed
    files becomes one that chromem sees whole.
    """
    require_store(store, "convert")
    require_new(store, out)
    with watched(output, "Reading") as progress:
        survey, findings = sound_survey(store, progress)
    with watched(output, "Writing") as progress:
        carried = convert(survey, out, Format(form), progress)
    tell(
        output,
        carried,
        source=("store", store),
        out=out,
        form=form,
        passed_over=passed_over(survey),
        notes=warnings_noted(findings),
        next_command=command_line("chromemctl", "verify", out),
    )
    return Exit.OK


def warnings_noted(findings: list[Finding]) -> list[str]:
    """What to say of findings that do not keep a store from being carried elsewhere."""
    number = sum(finding.severity is Severity.WARNING for finding in findings)
    kinds = sorted({finding.id for finding in findings if finding.severity is Severity.WARNING})
    return [f"Taken along with {count(number, 'warning')} of verify: {', '.join(kinds)}."] if number else []
