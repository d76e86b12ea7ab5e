"""Names like those of other collections: where `acme_api_memories` is, `acme_api_sessions` may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from chromemctl.naming.case import Case, Stream, Trust, filled, from_machine, from_store
from chromemctl.naming.template import bounded

#: Names made by one rule from what all folders say.
NAMES_PER_RULE = 20_000
#: Beginnings and ends of healthy names that are joined anew: at most the product of candidates.
HEADS, TAILS = 2_000, 200
#: Numbers tried in place of a number in a healthy name, and healthy names that are varied so.
NUMBERS, NUMBERED = 2_000, 200

_BOUNDARY = re.compile(r"(?<=[A-Za-z0-9])(?=[^A-Za-z0-9])")
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,6}(?![0-9])")


def streams(case: Case) -> Iterator[Stream]:
    """Kinds exchanged, beginnings and ends joined anew, numbers counted, the rules on the whole store."""
    known = case.evidence.known_names
    yield Stream("healthy names with another kind", Trust.GUESSED, _other_kinds(known, _kinds(case)))
    yield Stream("healthy names joined anew", Trust.GUESSED, _rejoined(known))
    yield Stream("healthy names with another number", Trust.GUESSED, _renumbered(known))
    everywhere = from_store(case)
    for rule in case.rules:
        values = filled(rule, everywhere, (from_machine(case),))
        if values is not None:
            names = rule.names(bounded(values, NAMES_PER_RULE))
            yield Stream(f"documents of other collections: {rule.label}", Trust.GUESSED, names)


def _kinds(case: Case) -> list[frozenset[str]]:
    constants = (part for rule in case.rules for part in rule.parts.values() if part.constant)
    return list(dict.fromkeys(frozenset(part.values) for part in constants))


def _other_kinds(known: Sequence[str], kinds: Sequence[frozenset[str]]) -> Iterator[str]:
    for name in known:
        for kind in kinds:
            for old in kind:
                before, found, after = name.rpartition(old)
                if found:
                    yield from (before + new + after for new in sorted(kind) if new != old)


def _rejoined(known: Sequence[str]) -> Iterator[str]:
    heads: dict[str, None] = {}
    tails: dict[str, None] = {}
    for name in known:
        for match in _BOUNDARY.finditer(name):
            heads[name[: match.start()]] = None
            tails[name[match.start() :]] = None
    for head in islice(heads, HEADS):
        yield head
        yield from (head + tail for tail in islice(tails, TAILS))


def _renumbered(known: Sequence[str]) -> Iterator[str]:
    patterns: dict[tuple[str, str, int], None] = {}
    for name in known:
        for match in _NUMBER.finditer(name):
            width = len(match[0]) if match[0].startswith("0") else 0
            patterns[name[: match.start()], name[match.end() :], width] = None
    for before, after, width in islice(patterns, NUMBERED):
        yield from (f"{before}{number:0{width}}{after}" for number in range(NUMBERS))
