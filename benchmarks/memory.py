"""How much memory a command holds, its worker processes included."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import sleep

INTERVAL = 0.02
_PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """The most memory that was held at a time.

    Attributes:
        all: Bytes held by all processes together. A page that several share counts once (Linux: PSS).
        one: Bytes of the largest process, shared pages included (RSS).
    """

    all: int
    one: int


def most_memory(command: Sequence[str]) -> Memory:
    """Run a command and look at it and its descendants every 20 ms; on Linux only.

    Raises:
        RuntimeError: The command failed, or there is no `/proc/PID/smaps_rollup`.
    """
    together = largest = 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None:
            held = [_held(process) for process in _family(running.pid)]
            together = max(together, sum(pss for pss, _ in held))
            largest = max(largest, *(rss for _, rss in held))
            sleep(INTERVAL)
    if running.returncode:
        raise RuntimeError(f"{command[0]} ended with {running.returncode}")
    if not together:
        raise RuntimeError("no memory was seen: /proc/PID/smaps_rollup is needed, and a run of some time")
    return Memory(together, largest)


def _family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for children in _PROCESSES.glob(f"{pid}/task/*/children"):
        try:
            found = children.read_text().split()
        except OSError:  # it has ended meanwhile
            continue
        for child in found:
            yield from _family(int(child))


def _held(pid: int) -> tuple[int, int]:
    """PSS and RSS of a process in bytes; nothing for one that has ended."""
    try:
        lines = (_PROCESSES / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {
        name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines[1:])
    }
    return sizes.get("Pss", 0), sizes.get("Rss", 0)
