"""Identifiers in bytes of any kind: words, quoted texts, lines, texts between NULs, JSON escapes, UTF-16."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice

#: Longest text taken for an identifier: a path of 255 bytes.
LONGEST = 255
#: Longest JSON string with escapes that is looked into: a log line with another one inside, say.
LONGEST_ESCAPED = 4096
#: How deep JSON in strings of JSON is looked into.
DEEPEST_ESCAPES = 2
#: Places at which an identifier may be cut; one with more is random rather than texts side by side.
MOST_CUTS = 4

# What may stand in a name or a path; bytes of UTF-8 letters included.
_TOKEN = re.compile(rb"[A-Za-z0-9_.~\x80-\xff][A-Za-z0-9_.:@/+~\x80-\xff-]{0,%d}" % (LONGEST - 1))
# Each kind of quotes by itself: an apostrophe in a sentence must not hide what is quoted in it.
_QUOTED = tuple(
    re.compile(rb"%b([^%b\\\x00-\x1f]{1,%d})%b" % (mark, mark, LONGEST, mark)) for mark in (b'"', b"'", b"`")
)
_ESCAPED = re.compile(rb'(?<!\\)"((?:[^"\\\x00-\x1f]|\\.){1,%d})"' % LONGEST_ESCAPED)
# Lines, texts between NULs, fields between tabs; and what such a one says after "=" or ": ".
_FIELD = re.compile(rb"[^\x00-\x1f\x7f]+")
_ASSIGNS = re.compile(rb"=|:\s")
_VALUE = re.compile(rb"(?:=|:\s)\s*([^=]{1,%d})\Z" % LONGEST)
# Letters of Latin-1; texts in other scripts are found where the file says that it is UTF-16.
_LITTLE_ENDIAN = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){3,}")
_BIG_ENDIAN = re.compile(rb"(?:\x00[\x20-\x7e\xa0-\xff]){3,}")
_PIECES = re.compile(r"[:/@+]")
# Where one text may end and the next begin: a letter meets a digit, a small letter a capital.
_SEAM = re.compile(r"(?<=[A-Za-z_])(?=\d)|(?<=\d)(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])")


def identifiers(block: bytes) -> Iterator[str]:
    """Everything in a block that may be an identifier, most of it once.

    Args:
        block: Bytes of any kind. Those that are no text are passed over.
    """
    for raw in dict.fromkeys(_raw_identifiers(block, DEEPEST_ESCAPES)):
        try:
            text = raw.decode()
        except UnicodeDecodeError:  # bytes of a database that are no text
            continue
        yield text
        trimmed = text.strip(".:/@-+~ \t")
        if trimmed and trimmed != text:
            yield trimmed
        pieces = _PIECES.split(trimmed)
        if len(pieces) > 1:
            yield from filter(None, pieces)


def cuts(identifier: str, endings: Iterable[str]) -> Iterator[str]:
    """Parts of an identifier that may be texts written without a separator, as databases write them.

    Args:
        identifier: As it was found, such as `zebra_memories2026-01-22`.
        endings: How names are known to end; what goes before and after each is cut off.
    """
    seams = [match.start() for match in islice(_SEAM.finditer(identifier), MOST_CUTS + 1)]
    if len(seams) <= MOST_CUTS:
        for seam in seams:
            yield identifier[:seam].rstrip(".:/@-+~")
            yield identifier[seam:]
    found = (identifier.find(ending) + len(ending) for ending in endings if ending in identifier)
    yield from (identifier[:end] for end in islice(found, MOST_CUTS) if end < len(identifier))


def _raw_identifiers(block: bytes, depth: int) -> Iterator[bytes]:
    yield from _TOKEN.findall(block)
    yield from _quoted(block)
    yield from _fields(block)
    if depth and b"\\" in block:
        yield from _quoted(block.replace(b'\\"', b'"'))
        for text in _unescaped(block):
            yield from _raw_identifiers(text, depth - 1)
    if b"\0" in block:
        for text in _wide(block):
            yield from _raw_identifiers(text, 0)


def _quoted(block: bytes) -> Iterator[bytes]:
    for pattern in _QUOTED:
        yield from pattern.findall(block)


def _fields(block: bytes) -> Iterator[bytes]:
    for field in _FIELD.findall(block):
        if _ASSIGNS.search(field) and (value := _VALUE.search(field[-LONGEST - 2 :])):
            yield value[1].strip(b" \"'`,;")
        if len(field) <= LONGEST:
            yield field.strip()


def _unescaped(block: bytes) -> Iterator[bytes]:
    """What strings of JSON with escapes stand for."""
    for match in _ESCAPED.finditer(block):
        if b"\\" in match[1]:
            try:
                yield str(json.loads(b'"%b"' % match[1])).encode()
            except ValueError:  # no JSON, no UTF-8, or half of a surrogate pair
                continue


def _wide(block: bytes) -> Iterator[bytes]:
    """Texts of UTF-16 without a mark that says so."""
    for pattern, encoding in ((_LITTLE_ENDIAN, "utf-16-le"), (_BIG_ENDIAN, "utf-16-be")):
        for match in pattern.finditer(block):
            yield match[0].decode(encoding).encode()
