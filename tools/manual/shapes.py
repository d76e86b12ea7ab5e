"""The shapes of what `chromemctl --json` writes, one class for each.

The reference page, the JSON Schema file and the tests of the commands' real output are made of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from manual.schemas import PathText

Version = Annotated[Literal[1], "goes up when anything is changed but by adding"]
Next = Annotated[str, "the command to run next"]


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


Text = Annotated[str | dict[str, str], 'a text; `{"path_b64": ...}` where it is not UTF-8']


class Step(TypedDict):
    """One change to a file system; which keys there are depends on `action`."""

    action: Literal[
        "make_directory", "remove_directory", "set_time", "create_file", "remove_file", "move_file",
        "move_directory", "move_entry",
    ]  # fmt: skip
    path: NotRequired[Annotated[Text, "of what, relative to the store"]]
    source: NotRequired[Annotated[Text, "moved from where"]]
    destination: NotRequired[Annotated[Text, "moved to where"]]
    size: NotRequired[Annotated[int, "bytes of the file"]]
    sha256: NotRequired[Annotated[str, "of the file, or of all files of the directory"]]
    data_b64: NotRequired[Annotated[str, "what is in the file"]]
    mode: NotRequired[Annotated[str, "in octal digits"]]
    uid: NotRequired[int]
    gid: NotRequired[int]
    mtime_ns: NotRequired[Annotated[int, "time of change, nanoseconds since 1970"]]
    entries: NotRequired[Annotated[int, "how many entries the directory has"]]
    kind: NotRequired[Annotated[str, "what is moved that is no file"]]
    target: NotRequired[Annotated[Text, "where a link leads"]]


class Repair(TypedDict):
    """A collection that gets its metadata again."""

    dir: Annotated[str, "its folder"]
    finding: Annotated[str, "what is cured"]
    name: str
    source: Annotated[str, "where the name was found"]
    confidence: Annotated[str, "how sure it is"]
    metadata_source: Annotated[str, "where its metadata comes from"]
    steps: list[Step]
    losses: Annotated[list[str], "what cannot be brought back"]


class FileRepair(TypedDict):
    """A file or folder that is repaired or set aside."""

    dir: Annotated[str, "its folder"]
    finding: Annotated[str, "what is cured"]
    path: Annotated[str, PathText("which")]
    what: Annotated[str, "what is done"]
    steps: list[Step]
    losses: Annotated[list[str], "what cannot be brought back"]
    notes: Annotated[list[str], "what else is to be said"]


class Unresolved(TypedDict):
    """What is left to a person."""

    dir: Annotated[str, "its folder"]
    finding: str
    reason: Annotated[str, "why it is left"]
    candidates: Annotated[list[str], "names that are possible, and not used"]
    path: NotRequired[Annotated[str, PathText("which file")]]


class Plan(TypedDict):
    """What a recovery does."""

    files: list[FileRepair]
    repairs: list[Repair]
    unresolved: list[Unresolved]
    losses: Annotated[list[str], "everything that cannot be brought back"]


class InterruptedRun(TypedDict):
    """A run that was interrupted, and finished or given up now."""

    id: str
    command: str
    time: str
    steps: Annotated[list[Step], "what was left of it"]
    losses: Annotated[list[str], "what it could not bring back"]
    given_up: Annotated[str | None, "why it was given up, if it was"]


class Recover(TypedDict):
    """The outcome of `recover`."""

    schema_version: Version
    store: Annotated[str, PathText("the store, or the copy that `--output` made")]
    dry_run: bool
    applied: Annotated[bool, "whether anything was changed"]
    interrupted_runs: list[InterruptedRun]
    plan: Annotated[Plan | None, "`null` where an interrupted run must end first"]
    tried: Annotated[dict[str, int], "how many names of each source were tried"]
    verify: Annotated[Verify, "the store as it is now"]


class Undo(TypedDict):
    """The outcome of `undo`."""

    schema_version: Version
    store: Annotated[str, PathText("the store")]
    dry_run: bool
    applied: bool
    undone: Annotated[str, "id of the run"]
    steps: list[Step]


class Run(TypedDict):
    """A run that changed a store."""

    id: str
    command: str
    time: str
    state: Literal["complete", "abandoned", "interrupted", "running"]
    changes: Annotated[int, "how many steps"]
    undoes: Annotated[str | None, "id of the run that it took back"]
    undone_by: Annotated[str | None, "id of the run that took it back"]


class UnreadableJournal(TypedDict):
    """A journal that cannot be understood."""

    id: Annotated[str, "the number of its run"]
    path: Annotated[str, PathText("the journal")]
    reason: Annotated[str, "what is wrong with it"]
    is_over: Annotated[bool, "whether the run has ended for certain"]


class Journal(TypedDict):
    """The outcome of `journal`."""

    schema_version: Version
    store: Annotated[str, PathText("the store")]
    runs: Annotated[list[Run], "oldest first"]
    unreadable: Annotated[list[UnreadableJournal], "these runs are not among the others"]


class Quarantined(TypedDict):
    """Something that was set aside."""

    path: Annotated[str, PathText("where it is")]
    kind: Annotated[
        Literal["folder", "file", "symlink", "special"], "a pipe, a socket and a device are special"
    ]
    entries: Annotated[int, "how many files it has"]
    size: int
    origin: Annotated[str | None, "where it was"]
    finding: Annotated[str | None, "why it is here"]
    collection: Annotated[str | None, "whose it is"]
    salvaged: Annotated[bool, "whether what could be read of it lies beside"]


class QuarantineList(TypedDict):
    """The outcome of `quarantine list`."""

    schema_version: Version
    store: Annotated[str, PathText("the store")]
    files: list[Quarantined]


class Transfer(TypedDict):
    """Something that is moved because a person wants it so."""

    path: Annotated[str, PathText("what")]
    what: Annotated[str, "what is done"]
    steps: list[Step]
    notes: list[str]
    losses: list[str]


class QuarantineChange(TypedDict):
    """The outcome of `quarantine add` and `quarantine restore`."""

    schema_version: Version
    store: Annotated[str, PathText("the store")]
    dry_run: bool
    applied: bool
    transfers: list[Transfer]
    interrupted_runs: NotRequired[list[InterruptedRun]]
    verify: NotRequired[Annotated[Verify, "the store as it is now; not with `--dry-run`"]]


class Error(TypedDict):
    """Why a command could not go on."""

    exit_code: Annotated[int, "one of the [exit codes](../exit-codes.md)"]
    message: str
    advice: Annotated[list[str], "what to do, line by line"]


class Failure(TypedDict):
    """What any command writes instead when it cannot go on."""

    schema_version: Version
    error: Error


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


class Demo(TypedDict):
    """The outcome of `demo`."""

    schema_version: Version
    store: Annotated[str, PathText("the store that was made")]
    before: Verify
    plan: Plan
    after: Verify
    files_lost: int
    files_identical: Annotated[int, "how many came back byte for byte"]


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


class Whole(TypedDict):
    """What other programs read as it is: rules, dashboards, units."""

    schema_version: Version
    groups: NotRequired[Annotated[list[Any], "`alerts`: as in a rules file of Prometheus"]]
    dashboard: NotRequired[Annotated[dict[str, Any], "`dashboard`: as Grafana imports it"]]
    units: NotRequired[Annotated[dict[str, str], "`units`: the text of each file by its path"]]


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


class BackupCollection(TypedDict):
    """A collection in a backup."""

    dir: str
    name: str | None
    documents: int
    problem: Annotated[str | None, "why its metadata is not sound"]


class Omitted(TypedDict):
    """What a backup could not keep."""

    path: str
    reason: str
    is_loss: bool


class Backup(TypedDict):
    """A backup."""

    id: str
    created: Annotated[str, "time, ISO 8601"]
    store: Annotated[str, PathText("of which store")]
    scope: Literal["store", "metadata"]
    at_rest: Annotated[bool, "whether the store was at rest"]
    complete: Annotated[bool, "whether everything was kept"]
    sound: Annotated[bool, "whether the metadata of all collections was"]
    collections: list[BackupCollection]
    omitted: list[Omitted]
    files: int
    size: int


class BackupCreate(TypedDict):
    """The outcome of `backup create`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    backup: Backup
    added: Annotated[int, "contents that were new"]
    added_bytes: int
    reused: Annotated[int, "contents that were there already"]
    sidecars: Annotated[int, "how many were written"]


class BackupList(TypedDict):
    """The outcome of `backup list`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    backups: list[Backup]
    damaged: Annotated[list[Error], "manifests that cannot be read"]


class BackupState(TypedDict):
    """Whether a backup is whole."""

    id: str
    sound: bool


class BackupDamage(TypedDict):
    """A damaged file of a repository."""

    path: Annotated[str, PathText("which")]
    reason: str
    backups: Annotated[list[str], "ids of those that need it"]


class BackupVerify(TypedDict):
    """The outcome of `backup verify`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    sound: bool
    backups: list[BackupState]
    contents: int
    size: int
    damage: list[BackupDamage]


class KeptBackup(TypedDict):
    """A backup that stays, and by which rules."""

    id: str
    reasons: list[str]


class BackupPrune(TypedDict):
    """The outcome of `backup prune`."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    applied: bool
    removed: Annotated[list[str], "ids"]
    kept: list[KeptBackup]
    contents: int
    size: int


class BackupRestore(TypedDict):
    """The outcome of `backup restore`; with `--output` it has that path and no changes."""

    schema_version: Version
    repository: Annotated[str, PathText("where the backups are")]
    backup: Annotated[str, "id"]
    store: NotRequired[Annotated[str, PathText("the store")]]
    output: NotRequired[Annotated[str, PathText("the new directory")]]
    dry_run: NotRequired[bool]
    applied: NotRequired[bool]
    transfers: NotRequired[list[Transfer]]
    unchanged: NotRequired[Annotated[list[str], "places that are as in the backup"]]
    left: NotRequired[Annotated[list[str], "what is not brought back, and why"]]
    interrupted_runs: NotRequired[list[InterruptedRun]]
    verify: NotRequired[Verify]


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


#: What each command writes, in the order of the page.
REPORTS: dict[str, tuple[type, ...]] = {
    "verify": (Verify, VerifyBase, VerifyStoreAndBelow),
    "identify": (Identify,),
    "recover": (Recover,),
    "undo": (Undo,),
    "journal": (Journal,),
    "quarantine list": (QuarantineList,),
    "quarantine add": (QuarantineChange,),
    "quarantine restore": (QuarantineChange,),
    "preflight": (Preflight,),
    "watch": (Watch,),
    "backup create": (BackupCreate,),
    "backup list": (BackupList,),
    "backup verify": (BackupVerify,),
    "backup prune": (BackupPrune,),
    "backup restore": (BackupRestore,),
    "inspect": (Inspect,),
    "convert": (Exchange,),
    "export": (Exchange,),
    "import": (Exchange,),
    "simulate": (Simulation, SimulateList),
    "demo": (Demo,),
    "alerts": (Whole,),
    "dashboard": (Whole,),
    "units": (Whole,),
}
FAILURE: type = Failure
