"""Reading backups again: whether every byte is as it was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chromemctl.backup.repository import Backup, DamagedBackup, Repository


@dataclass(frozen=True, slots=True)
class Damage:
    """A file of a repository that is not as it was written.

    Attributes:
        error: Which, and what is wrong with it.
        backups: The ids of the backups that need it.
    """

    error: DamagedBackup
    backups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check.

    Attributes:
        backups: The backups whose manifests are sound.
        objects: The number of contents read.
        size: Their length in bytes.
        damage: What is wrong.
    """

    backups: tuple[Backup, ...]
    objects: int
    size: int
    damage: tuple[Damage, ...]

    def is_sound(self, backup: Backup) -> bool:
        """Whether a backup can be restored in full."""
        return not any(backup.id in item.backups for item in self.damage)


def check(
    repository: Repository, ids: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> Checked:
    """Read backups and all that they name; one that is damaged hides none of the others.

    Args:
        repository: The repository.
        ids: The backups.
        progress: Called with the number of contents read and of all.

    Raises:
        OSError: Something cannot be read.
    """
    backups: list[Backup] = []
    damage = [Damage(error, ()) for error in repository.misnamed()]
    for backup_id in ids:
        try:
            backups.append(repository.read(backup_id))
        except DamagedBackup as error:
            damage.append(Damage(error, (backup_id,)))
    users: dict[tuple[str, int], list[str]] = {}
    for backup in backups:
        for content in dict.fromkeys((file.sha256, file.size) for file in backup.manifest.files):
            users.setdefault(content, []).append(backup.id)
    for number, ((sha256, size), of) in enumerate(users.items()):
        try:
            for _ in repository.content(sha256, size):
                pass
        except DamagedBackup as error:
            damage.append(Damage(error, tuple(of)))
        if progress is not None:
            progress(number + 1, len(users))
    return Checked(tuple(backups), len(users), sum(size for _, size in users), tuple(damage))
