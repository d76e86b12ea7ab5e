"""Processes that are using a store, as far as /proc shows them. Reads only.

Of other users' processes nothing is told to anybody but root, and other systems have no /proc: that none is
found does not mean that there is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
# How deep files lie that an application writes: in a collection's folder. Those directly in the store are of
# no matter (a log perhaps), and what lies deeper belongs to another store.
_IN_A_COLLECTION = range(2, 3)
_STORE_OR_COLLECTION = range(2)
# Places in /proc/PID/stat behind the name of the command.
_SESSION, _TERMINAL = 3, 4


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that is using a store.

    Attributes:
        pid: Its number.
        command: What it is called.
        path: What of the store it uses.
        is_writing: Whether it has that open, or mapped, for writing; else it works in that directory.
    """

    pid: int
    command: str
    path: Path
    is_writing: bool

    def __str__(self) -> str:
        what = "has {} open for writing" if self.is_writing else "works in {}"
        return f"process {self.pid} ({self.command}) {what.format(self.path)}"


def holders(store: Path) -> list[Holder]:
    """The processes that may be writing a store, this one left out, by their numbers.

    These are the ones that have one of its files open or mapped for writing, and services whose working
    directory it is: processes without a terminal, and of another session than this one. A shell that somebody
    has left there is none.
    """
    root = os.path.realpath(store)
    found = (_holder(pid, root) for pid in sorted(_processes()))
    return [holder for holder in found if holder is not None]


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir(_PROC) if name.isdecimal() and int(name) != os.getpid()]
    except OSError:
        return []


def _holder(pid: int, root: str) -> Holder | None:
    process = f"{_PROC}/{pid}"  # no Path: a machine has thousands of processes, and they have many files open
    for path in (*_opened(process, root), *_mapped(process, root)):
        return Holder(pid, _command(process), path, is_writing=True)
    for path in _worked_in(process, root):
        return Holder(pid, _command(process), path, is_writing=False)
    return None


def _opened(process: str, root: str) -> Iterator[Path]:
    """Files of the store that a process may write to."""
    with suppress(OSError):
        for number in os.listdir(f"{process}/fd"):
            try:
                path = _inside(os.readlink(f"{process}/fd/{number}"), root, _IN_A_COLLECTION)  # noqa: PTH115
                if path is not None and _may_write(Path(process, "fdinfo", number)):
                    yield path
            except OSError:  # closed by now
                continue


def _may_write(info: Path) -> bool:
    for line in info.read_text().splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY
    return False


def _mapped(process: str, root: str) -> Iterator[Path]:
    """Files of the store that a process writes to as memory."""
    with suppress(OSError):
        maps = Path(process, "maps").read_bytes()
        if os.fsencode(root) not in maps:
            return
        for line in maps.splitlines():
            words = line.split(None, 5)
            if len(words) == _WORDS and b"w" in words[1] and b"s" in words[1]:
                path = _inside(os.fsdecode(words[5]), root, _IN_A_COLLECTION)
                if path is not None:
                    yield path


# address, permissions, offset, device, inode, path
_WORDS = 6


def _worked_in(process: str, root: str) -> Iterator[Path]:
    """The directory of the store that a service works in."""
    with suppress(OSError, ValueError, IndexError):
        path = _inside(os.readlink(f"{process}/cwd"), root, _STORE_OR_COLLECTION)  # noqa: PTH115
        if path is not None:
            told = Path(process, "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(told[_TERMINAL]) == 0 and int(told[_SESSION]) != os.getsid(0):
                yield path


def _inside(target: str, root: str, depths: range) -> Path | None:
    """A path so deep in the store; None for another, and for a removed file."""
    if not target.startswith(root) or (target != root and not target.startswith(root.rstrip("/") + "/")):
        return None
    parts = Path(target).relative_to(root).parts
    return None if len(parts) not in depths or target.endswith(" (deleted)") else Path(target)


def _command(process: str) -> str:
    try:
        return Path(process, "comm").read_text(errors="replace").strip()
    except OSError:
        return "unknown"
