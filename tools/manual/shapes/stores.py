"""What is in a store, and how it is: the reports of `verify`, `identify` and `inspect`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from manual.schemas import PathText
from manual.shapes.common import Version


class Finding(TypedDict):
    """Something in a store that is not as it should be."""

    id: Annotated[str, "which: [Findings](../findings.md) explains each"]
    severity: Annotated[Literal["error", "warning", "info"], "how bad it is"]
    path: Annotated[str, PathText("where")]
    message: Annotated[str, "what is wrong"]
    action: Annotated[str, "what to do"]


class Collection(TypedDict):
    """A collection, or a folder that is none."""

    dir: Annotated[str, "its folder"]
    name: Annotated[str | None, "its name; `null` if it is not known"]
    status: Annotated[Literal["healthy", "warning", "damaged", "ignored"], "how it is"]
    documents: Annotated[int, "how many documents chromem can read"]
    findings: Annotated[list[Finding], "what is wrong in it"]


class Opening(TypedDict):
    """What chromem does with the store."""

    opens: Annotated[bool, "whether it opens the store"]
    error: Annotated[str | None, "with what error it refuses"]
    collections: Annotated[dict[str, int], "the collections that it sees, with the number of their documents"]


class Openings(TypedDict):
    """The same with either setting of `compress`."""

    plain: Annotated[Opening, "with `compress=false`"]
    gz: Annotated[Opening, "with `compress=true`"]


class Crosscheck(TypedDict):
    """What real chromem-go said (`--crosscheck`)."""

    chromem: Annotated[str | None, "its version"]
    agrees: Annotated[bool | None, "whether it did what was predicted; `null` if it could not be asked"]
    error: Annotated[str | None, "why it could not be asked"]
    plain: NotRequired[Annotated[Opening | None, "with `compress=false`"]]
    gz: NotRequired[Annotated[Opening | None, "with `compress=true`"]]


class StoreSummary(TypedDict):
    """Numbers of a store."""

    collections_total: int
    collections_healthy: int
    collections_corrupt: int
    documents_total: int


class Verify(TypedDict):
    """The outcome of `verify` for one store."""

    schema_version: Version
    store: Annotated[str, PathText("the store")]
    format: Annotated[Literal["plain", "gz", "mixed", "empty"], "of its files"]
    healthy: Annotated[bool, "whether nothing is damaged"]
    documents_read: Annotated[bool, "`false` with `--quick`"]
    collections: Annotated[list[Collection], "every folder of the store"]
    findings: Annotated[list[Finding], "everything that is wrong, those of the collections too"]
    chromem: Annotated[Openings, "what chromem would do"]
    crosscheck: NotRequired[Annotated[Crosscheck, "what real chromem did"]]
    summary: Annotated[StoreSummary, "how many"]


class Unsearched(TypedDict):
    """A place below a base where nobody could look."""

    path: Annotated[str, PathText("where")]
    reason: Annotated[str, "why"]


class BaseSummary(TypedDict):
    """Numbers of a base."""

    stores_total: int
    stores_healthy: int
    stores_corrupt: int
    documents_total: int


class VerifyBase(TypedDict):
    """The outcome of `verify` for the base of several stores."""

    schema_version: Version
    base: Annotated[str, PathText("the base")]
    healthy: Annotated[bool, "whether all stores are"]
    stores: Annotated[list[Verify], "every store below it"]
    unknown: Annotated[list[Unsearched], "what was not searched"]
    summary: Annotated[BaseSummary, "how many"]


class VerifyStoreAndBelow(Verify):
    """The outcome of `verify` for a store with others below it."""

    stores_below: Annotated[list[Verify], "those below it"]
    unknown: Annotated[list[Unsearched], "what was not searched"]


class Name(TypedDict):
    """A name that a folder may have."""

    name: str
    source: Annotated[str, "where it was found"]
    confidence: Annotated[Literal["certain", "likely", "possible"], "how sure it is"]
    expected_accidental: Annotated[float, "how many such names would fit by accident"]


class Folder(TypedDict):
    """A folder of which the name was looked for."""

    dir: Annotated[str, "the folder"]
    names: Annotated[list[Name], "the best first; none if none was found"]


class Skipped(TypedDict):
    """A source of names that could not be read."""

    source: str
    reason: str


class Identify(TypedDict):
    """The outcome of `identify`."""

    schema_version: Version
    candidates: Annotated[int, "how many names were tried"]
    tried: Annotated[dict[str, int], "how many of each source"]
    skipped: Annotated[list[Skipped], "sources that could not be read"]
    folders: Annotated[list[Folder], "in the order of the store"]


class Inspect(TypedDict):
    """The outcome of `inspect`: what there is depends on `kind`, and on `--redact`."""

    schema_version: Version
    kind: Literal["metadata", "document", "export", "store"]
    path: NotRequired[Annotated[str, PathText("what was looked at")]]
    name: NotRequired[str]
    id: NotRequired[str]
    hash: NotRequired[str]
    matches_folder: NotRequired[Annotated[bool, "whether the hash is that of the folder"]]
    matches_file: NotRequired[Annotated[bool, "whether the hash is that of the file's name"]]
    metadata: NotRequired[dict[str, str] | None]
    embedding: NotRequired[Annotated[dict[str, Any], "`dimension`, `norm`, `values`"]]
    content: NotRequired[str]
    fields: NotRequired[Annotated[list[str], "the fields that were sent"]]
    type_ids: NotRequired[Annotated[dict[str, int | None], "`record`, `map` and `slice`"]]
    trailing_bytes: NotRequired[Annotated[int, "bytes behind the record"]]
    size: NotRequired[int]
    compressed: NotRequired[bool]
    checksum: NotRequired[str]
    encrypted: NotRequired[bool]
    format: NotRequired[str]
    collections: NotRequired[list[InspectedCollection]]
    documents_total: NotRequired[int]
    healthy: NotRequired[bool]


class InspectedCollection(TypedDict):
    """A collection of a store or an export."""

    dir: NotRequired[str]
    name: str | None
    hash: NotRequired[str]
    matches_folder: NotRequired[bool]
    metadata: dict[str, str] | None
    documents: int
    unreadable: NotRequired[int]
    dimensions: Annotated[dict[str, int], "how many documents have vectors of which length"]
    size: NotRequired[int]
    content_bytes: NotRequired[int]
