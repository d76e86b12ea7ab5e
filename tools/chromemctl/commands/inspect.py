"""`chromemctl inspect`: what is in a file or a store."""

from __future__ import annotations

from pathlib import Path

import click

from chromemctl.commands.common.exchanging import key_from, key_option, size_option, watched
from chromemctl.console.examples import examples
from chromemctl.console.output import FILE, Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION, path_fields, text
from chromemctl.exits import Exit, IOFailure, UsageFailure
from chromemctl.inspection import COLUMNS, Description, Inspector, lines, rows
from chromemctl.judgement.verdict import judge
from chromemctl.survey import survey_store
from chromemctl.survey.location import require_store
from chromemctl.wording import command as command_line
from chromemctl.wording import readable


@click.command(
    "inspect",
    epilog=examples(
        "chromemctl inspect path/to/vectorstore",
        "chromemctl inspect path/to/vectorstore/e9f85bf6/00000000.gob",
        "chromemctl inspect notes.gob.gz.enc --key-file key",
        "# for a bug report: sizes and shapes, and nothing that anybody wrote",
        "chromemctl inspect --redact --json path/to/vectorstore",
    ),
)
@click.argument("path", metavar="FILE|STORE", type=FILE)
@key_option
@click.option("--redact", is_flag=True, help="Hide names, ids, contents, vectors and the values of metadata.")
@size_option
@operator_command
def command(
    output: Output, path: Path, key_file: Path | None, redact: bool, max_document: int | None
) -> Exit:
    """Show what is in a metadata file, a document, an export or a whole store, for people or as JSON.

    A file is known by its bytes, whatever it is called. Changes nothing. Exits with 1 when something is
    damaged.
    """
    inspector = Inspector(redact, max_document)
    if path.is_dir():
        return _store(output, inspector, path, key_file)
    if not path.exists():
        raise IOFailure(f"{readable(str(path))} does not exist", "check the path")
    _show(output, inspector, path, inspector.file(path, key_from(key_file)))
    return Exit.OK


def _store(output: Output, inspector: Inspector, store: Path, key_file: Path | None) -> Exit:
    if key_file is not None:
        raise UsageFailure("a store is not encrypted, only an export can be; leave --key-file away")
    require_store(store, "inspect")
    with watched(output, "Reading") as progress:
        survey = survey_store(store, progress)
    verdict = judge(survey)
    described = {**inspector.store(survey, verdict.format), "healthy": verdict.is_healthy}
    _show(output, inspector, store, described)
    if not verdict.is_healthy and not output.json:
        output.screen.next_command(command_line("chromemctl", "verify", store))
    return Exit.OK if verdict.is_healthy else Exit.DAMAGE


def _show(output: Output, inspector: Inspector, path: Path, described: Description) -> None:
    where = {} if inspector.redact else path_fields("path", path)
    if output.json:
        output.emit({"schema_version": SCHEMA_VERSION, **where, **_as_json(described)})
        return
    for line in lines({**where, **described}):
        output.screen.line(line)
    if described.get("collections"):
        output.screen.line()
        output.screen.table(COLUMNS, rows(described["collections"]))


def _as_json(described: Description) -> Description:
    """The same with texts that any JSON reader takes."""

    def clean(value: object) -> object:
        match value:
            case str():
                return text(value)
            case dict():
                return {text(key): clean(each) for key, each in value.items()}
            case list():
                return [clean(each) for each in value]
            case _:
                return value

    return {key: clean(value) for key, value in described.items()}
