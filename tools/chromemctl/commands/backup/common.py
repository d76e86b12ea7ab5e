"""What the commands about backups do alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chromemctl.backup.manifest import Manifest
from chromemctl.backup.repository import Backup, default_directory
from chromemctl.console.report import SCHEMA_VERSION, path_fields, text
from chromemctl.exits import UsageFailure
from chromemctl.wording import count, readable

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
_STEP = 1024


def directory_of(given: Path | None) -> Path:
    """Where the backups are: as given, else in the user's own place for data.

    Raises:
        UsageFailure: Not given, and the user has no home.
    """
    directory = given or default_directory()
    if directory is None:
        raise UsageFailure(
            "this user has no home directory", "say where backups are kept: --to or --from DIR"
        )
    return directory


def size(number: int) -> str:
    """`512 bytes`, `1.5 MiB`."""
    value = float(number)
    for unit in _UNITS:
        if value < _STEP or unit == _UNITS[-1]:
            break
        value /= _STEP
    return f"{number:,} {unit}" if unit == _UNITS[0] else f"{value:.1f} {unit}"


def when(manifest: Manifest) -> str:
    """When a backup was begun, UTC."""
    return f"{manifest.created:%Y-%m-%d %H:%M:%S}"


# What a table of backups shows; the id begins with the time, UTC.
_COLUMNS = ("Backup", "Scope", "Files", "Size", "State", "Store")


def table(backups: Sequence[Backup]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The columns and rows of a table of backups, with their hosts where there is more than one."""
    if len({backup.manifest.host for backup in backups}) < 2:
        return _COLUMNS, [_row(backup) for backup in backups]
    rows = [(*_row(backup), readable(backup.manifest.host)) for backup in backups]
    return (*_COLUMNS, "Host"), rows


def _row(backup: Backup) -> tuple[str, ...]:
    manifest = backup.manifest
    files, length = f"{len(manifest.files):,}", size(manifest.size)
    return backup.id, manifest.scope, files, length, remark(manifest), readable(str(manifest.store))


def remark(manifest: Manifest) -> str:
    """What is to be known of a backup, in a few words."""
    words = [] if manifest.is_complete else ["incomplete"]
    if not manifest.is_sound:
        damaged = sum(not item.is_readable for item in manifest.collections)
        if damaged:
            words.append(f"{count(damaged, 'collection')} without readable metadata")
        if manifest.damaged:
            words.append(count(len(manifest.damaged), "damaged document"))
        if manifest.emptied_since is not None:
            words.append("no collections left")
    return ", ".join(words) or "sound"


def backup_report(backup: Backup) -> dict[str, Any]:
    """A backup, for scripts."""
    manifest = backup.manifest
    return {
        "id": backup.id,
        "created": manifest.created.isoformat(),
        "host": text(manifest.host),
        **path_fields("store", manifest.store),
        "scope": manifest.scope.value,
        "at_rest": manifest.at_rest,
        "complete": manifest.is_complete,
        "sound": manifest.is_sound,
        "collections": [
            {
                "dir": text(item.dir),
                "name": None if item.name is None else text(item.name),
                "documents": item.documents,
                "problem": None if item.problem is None else text(item.problem),
            }
            for item in manifest.collections
        ],
        "omitted": [
            {"path": text(item.path), "reason": text(item.reason), "is_loss": item.is_loss}
            for item in manifest.omitted
        ],
        "damaged": None
        if manifest.damaged is None
        else [{"path": text(item.path), "reason": text(item.reason)} for item in manifest.damaged],
        "emptied_since": manifest.emptied_since,
        "quarantined": [text(folder) for folder in manifest.quarantined],
        "files": len(manifest.files),
        "size": manifest.size,
    }


def base(directory: Path) -> dict[str, Any]:
    """What every report begins with."""
    return {"schema_version": SCHEMA_VERSION, **path_fields("repository", directory)}
