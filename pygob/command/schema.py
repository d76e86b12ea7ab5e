"""`pygob schema`: the types of a stream, as declarations, as JSON, and as source code."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pygob import types
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import Input, NoValue, add_input, opened
from pygob.command.json_values import is_utf_8
from pygob.editing._lossless_values import definition_to_json
from pygob.editing._rewriting import StreamReader
from pygob.inspection._interface_types import InterfaceTypes
from pygob.inspection._json import indented
from pygob.inspection._type_names import reachable
from pygob.inspection.go_source import go_source
from pygob.inspection.python_source import python_source
from pygob.wire import TypeTable

_Held: TypeAlias = Mapping[str, types.Type]


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    about = (
        "declarations as the stream has them (the default), a Go file that compiles, a module of Python "
        "dataclasses, or the definitions with their ids as JSON"
    )
    parser.add_argument("--format", choices=(*_FORMATS, "json"), default="declarations", help=about)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """The types of the values, and those that interfaces hold, each with what it is made of.

    Raises:
        Failure: There is no input, or a type cannot be declared.
        NoValue: There is no value; the types that are defined even so have been shown.
        GobDecodeError: The stream is damaged; nothing is shown.
    """
    value_ids: list[int] = []
    held = InterfaceTypes()
    source = Input.of(arguments)
    with opened(source) as fp:
        reader = StreamReader(fp, floats="skip")
        for read in reader:
            if read.found.type_id not in value_ids:
                value_ids.append(read.found.type_id)
            if arguments.format == "go":
                held.look_into(read.found.value, read.found.type)
    table = reader.table
    if value_ids or table.definitions:
        yield from _shown(arguments.format, source, table, value_ids, held.found)
    if not value_ids:
        raise NoValue(source.path)


def _shown(
    form: str, source: Input, table: TypeTable, value_ids: Sequence[int], held: _Held
) -> Iterator[str]:
    if form == "json":
        yield from _json(table, value_ids)
        return
    try:
        yield from _FORMATS[form](_types(table, value_ids), len(value_ids), held)
    except ValueError as error:
        raise Failure(f"{source.shown}: {error}", Exit.DAMAGE) from None


def _json(table: TypeTable, value_ids: Sequence[int]) -> Iterator[str]:
    document = {
        "schema_version": 1,
        "types": [definition_to_json(each) for each in table.definitions.values()],
        "values": value_ids,
    }
    yield from indented(document, ascii_only=not is_utf_8()).split("\n")


def _types(table: TypeTable, value_ids: Sequence[int]) -> list[types.Type]:
    """The types of the values, then those that only interfaces hold, in the order of the stream."""
    known = (table.type_of(type_id) for type_id in (*value_ids, *table.definitions))
    return [described for described in known if described is not None]


def _declarations(roots: Sequence[types.Type], values: int, _: _Held) -> Iterator[str]:
    """Declarations of the first so many types, and of structs and of all that have a name of their own."""
    shown: set[tuple[str, ...]] = set()
    for described in reachable(roots):
        is_own = isinstance(described, types.Struct) or described.is_declared
        if described in roots[:values] or is_own or (isinstance(described, types.Opaque) and described.name):
            declaration = _declaration(described)
            if declaration not in shown:
                shown.add(declaration)
                yield from declaration


def _declaration(described: types.Type) -> tuple[str, ...]:
    """A declaration as gofmt writes it: the fields of a struct one a line, their types in a column."""
    if not isinstance(described, types.Struct) or not described.fields:
        return (described.declaration(),)
    width = max(len(name) for name, _ in described.fields)
    fields = [f"\t{name:<{width}} {kind.short_text()}" for name, kind in described.fields]
    head = f"type {described.name} struct {{" if described.name else "struct {"
    return (head, *fields, "}")


# Each is given the types, how many of them are those of values, and what interfaces hold.
_FORMATS: dict[str, Callable[[Sequence[types.Type], int, _Held], Iterator[str]]] = {
    "declarations": _declarations,
    "go": lambda roots, values, held: go_source(roots, values=roots[:values], interfaces=held),
    "python": lambda roots, values, _: python_source(roots, values=roots[:values]),
}

SCHEMA = Command(
    "the types, as declarations or source code",
    "pygob schema users.gob\n"
    "pygob schema --format python users.gob > users.py\n"
    "pygob schema --format go users.gob > users.go\n"
    "pygob schema --format json users.gob | jq '.types[].name'",
    _add_arguments,
    _run,
)
