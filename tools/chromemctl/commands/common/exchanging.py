"""What the commands that carry stores elsewhere have in common: options, keys, and how they end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from chromemctl.console.output import FILE, Output, not_an_option
from chromemctl.console.pipes import say
from chromemctl.console.report import SCHEMA_VERSION, path_fields, text
from chromemctl.exchange.conversion import Carried
from chromemctl.exchange.keys import read_key
from chromemctl.exchange.soundness import Progress
from chromemctl.wording import count, readable
from pygob.chromem.names import Format

#: Which collections.
collection_option = click.option(
    "--collection", "names", multiple=True, metavar="NAME", callback=not_an_option,
    help="Only this collection. May be repeated.",
)  # fmt: skip

#: The key of an encrypted export.
key_option = click.option(
    "--key-file", type=FILE, metavar="FILE",
    help="The key of an encrypted export: 32 bytes, 64 hexadecimal digits, or base64.",
)  # fmt: skip

#: The largest document of an export.
size_option = click.option(
    "--max-document", "max_document", type=click.IntRange(min=1), metavar="MIB",
    callback=lambda _context, _parameter, value: None if value is None else value << 20,
    help="The largest document of an export that is read, in MiB.  [default: 256]",
)  # fmt: skip

form_option = click.option(
    "--to", "form", type=click.Choice([form.value for form in Format]), default=Format.PLAIN.value,
    show_default=True, help="How the new store's files are written: as chromem opens it.",
)  # fmt: skip


def key_from(path: Path | None) -> bytes | None:
    """The key in a file, None when none was given; what is unsafe about the file is said on stderr.

    Raises:
        KeyFailure: The file cannot be read or holds no key.
    """
    if path is None:
        return None
    key = read_key(path)
    if key.warning is not None:
        say(f"Warning: {key.warning}")
    return key.data


@contextmanager
def watched(output: Output, what: str) -> Iterator[Progress | None]:
    """Progress where somebody watches."""
    if output.json:
        yield None
        return
    with output.screen.progress(what) as progress:
        yield progress


def tell(
    output: Output,
    carried: Sequence[Carried],
    *,
    source: tuple[str, Path],
    out: Path,
    form: str,
    passed_over: Sequence[Path] = (),
    notes: Sequence[str] = (),
    losses: Sequence[str] = (),
    next_command: str,
) -> None:
    """Say what was made.

    Args:
        output: How to speak.
        carried: The collections.
        source: What it was made of: `store` or `file`, and the path.
        out: What was made.
        form: Its form, for people and scripts.
        passed_over: What of the source was not taken along, as chromem does not read it.
        notes: What else is to be said.
        losses: What could not be carried, one sentence each.
        next_command: The command to run next.
    """
    documents = sum(each.documents for each in carried)
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields(*source),
                **path_fields("out", out),
                "format": form,
                "collections": [_carried(each) for each in carried],
                "documents_total": documents,
                "passed_over": [path_fields("path", path) for path in passed_over],
                "notes": [text(note) for note in notes],
                "losses": [text(loss) for loss in losses],
                "next": text(next_command),
            }
        )
        return
    counts = f"{count(len(carried), 'collection')}, {count(documents, 'document')}"
    output.screen.line(f"{readable(str(out))}: {form}, {counts}.")
    for loss in losses:
        say(f"  lost: {readable(loss)}")
    if output.quiet:
        return
    for note in notes:
        output.screen.line(f"  {readable(note)}")
    if passed_over:
        output.screen.line(f"  Not taken along, as chromem does not read it: {_some(passed_over)}")
    output.screen.next_command(next_command)


def _carried(each: Carried) -> dict[str, object]:
    folder = {"dir": text(each.dir)} if each.dir else {}
    return {**folder, "name": text(each.name), "documents": each.documents}


def _some(paths: Sequence[Path], most: int = 5) -> str:
    shown = ", ".join(readable(str(path)) for path in paths[:most])
    return shown if len(paths) <= most else f"{shown} and {len(paths) - most:,} more"
