"""Rules learned from the store itself, for applications that no rule file describes.

Where a healthy collection is called `user-42-notes` and its documents carry `user: 42`, a folder whose
documents carry `user: 43` may be `user-43-notes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from chromemctl.naming.case import Case, Stream, Trust
from chromemctl.naming.facts import FolderFacts
from chromemctl.naming.transforms import TRANSFORMS, Transform, transform
from pygob.chromem.names import name_hash

#: Healthy collections that are learned from, and patterns that are kept.
TEACHERS, PATTERNS = 200, 500
#: Values of one key that are looked for in a name, and tried in a pattern.
VALUES = 16
#: Shorter values are in many names by accident.
SHORTEST = 2

_SPELLINGS = ("identifier", "slug", "alphanumeric", "words", "basename", "stem", "lower")
_DIGESTS = ("md5", "sha1", "sha256")
_DIGEST_LENGTHS = (8, 12, 16, 32)

#: Text before the value, text after it, metadata key, and how the value is written.
Pattern = tuple[str, str, str, str]


def streams(case: Case) -> Iterator[Stream]:
    """Patterns of healthy names filled with the metadata of folders whose name is lost."""
    patterns = tuple(dict.fromkeys(islice(_patterns(case), PATTERNS)))
    for folder in case.folders:
        facts = case.facts.get(folder)
        if facts is not None and patterns:
            yield Stream("pattern of healthy collections", Trust.TIED, _names(patterns, facts), folder)


def _patterns(case: Case) -> Iterator[Pattern]:
    for name in case.evidence.known_names[:TEACHERS]:
        facts = case.facts.get(_folder_of(name))
        if facts is None:
            continue
        for key in facts.keys:
            for value in facts.values((key,), VALUES):
                for spelling, function in _TRANSFORMS.items():
                    text = function(value)
                    before, found, after = name.partition(text)
                    if len(text) >= SHORTEST and found:
                        yield before, after, key, spelling


def _names(patterns: tuple[Pattern, ...], facts: FolderFacts) -> Iterator[str]:
    for before, after, key, spelling in patterns:
        for value in facts.values((key,), VALUES):
            yield before + _TRANSFORMS[spelling](value) + after


def _folder_of(name: str) -> str:
    try:
        return name_hash(name)
    except UnicodeEncodeError:
        return ""


def _all_transforms() -> dict[str, Transform]:
    found: dict[str, Transform] = {"": str, **{spelling: TRANSFORMS[spelling] for spelling in _SPELLINGS}}
    for digest in _DIGESTS:
        found[digest] = TRANSFORMS[digest]
        for length in _DIGEST_LENGTHS:
            cut = transform(f"{digest}[:{length}]")
            assert cut is not None
            found[f"{digest}[:{length}]"] = cut
    return found


_TRANSFORMS = _all_transforms()
