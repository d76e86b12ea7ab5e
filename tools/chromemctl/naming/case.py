"""One search: its targets, the digested evidence, and the streams of candidates that sources make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache

from chromemctl.naming.facts import FolderFacts, interleave
from chromemctl.naming.model import Evidence, Skipped, TornName
from chromemctl.naming.rules import Application, NameRule, Part

#: Values of one part that are combined, most frequent first.
VALUES_PER_PART = 64


class Trust(Enum):
    """What ties the candidates of a stream to the folder they are tried on."""

    GIVEN = "given"  # the operator vouches for the name
    READ = "read"  # the whole name was read from a file of the store
    TIED = "tied"  # made of what this very folder's files say
    GUESSED = "guessed"  # made of what is known elsewhere; only the hash speaks for it


@dataclass(frozen=True, slots=True)
class Stream:
    """Candidates of one origin.

    Attributes:
        source: The origin, for people.
        trust: What ties them to a folder.
        names: The candidates, made lazily.
        folder: The only folder they are tried on; all folders still without a name when None.
    """

    source: str
    trust: Trust
    names: Iterable[str]
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """What registry files say.

    Attributes:
        names: Whole collection names with the file they come from.
        entries: Names of tenants, teams and projects by kind.
    """

    names: tuple[tuple[str, str], ...] = ()
    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Case:
    """Everything the sources work on.

    Attributes:
        folders: The targets that have the form of a hash, as the caller gave them.
        evidence: As the caller gave it; its `documents` have been read into `facts`.
        applications: The naming rules.
        facts: Metadata of the documents, by folder, targets and healthy folders alike.
        registry: What the registry files say.
        torn: Beginnings of names, by the caller and from fragments.
        skipped: Where sources note what they could not read.
    """

    folders: tuple[str, ...]
    evidence: Evidence
    applications: tuple[Application, ...]
    facts: Mapping[str, FolderFacts]
    registry: Registry
    torn: tuple[TornName, ...] = ()
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def rules(self) -> Iterator[NameRule]:
        """The rules of all applications."""
        return (rule for application in self.applications for rule in application.rules)

    @property
    def endings(self) -> set[str]:
        """How names may end: as the rules have them, and as the names of healthy collections do."""
        values = (value for rule in self.rules for part in rule.parts.values() for value in part.values)
        endings = {f"_{value}" for value in values}
        for name in self.evidence.known_names:
            endings.update(name[index:] for index, character in enumerate(name) if not character.isalnum())
        return endings


Source = Callable[[Case], Iterator[Stream]]
#: Finds the values of a part in one kind of evidence.
Finder = Callable[[Part], Sequence[str]]


def read_case(targets: Sequence[str], evidence: Evidence, applications: Sequence[Application]) -> Case:
    """Digest the evidence: read the documents' metadata, once."""
    wanted = frozenset(
        key
        for application in applications
        for part in application.parts.values()
        for key in (*part.metadata, *part.ancestors)
    ) | frozenset(key for application in applications for key in application.keys)
    facts = {folder: FolderFacts(metadata, wanted) for folder, metadata in evidence.documents.items()}
    return Case(
        folders=tuple(targets),
        evidence=replace(evidence, documents={}),
        applications=tuple(applications),
        facts=facts,
        registry=Registry(),
        torn=tuple(evidence.torn),
        skipped=list(evidence.skipped),
    )


def from_facts(facts: FolderFacts) -> Finder:
    """Values of parts in one folder's documents."""

    def find(part: Part) -> Sequence[str]:
        named = facts.values(part.metadata, VALUES_PER_PART)
        above = facts.ancestors(part.ancestors, VALUES_PER_PART)
        return interleave([named, above], VALUES_PER_PART)

    return find


def from_store(case: Case) -> Finder:
    """Values of parts in the documents of all folders and in the registry."""
    finders = [from_facts(facts) for facts in case.facts.values()]

    def find(part: Part) -> Sequence[str]:
        entries = [case.registry.entries.get(kind, ()) for kind in part.registry]
        return interleave([*entries, *(finder(part) for finder in finders)], VALUES_PER_PART)

    return cache(find)


def from_machine(case: Case) -> Finder:
    """Values of parts in the environment and in the path of the store."""
    environment, store = case.evidence.environment, case.evidence.store
    components = tuple(reversed(store.parts[1:])) if store is not None else ()

    def find(part: Part) -> Sequence[str]:
        fields = [components if name == "store" else getattr(environment, name) for name in part.environment]
        return interleave(fields, VALUES_PER_PART)

    return cache(find)


def filled(rule: NameRule, first: Finder, others: Sequence[Finder] = ()) -> dict[str, Sequence[str]] | None:
    """Values for every part of a rule, or None when `first` has none for any part or a part stays empty.

    A part takes what `first` knows and its fixed values; only where `first` knows nothing, what the others
    know.
    """
    values: dict[str, Sequence[str]] = {}
    used = False
    for name, part in rule.parts.items():
        own = first(part)
        used = used or bool(own)
        columns = [own] if own else [finder(part) for finder in others]
        values[name] = interleave([*columns, part.values], VALUES_PER_PART + len(part.values))
        if not values[name]:
            return None
    return values if used else None
