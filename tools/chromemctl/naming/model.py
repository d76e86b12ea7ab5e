"""What goes into a search for lost names and what comes out: plain, frozen data without behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Confidence(StrEnum):
    """How far a found name can be relied on; the rules are in `chromemctl.naming.confidence`."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class SidecarName:
    """A collection name read in full from a file: a `.backup`, a `.tmp`, an export, a backup of the store.

    Attributes:
        name: The name as the file has it.
        source: Where it was read, for people, such as `00000000.gob.backup`.
    """

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """What is left of a metadata file of one collection: raw bytes, torn, overwritten or damaged.

    Attributes:
        dir: The folder the file lies in.
        data: The bytes, after decompression where the file was gzip (a damaged gzip file may be given as it
            is: chromem's small metadata is stored in it uncompressed).
        source: The file, for people.
    """

    dir: str
    data: bytes
    source: str


@dataclass(frozen=True, slots=True)
class TornName:
    """The beginning of a lost name.

    Attributes:
        dir: The folder the beginning was read in.
        prefix: The characters that survive.
        length: Length of the whole name in bytes when known (gob writes it before the name), else None.
        source: Where it was read, for people.
    """

    dir: str
    prefix: str
    length: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Environment:
    """What the machine knows about the people and projects that name collections.

    `chromemctl.naming.capture_environment` fills it in; every list is best first and may be empty.

    Attributes:
        git_owners: Owners in the origin URLs of git repositories (`acme` of `github.com/acme/app`).
        git_users: Values of git's `user.name`.
        users: Login names.
        hosts: Host names, short and full.
        projects: Names of project folders.
        paths: Absolute paths of project folders.
    """

    git_owners: tuple[str, ...] = ()
    git_users: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the caller knows that may lead to a lost name. Every part is optional.

    Attributes:
        documents: For every folder the metadata of its surviving documents; any iterable, read once, so that
            a generator over 100,000 files costs no memory.
        known_names: Names of the store's healthy collections.
        explicit: Names the operator vouches for, one by one (`--name`).
        listed: Names from a list the operator has (`--names-file`), any iterable, read once.
        sidecars: Names read in full from `.backup` and `.tmp` files, exports and backups.
        fragments: Bytes of damaged metadata files.
        torn: Beginnings of names, where the caller has decoded them already.
        registries: Files in which applications note their collections: `registry.json`,
            `collection-NAME.json`, SQLite `knowledge.db`. `chromemctl.naming.registries_beside` finds those
            of a store.
        texts: Files or folders of any content (logs, configurations, shell histories, databases) to be read
            for identifiers.
        templates: Names with gaps, such as `{tenant}_{project}_memories`; every gap is filled from `words`,
            from the documents and from the environment.
        words: Words for the gaps of templates.
        store: Path of the store; its last components often are a tenant or a project.
        environment: People, hosts and projects of this machine.
        skipped: What the caller could not look through.
    """

    documents: Mapping[str, Iterable[Mapping[str, str]]] = field(default_factory=dict)
    known_names: Sequence[str] = ()
    explicit: Sequence[str] = ()
    listed: Iterable[str] = ()
    sidecars: Sequence[SidecarName] = ()
    fragments: Sequence[Fragment] = ()
    torn: Sequence[TornName] = ()
    registries: Sequence[Path] = ()
    texts: Sequence[Path] = ()
    templates: Sequence[str] = ()
    words: Sequence[str] = ()
    store: Path | None = None
    environment: Environment = Environment()
    skipped: Sequence[Skipped] = ()


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name whose hash is the folder's.

    Attributes:
        name: The collection name.
        source: Where it came from, for people.
        confidence: How far it can be relied on.
        expected_accidental: Matches that chance alone would have given by then: candidates tried x folders
            they were tried on / 2^32.
    """

    name: str
    source: str
    confidence: Confidence
    expected_accidental: float


@dataclass(frozen=True, slots=True)
class FolderNames:
    """The names found for one folder, best first; empty when none was found.

    Attributes:
        dir: The folder, as the caller gave it.
        names: The names, best first; more than one is an ambiguity to be shown, never to be decided silently.
    """

    dir: str
    names: tuple[FoundName, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that could not be read, wholly or in part.

    Attributes:
        source: The file or source.
        reason: What was wrong, for people.
    """

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Identification:
    """The outcome of a search.

    Attributes:
        candidates: Candidates truly hashed; a name tried twice counts twice.
        folders: One entry a target, in the order given.
        tried: Candidates by source, in the order the sources were asked.
        skipped: Sources that could not be read and sources cut short by a limit.
    """

    candidates: int
    folders: tuple[FolderNames, ...]
    tried: Mapping[str, int]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a search, given to the progress callback about every 50,000 candidates.

    Attributes:
        candidates: Candidates hashed so far.
        source: The source being asked.
        folders: Number of folders looked for.
        named: How many of them have at least one name.
    """

    candidates: int
    source: str
    folders: int
    named: int


class NamingError(Exception):
    """Base of this library's errors: the caller gave something that cannot be used."""


class RuleError(NamingError):
    """A file of naming rules is wrong; the message names the file, the key and what is expected."""
