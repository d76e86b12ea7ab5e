"""Identifiers in texts of any kind: logs, configurations, shell histories, databases as raw bytes."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from chromemctl.naming.case import Case, Stream, Trust
from chromemctl.naming.facts import FrequentValues
from chromemctl.naming.model import Skipped
from chromemctl.naming.rules import NameRule
from chromemctl.naming.template import bounded
from pygob.chromem.envelope import GZIP_MAGIC, unwrap
from pygob.errors import GobLimitExceeded

#: Bytes read at a time.
CHUNK = 1 << 20
#: Longest text taken for an identifier: a path of 255 bytes.
LONGEST = 255
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

# What may stand in a name or a path; bytes of UTF-8 letters included.
_TOKEN = re.compile(rb"[A-Za-z0-9_.~\x80-\xff][A-Za-z0-9_.:@/+~\x80-\xff-]{0,%d}" % (LONGEST - 1))
_QUOTED = re.compile(rb"""(["'`])([^"'`\\\x00-\x1f]{1,%d})\1""" % LONGEST)
_PIECES = re.compile(r"[:/@+]")


def harvest(path: Path) -> Iterator[str]:
    """Read the identifiers of a file, in bounded memory and mostly once each.

    Identifiers are words of letters, digits and `_ . : @ / + ~ -`, their pieces, and texts in quotes.

    Args:
        path: A regular file of any content; gzip is unpacked.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no regular file, or unpacks to more than `UNPACKED_BYTES`.
    """
    seen: set[bytes] = set()
    for raw in _tokens(path):
        if raw in seen:
            continue
        if len(seen) >= REMEMBERED:
            seen.clear()
        seen.add(raw)
        try:
            text = raw.decode()
        except UnicodeDecodeError:  # bytes of a database that are no text
            continue
        yield text
        trimmed = text.strip(".:/@-+~")
        if trimmed and trimmed != text:
            yield trimmed
        pieces = _PIECES.split(trimmed)
        if len(pieces) > 1:
            yield from filter(None, pieces)


def streams(case: Case) -> Iterator[Stream]:
    """The identifiers as they are, the frequent ones in all rules, then each in rules with one gap."""
    paths = [path for text in case.evidence.texts for path in _files(text, case.skipped)]
    frequent = FrequentValues()
    for path in paths:
        yield Stream(f"text {path}", Trust.GUESSED, _counted(path, case.skipped, frequent))
    pool = list(filter(_has_letter, frequent.best(2 * FREQUENT)))[:FREQUENT]
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


def _in_rules(path: Path, rules: Sequence[NameRule], skipped: list[Skipped]) -> Iterator[str]:
    identifiers = filter(_has_letter, _reported(path, skipped))
    while group := list(islice(identifiers, GROUP)):
        for rule in rules:
            yield from rule.names({p.name: p.values if p.constant else group for p in rule.parts.values()})


def _has_letter(text: str) -> bool:
    return len(text) > 1 and not text.isdigit()


def _reported(path: Path, skipped: list[Skipped]) -> Iterator[str]:
    try:
        yield from harvest(path)
    except (OSError, ValueError) as error:
        skipped.append(Skipped(str(path), str(error)))


def _files(path: Path, skipped: list[Skipped]) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return

    def report(error: OSError) -> None:
        skipped.append(Skipped(str(error.filename), str(error)))

    for folder, folders, files in os.walk(path, onerror=report):
        folders.sort()
        found = (Path(folder, name) for name in sorted(files))
        yield from (file for file in found if file.is_file() and not file.is_symlink())


def _tokens(path: Path) -> Iterator[bytes]:
    for block in _blocks(path):
        yield from (match[0] for match in _TOKEN.finditer(block))
        yield from (match[2] for match in _QUOTED.finditer(block))


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in pieces that overlap, so that no identifier is cut in all pieces it lies in."""
    if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe is to wait for whoever writes to it
        raise ValueError("not a regular file")
    with path.open("rb") as file:
        chunks: Iterable[bytes] = iter(lambda: file.read(CHUNK), b"")
        if file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
            chunks = _unpacked(file.read(UNPACKED_BYTES))
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
