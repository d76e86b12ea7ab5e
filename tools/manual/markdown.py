"""The reference of a program as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from manual.grammar import Command, Parameter


def page(commands: Sequence[Command]) -> str:
    """One page for a program and all of its commands, in their order."""
    program, *rest = commands
    common = _common(rest)
    lines = [f"# {program.words}", "", program.summary]
    for paragraph in [*program.paragraphs, program.ending]:
        lines += ["", paragraph] if paragraph else []
    lines += ["", "Made from the program by `make docs`. Every command takes these:", "", *_table(common)]
    for command in rest:
        lines += _section(command, common)
    return "\n".join(lines) + "\n"


def _section(command: Command, common: Sequence[Parameter]) -> Iterator[str]:
    yield from ["", f"{'#' * (command.words.count(' ') + 1)} {command.words}", "", command.summary]
    for paragraph in command.paragraphs:
        yield from ["", paragraph]
    yield from ["", "```text", f"{command.words} {command.usage}", "```"]
    own = [each for each in command.parameters if each.about and each not in common]
    if own:
        yield from ["", *_table(own)]
    if command.examples:
        yield from ["", "```sh", *command.examples, "```"]
    if command.ending:
        yield from ["", command.ending]


def _common(commands: Sequence[Command]) -> list[Parameter]:
    """What every command takes that has options beside --help."""
    leaves = [command for command in commands if len(command.parameters) > 1]
    shared = set.intersection(*(set(command.parameters) for command in leaves))
    return [parameter for parameter in leaves[0].parameters if parameter in shared]


def _table(parameters: Iterable[Parameter]) -> Iterator[str]:
    yield from ["| option | what it does |", "|---|---|"]
    for parameter in parameters:
        form, about = (text.replace("|", "\\|") for text in (parameter.form, parameter.about))
        yield f"| `{form}` | {about} |"
