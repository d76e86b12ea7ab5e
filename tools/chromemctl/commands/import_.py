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
    tell,
    watched,
)
from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, FILE, Output, operator_command
from chromemctl.exchange.exports import import_store
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
    ),
)
@click.argument("file", type=FILE)
@click.argument("out", type=DIRECTORY)
@collection_option
@key_option
@form_option
@operator_command
def command(
    output: Output, file: Path, out: Path, names: Sequence[str], key_file: Path | None, form: str
) -> Exit:
    """Make OUT, a new store, of FILE, an export of chromem's.

    Whether FILE is compressed is seen from its bytes. OUT must not exist; it appears when FILE was read to
    its end and every file of the store was read back. A damaged export is refused as a whole.
    """
    require_new_path(out)
    key = key_from(key_file)
    with watched(output, "Importing") as progress:
        carried = import_store(file, out, names=names, form=Format(form), key=key, progress=progress)
    tell(
        output,
        carried,
        source=("file", file),
        out=out,
        form=form,
        next_command=command_line("chromemctl", "verify", out),
    )
    return Exit.OK
