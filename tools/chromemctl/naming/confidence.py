"""How sure a name is. All decisions about confidence are made here.

A hash of 32 bits says little by itself: among n candidates tried on f folders, n x f / 2^32 match by
accident. So a name is

- certain when the operator gave it, when it was read in full, or when it was made of what this very folder's
  documents say among so few candidates that 10,000 searches of this size would meet one such match by
  accident;
- likely when it has that support among more candidates, or has none but was met among few enough candidates
  that a thousand searches of this size would meet one accidental match;
- possible otherwise, and when it was not read but guessed and what is left of the folder's metadata
  contradicts it.

Candidates are counted with others of their kind only: a name read from a file is not less sure because
millions of guesses were tried later. Two names for one folder that both would be certain are both no more
than likely, unless the operator gave one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from chromemctl.naming.case import Trust
from chromemctl.naming.engine import Hit
from chromemctl.naming.model import Confidence, FoundName, TornName

#: Accidental matches expected at most behind a name that is certain, by what ties it to the folder. Names
#: that were read are names of collections already; the others are made, many for one that exists.
CERTAIN_LIMIT = {Trust.READ: 1e-2, Trust.TIED: 1e-4}
#: Accidental matches expected at most behind a name that is likely without support of its own.
LIKELY_LIMIT = 1e-3
#: The same with support that is less than certain.
SUPPORTED_LIMIT = 1e-2

_ORDER = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)


def judge(hits: Iterable[Hit], torn: Sequence[TornName]) -> tuple[FoundName, ...]:
    """Weigh all that was found for one folder.

    Args:
        hits: Candidates that have the folder's hash.
        torn: What is left of the folder's name.

    Returns:
        Every name once, with the best of its sources, best first.
    """
    best: dict[str, FoundName] = {}
    given: set[str] = set()
    for hit in hits:
        found = FoundName(hit.name, hit.stream.source, _confidence(hit, torn), hit.expected_accidental)
        known = best.get(hit.name)
        if known is None or _rank(found) < _rank(known):
            best[hit.name] = found
        if hit.stream.trust is Trust.GIVEN:
            given.add(hit.name)
    return _without_rival_certainty(sorted(best.values(), key=_rank), given)


def _confidence(hit: Hit, torn: Sequence[TornName]) -> Confidence:
    trust, expected = hit.stream.trust, hit.expected_accidental
    if trust is Trust.GIVEN:
        return Confidence.CERTAIN
    if trust is not Trust.READ and _contradicted(hit.name, torn):
        return Confidence.POSSIBLE
    if trust is Trust.GUESSED:
        return Confidence.LIKELY if expected <= LIKELY_LIMIT else Confidence.POSSIBLE
    if expected <= CERTAIN_LIMIT[trust]:
        return Confidence.CERTAIN
    return Confidence.LIKELY if expected <= SUPPORTED_LIMIT else Confidence.POSSIBLE


def _contradicted(name: str, torn: Sequence[TornName]) -> bool:
    """Whether nothing that may be the beginning of the name is; other texts of the file look like one too."""
    return bool(torn) and not any(agrees(name, rest) for rest in torn)


def agrees(name: str, torn: TornName) -> bool:
    """Whether a name can be the one of which `torn` is the beginning."""
    length = len(name.encode("utf-8", "surrogateescape"))
    return name.startswith(torn.prefix) and torn.length in (None, length)


def _without_rival_certainty(names: Sequence[FoundName], given: AbstractSet[str]) -> tuple[FoundName, ...]:
    certain = {found.name for found in names if found.confidence is Confidence.CERTAIN}
    if len(certain) < 2:
        return tuple(names)
    doubted = certain if len(given) != 1 else certain - given
    weighed = (
        replace(found, confidence=Confidence.LIKELY) if found.name in doubted else found for found in names
    )
    return tuple(sorted(weighed, key=_rank))


def _rank(found: FoundName) -> tuple[int, float]:
    return _ORDER.index(found.confidence), found.expected_accidental
