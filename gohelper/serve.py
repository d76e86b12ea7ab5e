"""The worker process: `python -m gohelper.serve LIBRARY FD` answers calls on a socket until it is closed.

A call is two messages, operation and payload; an answer is two, status (one byte) and answer. The framing is
that of `multiprocessing.connection`.
"""

from __future__ import annotations

import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from gohelper.library import Library


def serve(library: Library, connection: Connection) -> None:
    """Answer calls until the other end goes away."""
    while True:
        try:
            operation = connection.recv_bytes()
            payload = connection.recv_bytes()
        except (EOFError, ConnectionError):
            return
        status, answer = library.call(operation, payload)
        connection.send_bytes(bytes([status]))
        connection.send_bytes(answer)


if __name__ == "__main__":
    # Ctrl-C reaches the whole process group; the parent decides what becomes of its worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Go's fatal errors abort: their stacks on standard error say more than a core file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(Library(Path(sys.argv[1])), Connection(int(sys.argv[2])))
