"""Which stores there are to look at, which of them cannot be, and in which something changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from chromemctl import logs
from chromemctl.survey.patience import PATIENCE_SECONDS, STUCK
from chromemctl.watching.answering import Identity
from chromemctl.watching.checker import Checker, CheckFailed
from chromemctl.watching.events import Hearing
from chromemctl.watching.looks import Depth, Discovery, discover, not_seen
from chromemctl.watching.roster import Item, Roster
from chromemctl.watching.sentry import POLL_SECONDS, attend
from chromemctl.wording import readable

# The search for stores below a path goes through so many folders that it may take minutes.
_MOST_SEARCH_SECONDS = 300.0
# Asking for paths takes two times the patience at most; only listening can take longer, for ever.
_MOST_ATTENDING_SECONDS = 4 * PATIENCE_SECONDS
# Where listening does not come to its end it is tried again after so many seconds.
_LISTEN_AGAIN_SECONDS = 300.0


class Lookout:
    """Keeps a roster right, by what another process notices.

    Args:
        paths: The stores, and bases of nested layouts.
        roster: The stores that are watched.
        tell: Called with what is worth telling, whenever something was noticed.

    Attributes:
        stuck: The paths and stores whose file systems do not answer.
    """

    def __init__(self, paths: Sequence[Path], roster: Roster, tell: Callable[[Iterable[Item]], None]) -> None:
        self.stuck: frozenset[Path] = frozenset()
        self._paths = paths
        self._roster = roster
        self._tell = tell
        self._other = Checker()
        self._identities: Mapping[Path, Identity] = {}
        self._led: dict[Path, frozenset[Path]] = {}
        self._searched = self._listening_from = float("-inf")
        self._deaf: set[str] = set()

    async def kill(self) -> None:
        """End the other process."""
        await self._other.kill()

    async def run(self) -> None:
        """Notice what happens, for ever."""
        # What does not answer is passed by where stores are looked for, but would keep the listening: so the
        # search comes first.
        places: tuple[Path, ...] = ()
        while True:
            asked = tuple(dict.fromkeys((*self._paths, *self._roster.stores)))
            try:
                notice = await self._other.call(_MOST_ATTENDING_SECONDS, attend, asked, places)
            except CheckFailed as failure:
                self._say_deaf(f"{failure}")
                self._listening_from, places = time.monotonic() + _LISTEN_AGAIN_SECONDS, ()
                await asyncio.sleep(POLL_SECONDS)
                continue
            self._learn_stuck(notice.stuck)
            self._learn_changes(notice.hearing)
            await self._find_stores(notice.identities)
            places = tuple(self._paths) if time.monotonic() >= self._listening_from else ()
            if not places:
                await asyncio.sleep(POLL_SECONDS)

    def _learn_stuck(self, stuck: frozenset[Path]) -> None:
        new, self.stuck, old = stuck - self.stuck, stuck, self.stuck
        if old - stuck:
            self._searched = float("-inf")
        stores = self._roster.stores
        told: list[Item] = []
        for path in new:
            if path in stores or not any(store.is_relative_to(path) for store in stores):
                told += self._roster.give_up(not_seen(path, Depth.FULL, STUCK), time.monotonic())
        if new:
            self._tell(told)

    def _learn_changes(self, hearing: Hearing) -> None:
        now = time.monotonic()
        for folder in hearing.changed:
            if not self._roster.note_change(folder, now):
                self._searched = float("-inf")  # there may be a new store
        missed = self._roster.note_unheard(hearing.unheard_until, now)
        for place, reason in hearing.deaf.items():
            self._say_deaf(reason, place)
        if hearing.changed or missed:
            self._tell(())

    def _say_deaf(self, reason: str, place: Path | None = None) -> None:
        where = "" if place is None else f"in {readable(str(place))} "
        sentence = f"changes {where}are seen only every {self._roster.interval:g} s: {readable(reason)}"
        if sentence not in self._deaf:
            logs.warning(sentence)
        self._deaf.add(sentence)

    # ---- which stores there are

    async def _find_stores(self, identities: Mapping[Path, Identity]) -> None:
        """Look for stores where it is time, and where a path leads elsewhere."""
        answering = [path for path in self._paths if path in identities]
        moved = [path for path in answering if self._is_moved(path, identities[path])]
        self._identities = {path: identities[path] for path in answering}
        now = time.monotonic()
        if now - self._searched >= self._roster.interval:
            self._searched = now
        else:
            answering = moved
        for path in answering:
            known = tuple(self._roster.stores)
            try:
                found = await self._other.call(
                    _MOST_SEARCH_SECONDS, discover, [path], known, tuple(self.stuck)
                )
            except CheckFailed as failure:
                below = tuple(store for store in known if store.is_relative_to(path))
                reason = f"whether there are stores could not be found out: {failure}"
                found = Discovery(below, (not_seen(path, Depth.FULL, reason),))
            self._learn_stores(path, found, is_moved=path in moved)

    def _is_moved(self, path: Path, identity: Identity) -> bool:
        return path not in self._identities or self._identities[path] != identity

    def _learn_stores(self, path: Path, found: Discovery, *, is_moved: bool) -> None:
        self._led[path] = frozenset((*found.stores, *(look.store for look in found.failures)))
        elsewhere = self.stuck.union(*(led for other, led in self._led.items() if other != path))
        now = time.monotonic()
        told = self._roster.update(found, now, elsewhere)
        if is_moved:
            self._roster.look_now([path], now)
        self._tell(told)
