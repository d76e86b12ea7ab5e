"""Reads malformed streams, each within three seconds of processor time and all within 2 GiB, or dies.

It is the kernel that counts and that ends the process: `python -m tests.support.bounded COUNT SEED`.
"""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Callable

import pygob
from tests.support import malformed
from tests.support.handmade import MALFORMED
from tests.support.large import SECONDS

MEMORY = 2 << 30
# What else bytes are read with; a tenth of the streams will do for these.
OTHER_READINGS: tuple[Callable[[bytes], object], ...] = (pygob.Stream.parse, pygob.salvage)


def values(data: bytes) -> list[object]:
    """The values of a stream."""
    return list(pygob.iter_loads(data))


def is_refused(data: bytes, read: Callable[[bytes], object]) -> bool:
    """Read a stream; SIGPROF, which nobody handles, comes when the time runs out."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        read(data)
    except pygob.GobError:
        return True
    return False


def main() -> None:
    count, seed = map(int, sys.argv[1:])
    streams = [case.data for case in MALFORMED.values()] + malformed.sample(count, seed)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    refused = sum(is_refused(data, values) for data in streams)
    for read in OTHER_READINGS:
        for data in streams[::10]:
            is_refused(data, read)
    print(f"{refused} of {len(streams)} refused")


if __name__ == "__main__":
    main()
