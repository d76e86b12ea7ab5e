"""A file system that never answers, as one on a network that has gone away: whoever asks it waits."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HEADER = struct.Struct("<IIQ")  # of a request: length, what is asked, number
_ANSWER = struct.Struct("<IiQ")
_VERSION = struct.Struct("<IIIIHHII")
_MOST_BYTES = 1 << 20


@contextmanager
def silent(folder: Path) -> Iterator[bool]:
    """Mount one, of FUSE's kind; false where this system lets nobody."""
    try:
        device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
    mounted = ctypes.CDLL(None).mount(b"silent", os.fsencode(folder), b"fuse", 0, options) == 0
    try:
        if mounted:
            _greet(device)
        yield mounted
    finally:
        os.close(device)  # whoever waits is told that it is gone
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def _greet(device: int) -> None:
    """Answer the one request without which the kernel itself waits."""
    _, _, number = _HEADER.unpack_from(os.read(device, _MOST_BYTES))
    body = _VERSION.pack(7, 31, 65536, 0, 12, 12, 65536, 1).ljust(64, b"\0")
    os.write(device, _ANSWER.pack(_ANSWER.size + len(body), 0, number) + body)
