"""`chromemctl export`: a store, or some of its collections, in one file of chromem's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from chromemctl.commands.common.exchanging import collection_option, key_from, key_option, tell, watched
from chromemctl.commands.convert import warnings_noted
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, FILE, Output, operator_command
from chromemctl.exchange.exports import export
from chromemctl.exchange.soundness import sound_survey
from chromemctl.exits import Exit
from chromemctl.simulation.copies import require_new
from chromemctl.survey.location import require_store
from chromemctl.wording import command as command_line


@click.command(
    "export",
    epilog=examples(
        "chromemctl export path/to/vectorstore notes.gob.gz --gzip",
        "# encrypted with AES-256-GCM; the key from: (umask 077; head -c 32 /dev/urandom > key)",
        "chromemctl export path/to/vectorstore notes.gob.gz.enc --gzip --key-file key",
        "chromemctl export path/to/vectorstore one.gob --collection contextd_memories",
    ),
)
@click.argument("store", type=DIRECTORY)
@click.argument("file", type=FILE)
@collection_option
@click.option("--gzip/--no-gzip", "compressed", default=False, show_default=True, help="Compress FILE.")
@key_option
@operator_command
def command(
    output: Output, store: Path, file: Path, names: Sequence[str], compressed: bool, key_file: Path | None
) -> Exit:
    """Write STORE, or collections of it, into FILE, as chromem's ExportToFile does.

    STORE is only read. FILE must not exist; it appears when it is complete, and only its owner may read it.
    With --key-file it is encrypted with AES-256-GCM. A damaged store is refused: recover it first.
    """
    require_store(store, "export")
    require_new(store, file)
    key = key_from(key_file)
    with watched(output, "Reading") as progress:
        survey, findings = sound_survey(store, progress, names=names)
    with watched(output, "Writing") as progress:
        carried = export(survey, file, names=names, compressed=compressed, key=key, progress=progress)
    given: list[str | Path] = ["--key-file", key_file] if key_file is not None else []
    tell(
        output,
        carried,
        source=("store", store),
        out=file,
        form=("encrypted " if key else "") + ("gzip" if compressed else "plain"),
        notes=warnings_noted(findings),
        next_command=command_line("chromemctl", "inspect", file, *given),
    )
    return Exit.OK
