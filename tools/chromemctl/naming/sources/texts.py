"""Identifiers in texts of any kind: logs, configurations, shell histories, databases as raw bytes."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from chromemctl.naming import sqlite_texts
from chromemctl.naming.case import Case, Stream, Trust
from chromemctl.naming.facts import FrequentValues
from chromemctl.naming.identifiers import LONGEST, cuts, identifiers
from chromemctl.naming.model import Skipped
from chromemctl.naming.rules import NameRule
from chromemctl.naming.template import bounded
from pygob.chromem.envelope import GZIP_MAGIC, unwrap
from pygob.errors import GobLimitExceeded

#: Bytes read at a time.
CHUNK = 1 << 20
#: Identifiers remembered so as not to be given twice; forgotten all at once when that many are known.
REMEMBERED = 200_000
#: Compressed texts are unpacked in memory, up to this size.
UNPACKED_BYTES = 64 << 20
#: Identifiers that are put into templates at a time.
GROUP = 2_000
#: Frequent identifiers that are combined with each other.
FREQUENT = 150
#: Names that one rule makes of them.
NAMES_PER_RULE = 400_000

# Punctuation of JSON and of assignments; three spaces.
_NO_PART = re.compile(r'["{}\[\]\\,;=]| [^ ]* [^ ]* ')
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def harvest(path: Path) -> Iterator[str]:
    """Read the identifiers of a file, in bounded memory and mostly once each.

    Identifiers are words of letters, digits and `_ . : @ / + ~ -`, their pieces, texts in quotes, between
    NULs, tabs and ends of lines, and after `=` or `: `; in UTF-8 or UTF-16, with the escapes of JSON or
    without. Of a SQLite database and its log also the texts of all rows.

    Args:
        path: A regular file of any content; gzip is unpacked.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no regular file, or unpacks to more than `UNPACKED_BYTES`.
    """
    rows = sqlite_texts.texts(_chunks(path), LONGEST)
    found = chain.from_iterable(map(identifiers, _overlapping(_as_utf8(_chunks(path)))))
    yield from _mostly_once(chain(rows, found))


def _mostly_once(texts: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        if text and text not in seen:
            if len(seen) >= REMEMBERED:
                seen.clear()
            seen.add(text)
            yield text


def streams(case: Case) -> Iterator[Stream]:
    """The identifiers, their parts, the frequent ones in all rules, then each in rules with one gap."""
    paths = [path for text in case.evidence.texts for path in files(text, case.skipped)]
    frequent, endings = FrequentValues(), sorted(case.endings)
    for path in paths:
        yield Stream(f"text {path}", Trust.GUESSED, _counted(path, case.skipped, frequent))
    for path in paths:
        parts = _cut(path, endings, case.skipped)
        yield Stream(f"text {path}, without separators", Trust.GUESSED, parts)
    pool = list(filter(_may_be_part, frequent.best(2 * FREQUENT)))[:FREQUENT]
    for rule in case.rules:
        if pool and rule.gaps:
            values = {part.name: part.values if part.constant else pool for part in rule.parts.values()}
            fitting = bounded(values, NAMES_PER_RULE)
            yield Stream(f"frequent in texts: {rule.label}", Trust.GUESSED, rule.names(fitting))
    rules = [rule for rule in case.rules if len(rule.gaps) == 1]
    for path in paths:
        yield Stream(f"text {path}, in rules", Trust.GUESSED, _in_rules(path, rules, case.skipped))


def _counted(path: Path, skipped: list[Skipped], frequent: FrequentValues) -> Iterator[str]:
    for identifier in _reported(path, skipped):
        frequent.add(identifier)
        yield identifier


def _cut(path: Path, endings: Sequence[str], skipped: list[Skipped]) -> Iterator[str]:
    found = _reported(path, skipped)
    yield from _mostly_once(part for text in found for part in cuts(text, endings))


def _in_rules(path: Path, rules: Sequence[NameRule], skipped: list[Skipped]) -> Iterator[str]:
    found = filter(_may_be_part, _reported(path, skipped))
    while group := list(islice(found, GROUP)):
        for rule in rules:
            yield from rule.names({p.name: p.values if p.constant else group for p in rule.parts.values()})


def _may_be_part(text: str) -> bool:
    """Whether a text may be a part of a name: a person, a project, a path, but no number and no sentence."""
    return len(text) > 1 and not text.isdigit() and _NO_PART.search(text) is None


def _reported(path: Path, skipped: list[Skipped]) -> Iterator[str]:
    try:
        yield from harvest(path)
    except (OSError, ValueError) as error:
        skipped.append(Skipped(str(path), str(error)))


def files(path: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """A file, or the regular files of a folder and all below it; links in it are not followed."""
    if not path.is_dir():
        yield path
        return

    def report(error: OSError) -> None:
        skipped.append(Skipped(str(error.filename), str(error)))

    for folder, folders, files in os.walk(path, onerror=report):
        folders.sort()
        found = (Path(folder, name) for name in sorted(files))
        yield from (file for file in found if file.is_file() and not file.is_symlink())


def _chunks(path: Path) -> Iterator[bytes]:
    """The content of a file, unpacked where it is gzip."""
    if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe is to wait for whoever writes to it
        raise ValueError("not a regular file")
    with path.open("rb") as file:
        if file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
            yield from _unpacked(file.read(UNPACKED_BYTES))
        else:
            yield from iter(lambda: file.read(CHUNK), b"")


def _as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same, as UTF-8 where a mark at the beginning says that it is UTF-16."""
    first = next(chunks, b"")
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            return (decoder.decode(chunk).encode() for chunk in chain((first[len(mark) :],), chunks))
    return chain((first,), chunks)


def _overlapping(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content in pieces that overlap, so that no identifier is cut in all pieces it lies in."""
    tail = b""
    for chunk in chunks:
        yield tail + chunk
        tail = (tail + chunk)[-(LONGEST + 2) :]


def _unpacked(raw: bytes) -> Iterator[bytes]:
    try:
        yield unwrap(raw, limit=UNPACKED_BYTES).data
    except GobLimitExceeded as error:
        raise ValueError(
            f"unpacks to more than {UNPACKED_BYTES} bytes; unpack it into a file first"
        ) from error
