"""The service: looks at stores when it is time, answers whoever asks, and ends when it is told to."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from chromemctl import logs
from chromemctl.exits import Exit, IOFailure
from chromemctl.starting.policy import Policy, PreflightResult
from chromemctl.survey.patience import STUCK
from chromemctl.watching import health, notify, textfile
from chromemctl.watching.checker import Checker, CheckFailed
from chromemctl.watching.http import Query, Response, Route, Server
from chromemctl.watching.lookout import Lookout
from chromemctl.watching.looks import Depth, Look, look_at, not_seen
from chromemctl.watching.mending import mend, tell_mended
from chromemctl.watching.metrics import CONTENT_TYPE, Metrics
from chromemctl.watching.roster import Item, Roster, Watched
from chromemctl.watching.telling import tell
from chromemctl.wording import count, readable

T = TypeVar("T")

# How often is asked which store is to be looked at next, in seconds, where nothing wakes the service.
_POLL_SECONDS = 2.0
# The textfile is written at most so often; node_exporter reads it every 15 seconds or so.
_WRITE_SECONDS = 5.0
# A look that takes so long, and ten intervals, will not end: a file system that hangs.
_MOST_LOOK_SECONDS = 900.0
# How often systemd is told how the stores are.
_STATUS_SECONDS = 5.0
# How long a repair may go on when the service is to stop; after that the next run finishes it.
_MENDING_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service was asked to do.

    Attributes:
        paths: The stores, and bases of nested layouts; absolute.
        base: The folder that paths which are not absolute begin from.
        interval: Seconds from one look at every file of a store to the next.
        listen: Address and port to answer at, None for none.
        textfile: Where the metrics are written to, None for nowhere.
        auto: How damaged stores are mended; None for not at all.
        verbose: Tell every look.
    """

    paths: Sequence[Path]
    base: Path
    interval: float
    listen: tuple[str, int] | None
    textfile: Path | None
    auto: Policy | None
    verbose: bool


class Service:
    """Watches stores until it is told to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._roster = Roster(settings.paths, settings.interval)
        self._metrics = Metrics(self._roster)
        self._checker = Checker()
        self._mending: asyncio.Task[PreflightResult] | None = None
        self._server = Server(self._routes())
        self._lookout = Lookout(settings.paths, self._roster, self._noticed)
        # The store that is being read or mended, and the call that does it.
        self._busy: tuple[Path, asyncio.Task[Any]] | None = None
        self._wake = asyncio.Event()
        self._unwritten = asyncio.Event()
        self._stopping = asyncio.Event()
        self._code = Exit.OK

    async def run(self) -> Exit:
        """Watch until SIGTERM or SIGINT.

        Returns:
            The exit code that stands for the signal.

        Raises:
            IOFailure: The address cannot be had.
        """
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, Exit.TERMINATED), (signal.SIGINT, Exit.INTERRUPTED)):
            loop.add_signal_handler(number, self._end, code)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._lookout.kill)
            stack.push_async_callback(self._checker.kill)
            stack.push_async_callback(self._let_mending_end)
            await self._listen()
            stack.push_async_callback(self._server.stop)
            work = [asyncio.create_task(job()) for job in self._jobs()]
            stack.push_async_callback(_cancel, work)
            notify.notify("READY=1", f"STATUS=watching {count(len(self._settings.paths), 'path')}")
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            notify.notify("STOPPING=1")
            for task in work:
                if task.done():
                    task.result()  # but for the wait for a signal none ends except by a bug
        logs.event("stopped")
        return self._code

    def _jobs(self) -> Sequence[Callable[[], Coroutine[None, None, None]]]:
        jobs = [self._wait_for_signal, self._lookout.run, self._look_on, self._tell_manager]
        return [*jobs, self._write_textfile] if self._settings.textfile is not None else jobs

    def _end(self, code: Exit) -> None:
        self._code = code
        self._stopping.set()

    async def _wait_for_signal(self) -> None:
        await self._stopping.wait()

    async def _listen(self) -> None:
        if self._settings.listen is None:
            logs.event(f"watching {count(len(self._settings.paths), 'path')}")
            return
        host, port = self._settings.listen
        try:
            host, port = await self._server.start(host, port)
        except OSError as error:
            raise IOFailure(
                f"cannot listen at {host}:{port}: {error.strerror or error}",
                "choose another address by --listen, or none by --no-http",
            ) from None
        if not ip_address(host).is_loopback:
            logs.warning(
                f"{host} can be reached from elsewhere: answers name paths and folders, and anybody gets them"
            )
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{port}"
        logs.event(
            f"watching {count(len(self._settings.paths), 'path')}; metrics at {url}/metrics",
            url=url,
            port=port,
        )

    # ---- looking

    async def _look_on(self) -> None:
        """Look at one store after the other, each when it is time."""
        while True:
            self._wake.clear()
            following = self._roster.next_look()
            now = time.monotonic()
            if following is not None and following[0] <= now:
                _, depth, watched = following
                await self._look(watched, depth)
                continue
            pause = max(
                0.0, min(following[0] - now if following is not None else _POLL_SECONDS, _POLL_SECONDS)
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    def _noticed(self, told: Iterable[Item]) -> None:
        """Learn that something has happened; a store that does not answer any more is not waited for."""
        news = list(told)
        tell(news)
        if news:
            self._unwritten.set()
        if self._busy is not None and self._busy[0] in self._lookout.stuck:
            self._busy[1].cancel()
        self._wake.set()

    async def _look(self, watched: Watched, depth: Depth) -> None:
        timeout = max(_MOST_LOOK_SECONDS, 10 * self._settings.interval)
        watched.begin_look(time.monotonic())
        try:
            look = await self._unless_stuck(
                watched.path, self._checker.call(timeout, look_at, watched.path, depth)
            )
        except CheckFailed as failure:
            look = not_seen(watched.path, depth, f"it could not be checked: {failure}")
        if watched.path in self._lookout.stuck:
            return  # which is known, and it is not due until it answers
        self._learn(watched, look)
        if self._settings.auto is not None and watched.try_to_mend(time.monotonic(), self._settings.interval):
            await self._mend(watched, self._settings.auto)

    async def _unless_stuck(self, store: Path, call: Coroutine[None, None, T]) -> T:
        """What a call gives that reads or mends a store, which is broken off when the store does not answer.

        Raises:
            CheckFailed: The call did not come to its end.
        """
        task = asyncio.ensure_future(call)
        self._busy = store, task
        try:
            return await task
        except asyncio.CancelledError:
            ours = asyncio.current_task()
            if ours is not None and ours.cancelling():
                raise
            raise CheckFailed(STUCK) from None
        finally:
            self._busy = None

    async def _mend(self, watched: Watched, policy: Policy) -> None:
        """Have a store repaired; that is not broken off when the service is told to stop."""
        call = self._checker.call(None, mend, watched.path, policy)
        self._mending = asyncio.ensure_future(self._unless_stuck(watched.path, call))
        try:
            tell_mended(await asyncio.shield(self._mending))
        except CheckFailed as failure:
            watched.mending_failures += 1
            logs.warning(f"{readable(str(watched.path))}: not mended: {readable(str(failure))}")
        if watched.path not in self._lookout.stuck:
            watched.due = time.monotonic()

    async def _let_mending_end(self) -> None:
        if self._mending is not None and not self._mending.done():
            await asyncio.wait([self._mending], timeout=_MENDING_SECONDS)

    def _learn(self, watched: Watched, look: Look) -> None:
        tell(self._roster.take(watched, look, time.monotonic()))
        self._metrics.observe(look)
        self._unwritten.set()
        if self._settings.verbose:
            logs.event(
                f"{readable(str(look.store))}: checked",
                store=readable(str(look.store)),
                depth=look.depth.value,
                seconds=round(look.seconds, 3),
                status=health.store_status(watched),
                suspected=len(watched.suspected),
            )

    # ---- answering

    def _routes(self) -> dict[str, Route]:
        return {
            "/metrics": self._get_metrics,
            "/health": lambda query: self._get_health(query, health.summary),
            "/api/v1/health/metadata": lambda query: self._get_health(query, health.details),
            "/livez": self._get_livez,
            "/readyz": self._get_readyz,
        }

    def _get_metrics(self, _query: Query) -> Response:
        return Response(HTTPStatus.OK, self._metrics.with_process(), CONTENT_TYPE)

    def _get_health(self, query: Query, body: Callable[[Sequence[Watched]], health.Body]) -> Response:
        wanted = query.get("store")
        named = self._settings.base / wanted if wanted else None
        stores = [
            watched
            for watched in self._roster.stores.values()
            if wanted is None or watched.path == named or readable(str(watched.path)) == wanted
        ]
        if wanted is not None and not stores:
            return Response.of_text(HTTPStatus.NOT_FOUND, "that store is not watched")
        sound = health.is_healthy(stores)
        return Response.of_json(HTTPStatus.OK if sound else HTTPStatus.SERVICE_UNAVAILABLE, body(stores))

    def _get_livez(self, _query: Query) -> Response:
        return Response.of_text(HTTPStatus.OK, "ok")

    def _get_readyz(self, _query: Query) -> Response:
        if self._roster.stores and self._roster.is_settled:
            return Response.of_text(HTTPStatus.OK, "ok")
        return Response.of_text(HTTPStatus.SERVICE_UNAVAILABLE, "not all stores have been looked at")

    # ---- telling others

    async def _tell_manager(self) -> None:
        """Tell systemd how the stores are, and where it wants to hear that, that this service is alive."""
        watchdog = notify.watchdog_seconds()
        while True:
            stores = self._roster.stores.values()
            sound = sum(health.is_healthy([watched]) for watched in stores)
            status = f"STATUS={sound} of {count(len(stores), 'store')} healthy"
            if watchdog is None:
                notify.notify(status)
                await asyncio.sleep(_STATUS_SECONDS)
            else:
                notify.notify(status, "WATCHDOG=1")
                await asyncio.sleep(min(_STATUS_SECONDS, watchdog / 3))

    async def _write_textfile(self) -> None:
        file, told = self._settings.textfile, False
        assert file is not None
        while True:
            await self._unwritten.wait()
            self._unwritten.clear()
            if any(watched.known is None for watched in self._roster.stores.values()):
                continue  # after a start the file of the watch before tells more
            try:
                await asyncio.to_thread(textfile.write, file, self._metrics.exposition())
                told = False
            except OSError as error:
                if not told:
                    logs.warning(f"{readable(str(file))} cannot be written: {error.strerror or error}")
                told = True
            await asyncio.sleep(_WRITE_SECONDS)


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
