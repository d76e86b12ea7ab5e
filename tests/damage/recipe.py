"""What a damage does to a store, as data: a recipe that turns the sound store into the damaged one."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Recipe:
    """Changes to a store, in the order in which they are made. Paths are relative to it.

    Attributes:
        remove: Files, links and directories that are gone.
        directories: Directories that are new.
        write: Files that are new or other, as hexadecimal digits.
        links: Symbolic links that are new, and where they lead.
        pipes: Named pipes that are new.
        sockets: Sockets that are new.
        forbid: What nobody may read any more.
    """

    remove: list[str] = field(default_factory=list)
    directories: list[str] = field(default_factory=list)
    write: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    pipes: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)
    forbid: list[str] = field(default_factory=list)

    @classmethod
    def between(cls, sound: Path, damaged: Path) -> Self:
        """The recipe that makes one store of another."""
        before, after = _entries(sound), _entries(damaged)
        recipe = cls()
        for path, entry in before.items():
            if path not in after or _kind(entry) != _kind(after[path]):
                recipe.remove.append(path)
        for path, entry in after.items():
            recipe._add(path, entry, before.get(path))
        return recipe

    def _add(self, path: str, entry: Path, before: Path | None) -> None:
        if entry.is_symlink():
            self.links[path] = str(entry.readlink())
        elif entry.is_fifo():
            self.pipes.append(path)
        elif entry.is_socket():
            self.sockets.append(path)
        elif entry.is_dir():
            if before is None or not before.is_dir():
                self.directories.append(path)
        elif before is None or not before.is_file() or before.read_bytes() != entry.read_bytes():
            self.write[path] = entry.read_bytes().hex()
        if not entry.is_symlink() and entry.stat().st_mode & 0o777 == 0:
            self.forbid.append(path)

    def apply(self, store: Path) -> None:
        """Make the changes."""
        for path in reversed(self.remove):
            entry = store / path
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        for path in self.directories:
            (store / path).mkdir(mode=0o700)
        for path, digits in self.write.items():
            (store / path).write_bytes(bytes.fromhex(digits))
        for path, target in self.links.items():
            (store / path).symlink_to(target)
        for path in self.pipes:
            os.mkfifo(store / path, 0o600)
        for path in self.sockets:
            os.mknod(store / path, stat.S_IFSOCK | 0o600)
        for path in self.forbid:
            (store / path).chmod(0)

    def to_json(self) -> dict[str, Any]:
        """The changes that there are."""
        return {name: changes for name, changes in vars(self).items() if changes}


def _entries(store: Path) -> dict[str, Path]:
    return {str(path.relative_to(store)): path for path in sorted(store.rglob("*"))}


def _kind(path: Path) -> int:
    return path.lstat().st_mode & 0o170000
