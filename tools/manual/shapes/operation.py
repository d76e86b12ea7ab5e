"""What runs beside an application: the reports of `preflight`, `watch`, and files for other programs."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from manual.schemas import PathText
from manual.shapes.common import Error, Version


class SetAside(TypedDict):
    """A collection that `preflight` set aside."""

    dir: str
    name: str | None
    documents: int
    reason: str
    place: Annotated[str, PathText("where it is now")]


class PreflightStore(TypedDict):
    """A store that `preflight` looked at; what follows `error` is not there when it failed."""

    store: Annotated[str, PathText("the store")]
    state: str | None
    starts: Annotated[bool, "whether the application would start"]
    error: Error | None
    collections: NotRequired[int]
    documents: NotRequired[int]
    repaired: NotRequired[list[str]]
    set_aside: NotRequired[list[SetAside]]
    losses: NotRequired[list[str]]
    problems: NotRequired[list[str]]
    unread: NotRequired[Annotated[list[str], "what was not looked into, and why"]]
    being_written: NotRequired[Annotated[str, PathText("a file that was being written")]]
    runs: NotRequired[Annotated[list[str], "ids of the runs that repaired it"]]


class Preflight(TypedDict):
    """The outcome of `preflight`."""

    schema_version: Version
    starts: Annotated[bool, "whether the application would start, with every store"]
    stores: list[PreflightStore]


class WatchError(TypedDict):
    """Damage of a watched store."""

    id: str
    path: str
    message: str
    action: str


class WatchedStore(TypedDict):
    """A watched store."""

    store: str
    status: Literal["healthy", "degraded", "absent", "failed", "unknown"]
    reason: Annotated[str | None, "why it is not healthy, or not known"]
    opens: Annotated[bool | None, "whether chromem would open it"]
    collections_total: int
    collections_corrupt: int
    documents_total: int
    last_full_check_time: str
    errors: list[WatchError]


class Watch(TypedDict):
    """The outcome of `watch --once`, and, without a version, the answer to `/api/v1/health/metadata`."""

    schema_version: NotRequired[Version]
    status: Literal["healthy", "degraded"]
    healthy: Annotated[list[str], "folders of sound collections"]
    corrupt: Annotated[list[str], "folders of damaged collections"]
    empty: Annotated[list[str], "folders without any file"]
    total: int
    healthy_count: int
    corrupt_count: int
    last_check_time: str
    check_duration: Annotated[int, "nanoseconds, as Go's time.Duration"]
    details: Annotated[dict[str, str], "a sentence for each folder"]
    stores: list[WatchedStore]


class Whole(TypedDict):
    """What other programs read as it is: rules, dashboards, units."""

    schema_version: Version
    groups: NotRequired[Annotated[list[Any], "`alerts`: as in a rules file of Prometheus"]]
    dashboard: NotRequired[Annotated[dict[str, Any], "`dashboard`: as Grafana imports it"]]
    units: NotRequired[Annotated[dict[str, str], "`units`: the text of each file by its path"]]
