"""The worker process: `python -m gohelper.serve LIBRARY FD MEMORY` answers calls until its socket is closed.

A call is two messages, operation and payload; an answer is two, status (one byte) and answer. The framing is
that of `multiprocessing.connection`.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import threading
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


def end_with_the_parent(connection: Connection) -> None:
    """End this process as soon as the other end is closed, in the middle of a call too.

    Not by PR_SET_PDEATHSIG, which tells of the end of the thread that started this process.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLRDHUP)
    poll.poll()
    os._exit(0)


if __name__ == "__main__":
    # Ctrl-C reaches the whole process group; the parent decides what becomes of its worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Go's fatal errors abort: their stacks on standard error say more than a core file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    memory = int(sys.argv[3])
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    ours = Connection(int(sys.argv[2]))
    threading.Thread(target=end_with_the_parent, args=[ours], daemon=True).start()
    serve(Library(Path(sys.argv[1])), ours)
