"""What is known of the stores, in the JSON form in which contextd answers, so that its clients understand it.

The fields are those of contextd's `GET /health` and `GET /api/v1/health/metadata`; `stores` is added to both,
and `status` to the second. A collection counts as corrupt by everything that `verify` calls an error, where
contextd looks only at whether the metadata file exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chromemctl.watching.looks import CollectionState, Look
from chromemctl.watching.roster import Watched
from chromemctl.wording import count, readable

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Collections:
    """The folders of some stores by their state; of several stores with their whole paths."""

    healthy: tuple[str, ...]
    corrupt: tuple[str, ...]
    empty: tuple[str, ...]
    details: dict[str, str]

    @property
    def total(self) -> int:
        return len(self.healthy) + len(self.corrupt) + len(self.empty)


def is_healthy(stores: Sequence[Watched]) -> bool:
    """Whether there are stores, all were read, nothing in them is an error, and chromem would open them."""
    return bool(stores) and all(
        watched.is_healthy and watched.known is not None and watched.known.opens for watched in stores
    )


def summary(stores: Sequence[Watched]) -> Body:
    """The answer to `/health`."""
    found, healthy = _collections(stores), is_healthy(stores)
    return {
        "status": "ok" if healthy else "degraded",
        "metadata": {
            "status": _status(healthy),
            "healthy_count": len(found.healthy),
            "corrupt_count": len(found.corrupt),
            "empty_count": len(found.empty),
            "total": found.total,
            "corrupt_hashes": list(found.corrupt),
        },
        "stores": [_store(watched) for watched in stores],
    }


def details(stores: Sequence[Watched]) -> Body:
    """The answer to `/api/v1/health/metadata`."""
    found = _collections(stores)
    looks = [watched.known for watched in stores if watched.known is not None]
    return {
        "status": _status(is_healthy(stores)),
        "healthy": list(found.healthy),
        "corrupt": list(found.corrupt),
        "empty": list(found.empty),
        "total": found.total,
        "healthy_count": len(found.healthy),
        "corrupt_count": len(found.corrupt),
        "last_check_time": _time(min((look.began for look in looks), default=0.0)),
        "check_duration": round(sum(look.seconds for look in looks) * 1e9),  # Go's time.Duration: nanoseconds
        "details": found.details,
        "stores": [_store(watched) for watched in stores],
    }


def _status(healthy: bool) -> str:
    return "healthy" if healthy else "degraded"


def _store(watched: Watched) -> Body:
    look = watched.known
    return {
        "store": readable(str(watched.path)),
        "status": store_status(watched),
        "reason": _reason(look),
        "opens": look.opens if look is not None and look.is_seen else None,
        "collections_total": len(look.real) if look is not None else 0,
        "collections_corrupt": len(look.damaged) if look is not None else 0,
        "documents_total": look.documents if look is not None else 0,
        "last_full_check_time": _time(watched.last_success),
        "errors": [
            {
                "id": damage.finding,
                "path": readable(str(damage.path)),
                "message": readable(damage.message),
                "action": readable(damage.action),
            }
            for damage in (look.damages if look is not None else ())
        ],
    }


def store_status(watched: Watched) -> str:
    """`healthy`, `degraded`, `absent`, `failed`, or `unknown` before the first look."""
    if watched.known is None:
        return "unknown"
    if not watched.known.is_seen:
        return watched.known.outcome.value
    return _status(watched.is_healthy and watched.known.opens)


def _reason(look: Look | None) -> str | None:
    if look is None:
        return "it has not been looked at yet"
    reason = look.refusal if look.is_seen else look.reason
    return None if reason is None else readable(reason)


def _collections(stores: Sequence[Watched]) -> _Collections:
    healthy: list[str] = []
    corrupt: list[str] = []
    empty: list[str] = []
    told: dict[str, str] = {}
    for watched in stores:
        look = watched.known
        if look is None:
            continue
        damaged = {item.dir for item in look.damaged}
        for item in look.collections:
            key = readable(item.dir if len(stores) == 1 else str(watched.path / item.dir))
            kind = empty if item.is_empty else corrupt if item.dir in damaged else healthy
            kind.append(key)
            told[key] = _detail(item, look, is_damaged=item.dir in damaged)
    return _Collections(tuple(healthy), tuple(corrupt), tuple(empty), told)


def _detail(item: CollectionState, look: Look, *, is_damaged: bool) -> str:
    if item.is_empty:
        return "empty: no metadata or documents"
    if not is_damaged:
        return f"healthy: {count(item.documents, 'document')}"
    kinds = dict.fromkeys(damage.finding for damage in look.damages if damage.dir == item.dir)
    return f"corrupt: {count(item.documents, 'document')} that can be read; {', '.join(kinds)}"


def _time(seconds: float) -> str:
    """A time as Go writes it in JSON."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
