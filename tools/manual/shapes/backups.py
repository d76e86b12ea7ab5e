"""Backups: the reports of `backup`."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from manual.schemas import PathText
from manual.shapes.changes import InterruptedRun, Transfer
from manual.shapes.common import Error, Version
from manual.shapes.stores import Verify


class BackupCollection(TypedDict):
    """A collection in a backup."""

    dir: str
    name: str | None
    documents: int
    problem: Annotated[str | None, "why its metadata is not sound"]


class Omitted(TypedDict):
    """What a backup could not keep."""

    path: str
    reason: str
    is_loss: bool


class DamagedDocument(TypedDict):
    """A document that is kept as it was, but could not be read."""

    path: str
    reason: str


class Backup(TypedDict):
    """A backup."""

    id: str
    created: Annotated[str, "time, ISO 8601"]
    host: Annotated[str, "the machine that made it"]
    store: Annotated[str, PathText("of which store")]
    scope: Literal["store", "metadata"]
    at_rest: Annotated[bool, "whether the store was at rest"]
    complete: Annotated[bool, "whether everything was kept"]
    sound: Annotated[bool, "whether all metadata and documents could be read, and collections are not gone"]
    collections: list[BackupCollection]
    omitted: list[Omitted]
    damaged: Annotated[list[DamagedDocument] | None, "documents; null when they were not looked at"]
    emptied_since: Annotated[str | None, "when collections are gone, id of the last backup with some"]
    quarantined: Annotated[list[str], "folders of which something waits in the quarantine"]
    files: int
    size: int


class BackupCreate(TypedDict):
    """The outcome of `backup create`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    backup: Backup
    added: Annotated[int, "contents that were new"]
    added_bytes: int
    reused: Annotated[int, "contents that were there already"]
    sidecars: Annotated[int, "how many were written"]


class BackupList(TypedDict):
    """The outcome of `backup list`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    backups: list[Backup]
    damaged: Annotated[list[Error], "manifests that cannot be read"]


class BackupState(TypedDict):
    """Whether a backup is whole."""

    id: str
    sound: bool


class BackupDamage(TypedDict):
    """A damaged file of a repository."""

    path: Annotated[str, PathText("which")]
    reason: str
    backups: Annotated[list[str], "ids of those that need it"]


class BackupVerify(TypedDict):
    """The outcome of `backup verify`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    sound: bool
    backups: list[BackupState]
    contents: int
    size: int
    damage: list[BackupDamage]


class KeptBackup(TypedDict):
    """A backup that stays, and by which rules."""

    id: str
    reasons: list[str]


class BackupPrune(TypedDict):
    """The outcome of `backup prune`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    applied: bool
    removed: Annotated[list[str], "ids"]
    kept: list[KeptBackup]
    contents: int
    size: int


class BackupRestore(TypedDict):
    """The outcome of `backup restore`; with `--output` it has that path and no changes."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    backup: Annotated[str, "id"]
    store: NotRequired[Annotated[str, PathText("the store")]]
    output: NotRequired[Annotated[str, PathText("the new directory")]]
    dry_run: NotRequired[bool]
    applied: NotRequired[bool]
    transfers: NotRequired[list[Transfer]]
    unchanged: NotRequired[Annotated[list[str], "places that are as in the backup"]]
    left: NotRequired[Annotated[list[str], "what is not brought back, and why"]]
    interrupted_runs: NotRequired[list[InterruptedRun]]
    verify: NotRequired[Verify]
