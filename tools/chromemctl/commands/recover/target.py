"""What `recover` is asked to repair: the store, and which part of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from chromemctl.exits import NoStore, UsageFailure
from chromemctl.repair import CURABLE
from chromemctl.repair.scope import Scope
from chromemctl.survey.location import is_collection, list_directory, require_store
from chromemctl.wording import command as command_line
from chromemctl.wording import readable
from pygob import GobDecodeError
from pygob.chromem.collection import Collection
from pygob.chromem.names import format_of, is_hash, name_hash
from pygob.chromem.store import Store


def target(
    store: Path | None, folder: Path | None, collections: Sequence[str], findings: Sequence[str]
) -> tuple[Path, Scope]:
    """The store, and what of it is meant.

    Args:
        store: The store, or None where only a folder was given.
        folder: One collection folder.
        collections: Names or folders of collections; all when empty.
        findings: Ids of findings; all when empty.

    Raises:
        UsageFailure: These do not go together, or name nothing.
        NoStore: There is no store.
    """
    unknown = sorted(set(findings) - CURABLE)
    if unknown:
        raise UsageFailure(
            f"{readable(unknown[0])} is no finding that recover cures",
            f"these are: {', '.join(sorted(CURABLE))}",
        )
    ids = frozenset(findings) or None
    if (store is None) == (folder is None):
        raise UsageFailure(
            "give either a STORE or --path FOLDER",
            f"  {command_line('chromemctl', 'recover', 'path/to/vectorstore')}",
            f"  {command_line('chromemctl', 'recover', '--path', 'path/to/vectorstore/e9f85bf6')}",
        )
    if store is not None:
        store = require_store(store, "recover")
        dirs = frozenset(chain.from_iterable(_folders_of(store, wanted) for wanted in collections)) or None
        return store, Scope(dirs, ids)
    if collections:
        raise UsageFailure(
            "--path names one collection already", "leave --collection away, or give the STORE"
        )
    assert folder is not None
    store, name = _store_of(folder)
    return store, Scope(frozenset({name}), ids)


def _folders_of(store: Path, wanted: str) -> set[str]:
    """The folders of a collection that is given by its folder or its name; several may hold that name."""
    if "/" not in wanted and is_collection(store / wanted):
        return {wanted}
    found = {collection.dir for collection in Store(store).collections() if _name(collection) == wanted}
    if is_collection(store / name_hash(wanted)):
        found.add(name_hash(wanted))
    if found:
        return found
    raise UsageFailure(
        f"{readable(str(store))} has no collection {readable(wanted)!r}, whose folder is {name_hash(wanted)}",
        "see what there is:",
        f"  {command_line('chromemctl', 'verify', store)}",
    )


def _name(collection: Collection) -> str | None:
    try:
        return collection.metadata().name
    except (OSError, GobDecodeError):
        return None


def _store_of(folder: Path) -> tuple[Path, str]:
    """The store of a collection's folder, and the folder's name in it."""
    if format_of(folder.name) is not None and not folder.is_dir() and folder.parent.is_dir():
        folder = folder.parent  # one of its files was given, which may be the one that is missing
    if not folder.is_dir():
        raise NoStore(f"{readable(str(folder))} is not a folder")
    list_directory(folder)  # what cannot be listed is not called empty
    if not is_collection(folder):
        store = folder.absolute().parent if is_hash(folder.name.lower()) else folder
        raise NoStore(
            f"{readable(str(folder))} is not a collection folder: it holds no chromem files",
            "for a whole store leave --path away:",
            f"  {command_line('chromemctl', 'recover', store)}",
        )
    if folder.is_symlink():
        raise UsageFailure(
            f"{readable(str(folder))} is a symbolic link, which chromem passes over: repaired or not, the "
            "collection stays invisible to the application",
            "put the folder itself in the place of the link, then run this again",
        )
    # "." and "x/.." name a folder without its name.
    whole = folder if folder.name not in ("", "..") else folder.resolve()
    return require_store(whole.parent), whole.name
