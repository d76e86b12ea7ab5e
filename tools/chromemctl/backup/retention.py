"""Which backups stay, and what can be removed with the others."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from chromemctl.backup.manifest import Scope
from chromemctl.backup.repository import Backup, Repository
from chromemctl.backup.writing import remove
from chromemctl.exits import UsageFailure

#: As many as there are, of any rule.
UNLIMITED = sys.maxsize


@dataclass(frozen=True, slots=True)
class Rules:
    """How many backups stay, of each host's stores, and of metadata and whole stores apart.

    They mean what they mean to restic (https://restic.readthedocs.io/en/stable/060_forget.html), but that
    days and weeks are UTC. Where there are fewer of them than are asked for, the oldest backup stays as well.

    Attributes:
        last: The latest so many.
        daily: The latest of each of so many days on which there are any, UTC.
        weekly: The latest of each of so many weeks, from Monday on.
    """

    last: int = 0
    daily: int = 0
    weekly: int = 0


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is to be removed from a repository.

    Attributes:
        kept: The backups that stay, each with the reasons.
        removed: Those that go.
        objects: Digests of the contents that none is left to name.
        size: The length of these in bytes.
    """

    kept: tuple[tuple[Backup, tuple[str, ...]], ...]
    removed: tuple[Backup, ...]
    objects: tuple[str, ...]
    size: int


def plan_pruning(repository: Repository, rules: Rules, store: Path | None = None) -> Pruning:
    """Decide what stays and what goes. Changes nothing.

    Args:
        repository: The repository, whose manifests are all read: with a damaged one nothing is removed.
        rules: What stays.
        store: The store whose backups may go; those of all when None.

    Raises:
        UsageFailure: The rules keep nothing, or there are no backups of the store.
        DamagedBackup: A manifest is not as it was written.
        OSError: Something cannot be read.
    """
    if not (rules.last or rules.daily or rules.weekly):
        raise UsageFailure(
            "no backup would be kept", "say which stay, for example --keep-last 10 --keep-daily 14"
        )
    for misnamed in repository.misnamed():
        raise misnamed
    everything = repository.backups()
    meant = {backup.id for backup in (everything if store is None else repository.backups(store))}
    if store is not None and not meant:
        raise repository.nothing_of(store)
    reasons = reasons_to_keep(everything, rules, datetime.now(UTC))
    removed = tuple(backup for backup in everything if backup.id in meant and backup.id not in reasons)
    gone = {backup.id for backup in removed}
    kept = tuple(
        (backup, tuple(reasons.get(backup.id, ()))) for backup in everything if backup.id not in gone
    )
    named = {file.sha256 for backup, _ in kept for file in backup.manifest.files}
    unnamed = {path.name: path.stat().st_size for path in _objects(repository) if path.name not in named}
    return Pruning(kept, removed, tuple(sorted(unnamed)), sum(unnamed.values()))


def reasons_to_keep(backups: Sequence[Backup], rules: Rules, now: datetime) -> dict[str, list[str]]:
    """Why backups stay, by their ids.

    Whatever the rules say, the latest backup stays in which all metadata and all documents could be read, of
    those with collections if there are any: when a store is damaged or emptied, backups go on. So does the
    latest with collections, sound or not, and for each collection that the latest backup has without readable
    metadata or in the quarantine, the latest that has its metadata. One of a time to come, made while a
    clock was wrong, stays until then, and takes no other's place.

    Args:
        backups: All of them, oldest first.
        rules: What stays.
        now: The time, UTC.
    """
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for group in _groups(backups):
        for backup, reason in _kept(group, rules, now):
            reasons[backup.id].append(reason)
    return dict(reasons)


def prune(repository: Repository, pruning: Pruning) -> None:
    """Remove what was planned; the caller has locked the repository since it was."""
    remove(repository, [backup.id for backup in pruning.removed], pruning.objects)


def _objects(repository: Repository) -> Iterable[Path]:
    return (path for path in repository.objects_directory.glob("??/*") if path.is_file())


def _groups(backups: Iterable[Backup]) -> Iterable[list[Backup]]:
    groups: defaultdict[tuple[str, Path, Scope], list[Backup]] = defaultdict(list)
    for backup in backups:
        manifest = backup.manifest
        groups[manifest.host, manifest.store, manifest.scope].append(backup)
    return groups.values()


def _kept(group: Sequence[Backup], rules: Rules, now: datetime) -> Iterable[tuple[Backup, str]]:
    """Backups of one group, oldest first, that stay, with the reason."""
    latest = []
    for backup in reversed(group):
        if backup.manifest.created > now:
            yield backup, "of a time to come"
        else:
            latest.append(backup)
    for backup in latest[: rules.last]:
        yield backup, "last"
    yield from _latest_of_each(latest, rules.daily, _day, "daily")
    yield from _latest_of_each(latest, rules.weekly, _week, "weekly")
    sound = [backup for backup in latest if backup.manifest.is_sound and backup.manifest.is_complete]
    with_collections = [backup for backup in latest if backup.manifest.collections]
    yield from _last_with_lost_metadata(latest)
    for backup in [b for b in sound if b.manifest.collections][:1] or sound[:1]:
        yield backup, "last sound"
    if with_collections and with_collections[0] is not latest[0]:
        yield with_collections[0], "last with collections"


def _last_with_lost_metadata(latest: Sequence[Backup]) -> Iterable[tuple[Backup, str]]:
    """Of each collection without readable metadata, or in quarantine, the latest backup that has it.

    Nothing else may know its name. What the application deleted is in neither place, so it keeps no backup.
    """
    if not latest:
        return
    newest = latest[0].manifest
    whole = {item.dir for item in newest.collections if item.is_readable}
    unreadable = {item.dir for item in newest.collections if not item.is_readable}
    for folder in sorted((unreadable | set(newest.quarantined)) - whole):
        for backup in latest:
            if any(item.dir == folder and item.is_readable for item in backup.manifest.collections):
                yield backup, f"last with metadata of {folder}"
                break


def _latest_of_each(
    latest: Sequence[Backup], number: int, period: Callable[[datetime], object], reason: str
) -> Iterable[tuple[Backup, str]]:
    """The latest backup of each of so many days or weeks, and where there are fewer the oldest of all."""
    found: dict[object, Backup] = {}
    for backup in latest:
        found.setdefault(period(backup.manifest.created), backup)
    kept = list(found.values())[:number]
    yield from ((backup, reason) for backup in kept)
    if latest and len(found) < number and latest[-1] is not kept[-1]:
        yield latest[-1], f"oldest {reason}"


def _day(created: datetime) -> date:
    return created.date()


def _week(created: datetime) -> tuple[int, int]:
    return created.isocalendar()[:2]
