"""Files where applications note collections: `registry.json`, `collection-NAME.json`, `knowledge.db`."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chromemctl.naming.case import Registry
from chromemctl.naming.model import Skipped

#: Larger registry files are not read: contextd's are some hundred bytes a project.
REGISTRY_BYTES = 64 << 20
#: Rows taken of one table of a database.
TABLE_ROWS = 100_000
#: Folders above a store that are looked into; contextd nests stores as BASE/tenant/team/project.
LEVELS_ABOVE = 3

_KINDS = ("tenants", "teams", "projects")
_COLLECTION_PREFIX = "collection-"
# Columns whose texts name data sets, in the tables of obot's knowledge.db and its forks.
_NAME_COLUMNS = frozenset({"id", "name", "dataset", "dataset_id", "collection", "collection_name"})


def registries_beside(store: Path) -> tuple[Path, ...]:
    """The registry files of a store: in it, beside it, and `registry.json` up to three folders above.

    Folders that cannot be listed are passed over: nothing says that they hold one.
    """
    found = [*_matching(store), *_matching(store.parent)]
    above = list(store.absolute().parents)[:LEVELS_ABOVE]
    found += [folder / "registry.json" for folder in above if (folder / "registry.json").is_file()]
    return tuple(dict.fromkeys(found))


def _matching(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [entry for entry in entries if _is_registry(entry.name) and entry.is_file()]


def _is_registry(name: str) -> bool:
    collection = name.startswith(_COLLECTION_PREFIX) and name.endswith(".json")
    return collection or name in ("registry.json", "knowledge.db")


def read_registries(paths: Sequence[Path], skipped: list[Skipped]) -> Registry:
    """Read registry files.

    Args:
        paths: The files.
        skipped: Takes what could not be read.
    """
    names: dict[str, str] = {}
    entries: dict[str, dict[str, None]] = {kind: {} for kind in _KINDS}
    for path in paths:
        if path.name.startswith(_COLLECTION_PREFIX):
            name = path.name.removeprefix(_COLLECTION_PREFIX).removesuffix(".json")
            names.setdefault(name, path.name)
            continue
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise ValueError("not a regular file")
            if path.suffix == ".json":
                _read_json(path, entries)
            else:
                for name in _database_names(path):
                    names.setdefault(name, path.name)
        except (OSError, ValueError, RecursionError, sqlite3.Error) as error:
            skipped.append(Skipped(str(path), str(error)))
    return Registry(tuple(names.items()), {kind: tuple(values) for kind, values in entries.items()})


def _read_json(path: Path, entries: dict[str, dict[str, None]]) -> None:
    if path.stat().st_size > REGISTRY_BYTES:
        raise ValueError(f"larger than {REGISTRY_BYTES} bytes")
    data: Any = json.loads(path.read_bytes())
    if not isinstance(data, dict):
        raise ValueError("no JSON object")
    for kind in _KINDS:
        table = data.get(kind)
        for key, entry in table.items() if isinstance(table, dict) else ():
            # Teams and projects are listed as tenant/team/project, and tell of the levels above.
            *above, last = key.split("/")
            entries[kind][last] = None
            for level, name in zip(_KINDS, above, strict=False):
                entries[level][name] = None
            if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                entries[kind][entry["name"]] = None


def _database_names(path: Path) -> Iterator[str]:
    # immutable: SQLite takes no lock and makes no journal beside the file.
    uri = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table)})")]
            for column in columns:
                if column.lower() in _NAME_COLUMNS:
                    yield from _column(database, table, column)


def _column(database: sqlite3.Connection, table: str, column: str) -> Iterator[str]:
    query = f"SELECT DISTINCT {_quoted(column)} FROM {_quoted(table)} LIMIT {TABLE_ROWS}"  # noqa: S608
    return (value for (value,) in database.execute(query) if isinstance(value, str))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
