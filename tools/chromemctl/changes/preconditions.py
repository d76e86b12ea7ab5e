"""What must hold before a store is changed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from chromemctl.changes.holders import holders
from chromemctl.changes.mounts import first_crossing
from chromemctl.changes.plan import CreateFile, MakeDirectory, Step, parents
from chromemctl.exits import Busy, Failure, IOFailure
from chromemctl.own_directories import JOURNAL_DIRECTORY, PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.survey import entries_but_documents, take_imprint
from chromemctl.wording import called, command, readable, user
from pygob.chromem.entries import Kind, entry_at
from pygob.chromem.names import is_write_ahead_log

# A store that does not change for this long between two looks is taken to be at rest.
OBSERVATION_SECONDS = 1.0

# So many processes that use a store are named.
_SHOWN = 5

_CAP_CHOWN = 0
_CAPABILITIES = Path("/proc/self/status")


def require_known(store: Path) -> None:
    """Check that a store has nothing that only a later chromem knows.

    Raises:
        Failure: It has; such a store is left alone.
    """
    if any(is_write_ahead_log(entry.name) for entry in entries_but_documents(store)):
        raise Failure(
            f"{readable(str(store))} seems to be written by a later chromem; it is left alone",
            "look for a newer chromemctl",
        )


def require_owner(store: Path, steps: Iterable[Step]) -> None:
    """Check that whatever is added to a store can be given to the one to whom the store belongs.

    chromem lists every directory of a store and refuses to start when it may not, so a directory of somebody
    else's would do what it was to undo.

    Raises:
        IOFailure: It cannot.
    """
    owners = {step.ownership.uid for step in steps if isinstance(step, CreateFile | MakeDirectory)}
    others = sorted((owners | {store.stat().st_uid}) - {os.geteuid(), -1})
    if others and not _may_give_files_away():
        owner = others[0]
        raise IOFailure(
            f"{readable(str(store))} belongs to {user(owner)}, and {user(os.geteuid())}, who runs this, "
            "cannot give files away: chromem could not read what is added; nothing was changed",
            "run it as the owner of the store:",
            f"  {command('sudo', '-u', f'#{owner}')} {called()} ...",
        )


def require_one_mount(store: Path, steps: Iterable[Step]) -> None:
    """Check that no step moves something between what is mounted within a store and the rest of it.

    Raises:
        IOFailure: One does.
    """
    if (mount := first_crossing(store, steps)) is not None:
        raise IOFailure(
            f"something is mounted at {readable(str(store / mount))}, and no file can be moved into or out "
            "of that; nothing was changed",
            "unmount it and run this again; recover --output DIR repairs a copy of the store",
        )


def _may_give_files_away() -> bool:
    """Whether this process has the capability CAP_CHOWN; where none are told, whether it is root's."""
    try:
        lines = _CAPABILITIES.read_text().splitlines()
    except OSError:
        return os.geteuid() == 0
    effective = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
    return bool(effective >> _CAP_CHOWN & 1)


def require_own_directories(store: Path, steps: Iterable[Step] = ()) -> None:
    """Check that what is set aside or noted has a place in the store itself: no link leads out of it.

    Raises:
        IOFailure: It has not.
    """
    own = [PurePosixPath(QUARANTINE_DIRECTORY), PurePosixPath(PRIVATE_DIRECTORY), JOURNAL_DIRECTORY]
    for path in dict.fromkeys([*own, *_directories(steps)]):
        entry = entry_at(store / path)
        if entry is None:
            continue
        shown = readable(str(store / path))
        if entry.kind is not Kind.DIRECTORY:
            raise IOFailure(
                f"{shown} is a {entry.kind}, where chromemctl needs a directory; nothing was changed",
                "move it out of the store and run this again",
            )
        if (store / path).stat().st_dev != store.stat().st_dev:
            raise IOFailure(
                f"{shown} is on another file system than the store, so no file can be moved there safely; "
                "nothing was changed",
                "unmount it and run this again",
            )


def _directories(steps: Iterable[Step]) -> list[PurePosixPath]:
    """The directories that steps need, those above before those in them, without the store."""
    steps = list(steps)
    made = [step.path for step in steps if isinstance(step, MakeDirectory)]
    needed = [part for path in (*made, *parents(steps)) for part in (*reversed(path.parents), path)]
    return [path for path in needed if path.parts]


def require_unused(store: Path) -> None:
    """Check that no process has files of a store open for writing, as far as the system shows it.

    Raises:
        Busy: One has.
    """
    found = holders(store)
    if found:
        others = [f"  {readable(str(holder))}" for holder in found[1:_SHOWN]]
        more = [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        raise Busy(
            f"the store is in use: {found[0]}",
            *others,
            *more,
            "stop the application and run this again; --force goes ahead all the same",
        )


def require_rest(store: Path) -> None:
    """Check that nobody is writing a store: by who has it open, and by looking at it twice.

    Raises:
        Busy: Somebody is.
    """
    require_unused(store)
    before = take_imprint(store)
    time.sleep(OBSERVATION_SECONDS)
    if changed := before.changes():
        raise being_written(changed[0].path)


def being_written(path: Path) -> Busy:
    """What to say of a store in which this path changed."""
    return Busy(
        f"the store is being written: {readable(str(path))} changed while we looked",
        "stop the application and run this again; --force goes ahead all the same",
    )
