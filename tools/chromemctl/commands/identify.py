"""`chromemctl identify`: find the names of folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from chromemctl import naming
from chromemctl.evidence import gather, machine
from chromemctl.exits import Exit, UsageFailure
from chromemctl.location import require_store
from chromemctl.operator_names import listed
from chromemctl.output import Output, operator_command
from chromemctl.report import identify_report
from chromemctl.survey import survey_store
from chromemctl.wording import count, readable
from pygob.chromem.names import is_hash


@click.command("identify")
@click.argument("targets", nargs=-1, required=True, metavar="STORE|HASH...")
@click.option("--names-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              help="Names to try, one a line. May be repeated.")  # fmt: skip
@click.option("--from", "texts", type=click.Path(exists=True, path_type=Path), multiple=True,
              help="Logs, configurations or other files to harvest for names.")  # fmt: skip
@click.option("--template", "templates", multiple=True, metavar="TEMPLATE",
              help="A name with gaps, such as '{tenant}_{project}_memories'.")  # fmt: skip
@operator_command
def command(
    output: Output,
    targets: Sequence[str],
    names_file: Sequence[Path],
    texts: Sequence[Path],
    templates: Sequence[str],
) -> Exit:
    """Find the names of the folders of a store, or of folders given by their HASH.

    Works on folders without metadata and on healthy ones. Every answer says how sure it is. Exits with 1
    when a name was not found.
    """
    paths = [Path(target) for target in targets if not _is_folder_name(target)]
    hashes = [target for target in targets if _is_folder_name(target)]
    if len(paths) > 1:
        raise UsageFailure("only one store at a time", f"given were {', '.join(map(readable, targets))}")
    found = _search(output, paths[0] if paths else None, hashes, names_file, texts, templates)
    if output.json:
        output.emit(identify_report(found))
    else:
        output.screen.identification(found)
    return Exit.OK if all(folder.names for folder in found.folders) else Exit.DAMAGE


def _is_folder_name(target: str) -> bool:
    return is_hash(target.lower()) and not Path(target).is_dir()


def _search(
    output: Output,
    path: Path | None,
    hashes: Sequence[str],
    names_files: Sequence[Path],
    texts: Sequence[Path],
    templates: Sequence[str],
) -> naming.Identification:
    evidence = naming.Evidence(environment=machine())
    wanted = [name.lower() for name in hashes]
    if path is not None:
        survey = survey_store(require_store(path))
        folders = [
            folder
            for folder in survey.folders
            if is_hash(folder.dir.lower()) and (folder.files or not wanted)
        ]
        if wanted:
            missing = [name for name in wanted if survey.folder(name) is None]
            if missing:
                raise UsageFailure(f"{readable(str(path))} has no folder {', '.join(missing)}")
            folders = [folder for folder in folders if folder.dir.lower() in wanted]
        wanted = [folder.dir for folder in folders]
        evidence = gather(survey, folders)
    listed_names = [name for file in names_files for name in listed(file)]
    evidence = replace(evidence, listed=listed_names, texts=texts, templates=templates)
    try:
        return naming.identify(wanted, evidence)
    except naming.NamingError as error:
        raise UsageFailure(readable(str(error)), f"{count(len(templates), 'template')} given") from None
