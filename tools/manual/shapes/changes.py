"""What is or was changed in a store: the reports of `recover`, `undo`, `journal` and `quarantine`."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from manual.schemas import PathText
from manual.shapes.common import Version
from manual.shapes.stores import Verify

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
