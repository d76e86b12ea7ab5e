"""All stores looked at once, for timers: what the service would know after its first round."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from chromemctl import logs
from chromemctl.exits import Exit, Failure
from chromemctl.starting.policy import Policy
from chromemctl.survey.patience import STUCK
from chromemctl.watching.answering import unanswering
from chromemctl.watching.looks import Depth, Outcome, discover, look_at, not_seen
from chromemctl.watching.mending import mend, tell_mended
from chromemctl.watching.metrics import Metrics
from chromemctl.watching.roster import SETTLING_SECONDS, Roster, Watched
from chromemctl.watching.telling import tell
from chromemctl.wording import readable


def look_once(paths: Sequence[Path], interval: float, auto: Policy | None) -> tuple[Roster, Metrics]:
    """Look at every file of all stores; where something is damaged, once more when writes have settled.

    Args:
        paths: Stores, and bases of nested layouts.
        interval: Seconds until the next time, for those who ask whether a check is overdue.
        auto: How damaged stores are mended; None for not at all.
    """
    roster = Roster(paths, interval)
    metrics = Metrics(roster)
    stuck = unanswering(paths)
    tell(roster.update(discover([path for path in paths if path not in stuck], ()), time.monotonic()))
    for path in stuck:
        tell(roster.give_up(not_seen(path, Depth.FULL, STUCK), time.monotonic()))
    for _ in range(2):
        for watched in roster.stores.values():
            if not watched.is_away and not watched.is_settled:
                _look(watched, roster, metrics)
        if roster.is_settled:
            break
        time.sleep(SETTLING_SECONDS)
    for watched in roster.stores.values():
        if auto is not None and watched.try_to_mend(time.monotonic(), interval):
            _mend(watched, auto)
            _look(watched, roster, metrics)
    return roster, metrics


def _look(watched: Watched, roster: Roster, metrics: Metrics) -> None:
    look = look_at(watched.path, Depth.FULL)
    tell(roster.take(watched, look, time.monotonic()))
    metrics.observe(look)


def _mend(watched: Watched, auto: Policy) -> None:
    try:
        tell_mended(mend(watched.path, auto))
    except Failure as failure:
        watched.mending_failures += 1
        logs.warning(f"{readable(str(watched.path))}: not mended: {readable(failure.message)}")


def exit_code(roster: Roster) -> Exit:
    """The exit code that says it: damage before what could not be read, and that before what is not there."""
    looks = [watched.known for watched in roster.stores.values() if watched.known is not None]
    if any(look.damages or not look.opens for look in looks):
        return Exit.DAMAGE
    if any(look.outcome is Outcome.FAILED for look in looks):
        return Exit.IO_ERROR
    return Exit.NO_STORE if any(look.outcome is Outcome.ABSENT for look in looks) else Exit.OK
