"""What the service tells systemd (sd_notify(3)): one datagram, and nothing where nobody asked."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def notify(*assignments: str) -> None:
    """Send `READY=1`, `STATUS=...` and the like. A manager that does not listen is no error."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        manager.connect("\0" + address[1:] if address[0] == "@" else address)
        manager.send("\n".join(assignments).encode("utf-8", "backslashreplace"))


def watchdog_seconds() -> float | None:
    """How often the manager wants to hear `WATCHDOG=1`, at the latest; None when it does not."""
    try:
        microseconds = int(os.environ["WATCHDOG_USEC"])
        ours = int(os.environ.get("WATCHDOG_PID", os.getpid())) == os.getpid()
    except (KeyError, ValueError):
        return None
    return microseconds / 1e6 if ours and microseconds > 0 else None
