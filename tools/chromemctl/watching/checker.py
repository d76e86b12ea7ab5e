"""The process that looks at stores, and what the service has of it.

Reading is left to another process: the service answers at any moment, ends at once when it is told to, and
goes on when a store brings down whoever reads it. Calls and answers go through a socket, one at a time.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple, ParamSpec, TypeVar

from chromemctl.exits import Failure

P = ParamSpec("P")
T = TypeVar("T")

_LENGTH_BYTES = 8
# How long a process that was killed is waited for: one that hangs in the kernel never ends.
_PARTING_SECONDS = 1.0


class CheckFailed(Exception):
    """A call did not come to its end; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a call: its result, or why there is none."""

    result: Any = None
    error: str | None = None


class _Other(NamedTuple):
    """The other process, and the way to it."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Checker:
    """Calls functions in another process, which is started when there is something to do."""

    def __init__(self) -> None:
        self._other: _Other | None = None

    async def call(self, timeout: float | None, function: Callable[P, T], *args: P.args, **_: P.kwargs) -> T:
        """Call a function of a module, with arguments that can be pickled.

        Args:
            timeout: How many seconds it may take; then the process is killed. None for any time.
            function: The function.
            args: Its arguments.

        Raises:
            CheckFailed: It failed, took too long, or brought the process down.
        """
        try:
            async with asyncio.timeout(timeout):
                answer = await self._exchange(pickle.dumps((function, args)))
        except TimeoutError:
            await self.kill()
            raise CheckFailed(f"it took longer than {timeout:,.0f} seconds") from None
        except (OSError, asyncio.IncompleteReadError) as error:
            if self._other is None:
                raise CheckFailed(f"no process can be started: {error}") from None
            code = await self.kill()
            how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
            raise CheckFailed(f"the process that reads ended ({how})") from None
        except asyncio.CancelledError:
            await self.kill()
            raise
        if answer.error is not None:
            raise CheckFailed(answer.error)
        result: T = answer.result
        return result

    async def kill(self) -> int | None:
        """End the process, whatever it is at; its exit code, None when it does not end."""
        other, self._other = self._other, None
        if other is None:
            return None
        other.writer.close()
        # Not by the process's own method: it would ask for the exit code, which the event loop is to have.
        if other.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(other.process.pid, signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING_SECONDS):
                return await other.process.wait()
        return None

    async def _exchange(self, call: bytes) -> _Answer:
        if self._other is None or self._other.process.returncode is not None:
            await self.kill()
            self._other = await _start()
        _, reader, writer = self._other
        writer.write(len(call).to_bytes(_LENGTH_BYTES, "little") + call)
        await writer.drain()
        length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "little")
        answer = pickle.loads(await reader.readexactly(length))  # noqa: S301 - our own process wrote it
        assert isinstance(answer, _Answer)
        return answer


async def _start() -> _Other:
    # The modules come from where this process has them, and never from the current directory.
    path = os.pathsep.join(os.path.abspath(place) for place in sys.path if place)  # noqa: PTH100
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-c",
            f"from {__name__} import serve; serve()",
            stdin=theirs.fileno(),
            stdout=sys.stderr,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C at a terminal is for the service
        )
    return _Other(process, *await asyncio.open_connection(sock=ours))


def serve() -> None:
    """Answer calls until there are no more: the life of the other process."""
    # These may reach every process of a unit or a container; the service decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.environ.pop("NOTIFY_SOCKET", None)
    with (
        suppress(OSError),  # the service is there no more
        socket.socket(fileno=os.dup(0)) as service,
        service.makefile("rb") as calls,
    ):
        while (call := _next(calls)) is not None:
            data = pickle.dumps(_answer(call))
            service.sendall(len(data).to_bytes(_LENGTH_BYTES, "little") + data)
            # Reading with several processes sets what is there aside, for good; it must not pile up.
            gc.unfreeze()


def _next(calls: BinaryIO) -> bytes | None:
    length = calls.read(_LENGTH_BYTES)
    return calls.read(int.from_bytes(length, "little")) if len(length) == _LENGTH_BYTES else None


def _answer(call: bytes) -> _Answer:
    try:
        function, args = pickle.loads(call)  # noqa: S301 - the service wrote it
        return _Answer(result=function(*args))
    except Failure as failure:
        return _Answer(error=failure.message)
    except OSError as error:
        return _Answer(error=f"{error.filename or 'the system'}: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - whatever it is, the service goes on and tells it
        return _Answer(error=f"{type(error).__name__}: {error}")
