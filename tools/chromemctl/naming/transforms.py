"""Named transforms: how applications turn a tenant, a project or a path into a piece of a collection name.

A transform is a function from text to text, looked up by the name that rule files use. Hashes may be cut with
a slice: `sha256[:16]`. Where an application is written in Go, lower-casing follows Go's `strings.ToLower`,
rune by rune.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

Transform = Callable[[str], str]

#: Longest collection name of contextd; longer ones are cut and end in `_` and 8 digits of a hash.
NAME_LIMIT = 64
_HASH_SUFFIX = 9
_EMPTY = "default"

_SLICED = re.compile(r"(?P<name>[a-z0-9]+)\[:(?P<length>[1-9][0-9]?)\]")


def go_lower(text: str) -> str:
    """Lower-case as Go does: only U+0130 differs from Python, which makes two characters of it."""
    return text.replace("\u0130", "i").lower()


def identifier(text: str) -> str:
    """Lower case, all but `a-z0-9` to `_`, runs collapsed, ends trimmed, at most 64 long."""
    return _fit(re.sub(r"[^a-z0-9]+", "_", go_lower(text)).strip("_"))


def name(text: str) -> str:
    """Lower case, every other character than `a-z0-9_` to `_`, at most 64 long."""
    return _fit(re.sub(r"[^a-z0-9_]", "_", go_lower(text)))


def _fit(text: str) -> str:
    if not text:
        return _EMPTY
    if len(text) <= NAME_LIMIT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return text[: NAME_LIMIT - _HASH_SUFFIX].rstrip("_") + "_" + digest


def words(text: str) -> str:
    """Lower case, `- _ .` and space to `_`, other signs dropped; a hash when nothing is left."""
    kept = re.sub(r"[^a-z0-9_]", "", re.sub(r"[-. ]", "_", go_lower(text)))
    return kept or "h_" + _hex("sha256", text)[:32]


def alphanumeric(text: str) -> str:
    """Every character that is not an ASCII letter or digit to `_`, case kept."""
    return re.sub(r"[^A-Za-z0-9]", "_", text)


def slug(text: str) -> str:
    """Lower case, runs of other characters to one `-`, ends trimmed."""
    return re.sub(r"[^a-z0-9]+", "-", go_lower(text)).strip("-")


def compact(text: str) -> str:
    """Lower case, only `a-z0-9_` kept, spaces to `_` first; `local` when nothing is left."""
    return re.sub(r"[^a-z0-9_]", "", go_lower(text).replace(" ", "_")) or "local"


def basename(path: str) -> str:
    """The last component as Go's `filepath.Base` gives it: `.` for an empty path, `/` for the root."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def stem(path: str) -> str:
    """The last component without its last extension."""
    base = basename(path)
    head, dot, _ = base.rpartition(".")
    return head if dot and head else base


def _hex(algorithm: str, text: str) -> str:
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair, which Go cannot hold either
        data = text.encode("utf-8", "replace")
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def _hasher(algorithm: str) -> Transform:
    return lambda text: _hex(algorithm, text)


HASHES: dict[str, Transform] = {
    "md5": _hasher("md5"),
    "sha1": _hasher("sha1"),
    "sha256": _hasher("sha256"),
}

TRANSFORMS: dict[str, Transform] = {
    "alphanumeric": alphanumeric,
    "basename": basename,
    "compact": compact,
    "identifier": identifier,
    "lower": go_lower,
    "name": name,
    "slug": slug,
    "stem": stem,
    "upper": str.upper,
    "words": words,
    **HASHES,
}


def transform(spelling: str) -> Transform | None:
    """The transform that a rule file means by `identifier` or `sha256[:16]`; None when there is none."""
    found = TRANSFORMS.get(spelling)
    if found is not None:
        return found
    sliced = _SLICED.fullmatch(spelling)
    if sliced is None or sliced["name"] not in HASHES:
        return None
    digest, length = HASHES[sliced["name"]], int(sliced["length"])
    return lambda text: digest(text)[:length]
