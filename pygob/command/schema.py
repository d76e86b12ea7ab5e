"""`pygob schema`: the types of a stream as Go declarations."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob import iter_values, types
from pygob.command.command import Command
from pygob.command.inputs import add_input, read


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """The type of every value, followed by the named types that it is made of; each once.

    Raises:
        GobDecodeError: The stream is damaged; the types before have been shown.
    """
    shown: set[tuple[str, ...]] = set()
    for value in iter_values(read(arguments.file, arguments.key_file), floats="skip"):
        for described in _reachable(value.type):
            declaration = _declaration(described)
            if declaration not in shown:
                shown.add(declaration)
                yield from declaration


def _reachable(root: types.Type) -> Iterator[types.Type]:
    seen = {id(root)}
    pending = [root]
    while pending:
        described = pending.pop()
        if described is root or isinstance(described, types.Struct | types.Opaque):
            yield described
        for part in reversed(list(described.children())):
            if id(part) not in seen:
                seen.add(id(part))
                pending.append(part)


def _declaration(described: types.Type) -> tuple[str, ...]:
    """A declaration as gofmt writes it: the fields of a struct one a line, their types in a column."""
    if not isinstance(described, types.Struct) or not described.fields:
        return (described.declaration(),)
    width = max(len(name) for name, _ in described.fields)
    fields = [f"\t{name:<{width}} {kind.short_text()}" for name, kind in described.fields]
    head = f"type {described.name} struct {{" if described.name else "struct {"
    return (head, *fields, "}")


SCHEMA = Command("the types, as Go declarations", "pygob schema users.gob", _add_arguments, _run)
