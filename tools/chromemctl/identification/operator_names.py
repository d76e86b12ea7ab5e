"""Names that the operator gives with --name and --names-file, checked against the folders."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chromemctl.exits import UsageFailure
from chromemctl.survey import Survey
from chromemctl.wording import command, readable
from pygob.chromem.names import name_hash

_HASH_AND_NAME = re.compile(r"([0-9a-f]{8})=(.+)", re.DOTALL | re.IGNORECASE)


def confirmed(given: Sequence[str], nameless: Sequence[str], survey: Survey) -> list[str]:
    """Check `--name` values, `NAME` or `HASH=NAME`.

    Args:
        given: The values.
        nameless: The folders that need a name.
        survey: The store, for a message that says what is so.

    Returns:
        The names, each of which is the name of one of these folders by its hash. A name that its folder has
        already is no error and left out, so that a command can be repeated.

    Raises:
        UsageFailure: A name belongs to none of them, or not to the one it was given for.
    """
    names: list[str] = []
    for value in given:
        match = _HASH_AND_NAME.fullmatch(value)
        if _has(survey, value if match is None else match[2]):
            continue
        # NAME itself may contain a "=": taken as a whole it must then fit a folder.
        if match is not None and name_hash(value) not in _lower(nameless):
            folder, name = match[1].lower(), match[2]
            _require_fit(name, folder)
            if folder not in _lower(nameless):
                raise UsageFailure(*_not_needed(name, folder, nameless, survey))
            names.append(name)
        elif name_hash(value) in _lower(nameless):
            names.append(value)
        elif len(nameless) == 1 and survey.folder(name_hash(value)) is None:
            _require_fit(value, nameless[0].lower())
        else:
            raise UsageFailure(*_not_needed(value, name_hash(value), nameless, survey))
    return names


def _has(survey: Survey, name: str) -> bool:
    """Whether a folder's own metadata says this very name."""
    folder = survey.folder(name_hash(name))
    return folder is not None and folder.name == name


def listed(path: Path) -> Iterator[str]:
    """The names in a file, one a line; bytes that are not UTF-8 are kept, a byte order mark is not.

    Raises:
        UsageFailure: It is not a regular file, or it is UTF-16.
    """
    if not path.is_file():
        raise UsageFailure(
            f"{readable(str(path))} is not a regular file", "write the names to one, one a line"
        )
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise UsageFailure(
                f"{readable(str(path))} is UTF-16, and names are UTF-8",
                f"  {command('iconv', '-f', 'UTF-16', '-t', 'UTF-8', path)} > names.txt",
            )
    return _lines(path)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        for number, line in enumerate(lines):
            if name := (line if number else line.removeprefix("\ufeff")).rstrip("\r\n"):
                yield name


def _require_fit(name: str, folder: str) -> None:
    if name_hash(name) != folder:
        raise UsageFailure(
            f"{readable(name)!r} is not the name of {folder}: it belongs to folder {name_hash(name)}",
            "check the spelling; capitals and spaces count",
            "nothing was changed",
        )


def _not_needed(name: str, folder: str, nameless: Sequence[str], survey: Survey) -> tuple[str, ...]:
    shown = readable(name)
    existing = survey.folder(folder)
    if existing is not None and existing.name is not None:
        return (
            f"{folder} does not need the name {shown!r}: its metadata can be read and says "
            f"{readable(existing.name)!r}",
            "readable metadata is never replaced; nothing was changed",
        )
    wanted = ", ".join(map(readable, nameless)) or "none"
    return (
        f"{shown!r} belongs to folder {folder}, which is not one of those without a name ({wanted})",
        "check the spelling; capitals and spaces count",
        "nothing was changed",
    )


def _lower(folders: Sequence[str]) -> Mapping[str, str]:
    return {folder.lower(): folder for folder in folders}
