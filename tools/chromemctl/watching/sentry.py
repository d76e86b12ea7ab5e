"""What is noticed of stores without reading them, in a process of its own, since it may be kept for ever."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from chromemctl.watching.answering import Asker, Identity, identity
from chromemctl.watching.events import Ear, Hearing

#: How long changes are waited for, in seconds, before paths are asked for again.
POLL_SECONDS = 2.0
# Of very many paths each is asked for less often.
_SECONDS_EACH = 0.01


@dataclass(frozen=True, slots=True)
class Notice:
    """What was noticed.

    Attributes:
        identities: What each path leads to, but for those that are
        stuck: whose file systems do not answer.
        hearing: What has changed.
    """

    identities: dict[Path, Identity]
    stuck: frozenset[Path]
    hearing: Hearing


class Sentry:
    """Asks and listens, again and again."""

    def __init__(self) -> None:
        self._asker = Asker(identity)
        self._ear = Ear(POLL_SECONDS)
        self._asked = float("-inf")
        self._paths: tuple[Path, ...] = ()
        self._found: tuple[dict[Path, Identity], frozenset[Path]] = ({}, frozenset())

    def attend(self, paths: Sequence[Path], places: Sequence[Path]) -> Notice:
        """Find out where paths lead, and wait for changes, for some seconds at most.

        Args:
            paths: The paths.
            places: Those of them where to listen; with none of them nothing is waited for. Where something
                below does not answer, it would keep the listening.
        """
        now, wanted = time.monotonic(), tuple(paths)
        pause = max(POLL_SECONDS, len(wanted) * _SECONDS_EACH)
        if wanted != self._paths or now - self._asked >= pause:
            self._paths, self._asked = wanted, now
            self._found = self._asker.ask(wanted)
        identities, stuck = self._found
        # Where any path leads elsewhere, or is new, what lies below it may not be listened to yet.
        state = tuple(identities.items())
        answering = {place: state for place in places if identities.get(place) is not None}
        if not places:
            return Notice(identities, stuck, Hearing())
        kept = [place for place in answering if any(path.is_relative_to(place) for path in stuck)]
        hearing = self._ear.listen({place: answering[place] for place in answering if place not in kept})
        deaf = dict(hearing.deaf)
        deaf.update((place, "something below does not answer") for place in kept)
        return Notice(identities, stuck, replace(hearing, deaf=deaf))


def attend(paths: Sequence[Path], places: Sequence[Path]) -> Notice:
    """Have the sentry of this process attend."""
    return _sentry().attend(paths, places)


@cache
def _sentry() -> Sentry:
    return Sentry()
