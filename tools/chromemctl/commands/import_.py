"""`chromemctl import`: a new store, made of an export of chromem's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from chromemctl.commands.common.exchanging import (
    collection_option,
    form_option,
    key_from,
    key_option,
    size_option,
    tell,
    watched,
)
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, FILE, Output, operator_command
from chromemctl.exchange.exports import import_store
from chromemctl.exchange.salvaging import Salvaged, salvage_store
from chromemctl.exits import Exit
from chromemctl.simulation.copies import require_new_path
from chromemctl.wording import command as command_line
from pygob.chromem.names import Format


@click.command(
    "import",
    epilog=examples(
        "chromemctl import notes.gob.gz vectorstore.new",
        "chromemctl import notes.gob.gz.enc vectorstore.new --key-file key --to gz",
        "chromemctl import notes.gob.gz one --collection contextd_memories",
        "# an export that was cut short, or overwritten in part",
        "chromemctl import notes.gob.gz vectorstore.new --salvage",
    ),
)
@click.argument("file", type=FILE)
@click.argument("out", type=DIRECTORY)
@collection_option
@key_option
@form_option
@click.option("--salvage", is_flag=True,
              help="Take what can be read of a damaged FILE, and name what is lost.")  # fmt: skip
@size_option
@operator_command
def command(
    output: Output,
    file: Path,
    out: Path,
    names: Sequence[str],
    key_file: Path | None,
    form: str,
    salvage: bool,
    max_document: int | None,
) -> Exit:
    """Make OUT, a new store, of FILE, an export of chromem's.

    Whether FILE is compressed is seen from its bytes. OUT must not exist; it appears when FILE was read to
    its end and every file of the store was read back. A damaged export is refused as a whole, or, with
    --salvage, read as far as it can be; then it exits with 1 where anything is lost.
    """
    require_new_path(out)
    key = key_from(key_file)
    with watched(output, "Importing") as progress:
        if salvage:
            had = salvage_store(
                file, out, names=names, form=Format(form), key=key, largest=max_document, progress=progress
            )
        else:
            carried = import_store(
                file, out, names=names, form=Format(form), key=key, largest=max_document, progress=progress
            )
            had = Salvaged(tuple(carried))
    tell(
        output,
        had.carried,
        source=("file", file),
        out=out,
        form=form,
        losses=had.losses,
        notes=had.notes,
        next_command=command_line("chromemctl", "verify", out),
    )
    return Exit.DAMAGE if had.losses or had.notes else Exit.OK
