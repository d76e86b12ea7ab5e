"""Changes in directories, where watchfiles is installed and the system can tell them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Where the system cannot tell changes it is asked again after so many seconds.
_AGAIN_SECONDS = 300.0
# Listening has begun when the first wait is over, which is therefore short.
_WAIT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard.

    Attributes:
        changed: The folders in which something has changed.
        unheard_until: Until when changes may not have been heard, by the monotonic clock.
        deaf: Why changes cannot be told, by place; under None for all of them.
    """

    changed: frozenset[Path] = frozenset()
    unheard_until: float = float("-inf")
    deaf: Mapping[Path | None, str] = field(default_factory=dict)


class Ear:
    """Hears of changes in directories and all below them.

    Args:
        seconds: How long changes are waited for at a time.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._places: Mapping[Path, object] = {}
        self._sounds: Iterator[frozenset[Path]] | None = None
        self._unheard_until = float("-inf")
        self._asleep_until = float("-inf")
        self._why_not = ""

    def listen(self, places: Mapping[Path, object]) -> Hearing:
        """Wait for changes, for some seconds.

        Args:
            places: The directories, each with something that is another when another directory has taken its
                place: then all are listened to anew.
        """
        deaf: dict[Path | None, str] = {
            place: "watchfiles knows no paths that are not UTF-8" for place in places if not _is_text(place)
        }
        heard = {place: state for place, state in places.items() if place not in deaf}
        if heard != self._places:
            self._places, self._sounds, self._asleep_until = heard, None, float("-inf")
        changed: frozenset[Path] = frozenset()
        if not heard or time.monotonic() < self._asleep_until:
            time.sleep(self._seconds)
        else:
            changed = self._next()
        if heard and time.monotonic() < self._asleep_until:
            deaf[None] = self._why_not
        return Hearing(changed, self._unheard_until, deaf)

    def _next(self) -> frozenset[Path]:
        deadline = time.monotonic() + self._seconds
        try:
            if self._sounds is None:
                return self._begin()
            while not (changed := next(self._sounds)) and time.monotonic() < deadline:
                pass
            return changed
        except ImportError:
            return self._give_up("watchfiles is not installed (pip install watchfiles)")
        except (OSError, RuntimeError) as error:
            if "decode path" not in str(error):  # the class of the error tells nothing
                return self._give_up(str(error))
            # Of a path that is not UTF-8 watchfiles tells nothing, nor of what came with it.
            self._sounds = None
            time.sleep(self._seconds)
            self._unheard_until = time.monotonic()
            return frozenset()

    def _begin(self) -> frozenset[Path]:
        self._sounds = _sounds(tuple(self._places))
        changed = next(self._sounds)
        self._unheard_until = time.monotonic()
        return changed

    def _give_up(self, reason: str) -> frozenset[Path]:
        """Hear nothing for some time, as when there are too many folders for the system to tell of."""
        self._sounds, self._why_not = None, reason
        self._asleep_until = time.monotonic() + _AGAIN_SECONDS
        return frozenset()


def _sounds(places: tuple[Path, ...]) -> Iterator[frozenset[Path]]:
    from watchfiles import watch

    for found in watch(
        *places,
        watch_filter=None,
        rust_timeout=round(_WAIT_SECONDS * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        yield frozenset(Path(folder) for folder in {os.path.dirname(path) for _, path in found})  # noqa: PTH120 - thousands


def _is_text(place: Path) -> bool:
    try:
        str(place).encode()
    except UnicodeEncodeError:
        return False
    return True
