"""Man pages, in the macros of man(7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from manual.grammar import Command


def page(command: Command, every: Iterable[Command], version: str) -> str:
    """The man page of one command; `every` are those it may refer to."""
    return "\n".join(_lines(command, list(every), version)) + "\n"


def _lines(command: Command, every: list[Command], version: str) -> Iterator[str]:
    program = command.words.split()[0]
    yield f'.TH "{command.page.upper()}" 1 "" "pygob {version}" "{program}"'
    yield from [".SH NAME", f"{_text(command.page)} \\- {_text(command.summary.rstrip('.'))}"]
    yield from [".SH SYNOPSIS", f".B {_text(command.words)}", _text(command.usage)]
    if command.paragraphs:
        yield ".SH DESCRIPTION"
        for paragraph in command.paragraphs:
            yield from [".PP", _text(paragraph)]
    described = [parameter for parameter in command.parameters if parameter.about]
    if described:
        yield ".SH OPTIONS"
        for parameter in described:
            yield from [".TP", f".B {_text(parameter.form)}", _text(parameter.about)]
    if command.examples:
        yield from [".SH EXAMPLES", ".nf", *map(_text, command.examples), ".fi"]
    if command.ending:
        yield from [".SH NOTES", _text(command.ending)]
    related = [each for each in every if _are_related(each, command)]
    if related:
        yield from [".SH SEE ALSO", ", ".join(f"\\fB{_text(each.page)}\\fR(1)" for each in related)]


def _are_related(one: Command, other: Command) -> bool:
    """Whether one command is directly above or below the other."""
    return one.words != other.words and (
        one.words == other.words.rpartition(" ")[0] or other.words == one.words.rpartition(" ")[0]
    )


def _text(text: str) -> str:
    """Text that roff takes for nothing else."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))
