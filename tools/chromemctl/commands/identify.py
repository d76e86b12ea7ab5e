"""`chromemctl identify`: find the names of folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from chromemctl import logs, naming
from chromemctl.commands.common.searching import search_options
from chromemctl.console.examples import examples
from chromemctl.console.output import Output, not_empty, operator_command
from chromemctl.console.report import identify_report
from chromemctl.exits import Exit, UsageFailure
from chromemctl.identification.backups import backed_up
from chromemctl.identification.copies import copies_elsewhere
from chromemctl.identification.evidence import gather, machine
from chromemctl.identification.name_search import NameSearch
from chromemctl.survey import Progress, Survey, glance
from chromemctl.survey.location import require_store
from chromemctl.wording import command as command_line
from chromemctl.wording import readable
from pygob.chromem.names import is_hash


@click.command(
    "identify",
    epilog=examples(
        "chromemctl identify path/to/vectorstore",
        "chromemctl identify e9f85bf6 --names-file names.txt",
        "chromemctl identify path/to/vectorstore --from /var/log/contextd",
        "chromemctl identify path/to/vectorstore --template '{tenant}_{project}_memories'",
    ),
)
@click.argument("targets", nargs=-1, required=True, metavar="STORE|HASH...", callback=not_empty)
@operator_command
@search_options
def command(output: Output, targets: Sequence[str], search: NameSearch) -> Exit:
    """Find the names of the folders of a store, or of folders given by their HASH.

    Works on folders without metadata and on healthy ones. Every answer says how sure it is. Exits with 1
    when a name was not found.
    """
    paths = [Path(target) for target in targets if not _is_folder_name(target)]
    hashes = [target.lower() for target in targets if _is_folder_name(target)]
    if len(paths) > 1:
        raise UsageFailure("only one store at a time", f"given were {', '.join(map(readable, targets))}")
    store = require_store(paths[0], "identify") if paths else None
    if output.json:
        _, found = _search(store, hashes, search, None)
        output.emit(identify_report(found))
    else:
        with output.screen.search_progress() as (reading, searching):
            survey, found = _search(store, hashes, replace(search, progress=searching), reading)
        output.screen.identification(found)
        if survey is not None:
            _tell_shared(output, survey, found)
            _tell_next(output, survey, found)
    return Exit.OK if all(folder.names for folder in found.folders) else Exit.DAMAGE


def _search(
    store: Path | None, hashes: Sequence[str], search: NameSearch, progress: Progress | None
) -> tuple[Survey | None, naming.Identification]:
    if store is None:
        return None, search.run(hashes, naming.Evidence(environment=machine()))
    survey = glance(store)
    wanted = _folders(survey, hashes)
    kept = backed_up(search.backups, store, wanted)
    for sentence in kept.unread:
        logs.warning(sentence)
    copies = (*kept.own.values(), *kept.others.values())
    elsewhere = copies_elsewhere(survey, wanted)
    evidence = gather(survey, wanted, copies=copies, elsewhere=elsewhere, progress=progress)
    return survey, search.run(wanted, evidence)


def _is_folder_name(target: str) -> bool:
    return is_hash(target.lower()) and not Path(target).is_dir()


def _folders(survey: Survey, hashes: Sequence[str]) -> list[str]:
    """The folders of a store whose names are wanted: those given, else all that hold chromem's files."""
    folders = [folder for folder in survey.folders if is_hash(folder.dir.lower())]
    if not hashes:
        return [folder.dir for folder in folders if folder.is_used]
    if missing := set(hashes) - {folder.dir.lower() for folder in folders}:
        raise UsageFailure(f"{readable(str(survey.path))} has no folder {', '.join(sorted(missing))}")
    return [folder.dir for folder in folders if folder.dir.lower() in hashes]


def _tell_shared(output: Output, survey: Survey, found: naming.Identification) -> None:
    """Folders that more than one name fits: chromem keeps collections of one hash in one folder."""
    for folder in found.folders:
        facts = survey.folder(folder.dir)
        sure = [name.name for name in folder.names if name.confidence is not naming.Confidence.POSSIBLE]
        if facts is None or facts.name not in sure or len(sure) < 2:
            continue
        others = " and ".join(readable(repr(name)) for name in sure if name != facts.name)
        output.screen.heading(f"{readable(folder.dir)} may hold more than one collection")
        for line in (
            f"{others} has the hash of {readable(repr(facts.name))}. chromem keeps such collections in",
            "one folder, with the name of the last one made: that has the documents of all when the",
            "application starts the next time. Give the others new names, and add their documents again.",
        ):
            output.screen.line(f"  {line}")


def _tell_next(output: Output, survey: Survey, found: naming.Identification) -> None:
    """How a lost name is put to use, where the store itself does not tell it and one alone was found."""
    lost = {folder.dir for folder in survey.folders if folder.name is None}
    names = [
        folder.names[0].name for folder in found.folders if folder.dir in lost and len(folder.names) == 1
    ]
    if names:
        words = [word for name in names for word in ("--name", name)]
        output.screen.next_command(command_line("chromemctl", "recover", *words, survey.path))
