"""The shapes of what `pygob --json` writes, likewise."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from manual.shapes.common import Version

Plain = Annotated[Any, "a value as `pygob json` shows it"]
Text = Annotated[str | dict[str, str], 'a text; `{"b64": ...}` where it is not UTF-8']


class TypeCount(TypedDict):
    """The values of one type."""

    name: str
    values: int
    bytes: Annotated[int, "their bytes, without those of definitions"]


class FieldCount(TypedDict):
    """A field of a struct type."""

    name: str
    type: str
    sent: Annotated[int, "how often it was sent; it was zero otherwise"]
    bytes: Annotated[int, "of all its values, with what they hold"]


class StructCount(TypedDict):
    """A struct type."""

    name: str
    fields: list[FieldCount]


class StatsDamage(TypedDict):
    """Where a stream is damaged first."""

    start: int
    end: int
    text: str


class Stats(TypedDict):
    """The outcome of `stats --json`."""

    schema_version: Version
    values: int
    bytes: int
    messages: int
    definitions: Annotated[int, "how many types are defined"]
    definition_bytes: int
    length_bytes: Annotated[int, "bytes of the messages' lengths"]
    types: list[TypeCount]
    structs: list[StructCount]
    damage: Annotated[StatsDamage | None, "what is wrong first"]


class Difference(TypedDict):
    """One line of `diff --json`."""

    value: Annotated[int, "number of the value in OLD, or in NEW for one that was added"]
    path: Annotated[str, "in OLD, or in NEW for what was added; `.` is the whole value"]
    change: Literal["changed", "added", "removed"]
    old: Plain
    new: Plain
    old_type: Annotated[str, "where types are why the two differ; else empty"]
    new_type: str


class SalvagedRange(TypedDict):
    """A stretch of the file; all of them cover it without gap or overlap."""

    start: int
    end: int
    kind: Literal["recovered", "lost"]
    reason: Annotated[str | None, "why it is lost"]


class Suspect(TypedDict):
    """What not to trust in a value."""

    path: Annotated[str, "where; empty for all of it"]
    reason: str


class SalvagedValue(TypedDict):
    """A value, or the part of it that could be read."""

    type: str
    start: int
    end: int
    complete: Annotated[bool, "whether it was read to its end"]
    suspects: list[Suspect]
    value: Plain


class Salvage(TypedDict):
    """The outcome of `salvage --json`."""

    schema_version: Version
    bytes: int
    error: Annotated[str | None, "the first error"]
    ranges: list[SalvagedRange]
    values: list[SalvagedValue]


class Definition(TypedDict):
    """A type definition; see [Gob as JSON without loss](../lossless-json.md#types)."""

    id: int
    common_id: int
    kind: Literal["array", "slice", "struct", "map", "gobencoder", "binarymarshaler", "textmarshaler", "none"]
    name: Text
    elem: NotRequired[int | str]
    key: NotRequired[int | str]
    len: NotRequired[int | str]
    fields: NotRequired[Annotated[list[list[Any]], "lists of name and type id"]]
    others: NotRequired[list[Definition]]


class Schema(TypedDict):
    """The outcome of `schema --format json`."""

    schema_version: Version
    types: Annotated[list[Definition], "in the order of the stream"]
    values: Annotated[list[int], "ids of the types of the values"]


class Record(TypedDict):
    """One value of `json --lossless` and `jsonl --lossless`; see [there](../lossless-json.md)."""

    types: NotRequired[list[Definition]]
    id: NotRequired[int]
    value: NotRequired[Any]
    note: NotRequired[str]
    bytes: NotRequired[Annotated[str, "base64 of its messages, where Go would write others"]]


#: What each command writes, in the order of the page.
REPORTS: dict[str, tuple[type, ...]] = {
    "stats --json": (Stats,),
    "diff --json": (Difference,),
    "salvage --json": (Salvage,),
    "schema --format json": (Schema,),
    "jsonl --lossless": (Record,),
}
