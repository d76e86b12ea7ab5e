"""What can be said to a command, read from click and from argparse into one form."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Parameter:
    """An argument or an option.

    Attributes:
        form: How it is written, such as "--limit N".
        about: What it does; "" for an argument that the text explains.
    """

    form: str
    about: str


@dataclass(frozen=True)
class Command:
    """One command, or a program that has commands.

    Attributes:
        words: What is typed, such as "chromemctl verify".
        usage: What may follow the words.
        summary: One sentence.
        paragraphs: What else there is to know.
        parameters: In the order of the help.
        examples: Command lines; one that begins with `#` says what the next one does.
        ending: What else the help ends with, exit codes for example; "" if nothing.
    """

    words: str
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    examples: tuple[str, ...]
    ending: str

    @property
    def page(self) -> str:
        """The name of its man page."""
        return self.words.replace(" ", "-")


def of_click(program: click.Command, name: str) -> Iterator[Command]:
    """A click program and each of its commands, depth first."""
    yield from _of_click(program, click.Context(program, info_name=name, terminal_width=10_000))


def _of_click(command: click.Command, context: click.Context) -> Iterator[Command]:
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    summary, *paragraphs = _paragraphs(command.help or "")
    examples, ending = _examples(command.epilog or "")
    yield Command(
        words=context.command_path,
        usage=" ".join(command.collect_usage_pieces(context)),
        summary=summary,
        paragraphs=tuple(paragraphs),
        parameters=tuple(Parameter(*record) for record in records if record),
        examples=examples,
        ending=ending,
    )
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if below := command.get_command(context, name):
                inner = click.Context(below, parent=context, info_name=name, terminal_width=10_000)
                yield from _of_click(below, inner)


def of_argparse(parser: argparse.ArgumentParser) -> Iterator[Command]:
    """An argparse program and each of its commands, depth first."""
    below: list[argparse.ArgumentParser] = []
    parameters = []
    for action in parser._actions:  # argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):
            below = list(action.choices.values())
        elif action.help != argparse.SUPPRESS:
            about = parser._get_formatter()._expand_help(action) if action.help else ""
            parameters.append(Parameter(_form(action), about))
    summary, *paragraphs = _paragraphs(parser.description or "")
    examples, ending = _examples(parser.epilog or "")
    yield Command(
        words=parser.prog,
        usage=" ".join(parser.format_usage().removeprefix(f"usage: {parser.prog}").split()),
        summary=summary,
        paragraphs=tuple(paragraphs),
        parameters=tuple(parameters),
        examples=examples,
        ending=ending,
    )
    for each in below:
        yield from of_argparse(each)


def _form(action: argparse.Action) -> str:
    """How an argument or option is written."""
    metavar = action.metavar if isinstance(action.metavar, str) else None
    if action.choices is not None and metavar is None:
        metavar = "|".join(map(str, action.choices))
    if not action.option_strings:
        return metavar or action.dest
    forms = ", ".join(action.option_strings)
    return forms if action.nargs == 0 else f"{forms} {metavar or action.dest.upper()}"


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each in one line."""
    return [" ".join(block.split()) for block in inspect.cleandoc(text).split("\n\n")]


def _examples(epilog: str) -> tuple[tuple[str, ...], str]:
    """The examples of an epilog, and what else it says."""
    before, _, after = epilog.replace("\b\n", "").partition("Examples:\n")
    lines = tuple(line.strip() for line in after.splitlines() if line.strip())
    return lines, " ".join(before.split())
