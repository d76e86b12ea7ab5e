"""The stores that are watched: what is known of each, and when it is to be looked at next.

A store that its application is writing is no damaged store. An error counts once two looks in a row have
found it, in a file that did not change in between. Until then it is a suspicion, and looked at again soon.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path

from chromemctl.checks.findings import Severity
from chromemctl.watching.looks import Damage, Depth, Discovery, Look, Outcome

#: How long after a suspicion the next look comes, in seconds: long enough for a write to end.
SETTLING_SECONDS = 2.0
#: The shortest time between looks that events ask for, in seconds, and in durations of the last such look.
CALM_SECONDS = 2.0
CALM_DURATIONS = 10
#: After a change everything is read soon, for all stores together in so much of the time at most.
READING_SHARE = 0.05
#: The shortest time between attempts to mend a store, in seconds.
MENDING_SECONDS = 30.0

_NEVER = float("inf")


class News(Enum):
    """What is worth telling about a store."""

    DAMAGED = auto()
    HEALED = auto()
    LOST = auto()  # it cannot be looked at any more
    BACK = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of news.

    Attributes:
        news: What has happened.
        store: The store.
        damage: What was found or is gone, for `DAMAGED` and `HEALED`.
        reason: Why it cannot be looked at, for `LOST`.
    """

    news: News
    store: Path
    damage: Damage | None = None
    reason: str = ""


@dataclass(slots=True)
class Watched:
    """A store that is watched.

    Attributes:
        path: The store.
        known: What the last look told, less what is only suspected; None before the first one.
        suspected: Errors that only the last look has found.
        due: When every file is to be read again, by the monotonic clock.
        began: When the last look began, by the monotonic clock.
        touched: When something changed in it since then, None when nothing did.
        last_success: When the last look at every file began that came to its end, in seconds since 1970.
        refusals: The number of looks after which chromem would have refused the store.
        failures: The number of looks that did not come to their end.
        mending_failures: The number of times that it could not be mended.
    """

    path: Path
    known: Look | None = None
    suspected: frozenset[Damage] = frozenset()
    due: float = 0.0
    began: float = float("-inf")
    touched: float | None = None
    last_success: float = 0.0
    refusals: int = 0
    failures: int = 0
    mending_failures: int = 0
    _tried: tuple[float, frozenset[tuple[str, Path]]] = (float("-inf"), frozenset())
    _last: Look | None = None
    _looked: float = float("-inf")
    _lasted: dict[Depth, float] = field(default_factory=dict)

    @property
    def is_healthy(self) -> bool:
        """Whether the store was read and nothing in it is an error."""
        return self.known is not None and self.known.is_seen and not self.known.damages

    @property
    def is_settled(self) -> bool:
        """Whether what is known of the store is more than a suspicion."""
        return self.known is not None and not self.suspected

    @property
    def is_away(self) -> bool:
        """Whether there is no store to look at until it is discovered again."""
        return self.due == _NEVER

    def begin_look(self, now: float) -> None:
        """Learn that a look begins: what changes from now on may not be seen by it."""
        self.touched, self.began = None, now

    def next_look(self) -> tuple[float, Depth]:
        """When the store is to be looked at, by the monotonic clock, and how."""
        if self.is_away:
            return _NEVER, Depth.FULL
        # Damage in documents is only seen, and seen to be gone, where they are read.
        sound = self._last is not None and self._last.is_seen and not self._last.damages
        depth = Depth.QUICK if sound else Depth.FULL
        moments = []
        if self.suspected:
            moments.append(self._looked + SETTLING_SECONDS)
        if self.touched is not None:
            calm = max(CALM_SECONDS, CALM_DURATIONS * self._lasted.get(depth, 0.0))
            moments.append(max(self.touched, self._looked + calm))
        moment = min(moments, default=_NEVER)
        return (moment, depth) if moment < self.due else (self.due, Depth.FULL)

    def take(self, look: Look, now: float, interval: float, stores: int = 1) -> list[Item]:
        """Learn from a look.

        Args:
            look: The look.
            now: When it ended, by the monotonic clock.
            interval: The seconds from one look at every file to the next, at most.
            stores: How many stores are watched.

        Returns:
            What is worth telling.
        """
        before, last = self.known, self._last
        self._last, self._looked = look, now
        self._lasted[look.depth] = look.seconds
        if look.depth is Depth.FULL or not look.is_seen:
            # So early that what is found then has been looked at twice within the interval.
            lead = min(SETTLING_SECONDS + 2 * look.seconds, interval / 2)
            self.due = now - look.seconds + interval - lead
        else:  # something has changed, perhaps in a document
            reading = self._lasted.get(Depth.FULL, 0.0) * stores / READING_SHARE
            self.due = min(self.due, now + max(CALM_SECONDS, reading))
        if look.outcome is Outcome.ABSENT:
            self.due = _NEVER
        if look.is_seen:
            self.known = self._confirmed(look, before, last)
            self.suspected = frozenset(look.damages) - frozenset(self.known.damages)
            self.refusals += not self.known.opens
            if look.depth is Depth.FULL:
                self.last_success = look.began
        else:
            self.known, self.suspected = look, frozenset()
            self.failures += look.outcome is Outcome.FAILED
        return list(_news(before, self.known))

    def try_to_mend(self, now: float, interval: float) -> bool:
        """Whether the store should be mended now; if so, the next time comes for other damage, or later.

        Args:
            now: This moment, by the monotonic clock.
            interval: The seconds after which the same damage is worth another attempt.
        """
        if self.known is None or not self.known.damages or not self.is_settled:
            return False
        before, damages = self._tried
        places = frozenset(damage.place for damage in self.known.damages)
        if now - before < (MENDING_SECONDS if places != damages else max(MENDING_SECONDS, interval)):
            return False
        self._tried = now, places
        return True

    @staticmethod
    def _confirmed(look: Look, before: Look | None, last: Look | None) -> Look:
        """A look, less the errors that neither were known nor were found by the look before it."""
        known = {damage.place for damage in before.damages} if before is not None else set()
        seen = frozenset(last.damages) if last is not None else frozenset()
        shrinking = _shrinking(last, look)
        confirmed = tuple(
            damage
            for damage in look.damages
            if damage.place in known or (damage in seen and damage.dir not in shrinking)
        )
        sure = {damage.finding for damage in confirmed}
        opens = look.opens or (bool(look.damages) and not confirmed)
        return replace(
            look,
            damages=confirmed,
            findings={
                (finding, severity): number
                for (finding, severity), number in look.findings.items()
                if severity != Severity.ERROR or finding in sure
            },
            opens=opens,
            refusal=None if opens else look.refusal,
        )


def _shrinking(last: Look | None, now: Look) -> frozenset[str]:
    """The folders that have lost documents since the last look: they may be about to be deleted."""
    before = {item.dir: item.documents for item in last.collections} if last is not None else {}
    return frozenset(item.dir for item in now.collections if item.documents < before.get(item.dir, 0))


def _news(before: Look | None, now: Look) -> Iterator[Item]:
    if not now.is_seen:
        if before is None or before.is_seen or before.reason != now.reason:
            yield Item(News.LOST, now.store, reason=now.reason)
        return
    if before is not None and not before.is_seen:
        yield Item(News.BACK, now.store)
    old = {damage.place: damage for damage in before.damages} if before is not None else {}
    new = {damage.place: damage for damage in now.damages}
    yield from (Item(News.DAMAGED, now.store, new[place]) for place in new if place not in old)
    yield from (Item(News.HEALED, now.store, old[place]) for place in old if place not in new)


@dataclass(slots=True)
class Roster:
    """All stores that are watched.

    Attributes:
        paths: What was given: stores, and bases of nested layouts.
        interval: The seconds from one look at every file of a store to the next.
        stores: The stores, by path.
    """

    paths: Sequence[Path]
    interval: float
    stores: dict[Path, Watched] = field(default_factory=dict)

    def update(self, found: Discovery, now: float, elsewhere: Collection[Path] = frozenset()) -> list[Item]:
        """Learn which stores there are: new ones are due at once, those that are gone and not given are left.

        Args:
            found: The stores.
            now: This moment, by the monotonic clock.
            elsewhere: Stores that are known still, by other paths than those that were looked into.

        Returns:
            What is worth telling.
        """
        told: list[Item] = []
        failed = {look.store for look in found.failures}
        for path in list(self.stores):
            is_gone = path not in found.stores and path not in failed and path not in elsewhere
            if is_gone and not self.stores.pop(path).is_away:
                told.append(Item(News.LOST, path, reason="it is gone, and watched no more"))
        for path in found.stores:
            if (watched := self.stores.setdefault(path, Watched(path))).is_away:
                watched.due = now
        for look in found.failures:
            told += self.give_up(look, now)
        return told

    def give_up(self, look: Look, now: float) -> list[Item]:
        """Learn from a look that did not come to its end, and look no more until the store is found again.

        Returns:
            What is worth telling.
        """
        watched = self.stores.setdefault(look.store, Watched(look.store))
        told = self.take(watched, look, now)
        watched.due = _NEVER
        return told

    def take(self, watched: Watched, look: Look, now: float) -> list[Item]:
        """Learn from a look at one of the stores; see `Watched.take`."""
        return watched.take(look, now, self.interval, len(self.stores))

    def next_look(self) -> tuple[float, Depth, Watched] | None:
        """The store that is to be looked at first, with the moment and the depth; None when there is none."""
        moments = ((*watched.next_look(), watched) for watched in self.stores.values())
        return min(moments, key=lambda item: item[0], default=None)

    def note_change(self, path: Path, now: float) -> bool:
        """Note that something changed; whether that was in a store that is known."""
        for place in (path, *path.parents):
            if (watched := self.stores.get(place)) is not None:
                if watched.touched is None:
                    watched.touched = now
                return True
        return False

    def note_unheard(self, until: float, now: float) -> bool:
        """Note that changes may not have been heard until a moment; whether any look is older than that."""
        older = [store for store in self.stores.values() if store.began < until and not store.is_away]
        for store in older:
            if store.touched is None:
                store.touched = now
        return bool(older)

    def look_now(self, paths: Iterable[Path], now: float) -> None:
        """Have every file read as soon as possible, of stores at and below some paths."""
        wanted = frozenset(paths)
        for path, watched in self.stores.items():
            if not watched.is_away and not wanted.isdisjoint((path, *path.parents)):
                watched.due = now

    @property
    def is_settled(self) -> bool:
        """Whether all stores have been looked at, and nothing is only suspected."""
        return all(watched.is_settled for watched in self.stores.values())

    @property
    def is_healthy(self) -> bool:
        """Whether there are stores, all could be read, and nothing in them is an error."""
        return bool(self.stores) and all(watched.is_healthy for watched in self.stores.values())
