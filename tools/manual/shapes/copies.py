"""What is made of a store elsewhere: the reports of `convert`, `export`, `import`, `simulate` and `demo`."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from manual.schemas import PathText
from manual.shapes.changes import Plan
from manual.shapes.common import Next, Version
from manual.shapes.stores import Verify


class Carried(TypedDict):
    """A collection that was carried elsewhere."""

    dir: NotRequired[str]
    name: str
    documents: int


class PassedOver(TypedDict):
    """Something of the source that was not taken along."""

    path: Annotated[str, PathText("what")]


class Exchange(TypedDict):
    """The outcome of `convert`, `export` and `import`."""

    schema_version: Version
    store: NotRequired[Annotated[str, PathText("the store that was read")]]
    file: NotRequired[Annotated[str, PathText("the export that was read")]]
    out: Annotated[str, PathText("what was made")]
    format: Annotated[str, "its form"]
    collections: list[Carried]
    documents_total: int
    passed_over: Annotated[list[PassedOver], "what chromem does not read"]
    notes: list[str]
    losses: Annotated[list[str], "what could not be carried"]
    next: Next


class Simulation(TypedDict):
    """The outcome of `simulate`."""

    schema_version: Version
    store: Annotated[str, PathText("the store")]
    out: Annotated[str, PathText("the damaged copy")]
    kind: str
    summary: Annotated[str, "what happens in this kind of damage"]
    seed: int
    collection: Annotated[dict[str, str], "`dir` and `name` of the one that is damaged"]
    changes: Annotated[list[SimulatedChange], "what was changed"]
    next: Next


class SimulatedChange(TypedDict):
    """A change to a copy."""

    action: Literal["wrote", "removed", "renamed", "made", "linked", "locked"]
    path: Annotated[str, PathText("relative to the copy")]
    detail: str


class DamageKind(TypedDict):
    """A kind of damage that `simulate` knows."""

    kind: str
    summary: str


class SimulateList(TypedDict):
    """The outcome of `simulate --list`."""

    schema_version: Version
    kinds: list[DamageKind]


class Demo(TypedDict):
    """The outcome of `demo`."""

    schema_version: Version
    store: Annotated[str, PathText("the store that was made")]
    before: Verify
    plan: Plan
    after: Verify
    files_lost: int
    files_identical: Annotated[int, "how many came back byte for byte"]
