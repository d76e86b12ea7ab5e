"""Naming rules: how applications make collection names, read from small TOML files.

A file describes one application: fixed names, the parts names are made of with their sources, and templates.
The built-in files lie in `applications/`; users add a folder of their own. `docs/naming.md` is the reference.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from chromemctl.naming.model import Environment, RuleError
from chromemctl.naming.template import Template, TemplateError, parse_template
from chromemctl.naming.transforms import TRANSFORMS, Transform, transform

#: Sources a part may take from the machine: the fields of `Environment`, and the store's path.
ENVIRONMENT_SOURCES = frozenset({*(f.name for f in fields(Environment)), "store"})
#: Sources a part may take from registry files.
REGISTRY_SOURCES = frozenset({"tenants", "teams", "projects"})


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of names, such as the tenant, and where its values come from.

    Attributes:
        name: The name templates use.
        metadata: Keys of document metadata whose values are values of this part.
        ancestors: Keys of document metadata that hold paths; every folder above such a path is a value.
        environment: Fields of `Environment`, or `store` for the components of the store's path.
        registry: Kinds of entries of registry files: `tenants`, `teams`, `projects`.
        values: Fixed values.
    """

    name: str
    metadata: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    registry: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def constant(self) -> bool:
        """Whether the part has fixed values only, as the kind of a collection has."""
        return not (self.metadata or self.ancestors or self.environment or self.registry)


@dataclass(frozen=True, slots=True)
class NameRule:
    """One way an application makes names.

    Attributes:
        application: The application, for people.
        template: The parts and the text between them.
        parts: The parts the template uses, by name.
        finish: Transforms of the whole name, in order.
    """

    application: str
    template: Template
    parts: Mapping[str, Part]
    finish: tuple[Transform, ...] = ()

    @property
    def label(self) -> str:
        """The rule for people: the application and the template."""
        return f"{self.application} {self.template.text}"

    @property
    def gaps(self) -> tuple[Part, ...]:
        """The parts that differ from store to store."""
        return tuple(part for part in self.parts.values() if not part.constant)

    def names(self, values: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """Every name that the rule makes of the values of its parts, lazily."""
        made = self.template.expand(values)
        for function in self.finish:
            made = map(function, made)
        return made


@dataclass(frozen=True, slots=True)
class Application:
    """The naming rules of one application.

    Attributes:
        name: The application.
        fixed: Names that are the same in every store.
        keys: Metadata keys that mark a document as this application's.
        rules: The templates.
        parts: All parts, by name.
        file: The file the rules were read from.
    """

    name: str
    fixed: tuple[str, ...]
    keys: frozenset[str]
    rules: tuple[NameRule, ...]
    parts: Mapping[str, Part] = field(default_factory=dict)
    file: str = ""


def load_applications(*folders: Path) -> tuple[Application, ...]:
    """Read the built-in rule files and those of the given folders.

    Args:
        folders: Folders with further `.toml` files. An application of a later file replaces one of the same
            name.

    Raises:
        RuleError: A folder or file cannot be read or is wrong; the message names file and key.
    """
    found = {application.name: application for application in _built_in()}
    for folder in folders:
        found.update((application.name, application) for application in map(_read, _rule_files(folder)))
    return tuple(found.values())


@cache
def _built_in() -> tuple[Application, ...]:
    return tuple(map(_read, _rule_files(resources.files("chromemctl.naming") / "applications")))


def template_rule(text: str, applications: Sequence[Application]) -> NameRule:
    """Make a rule of a template given on its own; its parts are those of the applications, merged by name.

    Raises:
        RuleError: The template is wrong.
    """
    template = _template(text, f'template "{text}"')
    parts = {gap: _merged(gap, applications) for gap in template.part_names}
    return NameRule("template", template, parts)


def parse_application(text: str, file: str) -> Application:
    """Read the rules of one application.

    Args:
        text: The TOML text.
        file: Its file, for messages.

    Raises:
        RuleError: The text is not TOML, or a key is unknown, missing or of the wrong kind.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{file}: not a TOML file: {error}") from error
    reader = _Reader(file, "", table, {"application", "about", "keys", "fixed", "parts", "names"})
    name = reader.string("application")
    parts = {key: _part(key, reader.table(key, "parts")) for key in reader.mapping("parts")}
    rules = tuple(_rule(name, entry, parts) for entry in reader.tables("names"))
    return Application(name, reader.strings("fixed"), frozenset(reader.strings("keys")), rules, parts, file)


def _rule_files(folder: Traversable) -> Iterator[Traversable]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise RuleError(f"{folder}: cannot read the folder of naming rules: {error.strerror}") from error
    return (entry for entry in entries if entry.name.endswith(".toml"))


def _read(file: Traversable) -> Application:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise RuleError(f"{file}: cannot read the naming rules: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{file}: not UTF-8 text: byte {error.start}") from error
    return parse_application(text, str(file))


def _part(name: str, reader: _Reader) -> Part:
    reader.only({"metadata", "ancestors", "environment", "registry", "values"})
    return Part(
        name,
        metadata=reader.strings("metadata"),
        ancestors=reader.strings("ancestors"),
        environment=reader.strings("environment", ENVIRONMENT_SOURCES),
        registry=reader.strings("registry", REGISTRY_SOURCES),
        values=reader.strings("values"),
    )


def _rule(application: str, reader: _Reader, parts: Mapping[str, Part]) -> NameRule:
    reader.only({"template", "finish"})
    template = _template(reader.string("template"), reader.place("template"))
    for gap in template.part_names:
        if gap not in parts:
            raise RuleError(f"{reader.place('template')}: no [parts.{gap}] in this file")
    finish = []
    for spelling in reader.strings("finish"):
        function = transform(spelling)
        if function is None:
            known = ", ".join(TRANSFORMS)
            raise RuleError(f"{reader.place('finish')}: no transform {spelling!r}; there are: {known}")
        finish.append(function)
    used = {gap: parts[gap] for gap in template.part_names}
    return NameRule(application, template, used, tuple(finish))


def _template(text: str, place: str) -> Template:
    try:
        return parse_template(text)
    except TemplateError as error:
        raise RuleError(f"{place}: {error}") from error


def _merged(name: str, applications: Sequence[Application]) -> Part:
    same = [application.parts[name] for application in applications if name in application.parts]

    def union(attribute: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for part in same for value in getattr(part, attribute)))

    return Part(name, *(union(f.name) for f in fields(Part) if f.name != "name"))


@dataclass(frozen=True, slots=True)
class _Reader:
    """A TOML table with its place, so that every complaint names file and key."""

    file: str
    path: str
    data: Mapping[str, Any]
    allowed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.allowed:
            self.only(self.allowed)

    def place(self, key: str) -> str:
        return f"{self.file}: {self.path}.{key}" if self.path else f"{self.file}: {key}"

    def only(self, allowed: set[str]) -> None:
        for key in self.data:
            if key not in allowed:
                raise RuleError(f"{self.place(key)}: unknown key; known are: {', '.join(sorted(allowed))}")

    def string(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not value:
            raise RuleError(f"{self.place(key)}: expected a text that is not empty")
        return value

    def strings(self, key: str, known: frozenset[str] | None = None) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RuleError(f"{self.place(key)}: expected a list of texts")
        for item in value:
            if known is not None and item not in known:
                raise RuleError(f"{self.place(key)}: unknown {item!r}; known are: {', '.join(sorted(known))}")
        return tuple(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise RuleError(f"{self.place(key)}: expected a table")
        return value

    def table(self, key: str, parent: str) -> _Reader:
        value = self.data[parent][key]
        if not isinstance(value, dict):
            raise RuleError(f"{self.place(f'{parent}.{key}')}: expected a table")
        return _Reader(self.file, f"{parent}.{key}", value)

    def tables(self, key: str) -> Iterator[_Reader]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise RuleError(f"{self.place(key)}: expected tables, written as [[{key}]]")
        return (_Reader(self.file, f"{key}[{index}]", item) for index, item in enumerate(value))
